"""Reads the list ``dr_network_mappings``: vNIC profiles and what stands in for them (R87 to R90)."""

from __future__ import annotations

from typing import Final

from drplan.documents.mapping import keys
from drplan.documents.mapping.section import Section
from drplan.documents.mapping.storages import GUID
from drplan.model.mapping import NetworkMapping, NetworkSide, SiteRole

ZERO_GUID: Final = "00000000-0000-0000-0000-000000000000"


def read_networks(top: Section) -> tuple[NetworkMapping, ...]:
    """Return the pairs of vNIC profiles; none at all means that names are matched (R20)."""
    networks = []
    for item in top.sections("dr_network_mappings", keys.NETWORK):
        item.report_unknown_keys(where="in dr_network_mappings")
        network = NetworkMapping(
            primary=_side(item, "primary"),
            secondary=_side(item, "secondary"),
            position=item.position,
        )
        if network.primary == NetworkSide() == network.secondary:
            continue
        _check_ends(item, network)
        networks.append(network)
    return tuple(networks)


def _side(item: Section, role: SiteRole) -> NetworkSide:
    side = NetworkSide(
        network=item.text(f"{role}_network_name"),
        profile=item.text(f"{role}_profile_name"),
        profile_id=_profile_id(item, f"{role}_profile_id"),
        data_center=item.filled(f"{role}_network_dc"),
    )
    if (side.network is None) != (side.profile is None):
        missing = "network_name" if side.network is None else "profile_name"
        item.warning(
            f"{role}_{missing}",
            f"{role}_{missing} is not filled in; the Engine matches the two names together",
        )
    return side


def _profile_id(item: Section, key: str) -> str | None:
    """Return the profile's id; the zero GUID is none, and is not "no profile" to the Engine."""
    text = (item.attribute(key) or "").strip().lower()
    if text and not GUID.fullmatch(text):
        item.error(key, f"expected the vNIC profile's id, a GUID, found {text!r}")
        return None
    if text == ZERO_GUID:
        item.warning(
            key,
            "the zero id does not mean “no profile”",
            detail="The Engine goes on to the names given here, and then to a network of the same "
            "name as at the source, and connects the vNIC to it.",
            next_step='Write both names of this side as "" to leave the vNIC without a profile.',
        )
        return None
    return text or None


def _check_ends(item: Section, mapping: NetworkMapping) -> None:
    source = mapping.primary
    if mapping.secondary == NetworkSide() and not item.has("secondary_profile_id"):
        item.warning(
            "secondary_network_name",
            "the secondary side is not filled in, so names at the source are looked for",
        )
    if source.network is None and source.profile is None:
        item.warning(
            "primary_network_name",
            "primary_network_name and primary_profile_name are not filled in, so nothing is mapped",
        )
