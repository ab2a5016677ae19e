"""Roles."""

from __future__ import annotations

from drplan.inventory.collectors.values import text
from drplan.inventory.reader import Reader
from drplan.model.entities import EngineRole


async def read_roles(reader: Reader) -> tuple[EngineRole, ...]:
    """Every role that permissions can give."""
    listed = await reader.entries("roles", reader.system.roles_service().list)
    return tuple(EngineRole(id=it.id, name=text(it.name)) for it in listed)
