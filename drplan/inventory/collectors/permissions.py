"""Permissions on VMs: a role for a user or a group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drplan.inventory.collectors.values import reference
from drplan.model.entities import Permission


def permissions(entries: Sequence[Any] | None, vm_id: str) -> tuple[Permission, ...] | None:
    """The direct permissions on a VM by id; ``None`` where they could not be read.

    The Engine's list has inherited ones too (of the cluster, the data center, the system, which
    name no VM); only direct ones travel with the VM's definition.
    """
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
        if reference(it.vm) == vm_id
    ]
    return tuple(sorted(found, key=lambda it: it.id))
