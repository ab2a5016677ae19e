"""``drplan inventory``: show what a site holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from drplan.cli.app import command_app

app = command_app()


@app.command()
def inventory(
    cassette: Annotated[
        list[Path] | None,
        typer.Option(
            "--cassette",
            metavar="FILE",
            help="A recording of the Engine. Given several times, they are merged in that order.",
        ),
    ] = None,
    cassettes: Annotated[
        Path | None,
        typer.Option(
            "--cassettes", metavar="DIR", help="A folder with a recording of each site in it."
        ),
    ] = None,
    role: Annotated[
        Literal["primary", "secondary"],
        typer.Option("--from", help="The site to show, with --cassettes."),
    ] = "primary",
    site: Annotated[
        str | None, typer.Option("--site", metavar="NAME", help="What to call the site.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Show what a site holds, from a recording of its Engine.

    Recordings are vcrpy cassettes in YAML, JSON or compressed JSON: those that drplan makes, and
    those of any other client of API version 4. What a recording does not tell is listed as a gap;
    it is unknown, not absent. The JSON document has the members vms, clusters, hosts,
    storage_domains and so on; "drplan schema inventory" describes it.

    For example:

      drplan inventory --cassettes fixtures/two-site --from primary

      drplan inventory --cassette traffic.yaml --cassette more.json.gz --json
    """
    import msgspec

    from drplan.cli import exit_codes, inventory_tables, terminal
    from drplan.workflows.inventory import InventoryRequest, show_inventory

    if bool(cassette) == (cassettes is not None):
        raise typer.BadParameter("give either --cassette FILE (once or more) or --cassettes DIR")
    found = show_inventory(
        InventoryRequest(cassettes=tuple(cassette or ()), folder=cassettes, role=role, site=site)
    )
    if as_json:
        terminal.write_json(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        inventory_tables.show(found)
    return exit_codes.DONE
