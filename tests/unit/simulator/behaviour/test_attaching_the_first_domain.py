from __future__ import annotations

import pytest

from drplan.simulator import storage_views
from tests.unit.simulator.behaviour.sites import Site, fault, uid
from tests.unit.simulator.behaviour.worlds import (
    World,
    import_body,
)


def status(target: Site, number: int = 1) -> str | None:
    """The real status of a domain."""
    return storage_views.status(target.store, uid("sd", number))


class TestFirstDomain:
    """5.1: the first domain of an uninitialised data center."""

    @pytest.fixture
    def target(self, world: World) -> Site:
        """An uninitialised data center, and two imported domains."""
        source = world.plain_source()
        source.vm(1, disks=(source.disk(1),))
        world.plain_target(status="uninitialized")
        site = world.open(1, 2)
        for number in (1, 2):
            site.ask("POST", "/storagedomains", import_body(number))
        return site

    def test_it_becomes_master_and_stays_locked_until_active(self, target: Site) -> None:
        """5.1 and 4.3: locked until active, the data center through its phases."""
        path = f"/datacenters/{uid('dc', 1)}"
        ticket = target.submit(
            "POST", f"{path}/storagedomains", f"<storage_domain id='{uid('sd', 1)}'/>"
        )
        seen = []
        while ticket.response is None:
            target.step()
            now = (status(target), target.store.value(path, "status"))
            if not seen or seen[-1] != now:
                seen.append(now)

        assert seen == [
            ("locked", "maintenance"),
            ("locked", "contend"),
            ("active", "up"),
        ]
        assert target.store.value(f"/storagedomains/{uid('sd', 1)}", "master") == "true"
        assert target.store.value(path, "storage_format") == "v5"
        spm = [target.store.value(h, "spm/status") for h in target.store.members("/hosts")]
        assert spm == ["spm", "none"]

    def test_its_vms_are_listed(self, world: World, target: Site) -> None:
        """8.4: the OVF_STORE of the first domain is read too."""
        world.attach(1)

        assert target.store.exists(
            f"/storagedomains/{uid('sd', 1)}/vms;unregistered/{uid('vm', 1)}"
        )

    def test_a_second_attach_meanwhile_finds_no_active_master(
        self, world: World, target: Site
    ) -> None:
        """5.1: as soon as the data center has left uninitialized."""
        path = f"/datacenters/{uid('dc', 1)}/storagedomains"
        first = target.submit("POST", path, f"<storage_domain id='{uid('sd', 1)}'/>")
        target.settle(1.0)
        second = world.attach(2)
        while first.response is None:
            target.step()

        assert first.response.status == 201
        assert fault(second)[0] == 409
        assert "master Storage Domain" in fault(second)[1]

    def test_a_second_attach_at_the_same_moment_has_an_empty_detail(
        self, world: World, target: Site
    ) -> None:
        """5.1: the data center changed between the outer and the inner check."""
        path = f"/datacenters/{uid('dc', 1)}/storagedomains"
        tickets = [
            target.submit("POST", path, f"<storage_domain id='{uid('sd', n)}'/>") for n in (1, 2)
        ]
        target.settle(300)

        assert [t.response.status for t in tickets] == [201, 400]
        assert b"<detail>[]</detail>" in tickets[1].response.body

    def test_any_failure_is_an_empty_detail_and_undone(self, world: World, target: Site) -> None:
        """5.1: VDSM texts are lost; domain and data center are restored."""
        world.array.export("nas-b", "/exp/r1").domains[0].state = "read_only"

        answer = world.attach(1)

        path = f"/datacenters/{uid('dc', 1)}"
        assert fault(answer) == (400, "[]")
        assert status(target) == "unattached"
        assert target.store.value(path, "status") == "uninitialized"
        assert target.store.value(f"/storagedomains/{uid('sd', 1)}", "master") == "false"

    def test_it_must_be_of_type_data(self, world: World) -> None:
        """5.2 ERROR_CANNOT_ADD_STORAGE_POOL_WITHOUT_DATA_DOMAIN."""
        world.plain_target(status="uninitialized")
        world.target.domain(5, center=None, kind="iso")
        world.open()

        status_code, detail = fault(world.attach(5))
        assert status_code == 409
        assert "Please attach Data Domain to the Data Center first." in detail
