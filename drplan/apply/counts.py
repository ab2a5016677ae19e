"""How many actions ended how, and what they did, counted as Terraform counts."""

from __future__ import annotations

from drplan.model.action import Action
from drplan.model.event import Counts
from drplan.model.outcome import Outcome


def counts_of(outcomes: tuple[Outcome, ...], actions: tuple[Action, ...]) -> Counts:
    """The counts of a run. Entities are counted, not the actions that one of them takes."""
    by_status = {
        status: sum(outcome.status == status for outcome in outcomes)
        for status in ("done", "converged", "failed", "skipped")
    }
    done = {outcome.action for outcome in outcomes if outcome.status == "done"}
    made = {action.address for action in actions if action.id in done and _adds(action)}
    changed = {
        action.address
        for action in actions
        if action.id in done and action.change.actions == ("update",)
    }
    invoked = [action for action in actions if action.id in done and action.operation == "start"]
    return Counts(
        total=len(actions),
        **by_status,
        add=len(made),
        change=len(changed - made),
        invoke=len(invoked),
    )


def _adds(action: Action) -> bool:
    return action.change.actions == ("create",) and action.operation in ("attach", "register")
