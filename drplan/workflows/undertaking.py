"""What a run is told before it begins, and what it tells when it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal

from drplan.apply.context import Secrets
from drplan.apply.history import History
from drplan.clock import Clock
from drplan.engine.token import Login
from drplan.model.mapping import Mapping as SitesMapping
from drplan.model.outcome import Report
from drplan.model.plan import Author, Plan
from drplan.workflows.consent import Consent
from drplan.workflows.live_site import LiveOptions
from drplan.workflows.run_folder import RunFolder
from drplan.workflows.source_site import SourceSite

OnError = Literal["continue", "stop", "ask"]
OnConflict = Literal["refuse", "skip"]


@dataclass(frozen=True, kw_only=True)
class Undertaking:
    """Everything that a run needs to know before it begins.

    ``plan_bytes`` is the plan's file as it was given, ``plan_file`` where it lies (``None``: it was
    made for this run). ``history`` is what an interrupted run has done. ``left_out`` are ids of
    actions not to run, with the reason.
    """

    plan: Plan
    plan_bytes: bytes
    plan_file: Path | None
    mapping: SitesMapping
    login: Login
    source: SourceSite
    secrets: Secrets
    consent: Consent
    author: Author
    run_id: str
    folder: RunFolder
    setup: bytes
    live: LiveOptions
    clock: Clock
    history: History | None = None
    on_error: OnError = "continue"
    on_conflict: OnConflict = "refuse"
    left_out: Mapping[str, str] = field(default_factory=dict)
    lock: bool = True
    lock_timeout: float = 0.0
    source_fenced: str | None = None
    incident: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a run ended: its report, unless it was left at once by ``signal``; ``declined`` tells that
    a gate was not opened before anything was written.
    """

    report: Report | None
    folder: RunFolder
    signal: int | None = None
    declined: bool = False
