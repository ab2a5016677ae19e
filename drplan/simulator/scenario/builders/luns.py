"""LUNs: those of block domains, direct ones, and replicas that hosts see already."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Iterator
from dataclasses import dataclass, replace

from drplan.simulator.elements import Element
from drplan.simulator.replication import derived_lun
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.definition import DomainSpec
from drplan.simulator.scenario.form import Value, bare
from drplan.simulator.scenario.site import Site

_LETTERS = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Path:
    """One way to an iSCSI LUN."""

    address: str
    port: int
    target: str
    group: int = 1

    @property
    def portal(self) -> str:
        """The portal as hosts report it: with the target portal group."""
        return f"{self.address}:{self.port},{self.group}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A LUN and what lies on it; ``centers`` limits which data centers' hosts list it."""

    id: str
    type: str
    size: int
    number: int = 0
    paths: tuple[Path, ...] = ()
    volume_group: str | None = None
    domain_id: str | None = None
    disk_id: str | None = None
    centers: tuple[str, ...] | None = None


def volume_group_id(seed: str) -> str:
    """An id in the form of LVM: 6-4-4-4-4-4-6 letters and digits (wire-facts.md section 3)."""
    digest = hashlib.sha256(f"volume group {seed}".encode()).digest()
    letters = iter(_LETTERS[byte % len(_LETTERS)] for byte in digest)
    return "-".join("".join(next(letters) for _ in range(n)) for n in (6, 4, 4, 4, 4, 4, 6))


def of_domain(site: Site, center: str | None, domain: DomainSpec) -> tuple[Unit, ...]:
    """The LUNs of a block domain with every path; their order differs from LUN to LUN."""
    units = []
    for number, lun in enumerate(domain.luns):
        paths = [
            Path(address, domain.port, domain.target or "", 1027 + index)
            for index, address in enumerate(domain.portals)
        ]
        units.append(
            Unit(
                lun.id,
                domain.type,
                spelling.size(lun.size),
                number,
                tuple(paths if number % 2 == 0 else reversed(paths)),
                volume_group_id(site.domain_id(domain)),
                site.domain_id(domain),
                centers=None if center is None else (center,),
            )
        )
    return tuple(units)


def direct(site: Site) -> Iterator[Unit]:
    """The LUNs outside every domain; one that a VM uses names its disk."""
    used = disk_ids(site)
    for number, lun in enumerate(site.spec.direct_luns):
        paths: tuple[Path, ...] = ()
        if lun.type == "iscsi":
            paths = (Path(lun.address or "", lun.port, lun.target or ""),)
        yield Unit(
            lun.id, lun.type, spelling.size(lun.size), number, paths, disk_id=used.get(lun.id)
        )


def disk_ids(site: Site) -> dict[str, str]:
    """Which disk of the site is on which direct LUN."""
    found: dict[str, str] = {}
    for vm in site.spec.vms:
        for number, text in enumerate(vm.disks):
            disk = spelling.disk(text)
            if disk.lun is not None:
                found[disk.lun] = site.id("disk", site.vm_id(vm), str(number))
    return found


def replicas(site: Site, other: Site) -> Iterator[Unit]:
    """The replicas of the other site's LUNs that hosts here see without a login."""
    for name in site.spec.replica_luns:
        _, domain = other.domains[name]
        for unit in of_domain(other, None, domain):
            yield replace(unit, id=derived_lun(unit.id), domain_id=None)


def listed(site: Site, other: Site) -> Iterator[Unit]:
    """All that the site's hosts list."""
    for dc, domain in site.domains.values():
        if dc is not None:
            yield from of_domain(site, dc.name, domain)
    for unit, spec in zip(direct(site), site.spec.direct_luns, strict=True):
        if spec.visible:
            yield unit
    yield from replicas(site, other)


def logical_unit(unit: Unit, path: Path | None, *, listed_by_host: bool) -> Element:
    """A ``logical_unit``: in a domain's volume group, or in a host's list.

    A host's list tells the status; a domain's volume group tells what the LUN is used for.
    """
    members: dict[str, Value] = {
        "discard_max_size": 0,
        "discard_zeroes_data": False,
        "lun_mapping": unit.number,
        "paths": max(1, len(unit.paths)) if listed_by_host else 0,
        "product_id": "LUN C-Mode",
        "serial": f"SNETAPP_LUN_C-Mode_{unit.id[-12:]}",
        "size": unit.size,
        "vendor_id": "NETAPP",
        "storage_domain_id": unit.domain_id,
        "volume_group_id": unit.volume_group,
        "disk_id": unit.disk_id,
    }
    if path is not None:
        members |= {
            "address": path.address,
            "port": path.port,
            "portal": path.portal,
            "target": path.target,
        }
    if listed_by_host:
        used = unit.volume_group or unit.disk_id
        members["status"] = "used" if used else "free"
    return bare("logical_unit", unit.id, members)
