"""Laying storage out on the array: what a site's Engine has, and its replicas at the other site.

``lay_out`` puts the domains of one Engine where that Engine reaches them; ``replicate`` writes
copies of a source's domains to the places where the target will look, as storage replication
would have. What goes wrong with replicas is said in the ``Placement``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from copy import copy as shallow
from dataclasses import dataclass, replace
from typing import Literal

from drplan.simulator import definitions, elements
from drplan.simulator.array import (
    Array,
    DomainCopy,
    Keeper,
    Lun,
    LunPath,
    Mirror,
    MountState,
    OvfStore,
    Volume,
)
from drplan.simulator.elements import Element
from drplan.simulator.store import Store

BLOCK = ("iscsi", "fcp")
ON_ARRAY = ("nfs", "glusterfs", "posixfs", *BLOCK)

PlacementState = Literal["read_write", "read_only", "absent", "unreadable"]

_MOUNTS: dict[str, MountState] = {"absent": "refuses", "unreadable": "unreadable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where the replica of the source's domain ``domain`` lies at the target, and in what shape.

    File domains have ``address`` and ``path``; iSCSI domains have ``targets``. ``lun_ids`` are
    the replica's LUNs, one for each of the original's; without them ids are derived from those.
    ``state`` absent: the export refuses the mount, the LUNs are not there; unreadable: the mount
    works and looking for domains on it fails. ``empty``: the export mounts and holds nothing. ``holds``: another domain's id was found there instead.
    ``missing_volumes`` are disks that did not reach the replica. ``hosts`` are the ids of the
    hosts that may see it, all where it is ``None``. ``broken``: what the source writes from now on
    does not reach the replica, and neither do its leases (a clone, or a replica promoted for good).
    """

    domain: str
    storage_type: str
    address: str | None = None
    path: str | None = None
    targets: tuple[LunPath, ...] = ()
    lun_ids: tuple[str, ...] = ()
    state: PlacementState = "read_write"
    empty: bool = False
    holds: str | None = None
    missing_volumes: frozenset[str] = frozenset()
    hosts: frozenset[str] | None = None
    lease_until: float = 0.0
    broken: bool = False

    @property
    def is_block(self) -> bool:
        """Whether the replica lies on LUNs."""
        return self.storage_type in BLOCK


@dataclass(frozen=True, slots=True, kw_only=True)
class LunPlacement:
    """The replica of a direct LUN at the target; without ``targets`` it is a Fibre Channel LUN."""

    lun_id: str
    size: int
    targets: tuple[LunPath, ...] = ()
    hosts: frozenset[str] | None = None


def lay_out(store: Store, array: Array) -> None:
    """Put an Engine's own domains, and the LUNs that its hosts list, on the array.

    Only this Engine's hosts see its LUNs; a host has the iSCSI sessions that its list shows. From
    now on the site keeps its hosts' ids on what it has attached (see ``host_ids``).
    """
    array.keepers.append(Keeper(store))
    hosts = frozenset(path.rpartition("/")[2] for path in store.members("/hosts"))
    _lay_out_listed_luns(store, array, hosts)
    contents = _ovf_contents(store)
    for path in store.members("/storagedomains"):
        element = store.element(path)
        storage_type = elements.text_of(element, "storage/type") or ""
        if storage_type not in ON_ARRAY or elements.text_of(element, "type") not in ("data", "iso"):
            continue
        found = original(store, element, contents.get(element.get("id") or "", OvfStore()))
        address = elements.text_of(element, "storage/address")
        place = elements.text_of(element, "storage/path")
        if found.is_block:
            _add_luns(array, element, hosts)
            array.block_copies.append(found)
        elif place is not None:
            array.ensure_export(address, place).domains.append(found)


def replicate(source: Store, array: Array, placements: Iterable[Placement]) -> None:
    """Write the replicas of a source's domains: OVF_STORE and volumes as the source has them.

    Where the source's own copy lies on the array too, the replica is a mirror of it.
    """
    originals = _originals(source)
    for placement in placements:
        found = originals.get(placement.domain)
        if found is None:
            raise KeyError(placement.domain)
        replica = _replica(found, placement, originals)
        _place(array, placement, replica)
        standing = _standing(source, array, placement.domain)
        if standing is not None and standing.id == replica.id:
            array.mirrors.append(Mirror(standing, replica, broken=placement.broken))


