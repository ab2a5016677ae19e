"""`drplan simulator`: make simulated sites, and serve them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from drplan.cli import terminal
from drplan.cli.app import command_app

app = command_app()


@app.callback()
def simulator() -> None:
    """Make simulated sites, and serve them as Engines.

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


@app.command("serve")
def serve(
    cassettes: Annotated[
        Path,
        typer.Option(
            "--cassettes",
            metavar="DIR",
            help="Where the recordings of both sites are: primary.* and secondary.*.",
        ),
    ],
    mapping: Annotated[Path, typer.Option("--mapping", metavar="FILE", help="The mapping file.")],
    listen: Annotated[
        str,
        typer.Option(
            "--listen",
            metavar="HOST:PORT,HOST:PORT",
            help="Where the primary and the secondary listen; port 0 takes any that is free.",
        ),
    ] = "127.0.0.1:8443,127.0.0.1:8444",
    down: Annotated[
        str | None,
        typer.Option("--down", metavar="SITE", help="The site that is lost: primary or secondary."),
    ] = None,
    speed: Annotated[
        float,
        typer.Option("--speed", metavar="X", help="How many simulated seconds pass in a real one."),
    ] = 1.0,
    faults: Annotated[
        Path | None,
        typer.Option("--faults", metavar="FILE", help="What is to go wrong, as a YAML list."),
    ] = None,
    engine_version: Annotated[
        str | None,
        typer.Option(
            "--engine-version", metavar="V", help="Behave like this version, such as 4.4.10."
        ),
    ] = None,
    write_mapping: Annotated[
        Path | None,
        typer.Option(
            "--write-mapping",
            metavar="OUT",
            help="Write a copy of the mapping that points here, and OUT's .passwords.yml.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what clients need as one line of JSON.")
    ] = False,
) -> int:
    """Serve both sites as simulated Engines over HTTPS, until Ctrl-C or SIGTERM.

    Real clients can log in with the addresses, the certificate authority and the passwords that
    are printed: the SDK, curl, the Ansible role, drplan. All of it is made anew at each start and
    is gone at the end. DRPLAN_SIMULATOR_PASSWORD sets the password of both.

    For example:

      drplan simulator serve --cassettes recordings --mapping mapping.yml --down primary
      --speed 60 --write-mapping simulated.yml
    """
    from drplan.cli.simulator_options import addresses, positive, role_of
    from drplan.cli.simulator_view import show_ready
    from drplan.workflows.serve_simulator import ServeRequest, serve_simulator

    request = ServeRequest(
        cassettes=cassettes,
        mapping=mapping,
        listen=addresses(listen),
        down=role_of(down),
        speed=positive(speed, "--speed"),
        faults=faults,
        engine_version=engine_version,
        write_mapping=write_mapping,
        password=os.environ.get("DRPLAN_SIMULATOR_PASSWORD") or None,
    )
    serve_simulator(request, lambda ready: show_ready(ready, as_json=as_json))
    return 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
