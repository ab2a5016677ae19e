"""Apply a plan: everything that can be refused without asking an Engine, and then the run."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
import trio

from drplan import files
from drplan.apply.stream import Listener
from drplan.clock import Clock
from drplan.documents.mapping_file import load_mapping
from drplan.documents.plan_file import encode, read_plan
from drplan.errors import Refused
from drplan.model.mapping import Mapping
from drplan.model.plan import Author, Plan
from drplan.workflows.conduct import conduct
from drplan.workflows.consent import (
    Consent,
    refuse_blocked,
    refuse_expired,
    refuse_unanswered_gates,
)
from drplan.workflows.credentials import Credentials, CredentialSources
from drplan.workflows.live_site import LiveOptions
from drplan.workflows.run_folder import RUNS, RunFolder, refuse_used
from drplan.workflows.run_secrets import MappingSecrets
from drplan.workflows.source_site import SourceSite
from drplan.workflows.undertaking import Ended, OnConflict, OnError, Undertaking


@dataclass(frozen=True, kw_only=True)
class ApplyRequest:
    """What to apply, and how.

    ``plan`` is a plan's file, or a plan that was made a moment ago. ``mapping`` is where its mapping
    lies, if not where the plan says. ``run_dir`` is the folder of this run.
    """

    plan: Path | Plan
    author: Author
    consent: Consent
    mapping: Path | None = None
    run_dir: Path | None = None
    on_error: OnError = "continue"
    on_conflict: OnConflict = "refuse"
    lock: bool = True
    lock_timeout: float = 0.0
    source_fenced: str | None = None
    incident: datetime | None = None
    sources: CredentialSources = field(default_factory=CredentialSources)
    live: LiveOptions = field(default_factory=LiveOptions)


class RunSetup(msgspec.Struct, frozen=True, kw_only=True):
    """How a run reaches its Engines, kept in its folder: places, never what is in them."""

    run_id: str
    mapping: str
    plan: str | None = None
    passwords_file: str | None = None
    vault_password_file: str | None = None
    insecure: bool = False


def apply(request: ApplyRequest, clock: Clock, listeners: Sequence[Listener] = ()) -> Ended:
    """Carry a plan out on its target.

    Raises ``Refused`` for a plan that is used, expired, altered, of another Engine or another
    mapping, or no longer fits; ``Blocked`` for failed checks and gates without anybody; ``Declined``;
    and what reaching the Engine raises.
    """
    if isinstance(request.plan, Plan):
        plan, content, home = request.plan, encode(request.plan), Path()
    else:
        plan, content = read_plan(request.plan), files.read_bytes(request.plan)
        home = request.plan.parent
        refuse_used(request.plan, plan.plan_id)
    refuse_expired(plan, clock)
    refuse_blocked(plan.checks, request.consent)
    refuse_unanswered_gates(plan, request.consent)
    mapping_file, mapping = the_mapping(plan, request.mapping, home)
    run_id = f"r-{clock.now():%m%d-%H%M}-{secrets.token_hex(2)}"
    folder = RunFolder(request.run_dir or home / RUNS / run_id)
    credentials = Credentials(request.sources, mapping_file=mapping_file)
    what = Undertaking(
        plan=plan,
        plan_bytes=content,
        plan_file=request.plan if isinstance(request.plan, Path) else None,
        mapping=mapping,
        login=credentials.login(mapping.site(plan.direction.target_role)),
        source=SourceSite(mapping.site(plan.direction.source_role)),
        secrets=MappingSecrets(mapping_file, credentials),
        consent=request.consent,
        author=request.author,
        run_id=run_id,
        folder=folder,
        setup=_setup(request, run_id, mapping_file),
        live=request.live,
        clock=clock,
        on_error=request.on_error,
        on_conflict=request.on_conflict,
        lock=request.lock,
        lock_timeout=request.lock_timeout,
        source_fenced=request.source_fenced,
        incident=request.incident,
    )
    return trio.run(partial(conduct, what, tuple(listeners)))


def the_mapping(plan: Plan, given: Path | None, home: Path) -> tuple[Path, Mapping]:
    """The mapping that the plan was made from, to the byte.

    It lies where it is ``given``, else where the plan says: from here, or from the plan's folder
    ``home``. Raises ``InvalidInput`` where it cannot be read, ``Refused`` where it was changed.
    """
    noted = Path(plan.mapping.file)
    beside = home / noted
    path = given or (beside if not noted.exists() and beside.exists() else noted)
    mapping, _ = load_mapping(path)
    if mapping.sha256 != plan.mapping.sha256:
        raise Refused(
            "the mapping was changed after the plan was made",
            where=str(path),
            next_step="plan again, or give the mapping of the plan: --mapping FILE",
        )
    return path, mapping


def _setup(request: ApplyRequest, run_id: str, mapping_file: Path) -> bytes:
    setup = RunSetup(
        run_id=run_id,
        mapping=str(mapping_file.absolute()),
        plan=str(request.plan.absolute()) if isinstance(request.plan, Path) else None,
        passwords_file=_place(request.sources.passwords_file),
        vault_password_file=_place(request.sources.vault_password_file),
        insecure=request.live.insecure,
    )
    return msgspec.json.format(msgspec.json.encode(setup), indent=2) + b"\n"


def _place(path: Path | None) -> str | None:
    return str(path.absolute()) if path is not None else None
