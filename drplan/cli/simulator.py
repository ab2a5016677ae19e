"""`drplan simulator`: make simulated sites."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from drplan.cli import terminal
from drplan.cli.app import command_app

app = command_app()


@app.callback()
def simulator() -> None:
    """Make simulated sites.

    A scenario is a readable file that describes two sites and the mapping between them.
    """


@app.command("make")
def make(
    scenario: Annotated[Path, typer.Argument(help="The scenario file.", metavar="SCENARIO")],
    out: Annotated[
        Path, typer.Option("--out", help="The folder to write into.", metavar="DIR")
    ] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> int:
    """Write the mapping and the recordings of a scenario's two sites.

    Writes mapping.yml, primary.yaml and secondary.yaml, in the form in which real Engines answer,
    and storage.yml where the storage behind the secondary is not what the mapping says. The same
    scenario always gives the same bytes.

    What is written can be planned and rehearsed at once: drplan plan failover --mapping
    DIR/mapping.yml --cassettes DIR --offline --out plan.json, then drplan rehearse plan.json
    --cassettes DIR.
    """
    from drplan.workflows.make_scenario import MakeRequest, make_scenario

    made = make_scenario(MakeRequest(scenario, out, force))
    for site in made.sites:
        terminal.write(
            f"{site.role}: {site.name}, {_count(site.vms, 'VM')}, {_count(site.hosts, 'host')}, "
            f"{_count(site.storage_domains, 'storage domain')} ({site.requests} answers)"
        )
    for file in made.files:
        terminal.write(f"wrote {file}")
    return 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
