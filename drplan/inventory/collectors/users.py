"""Users that the Engine knows."""

from __future__ import annotations

from drplan.inventory.collectors.values import filled, inside, reference, text
from drplan.inventory.reader import Reader
from drplan.model.entities import User


async def read_users(reader: Reader) -> tuple[User, ...]:
    """Every user who ever logged in or was given a permission."""
    listed = await reader.entries("users", reader.system.users_service().list)
    return tuple(
        User(
            id=it.id,
            name=text(it.name),
            user_name=filled(it.user_name),
            principal=filled(it.principal),
            domain_id=reference(it.domain),
            domain_name=filled(inside(it, "domain", "name")),
        )
        for it in listed
    )
