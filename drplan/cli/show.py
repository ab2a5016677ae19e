"""``drplan show``: render a saved plan or the report of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from drplan.cli.app import command_app

app = command_app()


@app.command()
def show(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A plan, a report, or the folder of a run.")
    ],
    form: Annotated[
        Literal["text", "md", "html", "json"],
        typer.Option("--format", help="text for a terminal, md for a ticket, html for a browser."),
    ] = "text",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Every line of long waves, and what each waits for.")
    ] = False,
    max_chars: Annotated[
        int | None,
        typer.Option(
            min=2000, help="Shorten Markdown to this: details first, never warnings or digest."
        ),
    ] = None,
) -> int:
    """Render a saved plan, for people or programs.

    It needs no Engine, no credentials and no recording. A plan that was altered after it was made
    is refused (exit code 4).

    For example:

      drplan show plan.json

      drplan show plan.json --format md --max-chars 65000 > ticket.md

      drplan show report.json --format html > report.html
    """
    from drplan.cli import paper, terminal
    from drplan.workflows.show import ShowRequest
    from drplan.workflows.show import show as render

    chosen = "json" if as_json else form
    text = render(
        ShowRequest(path=file, form=chosen, full=full, width=paper.width(), max_chars=max_chars)
    )
    if chosen == "text":
        paper.show(text)
    else:
        terminal.write_json(text)
    return 0
