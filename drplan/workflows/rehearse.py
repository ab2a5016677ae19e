"""Rehearse a plan: carry it out on a simulated Engine, on a virtual clock, and look at the result.

The program is the one that applies; only the transport and the clock are others. What it takes in
the end is the forecast.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import trio
from trio.testing import MockClock

from drplan import __version__, files
from drplan.apply.counts import counts_of
from drplan.apply.dispatcher import dispatch
from drplan.apply.limits import limit_table
from drplan.apply.perform import performer
from drplan.apply.recheck import recheck
from drplan.apply.run_report import assemble, unexplained
from drplan.apply.stream import Listener, Stream
from drplan.clock import OffsetClock
from drplan.documents.journal_file import JournalWriter
from drplan.documents.plan_file import read_plan
from drplan.documents.report_file import write_report
from drplan.engine.engine import Engine
from drplan.errors import DrplanError, RunFailed
from drplan.inventory.collect import collect
from drplan.model.change import Change
from drplan.model.diagnostic import Diagnostic
from drplan.model.event import UI_VERSION
from drplan.model.gate import Gate
from drplan.model.inventory import Inventory
from drplan.model.outcome import Outcome, Report
from drplan.model.plan import Plan
from drplan.plan.diff import diff
from drplan.simulator import core as simulated
from drplan.simulator.transport import SimulatedTransport
from drplan.workflows.simulated_target import simulate_target
from drplan.workflows.sites import find_recorded_site


@dataclass(frozen=True)
class RehearsalRequest:
    """What to rehearse, and on which recordings.

    ``cassettes`` holds the recordings of both sites under the names of their roles, and where
    replication is not clean a ``storage.yml``. ``run_dir`` is where the run's files go, if anywhere.
    ``sequential`` has one action in flight at a time.
    """

    plan: Path
    cassettes: Path
    run_dir: Path | None = None
    seed: int = 0
    sequential: bool = False


@dataclass(frozen=True)
class Rehearsal:
    """How it went.

    ``fresh`` is what the simulated target had in the end. ``unexplained`` are remaining changes for
    which no failure is the reason.
    """

    report: Report
    fresh: Inventory
    unexplained: tuple[Change, ...]


class AssumedSecrets:
    """A simulated Engine believes every secret, so none is asked for."""

    def resolve(self, reference: str) -> str:
        """The reference itself, which is no secret."""
        return reference


def rehearse(request: RehearsalRequest, listeners: Sequence[Listener] = ()) -> Rehearsal:
    """Carry the plan out on the simulated target, and plan the rest again.

    Raises ``InvalidInput`` for files that cannot be used, ``Refused`` for an altered plan, for one
    of another Engine, and where the recorded target has moved since the plan was made.
    """
    plan = read_plan(request.plan)
    start = datetime.fromisoformat(plan.timestamp).astimezone(UTC)
    target_site = find_recorded_site(
        request.cassettes, plan.direction.target_role, name=plan.direction.target
    )
    source_site = find_recorded_site(
        request.cassettes, plan.direction.source_role, name=plan.direction.source
    )
    world = simulate_target(
        plan,
        target=target_site,
        source=source_site,
        folder=request.cassettes,
        start=start,
        seed=request.seed,
    )
    engine = Engine(target_site.name, target_site.url, SimulatedTransport(world))
    run_id = rehearsal_id(plan, request.seed)
    run = partial(_run, plan, request, engine, world, run_id, start)
    if request.run_dir is None:
        return trio.run(run, tuple(listeners), clock=MockClock(autojump_threshold=0))
    _lay_folder(request.run_dir, request.plan)
    with JournalWriter(request.run_dir / "journal.jsonl", run_id=run_id) as journal:
        rehearsal: Rehearsal = trio.run(
            run, (*listeners, journal), clock=MockClock(autojump_threshold=0)
        )
    write_report(request.run_dir / "report.json", rehearsal.report)
    return rehearsal


def rehearsal_id(plan: Plan, seed: int) -> str:
    """The same plan and seed make the same rehearsal, also by name."""
    return f"rehearsal-{hashlib.sha256(f'{plan.digest}/{seed}'.encode()).hexdigest()[:12]}"


def _lay_folder(folder: Path, plan: Path) -> None:
    """A folder for one run, its owner's alone, with the plan as it was given."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_used = any(folder.iterdir())
    except OSError as error:
        raise files.cannot_write(folder, error) from error
    if is_used:
        raise RunFailed(
            "the folder of the run is not empty, and nothing is written over a run",
            where=str(folder),
            next_step="give another folder to --run-dir",
        )
    files.write_atomic(folder / "plan.json", files.read_bytes(plan), mode=0o600)


