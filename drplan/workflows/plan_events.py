"""A plan as the stream of events that ``drplan plan --json`` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from drplan.model.action import Action
from drplan.model.event import UI_VERSION, ActionReference, Counts, Event, EventType, Level
from drplan.model.plan import Plan
from drplan.report.plan_view import summary_line
from drplan.workflows.plan import Planning

_LEVELS: Final[dict[str, Level]] = {"warning": "warn", "error": "error"}


def plan_events(planning: Planning) -> Iterator[Event]:
    """The events, numbered from 1: checks, changes, invocations, diagnostics, and the summary."""
    plan = planning.plan
    for number, (kind, message, details) in enumerate(_events(planning), start=1):
        yield Event(
            type=kind,
            message=message,
            timestamp=plan.timestamp,
            seq=number,
            plan_id=plan.plan_id,
            **details,
        )


def _events(planning: Planning) -> Iterator[tuple[EventType, str, dict[str, Any]]]:
    plan = planning.plan
    yield (
        "version",
        f"drplan {plan.drplan_version}",
        {"drplan": plan.drplan_version, "ui": UI_VERSION},
    )
    for check in plan.checks:
        level: Level = "info"
        if check.status == "fail":
            level = "error" if check.blocks else "warn"
        yield (
            "check_result",
            f"check.{check.name}: {check.summary}",
            {"check": check, "level": level},
        )
    for action in plan.actions():
        kind: EventType = "planned_change" if action.change.actions else "planned_action_invocation"
        yield kind, f"{action.address}: plan to {action.operation}", {"action": _reference(action)}
    for diagnostic in (*planning.mapping_diagnostics, *plan.diagnostics):
        yield (
            "diagnostic",
            diagnostic.summary,
            {"diagnostic": diagnostic, "level": _LEVELS[diagnostic.severity]},
        )
    yield "change_summary", summary_line(plan), {"counts": _counts(plan)}


def _reference(action: Action) -> ActionReference:
    return ActionReference(id=action.id, address=action.address, operation=action.operation)


def _counts(plan: Plan) -> Counts:
    return Counts(
        total=len(plan.actions()),
        add=plan.summary.add,
        change=plan.summary.change,
        destroy=plan.summary.destroy,
        invoke=plan.summary.invoke,
    )
