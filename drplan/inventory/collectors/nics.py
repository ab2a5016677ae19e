"""vNICs of VMs and templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drplan.inventory.collectors.values import flag, inside, reference, text, word
from drplan.model.entities import Nic


def nics(entries: Sequence[Any] | None) -> tuple[Nic, ...] | None:
    """The vNICs by name; ``None`` where they could not be read."""
    if entries is None:
        return None
    found = [
        Nic(
            id=it.id,
            name=text(it.name),
            mac=text(inside(it, "mac", "address")).lower() or None,
            vnic_profile_id=reference(it.vnic_profile),
            interface=word(it.interface),
            linked=flag(it.linked, absent=True),
            plugged=flag(it.plugged, absent=True),
        )
        for it in entries
    ]
    return tuple(sorted(found, key=lambda it: (it.name, it.id)))
