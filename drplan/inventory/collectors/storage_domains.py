"""Storage domains, of which the Engine shows two halves.

The list of all of them has a status only for unattached ones; what an attached one is doing stands
under its data center (storage sheet 4.1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from drplan.inventory.collectors.luns import luns
from drplan.inventory.collectors.values import (
    filled,
    flag,
    inside,
    reference,
    references,
    text,
    word,
)
from drplan.inventory.reader import Reader
from drplan.model.entities import DataCenter, StorageDomain

STATUS = "storage_domains.status"


async def read_storage_domains(
    reader: Reader, data_centers: Sequence[DataCenter]
) -> tuple[StorageDomain, ...]:
    """Every storage domain, with the status it has under its data center."""
    top = await reader.entries("storage_domains", reader.system.storage_domains_service().list)
    service = reader.system.data_centers_service()
    methods = [
        service.data_center_service(it.id).storage_domains_service().list for it in data_centers
    ]
    attached = await reader.each(STATUS, methods)
    reader.note_dependent(STATUS, "data_centers")
    return merge(
        top,
        [
            (it.id, entries)
            for it, entries in zip(data_centers, attached, strict=True)
            if entries is not None
        ],
    )


def merge(
    top: Iterable[Any], attached: Iterable[tuple[str, Iterable[Any]]]
) -> tuple[StorageDomain, ...]:
    """Both halves by id; a domain that only one of them has is kept."""
    entries = {it.id: it for it in top}
    statuses: dict[str, str | None] = {}
    data_centers: dict[str, set[str]] = {
        key: set(references(it.data_centers)) for key, it in entries.items()
    }
    for data_center_id, listed in attached:
        for it in listed:
            entries.setdefault(it.id, it)
            statuses[it.id] = word(it.status)
            data_centers.setdefault(it.id, set()).add(data_center_id)
    merged = [
        storage_domain(it, statuses.get(key, word(it.status)), data_centers[key])
        for key, it in entries.items()
    ]
    return tuple(sorted(merged, key=lambda it: (it.name, it.id)))


def storage_domain(entry: Any, status: str | None, data_centers: Iterable[str]) -> StorageDomain:
    """One storage domain; its LUNs hang under the volume group, once per path."""
    storage = entry.storage
    kind = word(inside(storage, "type"))
    units = inside(storage, "volume_group", "logical_units") or inside(storage, "logical_units")
    own = reference(entry.data_center)
    return StorageDomain(
        id=entry.id,
        name=text(entry.name),
        type=word(entry.type),
        storage_type=kind,
        status=status,
        master=flag(entry.master),
        data_center_ids=tuple(sorted({*data_centers, *([own] if own else [])})),
        address=filled(inside(storage, "address")),
        path=filled(inside(storage, "path")),
        vfs_type=filled(inside(storage, "vfs_type")),
        mount_options=filled(inside(storage, "mount_options")),
        nfs_version=word(inside(storage, "nfs_version")),
        volume_group_id=reference(inside(storage, "volume_group")),
        luns=luns((it, kind) for it in units or ()),
        storage_format=word(entry.storage_format),
        block_size=entry.block_size,
        available=entry.available,
        used=entry.used,
        committed=entry.committed,
        backup=entry.backup,
        wipe_after_delete=entry.wipe_after_delete,
        discard_after_delete=entry.discard_after_delete,
        critical_space_action_blocker=entry.critical_space_action_blocker,
        warning_low_space_indicator=entry.warning_low_space_indicator,
    )
