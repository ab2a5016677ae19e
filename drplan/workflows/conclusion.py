"""The end of a run: the target is read once more, and everything is told in a report."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from drplan import files
from drplan.apply.history import read_history
from drplan.apply.run_report import assemble
from drplan.apply.stream import Stream
from drplan.documents.journal_file import read_journal
from drplan.documents.report_file import write_report
from drplan.engine.engine import Engine
from drplan.errors import DrplanError, RunFailed
from drplan.model.approval import Approval
from drplan.model.check import Check
from drplan.model.inventory import Inventory
from drplan.model.outcome import Outcome, Record, Report
from drplan.model.plan import Plan
from drplan.plan.diff import diff
from drplan.report.renderer import render_report
from drplan.workflows.run_folder import RunFolder

Look = Callable[[Engine, str], Awaitable[Inventory]]
"""Reads the target; the text says when."""


async def conclude(
    engine: Engine,
    plan: Plan,
    outcomes: tuple[Outcome, ...],
    *,
    stream: Stream,
    run_id: str,
    started: str,
    folder: RunFolder,
    before: Inventory,
    approvals: tuple[Approval, ...],
    checks: tuple[Check, ...],
    stopped: str | None,
    look: Look,
) -> Report:
    """Look what came of the run, and write its report.

    Where the target cannot be read any more, the report says so and rests on what the actions found.
    ``before`` is what the target had before.
    """
    duration_ms = stream.elapsed_ms()
    fresh: Inventory | None = None
    try:
        fresh = await look(engine, "after the run")
    except RunFailed:
        raise
    except DrplanError as error:
        stream.emit("log", f"the target cannot be read after the run: {error}", level="warn")
    ended = {outcome.action for outcome in outcomes}
    record = Record(
        folder=str(folder.path),
        approvals=approvals,
        gates=read_history(run_id, read_journal(folder.journal).events).answers,
        checks=checks,
        stopped=stopped,
        not_started=tuple(
            f"{action.address} {action.operation}"
            for action in plan.actions()
            if action.id not in ended
        ),
        looked=fresh is not None,
    )
    report = assemble(
        plan,
        outcomes,
        fresh or before,
        diff(plan.planned_values, fresh) if fresh is not None else (),
        run_id=run_id,
        rehearsal=False,
        started=started,
        duration_ms=duration_ms,
        record=record,
    )
    write_report(folder.report, report)
    files.write_atomic(folder.page, render_report(report, "html"), mode=0o600)
    return report
