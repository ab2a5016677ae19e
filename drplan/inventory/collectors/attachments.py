"""Disk attachments of VMs and templates: an attachment's id is its disk's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drplan.inventory.collectors.values import flag, reference, word
from drplan.model.entities import DiskAttachment


def disk_attachments(entries: Sequence[Any] | None) -> tuple[DiskAttachment, ...] | None:
    """The attachments by disk; ``None`` where they could not be read."""
    if entries is None:
        return None
    found = [
        DiskAttachment(
            disk_id=reference(it.disk) or it.id,
            active=flag(it.active, absent=True),
            bootable=flag(it.bootable),
            read_only=flag(it.read_only),
            interface=word(it.interface),
        )
        for it in entries
    ]
    return tuple(sorted(found, key=lambda it: it.disk_id))
