"""What a host sees of the array, as the Engine shows it: LUNs, and block domains to import."""

from __future__ import annotations

from collections.abc import Iterator

from drplan.simulator import answers, elements
from drplan.simulator.array import Array, DomainCopy, Lun, LunPath
from drplan.simulator.elements import Element
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id

GIB = 1024**3
NO_TARGETS = "couldn't connect to the specified targets"


def host_storages(store: Store, array: Array, host: str) -> Iterator[Element]:
    """The ``host_storage`` elements of a host, from the array and the Engine's own knowledge."""
    disks = {lun: disk for disk, lun in lun_disks(store)}
    copies = {lun: copy for copy in array.block_copies for lun in copy.lun_ids}
    for lun, paths in array.visible_luns(host):
        yield _host_storage(host, lun, paths, disks.get(lun.id), copies.get(lun.id))


def known_luns(store: Store) -> frozenset[str]:
    """The LUNs in the Engine's database: of storage domains and of direct-LUN disks."""
    of_disks = {lun for _, lun in lun_disks(store)}
    of_domains = {
        unit.get("id") or ""
        for path in store.members("/storagedomains")
        if store.value(path, "storage/type") in ("iscsi", "fcp")
        for unit in store.element(path).iterfind("storage/volume_group/logical_units/logical_unit")
    }
    return frozenset(of_disks | of_domains)


def lun_disks(store: Store) -> Iterator[tuple[str, str]]:
    """The direct-LUN disks of the Engine: (disk id, LUN id)."""
    for path in store.members("/disks"):
        if store.value(path, "storage_type") == "lun":
            unit = store.element(path).find("lun_storage/logical_units/logical_unit")
            if unit is not None:
                yield entity_id(path), unit.get("id") or ""


def importable(
    store: Store, array: Array, host: str, targets: set[str] | None
) -> Iterator[DomainCopy]:
    """Block domains that ``host`` sees and the Engine does not know.

    ``targets`` limits them to LUNs behind those targets; ``None`` is Fibre Channel: every LUN.
    """
    known = known_luns(store)
    for copy in array.visible_block_copies(host):
        reached = targets is None or any(
            path.target in targets for lun in copy.lun_ids for path in array.luns[lun].paths
        )
        if (
            reached
            and not store.exists(f"/storagedomains/{copy.id}")
            and not known & set(copy.lun_ids)
        ):
            yield copy


def _host_storage(
    host: str, lun: Lun, paths: tuple[LunPath, ...], disk: str | None, copy: DomainCopy | None
) -> Element:
    element = elements.make(
        "host_storage", href=answers.href(f"/hosts/{host}/storage/{lun.id}"), id=lun.id
    )
    units = elements.make("logical_units")
    units.append(_logical_unit(lun, paths, disk, copy))
    element.append(units)
    elements.set_text(element, "type", "iscsi" if lun.is_iscsi else "fcp")
    element.append(answers.link("host", f"/hosts/{host}"))
    return element


def _logical_unit(
    lun: Lun, paths: tuple[LunPath, ...], disk: str | None, copy: DomainCopy | None
) -> Element:
    used = disk is not None or copy is not None
    members = {
        "address": paths[0].address if paths else None,
        "disk_id": disk,
        "lun_mapping": "0",
        "paths": str(max(1, len(paths))),
        "port": str(paths[0].port) if paths else None,
        "portal": paths[0].shown_portal if paths else None,
        "product_id": lun.product or None,
        "serial": lun.serial or None,
        "size": str(lun.size // GIB * GIB),
        "status": "used" if used else "free",
        "storage_domain_id": copy.id if copy else None,
        "target": paths[0].target if paths else None,
        "vendor_id": lun.vendor or None,
        "volume_group_id": (copy.volume_group or None) if copy else None,
    }
    unit = elements.make("logical_unit", id=lun.id)
    for tag, text in members.items():
        if text is not None:
            unit.append(elements.make(tag, text))
    return unit
