"""How a mapped name is resolved (entities sheet 1.4; Engine: DrMappingHelper).

Look the mapped name up; if the target has none of that name, *fall back to the original*; if
there is no mapping, the original. What exists neither way is dropped by the caller.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping


def resolve(name: str, mapping: Mapping[str, str], existing: Collection[str]) -> str | None:
    """The name that counts on the target, or ``None`` where neither of the two exists."""
    mapped = mapping.get(name)
    if mapped is not None and mapped in existing:
        return mapped
    return name if name in existing else None
