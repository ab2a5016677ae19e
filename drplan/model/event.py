"""The stream of events: what ``--json`` prints, line by line, and what the journal keeps.

Type names are Terraform's where the meaning is the same. Consumers ignore types and keys that they
do not know. The journal is the subset ``JOURNALLED`` of this stream.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from drplan.model.check import Check
from drplan.model.diagnostic import Diagnostic
from drplan.model.outcome import Outcome

UI_VERSION = "1.0"

EventType = Literal[
    "version",
    "log",
    "diagnostic",
    "planned_change",
    "planned_action_invocation",
    "change_summary",
    "refresh_start",
    "refresh_complete",
    "check_result",
    "gate_wait",
    "gate_passed",
    "wave_start",
    "wave_complete",
    "apply_start",
    "apply_progress",
    "apply_complete",
    "apply_errored",
    "action_start",
    "action_progress",
    "action_complete",
    "action_errored",
    "skipped",
    "retry",
    "prediction_result",
    "reconciled",
    "intent",
    "sent",
    "accepted",
    "outcome",
    "run_summary",
]

JOURNALLED: frozenset[EventType] = frozenset(
    {"intent", "sent", "accepted", "outcome", "gate_passed", "run_summary"}
)

Level = Literal["debug", "info", "warn", "error"]


class ActionReference(msgspec.Struct, frozen=True, kw_only=True):
    """Which action an event speaks of."""

    id: str
    address: str
    operation: str


class Counts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many actions ended how."""

    total: int = 0
    done: int = 0
    converged: int = 0
    failed: int = 0
    skipped: int = 0
    add: int = 0
    change: int = 0
    destroy: int = 0
    invoke: int = 0


class Event(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    rename={
        "level": "@level",
        "message": "@message",
        "module": "@module",
        "timestamp": "@timestamp",
    },
):
    """One line of the stream.

    ``seq`` counts from 1 within a command. ``elapsed_ms`` is the time since the run began,
    ``since_ms`` the time since the action began. ``correlation_id`` ties an ``intent`` to the
    Engine's jobs and events.
    """

    level: Level = "info"
    message: str
    module: str = "drplan.ui"
    timestamp: str
    type: EventType
    seq: int
    run_id: str | None = None
    plan_id: str | None = None
    action: ActionReference | None = None
    position: int | None = None
    """The action's place in the order of starting, counting from 1."""
    total: int | None = None
    elapsed_ms: int | None = None
    since_ms: int | None = None
    attempt: int | None = None
    correlation_id: str | None = None
    method: str | None = None
    path: str | None = None
    gate: str | None = None
    answer: str | None = None
    wave: int | None = None
    check: Check | None = None
    diagnostic: Diagnostic | None = None
    outcome: Outcome | None = None
    counts: Counts | None = None
    success: bool | None = None
    ui: str | None = None
    drplan: str | None = None
