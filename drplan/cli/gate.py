"""``drplan gate``: answer a gate of a run from another terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from drplan.cli import run_options
from drplan.cli.app import command_app

app = command_app()


@app.command()
def gate(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run's id or folder.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="The gate's name.")],
    answer: Annotated[Literal["yes", "no"], typer.Argument(metavar="yes|no")],
    runs: Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where the runs are.")] = Path(
        "runs"
    ),
) -> int:
    """Answer a gate at which a run waits, in whatever terminal that run is.

    Who answered what, and when, is recorded in the run's journal.

    Exit codes: 0 the answer is left for the run, 4 the run does not wait there, 65 there is no such
    run or gate.

    For example:

      drplan gate r-0314-0221-7f3c storage-promoted yes
    """
    from drplan.cli import terminal
    from drplan.clock import SystemClock
    from drplan.workflows.run_folder import find_run
    from drplan.workflows.run_status import answer_gate

    who = run_options.author()
    answered = answer_gate(
        find_run(run, runs),
        name,
        opened=answer == "yes",
        who=f"{who.user}@{who.host}",
        clock=SystemClock(),
    )
    terminal.write(f"{answered.id}: answered {answer}; the run takes it up within a second")
    return 0
