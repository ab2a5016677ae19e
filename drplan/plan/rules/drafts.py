"""Actions in the making: named by what they do until ordering numbers them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from drplan.model.action import Action, Estimate, Operation

ESTIMATES: Final[dict[str, Estimate]] = {
    "connect": Estimate(usual_s=20, max_s=180),
    "import": Estimate(usual_s=25, max_s=360),
    "update": Estimate(usual_s=2, max_s=30),
    "attach": Estimate(usual_s=60, max_s=1800),
    "activate": Estimate(usual_s=5, max_s=300),
    "sweep": Estimate(usual_s=15, max_s=300),
    "register template": Estimate(usual_s=5, max_s=60),
    "register vm": Estimate(usual_s=8, max_s=120),
    "start": Estimate(usual_s=60, max_s=600),
}
"""Seconds that an operation usually takes and at most (docs/plan.md tells where they are from).

The forecast of a rehearsal is better: it is made of the simulated Engine's own durations.
"""

STORAGE_GATE: Final = "gate storage-promoted"


def action_key(address: str, operation: Operation) -> str:
    """What an action is called before it has an id; also the name of a gate in ``depends_on``."""
    return f"{address} {operation}"


def gate_key(name: str) -> str:
    """What a gate is called before it has an id."""
    return f"gate {name}"


@dataclass
class Drafts:
    """The actions made so far, by key, in the order they were made.

    ``doomed`` are addresses whose being there cannot be expected: an action of theirs will fail, or
    will be skipped because of one. Values say why.
    """

    actions: dict[str, Action] = field(default_factory=dict)
    doomed: dict[str, str] = field(default_factory=dict)

    def add(self, action: Action) -> None:
        """Take an action in; its ``id`` is its key for now."""
        self.actions[action.id] = action
        if action.expected_failure is not None and action.operation != "update":
            self.doomed.setdefault(action.address, action.expected_failure)

    def existing(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Those of the keys that are actions of this plan, each once, in order."""
        return tuple(sorted({key for key in keys if key in self.actions}))
