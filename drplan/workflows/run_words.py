"""What a run says about itself: its headline, its reasons, its last line."""

from __future__ import annotations

from datetime import UTC, datetime

from drplan.apply.history import History
from drplan.apply.stream import Stream
from drplan.clock import Clock
from drplan.errors import DrplanError
from drplan.model.diagnostic import Diagnostic
from drplan.model.plan import Plan
from drplan.workflows.undertaking import Ended


def has_attached(history: History) -> bool:
    """Whether the run has attached anything yet: then the wait for leases is over."""
    return any(it.operation == "attach" for it in history.trusted())


def since_ms(history: History, clock: Clock) -> int:
    """How long ago the run began; never less than it says itself, whatever the clock does."""
    began = datetime.fromisoformat(history.started).astimezone(UTC)
    return max(history.last_ms, round((clock.now() - began).total_seconds() * 1000))


def tell_why(error: DrplanError, stream: Stream) -> None:
    """The reason stands in the stream, before the summary that ends it."""
    finding = Diagnostic(
        severity="error",
        summary=error.summary,
        detail="\n".join(error.findings),
        next_step=error.next_step or "",
    )
    stream.emit("diagnostic", f"Error: {error}", level="error", diagnostic=finding)


def headline(plan: Plan) -> str:
    """``FAILOVER  north -> south``."""
    direction = plan.direction
    return f"{plan.mode.upper()}  {direction.source} -> {direction.target}"


def words(plan: Plan, ended: Ended | None, *, begun: bool) -> str:
    """The message of the last line; ``begun`` tells whether anything was written."""
    if ended is None:
        state = "broke off" if begun else "did not begin"
    elif ended.report is None:
        state = "left at once; what is in flight goes on at the Engine"
    else:
        state = "complete" if ended.report.success else "incomplete"
    return f"{headline(plan)}: {state}"
