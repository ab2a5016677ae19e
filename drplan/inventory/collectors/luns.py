"""LUNs: the Engine lists one entry per path, and they belong together by id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drplan.inventory.collectors.values import filled, word
from drplan.model.entities import Lun, LunPath

Unit = tuple[Any, str | None]


def luns(units: Iterable[Unit]) -> tuple[Lun, ...]:
    """The LUNs of ``(logical unit, storage type)`` pairs by id, with every path once."""
    grouped: dict[str, list[Unit]] = {}
    for unit in units:
        grouped.setdefault(unit[0].id, []).append(unit)
    return tuple(_lun(lun_id, grouped[lun_id]) for lun_id in sorted(grouped))


def _lun(lun_id: str, units: list[Unit]) -> Lun:
    def first(name: str) -> Any:
        return next(
            (it for unit, _ in units if (it := getattr(unit, name)) not in {None, ""}), None
        )

    paths = {path: None for unit, _ in units if (path := _path(unit)) != LunPath()}
    return Lun(
        id=lun_id,
        storage_type=next((kind for _, kind in units if kind is not None), None),
        size=first("size"),
        paths=tuple(
            sorted(
                paths,
                key=lambda it: (it.address or "", it.port or 0, it.target or "", it.portal or ""),
            )
        ),
        volume_group_id=first("volume_group_id"),
        storage_domain_id=first("storage_domain_id"),
        disk_id=first("disk_id"),
        status=word(first("status")),
    )


def _path(unit: Any) -> LunPath:
    return LunPath(
        address=filled(unit.address),
        port=unit.port,
        portal=filled(unit.portal),
        target=filled(unit.target),
    )
