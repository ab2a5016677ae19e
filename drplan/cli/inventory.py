"""``drplan inventory``: show what a site holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from drplan.cli.app import command_app
from drplan.cli.credentials import (
    AskVaultPass,
    Insecure,
    PasswordsFile,
    VaultPasswordFile,
    Wait,
    credential_sources,
    live_options,
)

if TYPE_CHECKING:
    from drplan.model.inventory import Inventory
    from drplan.workflows.credentials import CredentialSources
    from drplan.workflows.live_site import LiveOptions

app = command_app()

Role = Literal["primary", "secondary"]


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
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", metavar="FILE", help="Ask the Engine of a site of this mapping."),
    ] = None,
    role: Annotated[
        Role,
        typer.Option("--from", help="The site to show, with --cassettes or --mapping."),
    ] = "primary",
    site: Annotated[
        str | None, typer.Option("--site", metavar="NAME", help="What to call the site.")
    ] = None,
    passwords_file: PasswordsFile = None,
    vault_password_file: VaultPasswordFile = None,
    ask_vault_pass: AskVaultPass = False,
    insecure: Insecure = False,
    wait: Wait = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Show what a site holds, from a recording of its Engine or as it is now.

    With --mapping the Engine itself is asked; nothing is written to it.

    Recordings are vcrpy cassettes in YAML, JSON or compressed JSON: those that drplan makes, and
    those of any other client of API version 4. What a recording does not tell is listed as a gap;
    it is unknown, not absent. The JSON document has the members vms, clusters, hosts,
    storage_domains and so on; "drplan schema inventory" describes it.

    For example:

      drplan inventory --cassettes fixtures/two-site --from primary

      drplan inventory --cassette traffic.yaml --cassette more.json.gz --json

      drplan inventory --mapping mapping.yml --from secondary
    """
    import msgspec

    from drplan.cli import exit_codes, inventory_tables, terminal
    from drplan.workflows.inventory import InventoryRequest, show_inventory

    if [bool(cassette), cassettes is not None, mapping is not None].count(True) != 1:
        raise typer.BadParameter(
            "give one of --cassette FILE (once or more), --cassettes DIR, and --mapping FILE"
        )
    if mapping is not None:
        sources = credential_sources(
            passwords_file, vault_password_file, ask_vault_pass=ask_vault_pass
        )
        live = live_options(insecure=insecure, wait=wait)
        found = _ask_engine(mapping, role, site, sources, live)
    else:
        found = show_inventory(
            InventoryRequest(
                cassettes=tuple(cassette or ()), folder=cassettes, role=role, site=site
            )
        )
    if as_json:
        terminal.write_json(msgspec.json.format(msgspec.json.encode(found), indent=2))
    else:
        inventory_tables.show(found)
    return exit_codes.DONE


def _ask_engine(
    mapping: Path,
    role: Role,
    site: str | None,
    sources: CredentialSources,
    live: LiveOptions,
) -> Inventory:
    from drplan.clock import SystemClock
    from drplan.workflows.inventory import LiveInventoryRequest, show_live_inventory

    request = LiveInventoryRequest(
        mapping=mapping,
        role=role,
        site=site,
        sources=sources,
        live=live,
    )
    return show_live_inventory(request, SystemClock())
