"""Reads the lists that pair names: clusters, affinity groups and labels, AAA domains, roles."""

from __future__ import annotations

from drplan.documents.mapping import keys
from drplan.documents.mapping.section import Section
from drplan.model.mapping import NameMapping


def read_names(top: Section, key: str) -> tuple[NameMapping, ...]:
    """Return the pairs of one list (R82 to R86), without the empty ones the generator writes."""
    pairs: dict[tuple[str | None, str | None], NameMapping] = {}
    for item in top.sections(key, keys.NAME):
        _accept_capitals(item)
        item.report_unknown_keys(where=f"in {key}")
        pair = NameMapping(
            primary=item.filled("primary_name"),
            secondary=item.filled("secondary_name"),
            position=item.position,
        )
        names = (pair.primary, pair.secondary)
        if names == (None, None):
            continue
        if names in pairs:
            item.findings.warning(
                item.position, "this pair stands in the list already", key=item.path
            )
        elif pair.primary is None:
            item.warning("primary_name", "primary_name is not filled in, so nothing is mapped")
        else:
            _warn_of_open_end(item, key, pair)
            pairs[names] = pair
    return tuple(pairs.values())


def _warn_of_open_end(item: Section, key: str, pair: NameMapping) -> None:
    """Warn of a side that the generator left open; AAA domains are not matched anyway."""
    if pair.secondary is None and key != "dr_domain_mappings":
        item.warning(
            "secondary_name",
            f"secondary_name is not filled in, so {pair.primary!r} keeps its name",
        )


def _accept_capitals(item: Section) -> None:
    """Take ``Secondary_name`` for ``secondary_name``, as the guide's example spells it (R86)."""
    for spelling, key in keys.NAME_OLD_SPELLINGS.items():
        if item.rename(spelling, key):
            item.warning(
                key,
                f"{spelling} is taken for {key}; the Ansible role would ignore it",
                next_step=f"Write {key}.",
            )