def recall(source: Store, array: Array) -> None:
    """Give domains that the target has already what the source knows to lie on them.

    The target's recording lists what is still unregistered there without its OVF; the source has
    the whole definition, and the volumes.
    """
    originals = _originals(source)
    for copy in array.copies():
        known = originals.get(copy.id)
        if known is None:
            continue
        for key, record in known.ovf_store.records.items():
            mine = copy.ovf_store.records.get(key)
            if mine is None or not mine.cluster:
                copy.ovf_store.records[key] = record
        for key, volume in known.volumes.items():
            copy.volumes.setdefault(key, volume)


def _originals(source: Store) -> dict[str, DomainCopy]:
    """The source's domains by id."""
    contents = _ovf_contents(source)
    found: dict[str, DomainCopy] = {}
    for path in source.members("/storagedomains"):
        key = path.rpartition("/")[2]
        found[key] = original(source, source.element(path), contents.get(key, OvfStore()))
    return found


def _standing(store: Store, array: Array, domain: str) -> DomainCopy | None:
    """The copy of its own that a source has on the array."""
    storage = store.element(f"/storagedomains/{domain}").find("storage")
    if storage is None:
        return None
    units = storage.findall("volume_group/logical_units/logical_unit")
    lun_ids = {unit.get("id") or "" for unit in units}
    place = elements.text_of(storage, "path")
    export = array.export(elements.text_of(storage, "address"), place) if place else None
    found = export.domains if export is not None else array.block_copies
    return next(
        (c for c in found if c.id == domain and (not c.is_block or lun_ids & set(c.lun_ids))), None
    )


def place_luns(array: Array, placements: Iterable[LunPlacement]) -> None:
    """Put the replicas of direct LUNs on the array."""
    for placement in placements:
        array.luns[placement.lun_id] = Lun(
            placement.lun_id, placement.size, placement.targets, hosts=placement.hosts
        )


def original(store: Store, element: Element, ovf_store: OvfStore) -> DomainCopy:
    """A domain as its own metadata tells it: format, pool, master, LUNs, volumes, OVF_STORE."""
    key = element.get("id") or ""
    center = _center(element)
    units = element.findall("storage/volume_group/logical_units/logical_unit")
    used = int(elements.text_of(element, "used") or 0)
    return DomainCopy(
        id=key,
        name=elements.text_of(element, "name") or "",
        type=elements.text_of(element, "type") or "data",
        storage_format=elements.text_of(element, "storage_format") or "v5",
        storage_type=elements.text_of(element, "storage/type") or "",
        pool=center,
        master=elements.text_of(element, "master") == "true",
        block_size=int(elements.text_of(element, "block_size") or 512),
        size=used + int(elements.text_of(element, "available") or 0),
        used=used,
        volumes={v.disk_id: v for v in _volumes(store, key, ovf_store)},
        ovf_store=ovf_store,
        lun_ids=tuple(dict.fromkeys(unit.get("id") or "" for unit in units)),
        volume_group=elements.reference(element, "storage/volume_group") or "",
    )


def _center(element: Element) -> str | None:
    found = element.find("data_centers/data_center")
    return elements.reference(element, "data_center") if found is None else found.get("id")


def _ovf_contents(store: Store) -> dict[str, OvfStore]:
    contents: dict[str, OvfStore] = {}
    for record in definitions.definitions(store):
        for domain in definitions.holders(store, record):
            contents.setdefault(domain, OvfStore()).records[record.id] = record
    for path in store.members("/storagedomains"):
        domain = path.rpartition("/")[2]
        for record in definitions.unregistered(store, domain):
            contents.setdefault(domain, OvfStore()).records.setdefault(record.id, record)
    for path in store.members("/disks"):
        if store.value(path, "content_type") == "ovf_store":
            for holder in store.element(path).findall("storage_domains/storage_domain"):
                found = contents.setdefault(holder.get("id") or "", OvfStore())
                found.disk_ids = (*found.disk_ids, path.rpartition("/")[2])
    return contents


