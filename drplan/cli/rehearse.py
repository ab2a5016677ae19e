"""``drplan rehearse``: run a plan on simulated Engines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drplan.cli import exit_codes, terminal
from drplan.cli.app import command_app

app = command_app()


@app.command()
def rehearse(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="The plan file.")],
    cassettes: Annotated[
        Path,
        typer.Option(
            "--cassettes",
            metavar="DIR",
            help="Where the recordings of both sites are: primary.* and secondary.*.",
        ),
    ],
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the stream of events, one JSON object a line.")
    ] = False,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Write the report there, as JSON."),
    ] = None,
    run_dir: Annotated[
        Path | None,
        typer.Option(
            "--run-dir",
            metavar="DIR",
            help="Keep plan.json, journal.jsonl and report.json there, in a new or empty folder.",
        ),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", help="Another seed gives other ids, and the same story.")
    ] = 0,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="One action at a time, whatever the limits.")
    ] = False,
) -> int:
    """Run a plan on simulated Engines, offline, on a virtual clock.

    The target is simulated from its recording, the storage from what the source's recording says
    lived there; the source's Engine is down, as in a disaster. Gates are assumed to be answered
    with yes. Afterwards the target is read again: nothing may be left to do. The times are the
    forecast of the real run.

    Exit codes: 0 all went well, 3 something failed or was skipped, 4 the plan is refused, 65 a
    file cannot be used.

    For example:

      drplan rehearse plan.json --cassettes recordings

      drplan rehearse plan.json --cassettes recordings --report rehearsal.json
    """
    from drplan.cli import paper
    from drplan.cli.progress import JsonProgress, progress
    from drplan.documents.report_file import write_report
    from drplan.errors import DrplanError
    from drplan.report.renderer import render_report
    from drplan.workflows.rehearse import RehearsalRequest
    from drplan.workflows.rehearse import rehearse as run

    request = RehearsalRequest(
        plan=plan, cassettes=cassettes, run_dir=run_dir, seed=seed, sequential=sequential
    )
    with progress(as_json=as_json) as display:
        try:
            rehearsal = run(request, [display])
        except DrplanError as error:
            if isinstance(display, JsonProgress) and display.is_over:
                # The stream has told why, and its summary is the last line.
                return error.exit_code
            raise
    if not as_json:
        terminal.write("")
        paper.show(render_report(rehearsal.report, "text", width=paper.width()))
    if report is not None:
        # Last: where it cannot be written, what was rehearsed has been shown all the same.
        write_report(report, rehearsal.report)
    return exit_codes.DONE if rehearsal.report.success else exit_codes.PARTIAL
