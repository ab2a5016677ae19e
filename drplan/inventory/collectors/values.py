"""Plain values out of SDK objects, where any element may be missing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from drplan.model.entities import Version


def reference(entity: Any) -> str | None:
    """The id of a referred entity, if there is one."""
    return None if entity is None else entity.id


def references(entities: Iterable[Any] | None) -> tuple[str, ...]:
    """The ids of referred entities, sorted."""
    return tuple(sorted({it.id for it in entities or () if it.id is not None}))


def word(value: Any) -> str | None:
    """The wire's word of an enumerated value; ``None`` for none and for one newer than the SDK."""
    return None if value is None else str(value.value)


def text(value: str | None) -> str:
    """A text; an absent one is an empty one."""
    return value or ""


def filled(value: str | None) -> str | None:
    """A text, where an empty one means that there is none."""
    return value or None


def flag(value: bool | None, *, absent: bool = False) -> bool:
    """A boolean, with what it means when the element is missing."""
    return absent if value is None else value


def level(version: Any) -> Version | None:
    """A compatibility level, if both of its numbers are there."""
    if version is None or version.major is None or version.minor is None:
        return None
    return Version(version.major, version.minor)


def moment(value: datetime | None) -> str | None:
    """A time as the Engine wrote it, with its own offset."""
    return None if value is None else value.isoformat(timespec="milliseconds")


def inside(entity: Any, *path: str) -> Any:
    """A member of a member; ``None`` as soon as one is missing."""
    for name in path:
        if entity is None:
            return None
        entity = getattr(entity, name)
    return entity
