"""Two sites and the storage between them: what most tests of rules start from."""

from __future__ import annotations

from typing import Any

from drplan.simulator import storage_views
from drplan.simulator.array import Array
from drplan.simulator.core import Engine
from drplan.simulator.replication import Placement, lay_out, replicate
from drplan.simulator.store import Store
from drplan.wire.response import Response
from tests.unit.simulator.behaviour.sites import Site, uid


class World:
    """A source, a target, and the array between them."""

    def __init__(self) -> None:
        self.array = Array()
        self.source = Site("a")
        self.target = Site("b")
        self.engines: list[Engine] = []

    def plain_source(self) -> Site:
        """A source with one cluster, network and two data domains."""
        source = self.source
        source.data_center()
        source.cluster(name="cl-prod")
        source.network(1, "vlan10", profile="prod")
        source.mac_pool()
        for number in (1, 2):
            source.domain(number)
            source.ovf_store(number)
        return source

    def plain_target(self, *, status: str = "up") -> Site:
        """A target with two hosts and, when up, an active master (domain 9)."""
        target = self.target
        target.data_center(status=status)
        target.cluster(name="cl-dr")
        target.host(1)
        target.host(2)
        target.network(2, "vlan110", profile="dr")
        target.mac_pool()
        if status == "up":
            key = target.domain(9)
            storage_views.set_field(target.store, key, "master", "true")
        return target

    def open(self, *numbers: int, version: str | None = None, **overrides: Any) -> Site:
        """Lay out the target, replicate the numbered domains, and start the target's Engine.

        ``overrides`` are fields of every ``Placement``.
        """
        lay_out(self.target.store, self.array)
        placements = [
            Placement(
                domain=uid("sd", n),
                **{
                    "storage_type": "nfs",
                    "address": "nas-b",
                    "path": f"/exp/r{n}",
                    **overrides,
                },
            )
            for n in numbers
        ]
        replicate(self.source.store, self.array, placements)
        self.engines.append(self.target.open(self.array, version=version))
        return self.target

    def recover(self, *numbers: int) -> None:
        """Import and attach the replicas of the numbered domains."""
        for number in numbers:
            answer = self.target.ask("POST", "/storagedomains", import_body(number))
            assert answer.status == 201, answer.body
            answer = self.attach(number)
            assert answer.status == 201, answer.body

    def attach(self, number: int, center: int = 1) -> Response:
        """Attach a domain to the target's data center."""
        return self.target.ask(
            "POST",
            f"/datacenters/{uid('dc', center)}/storagedomains",
            f"<storage_domain id='{uid('sd', number)}'/>",
        )

    def register(
        self, vm: str, *, domain: int = 1, cluster: str = "cl-dr", body: str = "", **headers: str
    ) -> Response:
        """Register a VM from a domain; ``body`` is put into the action."""
        mapping = f"<cluster><name>{cluster}</name></cluster>" if cluster else ""
        return self.target.ask(
            "POST",
            f"/storagedomains/{uid('sd', domain)}/vms/{vm}/register",
            f"<action>{mapping}{body}</action>",
            **headers,
        )


def import_body(number: int, *, name: str = "", expected: bool = True, **storage: str) -> str:
    """The body that imports the replica of a file domain, by id unless ``expected`` is false."""
    members = {"address": "nas-b", "path": f"/exp/r{number}", "type": "nfs", **storage}
    inside = "".join(f"<{tag}>{text}</{tag}>" for tag, text in members.items() if text)
    key = f" id='{uid('sd', number)}'" if expected else ""
    named = f"<name>{name}</name>" if name else ""
    return (
        f"<storage_domain{key}>{named}<type>data</type><host id='{uid('host', 1)}'/>"
        f"<storage>{inside}</storage></storage_domain>"
    )


def row(store: Store, domain: int = 1, vm: str = uid("vm", 1)) -> bool:
    """Whether the VM is listed as unregistered on the domain."""
    return store.exists(f"/storagedomains/{uid('sd', domain)}/vms;unregistered/{vm}")


def source_with_vm(world: World, **settings: str) -> Site:
    """A source with one VM that has one disk and one NIC."""
    source = world.plain_source()
    source.vm(1, disks=(source.disk(1),), **settings)
    source.nic(uid("vm", 1), 1, mac="56:6f:00:00:00:01", profile=uid("prof", 1))
    return source


def recovered(world: World, *domains: int, version: str | None = None) -> Site:
    """A target that has attached the replicas of these domains (the first one by default)."""
    world.plain_target()
    target = world.open(*(domains or (1,)), version=version)
    world.recover(*(domains or (1,)))
    return target


def mapping(kind: str, *pairs: tuple[str, str]) -> str:
    """A registration configuration with name mappings of one kind."""
    entries = "".join(
        f"<registration_{kind}_mapping><from><name>{a}</name></from><to><name>{b}</name></to>"
        f"</registration_{kind}_mapping>"
        for a, b in pairs
    )
    return (
        f"<registration_configuration><{kind}_mappings>{entries}</{kind}_mappings>"
        "</registration_configuration>"
    )
