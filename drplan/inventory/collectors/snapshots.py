"""Snapshots of VMs, previewed ones among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drplan.inventory.collectors.values import flag, text, word
from drplan.model.entities import Snapshot


def snapshots(entries: Sequence[Any] | None) -> tuple[Snapshot, ...] | None:
    """The snapshots by id; the next-run configuration among them has no type."""
    if entries is None:
        return None
    found = [
        Snapshot(
            id=it.id,
            type=word(it.snapshot_type),
            status=word(it.snapshot_status),
            description=text(it.description),
            with_memory=flag(it.persist_memorystate),
        )
        for it in entries
    ]
    return tuple(sorted(found, key=lambda it: it.id))
