"""``drplan report``: what a run did, afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from drplan.cli.app import command_app

app = command_app()


@app.command()
def report(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The run's id or folder; else the newest in --runs."),
    ] = None,
    runs: Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where the runs are.")] = Path(
        "runs"
    ),
    form: Annotated[
        Literal["text", "md", "html", "json"],
        typer.Option("--format", help="text for a terminal, md for a ticket, html for a browser."),
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Render the report of a run: what is up, what is not and why, who approved and answered.

    It needs no Engine and no credentials. A run that broke off has no report yet: drplan status
    tells how it stands.

    For example:

      drplan report r-0314-0221-7f3c --format html > evidence.html
    """
    from drplan.cli import paper, terminal
    from drplan.errors import InvalidInput
    from drplan.workflows.run_folder import find_run
    from drplan.workflows.show import ShowRequest
    from drplan.workflows.show import show as render

    folder = find_run(run, runs)
    if not folder.report.is_file():
        raise InvalidInput(
            "the run has no report: it has not ended",
            where=str(folder.path),
            next_step=f"drplan status {folder.path}",
        )
    chosen = "json" if as_json else form
    text = render(ShowRequest(path=folder.report, form=chosen, width=paper.width()))
    if chosen == "text":
        paper.show(text)
    else:
        terminal.write_json(text)
    return 0
