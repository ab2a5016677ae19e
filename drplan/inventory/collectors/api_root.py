"""The API root: which Engine this is."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.values import filled, inside
from drplan.inventory.reader import Reader
from drplan.model.inventory import EngineIdentity


async def read_identity(reader: Reader) -> EngineIdentity:
    """The Engine's identity; empty, with a gap, where the root cannot be read."""
    api = await reader.get("engine", reader.system.get)
    return identity(api)


def identity(api: Any) -> EngineIdentity:
    """Product, instance and version as the root tells them (storage sheet 9)."""
    product = inside(api, "product_info")
    version = inside(product, "version")
    return EngineIdentity(
        product=filled(inside(product, "name")),
        vendor=filled(inside(product, "vendor")),
        instance_id=filled(inside(product, "instance_id")),
        full_version=filled(inside(version, "full_version")),
        major=inside(version, "major"),
        minor=inside(version, "minor"),
        build=inside(version, "build"),
    )
