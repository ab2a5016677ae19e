"""Go on with a run that stopped: what succeeded is trusted, what is in doubt is looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
import trio

from drplan import files
from drplan.apply.history import History, read_history
from drplan.apply.stream import Listener
from drplan.clock import Clock
from drplan.documents.journal_file import is_alive, read_journal
from drplan.documents.plan_file import read_plan
from drplan.errors import InvalidInput, Locked, Refused
from drplan.model.plan import Author, Plan
from drplan.workflows.apply import RunSetup, the_mapping
from drplan.workflows.conduct import conduct
from drplan.workflows.consent import Consent
from drplan.workflows.credentials import Credentials, CredentialSources
from drplan.workflows.live_site import LiveOptions
from drplan.workflows.run_folder import RunFolder
from drplan.workflows.run_secrets import MappingSecrets
from drplan.workflows.source_site import SourceSite
from drplan.workflows.undertaking import Ended, OnConflict, OnError, Undertaking


@dataclass(frozen=True, kw_only=True)
class ResumeRequest:
    """Which run to go on with, and how.

    ``skip`` are addresses, or addresses with an operation, of actions to leave out. What is not
    given is as it was when the run began.
    """

    folder: RunFolder
    author: Author
    consent: Consent
    mapping: Path | None = None
    skip: tuple[str, ...] = ()
    on_error: OnError = "continue"
    on_conflict: OnConflict = "refuse"
    lock: bool = True
    lock_timeout: float = 0.0
    source_fenced: str | None = None
    incident: datetime | None = None
    sources: CredentialSources = field(default_factory=CredentialSources)
    live: LiveOptions = field(default_factory=LiveOptions)


def resume(request: ResumeRequest, clock: Clock, listeners: Sequence[Listener] = ()) -> Ended:
    """Go on with a run under its approval; a plan that has expired meanwhile does not matter.

    Raises ``Locked`` where the run is alive, ``InvalidInput`` for a folder that is no run's or a
    journal that was altered, ``Refused`` where the run was never approved, and what applying does.
    """
    folder = request.folder
    if is_alive(folder.journal):
        raise Locked(
            "the run is alive: another process goes on with it",
            where=str(folder.path),
            next_step=f"drplan status {folder.path.name} --watch",
        )
    setup = read_setup(folder)
    plan = read_plan(folder.plan)
    history = read_history(setup.run_id, read_journal(folder.journal).events)
    _refuse_unapproved(history, plan)
    sources = _sources(request.sources, setup)
    live = replace(request.live, insecure=request.live.insecure or setup.insecure)
    mapping_file, mapping = the_mapping(plan, request.mapping or Path(setup.mapping), Path())
    credentials = Credentials(sources, mapping_file=mapping_file)
    what = Undertaking(
        plan=plan,
        plan_bytes=files.read_bytes(folder.plan),
        plan_file=Path(setup.plan) if setup.plan is not None else None,
        mapping=mapping,
        login=credentials.login(mapping.site(plan.direction.target_role)),
        source=SourceSite(mapping.site(plan.direction.source_role)),
        secrets=MappingSecrets(mapping_file, credentials),
        consent=request.consent,
        author=request.author,
        run_id=setup.run_id,
        folder=folder,
        setup=b"",
        live=live,
        clock=clock,
        history=history,
        on_error=request.on_error,
        on_conflict=request.on_conflict,
        left_out=left_out(plan, request.skip),
        lock=request.lock,
        lock_timeout=request.lock_timeout,
        source_fenced=request.source_fenced,
        incident=request.incident,
    )
    return trio.run(partial(conduct, what, tuple(listeners)))


def read_setup(folder: RunFolder) -> RunSetup:
    """How the run reaches its Engines. Raises ``InvalidInput`` where the folder is no run's."""
    try:
        return msgspec.json.decode(files.read_bytes(folder.setup), type=RunSetup)
    except msgspec.DecodeError as error:
        raise InvalidInput(
            "the file does not say how the run reaches its Engines",
            where=str(folder.setup),
            next_step="plan again: what is done already will not be done again",
        ) from error


def left_out(plan: Plan, skip: Sequence[str]) -> dict[str, str]:
    """The actions to leave out, by id. Raises ``InvalidInput`` for what is not in the plan."""
    found: dict[str, str] = {}
    for name in skip:
        ids = [
            action.id
            for action in plan.actions()
            if name in (action.address, f"{action.address} {action.operation}", action.id)
        ]
        if not ids:
            raise InvalidInput(
                f"there is no {name} in the plan",
                next_step="give an address as the plan shows it, such as vm.NAME",
            )
        found.update(dict.fromkeys(ids, "left out on request"))
    return found


def _refuse_unapproved(history: History, plan: Plan) -> None:
    if any(approval.digest == plan.digest for approval in history.approvals):
        return
    raise Refused(
        "the journal holds no approval of this plan",
        next_step="apply the plan itself: drplan apply PLAN",
    )


def _sources(given: CredentialSources, setup: RunSetup) -> CredentialSources:
    passwords, vault = setup.passwords_file, setup.vault_password_file
    return replace(
        given,
        passwords_file=given.passwords_file or (Path(passwords) if passwords else None),
        vault_password_file=given.vault_password_file or (Path(vault) if vault else None),
    )
