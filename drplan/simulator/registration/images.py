"""The image disks of an entity to register: known ones, their domains, their volumes.

Entities sheet 1.7 rows 7 to 11. With ``allow_partial_import`` a disk that fails is left out and
named in the event; otherwise the first failure refuses the command.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from drplan.simulator import storage_views
from drplan.simulator.array import Array
from drplan.simulator.handling import Wait
from drplan.simulator.ovf import OvfDisk
from drplan.simulator.reach import any_copy
from drplan.simulator.registration.pending import Pending
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import refuse_with


def exclude_known(pending: Pending) -> None:
    """Row 10, first check: disks in the database and not both shareable."""
    known = [disk for disk in pending.images if is_known(pending, disk)]
    if known and not pending.request.allow_partial:
        raise refuse_with(
            "ACTION_TYPE_FAILED_IMPORT_DISKS_ALREADY_EXIST",
            action="import",
            type=pending.type_name,
            diskAliases=", ".join(disk.alias for disk in known),
        )
    _drop(pending, known)


def refuse_known(pending: Pending) -> None:
    """Row 10, second check: over the unfiltered list, whether partial or not."""
    known = [disk for disk in pending.record.image_disks() if is_known(pending, disk)]
    if known:
        raise refuse_with(
            "ACTION_TYPE_FAILED_IMPORT_DISKS_ALREADY_EXIST",
            action="import",
            type=pending.type_name,
            diskAliases=", ".join(disk.alias for disk in known),
        )


def is_known(pending: Pending, disk: OvfDisk) -> bool:
    """Whether the disk is in the database and is not shareable on both sides."""
    path = f"/disks/{disk.id}"
    both_shareable = disk.shareable and pending.store.value(path, "shareable") == "true"
    return pending.store.exists(path) and not both_shareable


def check_domains(pending: Pending) -> None:
    """Rows 7 and 8: the disk's domain is attached to the data center, and active."""
    failed = []
    for disk in pending.images:
        for domain in disk.storage_domains:
            status = _status(pending, domain)
            if status == "active":
                continue
            if not pending.request.allow_partial:
                raise _domain_refusal(pending, status)
            failed.append(disk)
            break
    _drop(pending, failed)


def _status(pending: Pending, domain: str) -> str | None:
    """The status in the data center; ``None`` where the domain is not attached to it."""
    if storage_views.data_center_of(pending.store, domain) != pending.center:
        return None
    return storage_views.status(pending.store, domain)


def _domain_refusal(pending: Pending, status: str | None) -> Exception:
    if status is None:
        key = "ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_EXIST"
        return refuse_with(key, action="import", type=pending.type_name)
    return refuse_with(
        "ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL2",
        action="import",
        type=pending.type_name,
        status=rules.status_name(status),
    )


def check_volumes(pending: Pending) -> Generator[Wait, None, None]:
    """Row 9: each volume exists, asked through the SPM one after the other (sheet 2.3)."""
    engine = pending.call.engine
    volumes = sum(disk.volumes for disk in pending.images)
    if volumes:
        yield from engine.hold(f"spm:{pending.center}", volumes * engine.latency.spm_call)
    failed = [disk for disk in pending.images if not any(_holding(pending, disk))]
    if failed and not pending.request.allow_partial:
        key = "ACTION_TYPE_FAILED_VM_IMAGE_DOES_NOT_EXIST"
        if pending.record.kind == "template":
            key = "TEMPLATE_IMAGE_NOT_EXIST"
        raise refuse_with(key, action="import", type=pending.type_name)
    _drop(pending, failed)


def _holding(pending: Pending, disk: OvfDisk) -> Iterator[bool]:
    for domain in disk.storage_domains:
        yield has_volume(pending, domain, disk.id)


def has_volume(pending: Pending, domain: str, disk: str) -> bool:
    """Whether the domain's copy, as the hosts reach it, holds the disk."""
    array: Array | None = pending.call.engine.array
    center = storage_views.data_center_of(pending.store, domain)
    if array is None or center is None:
        return False
    copy = any_copy(pending.store, array, center, domain)
    return copy is not None and disk in copy.volumes


def _drop(pending: Pending, disks: list[OvfDisk]) -> None:
    gone = {disk.id for disk in disks}
    pending.missing.disks.update((disk.id, disk.alias) for disk in disks)
    pending.images = [disk for disk in pending.images if disk.id not in gone]