def _volumes(store: Store, domain: str, ovf_store: OvfStore) -> Iterator[Volume]:
    chains = {d.id: d.volumes for r in ovf_store.records.values() for d in r.image_disks()}
    for path in store.members("/disks"):
        if store.value(path, "storage_type") not in (None, "image"):
            continue
        element = store.element(path)
        held = [e.get("id") for e in element.findall("storage_domains/storage_domain")]
        if domain in held:
            key = path.rpartition("/")[2]
            yield Volume(key, elements.serialise(element), chains.get(key, 1))


def _replica(
    found: DomainCopy, placement: Placement, originals: dict[str, DomainCopy]
) -> DomainCopy:
    if placement.holds is not None:
        other = originals.get(placement.holds)
        found = shallow(other) if other is not None else _stranger(found, placement.holds)
    lun_ids = placement.lun_ids or tuple(derived_lun(lun) for lun in found.lun_ids)
    return replace(
        found,
        storage_type=placement.storage_type,
        state="read_only" if placement.state == "read_only" else "read_write",
        volumes={k: v for k, v in found.volumes.items() if k not in placement.missing_volumes},
        ovf_store=replace(found.ovf_store, records=dict(found.ovf_store.records)),
        lun_ids=lun_ids if placement.is_block else (),
        lease_until=placement.lease_until,
    )


def _stranger(found: DomainCopy, key: str) -> DomainCopy:
    """A domain that the source does not know: empty, under another id."""
    return replace(
        found, id=key, name=f"{found.name}_other", volumes={}, ovf_store=OvfStore(), pool=None
    )


def _place(array: Array, placement: Placement, replica: DomainCopy) -> None:
    if placement.is_block:
        if placement.state == "absent" or placement.empty:
            return
        for lun_id in replica.lun_ids:
            size = max(1, replica.size // max(1, len(replica.lun_ids)))
            array.luns[lun_id] = Lun(lun_id, size, placement.targets, hosts=placement.hosts)
        kept = [c for c in array.block_copies if not set(c.lun_ids) & set(replica.lun_ids)]
        array.block_copies[:] = [*kept, replica]
        return
    export = array.ensure_export(placement.address, placement.path or "/")
    export.hosts = placement.hosts
    export.mount = _MOUNTS.get(placement.state, "mounts")
    export.domains[:] = [] if placement.empty else [replica]


def derived_lun(lun_id: str) -> str:
    """The id of a replica's LUN where nobody named it: another WWID, always the same."""
    digest = hashlib.sha256(f"replica of {lun_id}".encode()).hexdigest()
    return f"36{digest[:31]}"


def _lay_out_listed_luns(store: Store, array: Array, hosts: frozenset[str]) -> None:
    for host in store.members("/hosts"):
        host_id = host.rpartition("/")[2]
        for path in store.members(f"{host}/storage"):
            for unit in store.element(path).findall("logical_units/logical_unit"):
                lun = _merge_unit(array, unit, hosts)
                array.sessions.update((host_id, p.target) for p in lun.paths)


def _add_luns(array: Array, element: Element, hosts: frozenset[str]) -> None:
    for unit in element.findall("storage/volume_group/logical_units/logical_unit"):
        _merge_unit(array, unit, hosts)


def _merge_unit(array: Array, unit: Element, hosts: frozenset[str]) -> Lun:
    key = unit.get("id") or ""
    known = array.luns.get(key)
    size = int(elements.text_of(unit, "size") or 0)
    target = elements.text_of(unit, "target")
    paths: tuple[LunPath, ...] = ()
    if target:
        paths = (
            LunPath(
                elements.text_of(unit, "address") or "",
                int(elements.text_of(unit, "port") or 3260),
                target,
                elements.text_of(unit, "portal") or "",
            ),
        )
    before = known.paths if known else ()
    new = tuple(p for p in paths if all(_place_of(p) != _place_of(b) for b in before))
    allowed = hosts | known.hosts if known and known.hosts else hosts
    lun = Lun(key, size or (known.size if known else 0), before + new, hosts=allowed)
    lun.vendor = elements.text_of(unit, "vendor_id") or (known.vendor if known else "")
    lun.product = elements.text_of(unit, "product_id") or (known.product if known else "")
    lun.serial = elements.text_of(unit, "serial") or (known.serial if known else "")
    array.luns[key] = lun
    return lun


def _place_of(path: LunPath) -> tuple[str, int, str]:
    return (path.address, path.port, path.target)
