"""Permissions on VMs: a role for a user or a group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drplan.inventory.collectors.values import reference
from drplan.model.entities import Permission


def permissions(entries: Sequence[Any] | None) -> tuple[Permission, ...] | None:
    """The permissions by id; ``None`` where they could not be read."""
    if entries is None:
        return None
    found = [
        Permission(
            id=it.id,
            role_id=reference(it.role),
            user_id=reference(it.user),
            group_id=reference(it.group),
        )
        for it in entries
    ]
    return tuple(sorted(found, key=lambda it: it.id))
