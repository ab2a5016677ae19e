"""MAC pools."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.values import flag, text
from drplan.inventory.reader import Reader
from drplan.model.entities import MacPool, MacRange


async def read_mac_pools(reader: Reader) -> tuple[MacPool, ...]:
    """Every pool with its ranges."""
    listed = await reader.entries("mac_pools", reader.system.mac_pools_service().list)
    return tuple(mac_pool(it) for it in listed)


def mac_pool(entry: Any) -> MacPool:
    """One pool; addresses in lower case, as VMs have them."""
    ranges = [MacRange(it.from_.lower(), it.to.lower()) for it in entry.ranges or ()]
    return MacPool(
        id=entry.id,
        name=text(entry.name),
        allow_duplicates=flag(entry.allow_duplicates),
        default=flag(entry.default_pool),
        ranges=tuple(sorted(ranges, key=lambda it: (it.first, it.last))),
    )
