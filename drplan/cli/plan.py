"""``drplan plan``: work out what a failover would do, and save it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from drplan.cli import exit_codes, terminal
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
    from collections.abc import Iterator
    from datetime import timedelta

    from drplan.model.plan import Author, Plan
    from drplan.workflows.plan import Planning, PlanningRequest

app = command_app()

Mode = Literal["failover", "migrate", "failback", "cleanup", "test"]
Role = Literal["primary", "secondary"]
Policy = Literal["register", "list", "register+start"]


@app.command()
def plan(
    mapping: Annotated[
        Path, typer.Option("--mapping", metavar="FILE", help="The mapping that pairs the sites.")
    ],
    cassettes: Annotated[
        Path,
        typer.Option(
            "--cassettes",
            metavar="DIR",
            help="Where the recordings of the sites are: primary.* and secondary.*."
            " The source is read from there.",
        ),
    ],
    mode: Annotated[
        Mode | None, typer.Argument(metavar="MODE", help="failover, and nothing else yet.")
    ] = None,
    mode_option: Annotated[
        Mode | None, typer.Option("--mode", metavar="MODE", help="The same as the argument.")
    ] = None,
    offline: Annotated[
        bool,
        typer.Option("--offline", help="Read the target from its recording too; use no network."),
    ] = False,
    passwords_file: PasswordsFile = None,
    vault_password_file: VaultPasswordFile = None,
    ask_vault_pass: AskVaultPass = False,
    insecure: Insecure = False,
    wait: Wait = 30.0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Save the plan there.")
    ] = None,
    source: Annotated[Role | None, typer.Option("--from", help="The site that is lost.")] = None,
    target: Annotated[Role | None, typer.Option("--to", help="The site that takes over.")] = None,
    targets: Annotated[
        list[str] | None,
        typer.Option(
            "--target",
            metavar="ADDR",
            help="Only this and what it needs: vm.NAME, vm.web*, tag:NAME, ha:true. Repeatable.",
        ),
    ] = None,
    excludes: Annotated[
        list[str] | None,
        typer.Option(
            "--exclude",
            metavar="ADDR",
            help="All but this and what cannot be without it. Repeatable.",
        ),
    ] = None,
    unexpected: Annotated[
        Policy | None,
        typer.Option(
            "--unexpected",
            help="What to do with what is found on a domain and was not predicted."
            " Needed where there is no recording of the source.",
        ),
    ] = None,
    unexpected_limit: Annotated[
        int | None,
        typer.Option(
            "--unexpected-limit", min=0, metavar="N", help="Register at most so many per domain."
        ),
    ] = None,
    ticket: Annotated[
        str | None, typer.Option("--ticket", metavar="ID", help="The change that the plan is for.")
    ] = None,
    message: Annotated[
        str | None, typer.Option("--message", "-m", metavar="TEXT", help="Why, in a sentence.")
    ] = None,
    expires: Annotated[
        str,
        typer.Option("--expires", metavar="TIME", help="How long it can be used: 24h, 7d, never."),
    ] = "never",
    detailed_exitcode: Annotated[
        bool,
        typer.Option("--detailed-exitcode", help="Exit with 2 where there is something to do."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the stream of events, one JSON object a line.")
    ] = False,
    summary: Annotated[
        bool, typer.Option("--summary", help="Shorten long waves (the default).")
    ] = False,
    full: Annotated[
        bool, typer.Option("--full", help="Every line of long waves, and what each waits for.")
    ] = False,
) -> int:
    """Work out what a failover would do, and save it for review.

    Nothing is written to any Engine. What the source had is read from its recording; what the
    target has, from its Engine, or with --offline from its recording too. The plan says what
    happens to every VM, in what order, what the Engine will change silently, and what cannot go
    well.

    Exit codes: 0 planned, 2 there is something to do (only with --detailed-exitcode), 5 a check
    blocks the plan (it is shown and saved all the same), 65 a file cannot be used, 69 the target
    does not answer, 77 the login failed.

    For example:

      drplan plan --mapping m.yml --cassettes rec --out plan.json

      drplan plan --mapping m.yml --cassettes rec --offline --out plan.json

      drplan plan --mapping m.yml --cassettes rec --offline --target 'vm.erp-*'
    """
    from drplan.clock import SystemClock
    from drplan.plan.selection import Selection
    from drplan.workflows.plan import PlanningRequest, make_plan

    if summary and full:
        raise typer.BadParameter("--summary and --full exclude each other")
    if targets and excludes:
        raise typer.BadParameter("--target and --exclude exclude each other")
    if mode is not None and mode_option is not None and mode != mode_option:
        raise typer.BadParameter(f"the mode is {mode}, and --mode says {mode_option}")
    chosen: Mode = mode or mode_option or "failover"
    if chosen != "failover":
        raise typer.BadParameter(f"{chosen} is not in this release; failover is")
    source_role, target_role = _direction(source, target)
    sources = credential_sources(passwords_file, vault_password_file, ask_vault_pass=ask_vault_pass)
    request = PlanningRequest(
        mapping=mapping,
        cassettes=cassettes,
        offline=offline,
        author=_author(),
        mode=chosen,
        source_role=source_role,
        target_role=target_role,
        out=out,
        selection=Selection(tuple(targets or ()), tuple(excludes or ())),
        unexpected=unexpected,
        unexpected_limit=unexpected_limit,
        ticket=ticket,
        message=message,
        valid_for=_validity(expires),
        sources=sources,
        live=live_options(insecure=insecure and not offline, wait=wait),
    )
    planning = make_plan(request, SystemClock(), _new_id)
    if as_json:
        _print_events(planning)
    else:
        _print_plan(planning, request, full=full)
    return _exit_code(planning.plan, detailed=detailed_exitcode)


def _direction(source: Role | None, target: Role | None) -> tuple[Role, Role]:
    """From the primary to the secondary, unless said otherwise; one of both is enough."""
    across: dict[Role, Role] = {"primary": "secondary", "secondary": "primary"}
    if source is not None and source == target:
        raise typer.BadParameter("--from and --to are the same site")
    chosen = source or (across[target] if target else "primary")
    return chosen, target or across[chosen]


def _validity(text: str) -> timedelta | None:
    """What ``--expires`` says; what it cannot say is an error of usage, not of a file."""
    from drplan.errors import InvalidInput
    from drplan.workflows.plan import read_validity

    try:
        return read_validity(text)
    except InvalidInput as error:
        raise typer.BadParameter(f"--expires: {error.summary}: {error.next_step}") from error


def _exit_code(made: Plan, *, detailed: bool) -> int:
    if not made.applyable:
        return exit_codes.BLOCKED
    return exit_codes.CHANGES if detailed and made.actions() else exit_codes.DONE


def _print_events(planning: Planning) -> None:
    import msgspec

    from drplan.workflows.plan_events import plan_events

    for event in plan_events(planning):
        terminal.write_json(msgspec.json.encode(event))


def _print_plan(planning: Planning, request: PlanningRequest, *, full: bool) -> None:
    from drplan.cli import paper
    from drplan.documents.mapping_file import one_line
    from drplan.report.renderer import render_plan

    for finding in planning.mapping_diagnostics:
        terminal.write_error(f"{finding.severity}: {one_line(finding)}")
    name = str(request.out) if request.out else "PLAN"
    paper.show(render_plan(planning.plan, "text", width=paper.width(), full=full, file=name))
    paper.show("\n".join(_closing(planning.plan, request)))


def _closing(made: Plan, request: PlanningRequest) -> Iterator[str]:
    """Where the plan is, the commands that come next, and once more which way it goes."""
    if request.out is not None:
        recorded = f" --cassettes {request.cassettes}"
        yield f"\nSaved the plan to: {request.out}   (id {made.plan_id}, {made.digest[:19]})"
        yield f"\nTo put it in a ticket:   drplan show --format md {request.out}"
        yield f"To rehearse just this:   drplan rehearse {request.out}{recorded}"
    state = "can be applied" if made.applyable else "CANNOT BE APPLIED, a check failed"
    direction = made.direction
    yield f"\n{made.mode.upper()}  {direction.source} -> {direction.target}: {state}"


def _new_id() -> str:
    """Three groups of four figures: short enough to be read out, and never the same twice."""
    import secrets

    text = secrets.token_hex(6)
    return f"{text[:4]}-{text[4:8]}-{text[8:]}"


def _author() -> Author:
    """Who runs the program, and where."""
    import getpass
    import socket

    from drplan.model.plan import Author

    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        user = "unknown"
    return Author(user=user, host=socket.gethostname())
