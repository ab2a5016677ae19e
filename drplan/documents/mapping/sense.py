"""Whether a mapping that can be read also makes sense, as far as the file alone can tell.

What is ambiguous is an error. What the Engine will do otherwise than people expect is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Final, Protocol, TypeVar

from drplan.documents.mapping.findings import Findings
from drplan.documents.mapping.storage_sense import check_storages
from drplan.model.diagnostic import Position
from drplan.model.mapping import LunMapping, Mapping, NameMapping, NetworkMapping

_NAME_LISTS: Final = {
    "dr_cluster_mappings": "clusters",
    "dr_affinity_group_mappings": "affinity_groups",
    "dr_affinity_label_mappings": "affinity_labels",
    "dr_domain_mappings": "domains",
    "dr_role_mappings": "roles",
}


class _Placed(Protocol):
    @property
    def position(self) -> Position | None: ...


Entry = TypeVar("Entry", bound=_Placed)


def check_sense(mapping: Mapping, findings: Findings) -> None:
    """Note what is ambiguous, and what will not have the effect that it seems to have."""
    _check_sites(mapping, findings)
    check_storages(mapping.storages, findings)
    for key, field in _NAME_LISTS.items():
        _check_names(key, getattr(mapping, field), findings)
    _check_role_chains(mapping.roles, findings)
    _check_domains(mapping.domains, findings)
    _check_networks(mapping.networks, findings)
    _check_luns(mapping.luns, findings)


def _check_sites(mapping: Mapping, findings: Findings) -> None:
    primary, secondary = mapping.primary, mapping.secondary
    if primary.url and primary.url.rstrip("/").lower() == secondary.url.rstrip("/").lower():
        findings.error(
            secondary.position,
            "both sites have the same URL, so they are the same Engine",
            key="dr_sites_secondary_url",
        )
    if primary.name == secondary.name:
        findings.error(
            None,
            f"both sites are called {primary.name!r}",
            key="drplan.sites",
            next_step="Give them different names.",
        )
    target, source = mapping.settings.target_host, mapping.settings.source_map
    if target is not None and target == source:
        findings.warning(
            mapping.settings.positions.get("target_host"),
            f"dr_target_host and dr_source_map are both {target}",
            key="dr_target_host",
        )


def _check_names(key: str, pairs: tuple[NameMapping, ...], findings: Findings) -> None:
    """Check that each source name is mapped once: the Engine answers HTTP 500 otherwise."""
    for pair, first in _repeated(pairs, lambda pair: pair.primary):
        findings.error(
            pair.position,
            f"{pair.primary!r} is mapped a second time, to {pair.secondary!r}; "
            f"to {first.secondary!r} at {_place(first.position)}",
            key=key,
            next_step="Keep one of the two.",
        )
    for pair, first in _repeated(pairs, lambda pair: pair.secondary):
        if pair.primary != first.primary:
            findings.warning(
                pair.position,
                f"{pair.secondary!r} stands for {first.primary!r} and for {pair.primary!r}",
                key=key,
                detail="That is fine for a failover; on the way back, only one can be meant.",
            )


def _check_role_chains(roles: tuple[NameMapping, ...], findings: Findings) -> None:
    """Check that no role is mapped to one that is mapped on (DrMappingHelper maps roles twice)."""
    onward = {pair.primary: pair.secondary for pair in roles if pair.primary and pair.secondary}
    for pair in roles:
        middle = pair.secondary
        last = onward.get(middle) if middle else None
        if last is not None and middle not in {pair.primary, last}:
            findings.warning(
                pair.position,
                f"the Engine maps roles twice: {pair.primary} becomes {middle}, and then {last}",
                key="dr_role_mappings",
                detail="A user who holds both gets the last one twice, and the registration of "
                "the whole VM is undone.",
                next_step=f"Map {pair.primary} and {middle} to roles that are not mapped on.",
            )


def _check_domains(domains: tuple[NameMapping, ...], findings: Findings) -> None:
    """Warn that AAA domains are never matched: the Engine looks for login names (R85, B6.4)."""
    if any(pair.secondary and pair.primary != pair.secondary for pair in domains):
        findings.warning(
            domains[0].position,
            "mappings of AAA domains have no effect: no Engine release matches them",
            key="dr_domain_mappings",
            detail="It compares them with login names. Users of another domain lose their "
            "permissions on what is registered.",
        )


def _check_networks(networks: tuple[NetworkMapping, ...], findings: Findings) -> None:
    """Check that each source profile is mapped once: the Engine takes the first that matches."""
    named = tuple(pair for pair in networks if pair.primary.network is not None)
    for pair, first in _repeated(
        named, lambda pair: (pair.primary.network, pair.primary.profile, pair.primary.data_center)
    ):
        source = f"{pair.primary.network}/{pair.primary.profile}"
        same = pair.secondary == first.secondary
        findings.warning(
            pair.position,
            f"{source} is mapped already at {_place(first.position)}, "
            + ("to the same profile" if same else "and this mapping is never used"),
            key="dr_network_mappings",
            next_step="Remove it."
            if same
            else "Remove it, or fill in primary_network_dc if it is another data center's.",
        )


def _check_luns(luns: tuple[LunMapping, ...], findings: Findings) -> None:
    for pair, first in _repeated(luns, lambda pair: pair.primary.logical_unit_id):
        same = pair.secondary == first.secondary
        note = findings.warning if same else findings.error
        note(
            pair.position,
            f"the LUN {pair.primary.logical_unit_id} is mapped already at "
            f"{_place(first.position)}" + (", to the same LUN" if same else ", to another LUN"),
            key="dr_lun_mappings",
            next_step="Keep one of the two.",
        )


def _repeated(
    entries: Iterable[Entry], key_of: Callable[[Entry], Hashable]
) -> list[tuple[Entry, Entry]]:
    """Return each entry whose key came before, with the first that had it; ``None`` is no key."""
    first: dict[Hashable, Entry] = {}
    repeated = []
    for entry in entries:
        key = key_of(entry)
        if key is None:
            continue
        if key in first:
            repeated.append((entry, first[key]))
        else:
            first[key] = entry
    return repeated


def _place(position: Position | None) -> str:
    return f"{position.line}:{position.column}" if position else "another place"
