"""Storage connections: how hosts reach storage. None of its credentials is kept."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.values import filled, text, word
from drplan.inventory.reader import Reader
from drplan.model.entities import StorageConnection


async def read_storage_connections(reader: Reader) -> tuple[StorageConnection, ...]:
    """Every connection, also those that a removed domain left behind."""
    listed = await reader.entries(
        "storage_connections", reader.system.storage_connections_service().list
    )
    return tuple(storage_connection(it) for it in listed)


def storage_connection(entry: Any) -> StorageConnection:
    """One connection."""
    return StorageConnection(
        id=entry.id,
        name=text(entry.name),
        type=word(entry.type),
        address=filled(entry.address),
        path=filled(entry.path),
        port=entry.port,
        target=filled(entry.target),
        vfs_type=filled(entry.vfs_type),
        mount_options=filled(entry.mount_options),
    )
