"""Logical networks."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.values import inside, reference, text, word
from drplan.inventory.reader import Reader
from drplan.model.entities import Network


async def read_networks(reader: Reader) -> tuple[Network, ...]:
    """Every network of every data center; names repeat across them."""
    listed = await reader.entries("networks", reader.system.networks_service().list)
    return tuple(network(it) for it in listed)


def network(entry: Any) -> Network:
    """One network; its VLAN is an element with only an id."""
    return Network(
        id=entry.id,
        name=text(entry.name),
        data_center_id=reference(entry.data_center),
        vlan=inside(entry, "vlan", "id"),
        usages=tuple(sorted(used for it in entry.usages or () if (used := word(it)))),
        external=entry.external_provider is not None,
    )