async def _run(
    plan: Plan,
    request: RehearsalRequest,
    engine: Engine,
    world: simulated.Engine,
    run_id: str,
    start: datetime,
    listeners: tuple[Listener, ...],
) -> Rehearsal:
    clock = OffsetClock(start, trio.current_time)
    stream = Stream(listeners, clock, run_id=run_id, plan_id=plan.plan_id)
    outcomes: tuple[Outcome, ...] = ()
    success = False
    try:
        _introduce(plan, stream)
        converged = await _check_again(plan, engine, stream)
        stream.restart_clock()
        outcomes = await _carry_out(plan, request, engine, run_id, stream, converged)
        duration_ms = stream.elapsed_ms()
        rehearsal = await _look_again(plan, engine, world, outcomes, run_id, stream, duration_ms)
        success = rehearsal.report.success
    except DrplanError as error:
        _tell_why(error, stream)
        raise
    finally:
        counts = counts_of(outcomes, plan.actions())
        stream.emit(
            "run_summary",
            _summary_line(plan, success=success, began=bool(outcomes)),
            level="info" if success else "error",
            counts=counts,
            success=success,
        )
    return rehearsal


def _tell_why(error: DrplanError, stream: Stream) -> None:
    """The reason stands in the stream, before the summary that ends it."""
    finding = Diagnostic(
        severity="error",
        summary=error.summary,
        detail="\n".join(error.findings),
        next_step=error.next_step or "",
    )
    stream.emit("diagnostic", f"Error: {error}", level="error", diagnostic=finding)


def _introduce(plan: Plan, stream: Stream) -> None:
    stream.emit(
        "version",
        f"drplan {__version__}   {_headline(plan)}   plan {plan.plan_id}",
        drplan=__version__,
        ui=UI_VERSION,
    )
    if plan.applyable:
        return
    blocking = [check.name for check in plan.checks if check.blocks and check.status == "fail"]
    names = ", ".join(blocking)
    summary = (
        f"the plan is blocked ({names}) and could not be applied; it is rehearsed all the same"
    )
    stream.emit(
        "diagnostic",
        summary,
        level="warn",
        diagnostic=Diagnostic(severity="warning", summary=summary),
    )


async def _check_again(plan: Plan, engine: Engine, stream: Stream) -> Mapping[str, str]:
    """Read the target and see that it is as the plan was made upon."""
    site = plan.direction.target
    stream.emit("refresh_start", f"reading {site} again")
    found = await _inventory(plan, engine)
    stream.emit("refresh_complete", f"read {site} again: {found.requests} requests")
    return recheck(plan, found)


async def _carry_out(
    plan: Plan,
    request: RehearsalRequest,
    engine: Engine,
    run_id: str,
    stream: Stream,
    converged: Mapping[str, str],
) -> tuple[Outcome, ...]:
    actions = plan.actions()
    perform = performer(
        actions,
        engine=engine,
        stream=stream,
        run_id=run_id,
        secrets=AssumedSecrets(),
        converged=converged,
    )
    return await dispatch(
        actions,
        plan.gates,
        limits=limit_table(plan.limits),
        perform=perform,
        ask=_assume_yes,
        stream=stream,
        at_most=1 if request.sequential else None,
    )


async def _assume_yes(gate: Gate) -> str:
    """A rehearsal asks nobody."""
    await trio.lowlevel.checkpoint()
    return "assumed yes, this is a rehearsal"


async def _look_again(
    plan: Plan,
    engine: Engine,
    world: simulated.Engine,
    outcomes: tuple[Outcome, ...],
    run_id: str,
    stream: Stream,
    duration_ms: int,
) -> Rehearsal:
    """The after-check: a fresh inventory, and what a new plan would still have to do."""
    site = plan.direction.target
    stream.emit("refresh_start", f"reading {site} after the run")
    fresh = await _inventory(plan, engine)
    stream.emit("refresh_complete", f"read {site} after the run: {fresh.requests} requests")
    if world.unimplemented:
        missing = ", ".join(sorted(set(world.unimplemented)))
        raise RuntimeError(f"the simulator has no rule for {missing}")
    remaining = diff(plan.planned_values, fresh)
    report = assemble(
        plan,
        outcomes,
        fresh,
        remaining,
        run_id=run_id,
        rehearsal=True,
        started=plan.timestamp,
        duration_ms=duration_ms,
    )
    return Rehearsal(report, fresh, unexplained(remaining, outcomes))


async def _inventory(plan: Plan, engine: Engine) -> Inventory:
    return await collect(engine, site=plan.direction.target, taken=None)


def _headline(plan: Plan) -> str:
    direction = plan.direction
    return f"REHEARSAL of {plan.mode.upper()}  {direction.source} -> {direction.target}"


def _summary_line(plan: Plan, *, success: bool, began: bool) -> str:
    ended = "complete" if success else "incomplete" if began else "did not begin"
    return f"{_headline(plan)}: {ended}"
