"""Which VMs should run at the target: those that ran at the source, and never by surprise."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from drplan.model.desired import Power
from drplan.model.drplan_section import StartRules
from drplan.model.entities import Vm

RAN: Final = frozenset(
    {
        "up",
        "powering_up",
        "wait_for_launch",
        "reboot_in_progress",
        "migrating",
        "paused",
        "restoring_state",
        "unknown",
        "not_responding",
    }
)
"""Statuses that mean the VM was running when it was last seen (design decision 27)."""

RUNNING: Final = RAN | {"powering_down", "saving_state"}
"""Statuses of a VM that is not down now."""


@dataclass(frozen=True)
class WantedPower:
    """The power state a VM should have, and why."""

    power: Power
    reason: str


def wanted_power(vm: Vm, started: frozenset[str]) -> WantedPower:
    """What the VM's status at the source asks for at the target.

    ``started`` are the VMs that ran at the target since they were registered: an operator may have
    stopped one since, and that stands (design decision 12).
    """
    if vm.id in started:
        return WantedPower("unmanaged", "was started at the target before")
    if vm.status in RAN:
        return WantedPower(
            "up",
            "was running at the source" if vm.status == "up" else f"was {vm.status} at the source",
        )
    return WantedPower("down", f"was {vm.status or 'down'} at the source")


def tier_of(name: str, rules: StartRules) -> int:
    """The tier that a VM starts in, counted from 0; VMs of no tier come after all of them."""
    for number, tier in enumerate(rules.tiers):
        if any(fnmatchcase(name, pattern) for pattern in tier.vms):
            return number
    return len(rules.tiers)


def first_match(table: dict[str, int], name: str, default: int) -> int:
    """The value of the first pattern that fits the name."""
    return next((v for pattern, v in table.items() if fnmatchcase(name, pattern)), default)


def started_after(name: str, rules: StartRules) -> tuple[str, ...]:
    """The patterns of VMs that must be there before the named one starts."""
    return tuple(
        wanted
        for pattern, needs in rules.depends_on.items()
        if fnmatchcase(name, pattern)
        for wanted in needs
    )
