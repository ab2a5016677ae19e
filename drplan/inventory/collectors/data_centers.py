"""Data centers."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.values import filled, flag, level, reference, text, word
from drplan.inventory.reader import Reader
from drplan.model.entities import DataCenter


async def read_data_centers(reader: Reader) -> tuple[DataCenter, ...]:
    """Every data center, also uninitialised ones."""
    listed = await reader.entries("data_centers", reader.system.data_centers_service().list)
    return tuple(data_center(it) for it in listed)


def data_center(entry: Any) -> DataCenter:
    """One data center; one without storage has no storage format."""
    return DataCenter(
        id=entry.id,
        name=text(entry.name),
        status=word(entry.status),
        version=level(entry.version),
        storage_format=filled(word(entry.storage_format)),
        quota_mode=word(entry.quota_mode),
        local=flag(entry.local),
        mac_pool_id=reference(entry.mac_pool),
    )
