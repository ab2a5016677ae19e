"""Which vNIC profile a registered NIC gets (entities sheet 1.3 and 1.5; Engine: MapVnicFlow).

Four steps, each falling to the next: the mapped id, the mapped names, the original names, the
empty profile. Only "both names empty" stops the chain early. Ending with the empty profile is a
success for the Engine: nothing tells the client.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VnicMapping:
    """One mapping as the request has it; ``None`` is absent, ``""`` is an empty element."""

    source_network: str
    source_profile: str
    target_id: str | None = None
    target_network: str | None = None
    target_profile: str | None = None

    @property
    def asks_for_nothing(self) -> bool:
        """Whether both target names are empty: the NIC is to have no profile (step 2)."""
        return self.target_network == "" and self.target_profile == ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A vNIC profile of the target and the network it belongs to."""

    id: str
    name: str
    network_id: str
    network_name: str


def map_vnic(
    network: str,
    profile: str,
    mappings: Sequence[VnicMapping],
    profiles: Iterable[Profile],
    cluster_networks: frozenset[str],
) -> str | None:
    """The id of the profile that a NIC ends with, or ``None`` for the empty profile.

    ``network`` and ``profile`` are the names in the OVF, ``""`` for none. The first mapping whose
    source names match counts. ``cluster_networks`` are ids of networks attached to the cluster.
    """
    attached = [p for p in profiles if p.network_id in cluster_networks]
    mapping = next(
        (m for m in mappings if (m.source_network, m.source_profile) == (network, profile)), None
    )
    if mapping is not None:
        by_id = next((p.id for p in attached if p.id == mapping.target_id), None)
        if by_id is not None:
            return by_id
        if mapping.asks_for_nothing:
            return None
        by_name = _named(attached, mapping.target_network, mapping.target_profile)
        if by_name is not None:
            return by_name
    return _named(attached, network, profile)


def _named(attached: Sequence[Profile], network: str | None, profile: str | None) -> str | None:
    if not network or not profile:
        return None
    return next((p.id for p in attached if (p.network_name, p.name) == (network, profile)), None)
