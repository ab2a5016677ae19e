"""``drplan resume``: go on with a run that stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

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

app = command_app()


@app.command()
def resume(
    run: Annotated[
        str | None,
        typer.Argument(metavar="[RUN]", help="The run's id or folder; else the newest in --runs."),
    ] = None,
    runs: Annotated[Path, typer.Option("--runs", metavar="DIR", help="Where the runs are.")] = Path(
        "runs"
    ),
    skip: Annotated[
        list[str] | None,
        typer.Option("--skip", metavar="ADDR", help="Leave this out. Repeatable."),
    ] = None,
    gates: run_options.Gates = None,
    overrides: run_options.Overrides = None,
    reason: run_options.Reason = None,
    on_error: run_options.OnError = "continue",
    on_conflict: run_options.OnConflict = "refuse",
    input_: run_options.Input = "true",
    lock: Annotated[bool, typer.Option(help="Keep others from working on the target.")] = True,
    lock_timeout: run_options.LockTimeout = 0.0,
    source_fenced: run_options.SourceFenced = None,
    incident_start: run_options.IncidentStart = None,
    mapping: run_options.Mapping = None,
    passwords_file: PasswordsFile = None,
    vault_password_file: VaultPasswordFile = None,
    ask_vault_pass: AskVaultPass = False,
    insecure: Insecure = False,
    wait: Wait = 30.0,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the stream of events, one JSON object a line.")
    ] = False,
) -> int:
    """Go on with a run that stopped, under the approval it has.

    What succeeded is trusted. What was under way is looked up at the Engine, by the names of its
    requests and by what is there, and then taken for done, waited for, or sent. What failed or was
    skipped is tried again, unless it is left out with --skip.

    The folder of the run is all that is needed. Without it, planning again gives the rest.

    Exit codes: as for drplan apply.

    For example:

      drplan resume

      drplan resume r-0314-0221-7f3c --skip vm.web-03
    """
    from drplan.cli.person import somebody
    from drplan.cli.run_session import run_session
    from drplan.clock import SystemClock
    from drplan.workflows.resume import ResumeRequest
    from drplan.workflows.resume import resume as go_on
    from drplan.workflows.run_folder import find_run

    asking = run_options.may_ask(input_)
    folder = find_run(run, runs)
    sources = credential_sources(passwords_file, vault_password_file, ask_vault_pass=ask_vault_pass)
    live = live_options(insecure=insecure, wait=wait)
    with run_session(as_json=as_json, asking=somebody(asking=asking, as_json=as_json)) as session:
        return session.run(
            lambda listeners: go_on(
                ResumeRequest(
                    folder=folder,
                    author=run_options.author(),
                    consent=run_options.consent_of(
                        gates=gates,
                        overrides=overrides,
                        reason=reason,
                        asking=asking,
                        person=session.person,
                    ),
                    mapping=mapping,
                    skip=tuple(skip or ()),
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
