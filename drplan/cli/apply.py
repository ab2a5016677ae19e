"""``drplan apply``: carry out a plan on the live target."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from drplan.cli import run_options
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
    from drplan.model.plan import Plan
    from drplan.workflows.plan import PlanningRequest

app = command_app()

Role = Literal["primary", "secondary"]


@app.command()
def apply(
    plan: Annotated[
        Path | None,
        typer.Argument(metavar="[PLAN]", help="The plan file; without one, plan first."),
    ] = None,
    approve: Annotated[
        str | None,
        typer.Option("--approve", metavar="DIGEST", help="Approve the plan with this digest."),
    ] = None,
    auto_approve: Annotated[
        bool,
        typer.Option(
            "--auto-approve",
            help="Ask nobody; refused where a gate needs a person, or a check failed.",
        ),
    ] = False,
    gates: run_options.Gates = None,
    overrides: run_options.Overrides = None,
    reason: run_options.Reason = None,
    on_error: run_options.OnError = "continue",
    on_conflict: run_options.OnConflict = "refuse",
    input_: run_options.Input = "true",
    run_dir: Annotated[
        Path | None,
        typer.Option("--run-dir", metavar="DIR", help="The run's folder, instead of runs/RUN."),
    ] = None,
    lock: Annotated[bool, typer.Option(help="Keep others from working on the target.")] = True,
    lock_timeout: run_options.LockTimeout = 0.0,
    source_fenced: run_options.SourceFenced = None,
    incident_start: run_options.IncidentStart = None,
    mapping: run_options.Mapping = None,
    cassettes: Annotated[
        Path | None,
        typer.Option("--cassettes", metavar="DIR", help="Without PLAN: where the recordings are."),
    ] = None,
    source: Annotated[
        Role | None, typer.Option("--from", help="Without PLAN: the site that is lost.")
    ] = None,
    targets: Annotated[
        list[str] | None,
        typer.Option("--target", metavar="ADDR", help="Without PLAN: only this. Repeatable."),
    ] = None,
    excludes: Annotated[
        list[str] | None,
        typer.Option("--exclude", metavar="ADDR", help="Without PLAN: all but this. Repeatable."),
    ] = None,
    passwords_file: PasswordsFile = None,
    vault_password_file: VaultPasswordFile = None,
    ask_vault_pass: AskVaultPass = False,
    insecure: Insecure = False,
    wait: Wait = 30.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the stream of events, one JSON object a line.")
    ] = False,
) -> int:
    """Carry out a reviewed plan on the live target.

    The target is read again first: where an action no longer fits, the plan is refused before
    anything is written. On a terminal the name of the target site is asked; elsewhere the plan is
    approved by --approve DIGEST, or --auto-approve. A plan is used once. Everything is recorded in
    runs/RUN beside the plan; a run that stopped, for whatever reason, goes on with drplan resume.

    The first Ctrl-C begins nothing more and waits for what is in flight, the second leaves at once.
    A lost terminal does not stop a run. Nothing is ever rolled back.

    Exit codes: 0 done, 1 failed before the first write, 3 some actions failed or were skipped, 4 the
    plan is refused, 5 a check or a gate without anybody forbids it, 6 declined, 7 somebody else
    holds the lock, 8 stopped on request, 69 the target does not answer, 77 the login failed,
    130 and 143 left at once.

    For example:

      drplan apply plan.json

      drplan apply plan.json --approve 9c41aa07 --gate storage-promoted=yes
    """
    from drplan.cli.person import somebody
    from drplan.cli.run_session import run_session
    from drplan.clock import SystemClock
    from drplan.errors import Declined
    from drplan.workflows.apply import ApplyRequest
    from drplan.workflows.apply import apply as carry_out

    asking = run_options.may_ask(input_)
    sources = credential_sources(passwords_file, vault_password_file, ask_vault_pass=ask_vault_pass)
    live = live_options(insecure=insecure, wait=wait)
    made: Path | Plan
    if plan is None:
        from drplan.plan.selection import Selection
        from drplan.workflows.plan import PlanningRequest

        if mapping is None or cassettes is None:
            raise typer.BadParameter("give a PLAN, or --mapping and --cassettes to make one")
        lost: Role = source or "primary"
        made = _planned(
            PlanningRequest(
                mapping=mapping,
                cassettes=cassettes,
                offline=False,
                author=run_options.author(),
                source_role=lost,
                target_role="secondary" if lost == "primary" else "primary",
                selection=Selection(tuple(targets or ()), tuple(excludes or ())),
                sources=sources,
                live=live,
            ),
            as_json=as_json,
        )
    elif cassettes is not None or source is not None or targets or excludes:
        raise typer.BadParameter(
            "what a plan does is in the plan: give PLAN, or options to make one"
        )
    else:
        made = plan
    there = somebody(asking=asking, as_json=as_json)
    if approve is None and not auto_approve and not there:
        raise Declined(
            "nobody is there to approve the plan",
            next_step="give --approve DIGEST (drplan show PLAN prints it), or --auto-approve",
        )
    with run_session(as_json=as_json, asking=there) as session:
        return session.run(
            lambda listeners: carry_out(
                ApplyRequest(
                    plan=made,
                    author=run_options.author(),
                    consent=run_options.consent_of(
                        gates=gates,
                        overrides=overrides,
                        reason=reason,
                        asking=asking,
                        person=session.person,
                        digest=approve,
                        auto=auto_approve,
                    ),
                    mapping=mapping,
                    run_dir=run_dir,
                    on_error=on_error,
                    on_conflict=on_conflict,
                    lock=lock,
                    lock_timeout=lock_timeout,
                    source_fenced=source_fenced,
                    incident=run_options.incident_of(incident_start),
                    sources=sources,
                    live=live,
                ),
                SystemClock(),
                listeners,
            )
        )


def _planned(request: PlanningRequest, *, as_json: bool) -> Plan:
    """Make a plan now, and show it."""
    import secrets

    from drplan.cli import paper
    from drplan.clock import SystemClock
    from drplan.report.renderer import render_plan
    from drplan.workflows.plan import make_plan

    text = secrets.token_hex(6)
    made = make_plan(request, SystemClock(), lambda: f"{text[:4]}-{text[4:8]}-{text[8:]}").plan
    if not as_json:
        paper.show(render_plan(made, "text", width=paper.width()))
    return made
