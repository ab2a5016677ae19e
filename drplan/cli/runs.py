"""``drplan runs``: the runs there are."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drplan.cli.app import command_app

app = command_app()


@app.command()
def runs(
    folder: Annotated[
        Path, typer.Option("--runs", metavar="DIR", help="Where the runs are.")
    ] = Path("runs"),
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object a run, one a line.")
    ] = False,
) -> int:
    """List the runs in a folder, the newest last, and how each stands.

    For example:

      drplan runs

      drplan runs --runs /srv/dr/runs --json
    """
    import msgspec

    from drplan.cli import terminal
    from drplan.clock import SystemClock
    from drplan.report.wording import duration
    from drplan.workflows.run_status import all_runs

    found = all_runs(folder, SystemClock())
    if not found and not as_json:
        terminal.write(f"There are no runs in {folder}.")
    for it in found:
        done = it.counts["done"] + it.counts["converged"]
        if as_json:
            row = {
                "run_id": it.run_id,
                "folder": str(it.folder.path),
                "state": it.state,
                "mode": it.plan.mode,
                "direction": it.plan.direction,
                "started": it.started,
                "done": done,
                "total": it.total,
            }
            terminal.write_json(msgspec.json.encode(row))
            continue
        direction = it.plan.direction
        terminal.write(
            f"{it.run_id:<22} {it.state:<12} {it.plan.mode} {direction.source} ->"
            f" {direction.target}   {done} of {it.total}   {it.started}"
            f"   {duration(it.elapsed_ms / 1000)}"
        )
    return 0
