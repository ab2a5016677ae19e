"""vNIC profiles."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.values import inside, reference, text, word
from drplan.inventory.reader import Reader
from drplan.model.entities import VnicProfile


async def read_vnic_profiles(reader: Reader) -> tuple[VnicProfile, ...]:
    """Every profile; it names its network only, and that its data center."""
    listed = await reader.entries("vnic_profiles", reader.system.vnic_profiles_service().list)
    return tuple(vnic_profile(it) for it in listed)


def vnic_profile(entry: Any) -> VnicProfile:
    """One profile."""
    return VnicProfile(
        id=entry.id,
        name=text(entry.name),
        network_id=reference(entry.network),
        pass_through=word(inside(entry, "pass_through", "mode")),
    )
