"""Disks: images, LUNs, and the Engine's own (OVF_STORE, memory of snapshots)."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.luns import luns
from drplan.inventory.collectors.values import filled, flag, inside, references, text, word
from drplan.inventory.reader import Reader
from drplan.model.entities import Disk, Lun


async def read_disks(reader: Reader) -> tuple[Disk, ...]:
    """Every disk that the Engine knows."""
    listed = await reader.entries("disks", reader.system.disks_service().list)
    return tuple(sorted((disk(it) for it in listed), key=lambda it: (it.name, it.id)))


def disk(entry: Any) -> Disk:
    """One disk. Before 4.2 there is no content type, and only the name tells an OVF_STORE."""
    name = text(entry.name or entry.alias)
    domains = entry.storage_domains or ([entry.storage_domain] if entry.storage_domain else [])
    return Disk(
        id=entry.id,
        name=name,
        content_type=word(entry.content_type) or ("ovf_store" if name == "OVF_STORE" else None),
        storage_type=word(entry.storage_type),
        status=word(entry.status),
        format=word(entry.format),
        shareable=flag(entry.shareable),
        provisioned_size=entry.provisioned_size,
        actual_size=entry.actual_size,
        image_id=filled(entry.image_id),
        storage_domain_ids=references(domains),
        lun=_lun(entry),
    )


def _lun(entry: Any) -> Lun | None:
    storage = entry.lun_storage
    kind = word(inside(storage, "type"))
    found = luns((it, kind) for it in inside(storage, "logical_units") or ())
    return found[0] if found else None
