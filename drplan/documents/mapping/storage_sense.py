"""Whether the mapped storage domains can be told apart, and have one master per data center."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable

from drplan.documents.mapping.findings import Findings
from drplan.model.diagnostic import Position
from drplan.model.mapping import FILE_STORAGE_TYPES, SITE_ROLES, SiteRole, StorageMapping


def check_storages(storages: tuple[StorageMapping, ...], findings: Findings) -> None:
    """Note domains that are mapped twice, and data centers without one clear master."""
    _check_ids(storages, findings)
    for role in SITE_ROLES:
        _check_once(storages, role, findings)
        _check_masters(storages, role, findings)
    for index, storage in enumerate(storages):
        _check_replica(storage, index, findings)


def _check_ids(storages: tuple[StorageMapping, ...], findings: Findings) -> None:
    first: dict[str, Position | None] = {}
    for index, storage in enumerate(storages):
        if storage.domain_id is None:
            continue
        if storage.domain_id in first:
            findings.error(
                storage.position,
                f"the domain id {storage.domain_id} stands already at "
                f"{_place(first[storage.domain_id])}",
                key=f"dr_import_storages[{index}].dr_domain_id",
                next_step="Each domain has an id of its own; correct one of the two.",
            )
        first.setdefault(storage.domain_id, storage.position)


def _check_once(storages: tuple[StorageMapping, ...], role: SiteRole, findings: Findings) -> None:
    """Check that no two entries name the same domain: names are unique in one Engine."""
    first: dict[Hashable, StorageMapping] = {}
    for index, storage in enumerate(storages):
        for word, key in _identities(storage, role).items():
            if key in first:
                findings.error(
                    storage.side(role).position,
                    f"two domains of the {role} site have the same {word}; the other is at "
                    f"{_place(first[key].side(role).position)}",
                    key=f"dr_import_storages[{index}]",
                )
            first.setdefault(key, storage)


def _identities(storage: StorageMapping, role: SiteRole) -> dict[str, Hashable]:
    side = storage.side(role)
    identities: dict[str, Hashable] = {}
    if side.name:
        identities[f"name {side.name!r}"] = ("name", side.name)
    if storage.storage_type in FILE_STORAGE_TYPES and side.path:
        where = f"{side.address}:{side.path}" if side.address else side.path
        identities[f"path {where}"] = ("path", side.address, side.path.rstrip("/"))
    return identities


def _check_masters(
    storages: tuple[StorageMapping, ...], role: SiteRole, findings: Findings
) -> None:
    """Warn where a data center has no master, or several: the first one attached becomes it."""
    by_center: dict[str, list[StorageMapping]] = defaultdict(list)
    for storage in storages:
        if storage.domain_type == "data" and storage.side(role).data_center:
            by_center[storage.side(role).data_center].append(storage)
    for center, domains in by_center.items():
        masters = [storage for storage in domains if storage.side(role).master]
        if len(masters) == 1:
            continue
        chosen = (masters or domains)[0].side(role)
        found = f"{len(masters)} domains are" if masters else "no domain is"
        findings.warning(
            (masters[1] if masters else domains[0]).side(role).position,
            f"{found} master of the data center {center!r} of the {role} site",
            key=f"dr_{role}_master_domain",
            detail=f"{chosen.name!r} is attached first, and becomes master.",
        )


def _check_replica(storage: StorageMapping, index: int, findings: Findings) -> None:
    primary, secondary = storage.primary, storage.secondary
    if storage.storage_type not in FILE_STORAGE_TYPES or not primary.path or not primary.address:
        return
    if (primary.address, primary.path) == (secondary.address, secondary.path):
        findings.warning(
            secondary.position,
            "the replica is the very export of the primary site",
            key=f"dr_import_storages[{index}].dr_secondary_path",
            detail="That can be meant where the address moves with the storage. A test of the "
            "failover is not possible with it.",
        )


def _place(position: Position | None) -> str:
    return f"{position.line}:{position.column}" if position else "another place"
