"""``drplan record``: read both sites and keep what they said."""

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
    from drplan.workflows.record import Recorded, SiteRecord

app = command_app()


@app.command()
def record(
    mapping: Annotated[
        Path, typer.Option("--mapping", metavar="FILE", help="The mapping that pairs the sites.")
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the recordings are kept.")
    ],
    site: Annotated[
        Literal["primary", "secondary"] | None,
        typer.Option("--site", help="Record this site alone."),
    ] = None,
    keep: Annotated[
        int, typer.Option("--keep", min=1, metavar="N", help="Keep so many generations.")
    ] = 14,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept",
            help="Somebody has looked: take what looks degraded for healthy, this once.",
        ),
    ] = False,
    passwords_file: PasswordsFile = None,
    vault_password_file: VaultPasswordFile = None,
    ask_vault_pass: AskVaultPass = False,
    insecure: Insecure = False,
    wait: Wait = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Record both sites, for plans and rehearsals: the nightly job.

    Nothing is written to any Engine. DIR/primary.yaml and DIR/secondary.yaml become the newest
    healthy recordings, without secrets; what was there before stays under DIR/generations. A
    site in trouble (its Engine is another one, data centers, domains or hosts are not up any more,
    VMs stopped running) is recorded under DIR/degraded, and its healthy recording stays: the night
    after a disaster must not erase what ran before it. A dead site does not keep the other one from
    being recorded.

    Passwords come from DRPLAN_PRIMARY_PASSWORD and DRPLAN_SECONDARY_PASSWORD, the passwords file,
    the mapping, the keyring, or a prompt; in that order, and never from the command line.

    Exit codes: 0 everything asked for is recorded, 3 a site is degraded or missing, 69 no Engine
    answered, 77 no login succeeded.

    For example:

      drplan record --mapping mapping.yml --out recordings --passwords-file passwords.yml

      drplan record --mapping mapping.yml --out recordings --site secondary --json
    """
    import msgspec

    from drplan.cli import terminal
    from drplan.clock import SystemClock
    from drplan.model.mapping import SITE_ROLES
    from drplan.workflows.record import RecordRequest, record_sites

    sources = credential_sources(passwords_file, vault_password_file, ask_vault_pass=ask_vault_pass)
    request = RecordRequest(
        mapping=mapping,
        out=out,
        roles=(site,) if site else SITE_ROLES,
        keep=keep,
        accept=accept,
        sources=sources,
        live=live_options(insecure=insecure, wait=wait),
    )
    recorded = record_sites(request, SystemClock())
    if as_json:
        document = {"format_version": "1.0", "sites": recorded.sites}
        terminal.write_json(msgspec.json.format(msgspec.json.encode(document), indent=2))
    else:
        _print(recorded)
    return _exit_code(recorded.sites)


def _exit_code(sites: tuple[SiteRecord, ...]) -> int:
    from drplan.cli import exit_codes

    if all(site.outcome == "recorded" for site in sites):
        return exit_codes.DONE
    if all(site.outcome == "failed" for site in sites):
        return sites[0].exit_code
    return exit_codes.PARTIAL


def _print(recorded: Recorded) -> None:
    from drplan.cli import terminal
    from drplan.documents.mapping_file import one_line

    for finding in recorded.mapping_diagnostics:
        terminal.write_error(f"{finding.severity}: {one_line(finding)}")
    for site in recorded.sites:
        terminal.write("\n".join(_lines(site)))


def _lines(site: SiteRecord) -> list[str]:
    who = f"{site.name} ({site.role})" if site.name != site.role else site.name
    if site.outcome == "failed":
        return [
            f"{who}: NOT RECORDED",
            *(f"  {reason}" for reason in site.reasons),
            _what_stays(site),
            *([f"  Next: {site.next_step}"] if site.next_step else []),
        ]
    found = (
        f"  {_vms(site.vms)}, {site.running} of them running; Engine "
        f"{site.engine_version or 'of unknown version'}; {site.requests} requests; {site.taken}"
    )
    if site.outcome == "recorded":
        accepted = [f"  accepted all the same: {reason}" for reason in site.reasons]
        return [f"{who}: recorded in {site.file}", found, *accepted]
    return [
        f"{who}: DEGRADED, recorded aside in {site.file}",
        found,
        *(f"  {reason}" for reason in site.reasons),
        _what_stays(site),
        "  Next: look at the site; if it is meant to be so, record it again with --accept",
    ]


def _vms(number: int) -> str:
    return "1 VM" if number == 1 else f"{number} VMs"


def _what_stays(site: SiteRecord) -> str:
    if site.stays is None:
        return "  There is no healthy recording of this site."
    return f"  The healthy recording of {site.stays} stays."
