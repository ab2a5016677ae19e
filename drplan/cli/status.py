"""``drplan status``: how a run stands, from any terminal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drplan.cli.app import command_app

if TYPE_CHECKING:
    from drplan.workflows.run_status import RunStatus

app = command_app()

_EVERY = 2.0


@app.command()
def status(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The run's id or folder; else the newest in --runs."),
    ] = None,
    runs: Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where the runs are.")] = Path(
        "runs"
    ),
    watch: Annotated[
        bool, typer.Option("--watch", help="Again every two seconds, until the run has ended.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Tell what of a run is done, in flight, waiting and failed.

    It reads the run's folder and nothing else: no Engine, no credentials. It tells a run that is
    alive from one whose process is gone.

    Exit codes: 0 it is complete or running, 3 something is left to do, 65 there is no such run.

    For example:

      drplan status

      drplan status r-0314-0221-7f3c --watch
    """
    from drplan.cli import exit_codes, terminal
    from drplan.clock import SystemClock
    from drplan.workflows.run_folder import find_run
    from drplan.workflows.run_status import run_status

    folder = find_run(run, runs)
    while True:
        found = run_status(folder, SystemClock())
        if as_json:
            terminal.write_json(_json(found))
        else:
            terminal.write("\n".join(_lines(found)))
        if not watch or found.state != "running":
            break
        time.sleep(_EVERY)
        if not as_json:
            terminal.write("")
    return exit_codes.DONE if found.state in {"running", "complete"} else exit_codes.PARTIAL


def _lines(found: RunStatus) -> list[str]:
    from drplan.report.wording import duration

    direction = found.plan.direction
    counts = found.counts
    ended = counts["done"] + counts["converged"]
    lines = [
        f"{found.plan.mode.upper()}  {direction.source} -> {direction.target}   run {found.run_id}:"
        f" {found.state.upper()}",
        "",
        f"  Since      {found.started}, {duration(found.elapsed_ms / 1000)}"
        + (f"; about {duration(found.left_s)} left" if found.left_s else ""),
        f"  Actions    {ended} of {found.total} done, {counts['failed']} failed,"
        f" {counts['skipped']} skipped, {found.total - sum(counts.values())} to come",
        f"  VMs        {found.up} of {found.to_start} to start are up",
    ]
    if found.torn:
        lines.append("  Journal    its last line was cut off by a crash; it is left out")
    word = "In flight" if found.state == "running" else "In doubt"
    lines += _list(
        word,
        [
            f"{it.address} {it.operation}, since {duration((found.elapsed_ms - it.since_ms) / 1000)}"
            for it in found.in_flight
        ],
    )
    lines += _list("Waiting", [f"{gate.id}: {gate.text}" for gate in found.waiting])
    lines += _list(
        "Not done",
        [
            f"{it.address} {it.operation}: "
            + (it.failure.summary if it.failure else it.note or f"needs {it.because}")
            for it in found.troubles
        ],
    )
    return [*lines, "", f"Next: {found.next_step}"]


def _list(title: str, entries: list[str]) -> list[str]:
    return ["", f"{title}: {len(entries)}", *(f"  {text}" for text in entries)] if entries else []


def _json(found: RunStatus) -> bytes:
    import msgspec

    document = {
        "format_version": "1.0",
        "run_id": found.run_id,
        "folder": str(found.folder.path),
        "plan_id": found.plan.plan_id,
        "plan_digest": found.plan.digest,
        "direction": found.plan.direction,
        "mode": found.plan.mode,
        "state": found.state,
        "started": found.started,
        "elapsed_ms": found.elapsed_ms,
        "left_s": found.left_s,
        "total": found.total,
        "counts": dict(found.counts),
        "in_flight": found.in_flight,
        "waiting": [gate.name for gate in found.waiting],
        "not_done": found.troubles,
        "next_step": found.next_step,
    }
    return msgspec.json.encode(document)
