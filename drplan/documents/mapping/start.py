"""Reads ``drplan.start``: tiers, dependencies, delays, and when a started VM counts as there."""

from __future__ import annotations

import graphlib
from typing import Final

from drplan.documents.mapping import keys
from drplan.documents.mapping.nodes import MapNode
from drplan.documents.mapping.section import Section
from drplan.model.drplan_section import StartRules, StartTier, WaitFor

_CONDITIONS: Final[tuple[WaitFor, ...]] = ("up", "guest_agent")


def read_start(extras: Section) -> StartRules:
    """Return in what order VMs are started."""
    start = extras.section("start", keys.START)
    if start is None:
        return StartRules()
    default_wait_for, wait_for = _wait_for(start)
    return StartRules(
        tiers=read_vm_groups(start, "tiers", "tier"),
        depends_on=_depends_on(start),
        delay={vm: section.seconds(vm) or 0 for vm, section in start.entries("delay")},
        wait_for=wait_for,
        default_wait_for=default_wait_for,
        barrier=start.flag("barrier") or False,
    )


def read_vm_groups(section: Section, key: str, word: str) -> tuple[StartTier, ...]:
    """Return named groups of VM patterns. Names are told apart; a pattern belongs to one group."""
    groups: dict[str, StartTier] = {}
    for item in section.sections(key, keys.VM_GROUP):
        item.report_unknown_keys(where=f"in {item.path}")
        name = item.filled("name")
        if name is None:
            if not item.has("name"):
                item.error("name", f"this {word} has no name")
            continue
        group = StartTier(name=name, vms=item.texts("vms"), position=item.position)
        if name in groups:
            item.error("name", f"there is already a {word} called {name!r}")
        if not group.vms:
            item.warning("vms", f"the {word} {name!r} has no VMs")
        if word == "tier":
            _warn_of_second_tier(item, group, groups)
        groups.setdefault(name, group)
    return tuple(groups.values())


def _warn_of_second_tier(item: Section, group: StartTier, others: dict[str, StartTier]) -> None:
    for other in others.values():
        for vm in sorted(set(group.vms) & set(other.vms)):
            item.warning("vms", f"{vm!r} is in the tier {other.name!r} too, which comes first")


def _depends_on(start: Section) -> dict[str, tuple[str, ...]]:
    depends_on = {vm: section.texts(vm) for vm, section in start.entries("depends_on")}
    try:
        graphlib.TopologicalSorter(depends_on).prepare()
    except graphlib.CycleError as cycle:
        start.error(
            "depends_on",
            f"VMs wait for each other in a circle: {' -> '.join(reversed(cycle.args[1]))}",
            next_step="Take one of these out.",
        )
    return depends_on


def _wait_for(start: Section) -> tuple[WaitFor, dict[str, WaitFor]]:
    """Return the condition for all VMs, and those of single ones: one word, or a mapping."""
    if not isinstance(start.value("wait_for"), MapNode):
        return start.choice("wait_for", _CONDITIONS) or "up", {}
    conditions = {}
    for vm, section in start.entries("wait_for"):
        condition = section.choice(vm, _CONDITIONS)
        if condition:
            conditions[vm] = condition
    return "up", conditions
