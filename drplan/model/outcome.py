"""What became of an action, and of a whole run."""

from __future__ import annotations

from typing import Literal

import msgspec

from drplan.model.change import Change
from drplan.model.plan import Direction, Mode

FORMAT_VERSION = "1.0"

OutcomeStatus = Literal["done", "converged", "failed", "skipped"]
"""``converged``: it was already so. ``skipped``: something it depends on failed."""


class Failure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an action failed: the Engine's text, its HTTP status, and whether trying again can help."""

    summary: str
    code: int | None = None
    retriable: bool = False
    expected: bool = False
    """Whether the plan foresaw it."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The end of one action. Times are milliseconds since the run began."""

    action: str
    address: str
    operation: str
    status: OutcomeStatus
    started_ms: int | None = None
    ended_ms: int
    attempts: int = 0
    failure: Failure | None = None
    because: str | None = None
    """For a skipped one: the address of what failed."""
    note: str = ""
    found: dict[str, str] = {}
    """Facts learned on the way: ids, the host a VM runs on, a domain's status."""
    surprises: tuple[str, ...] = ()
    """Differences between what was predicted and what was found."""
    unexpected: tuple[str, ...] = ()
    """What was found and not predicted, and what was done with it."""
    engine_events: tuple[str, ...] = ()
    """What the Engine reported about things left out (event 1188 and its like)."""


class FoundNic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A vNIC after the registration. ``profile`` is ``network/profile``, ``None`` without one."""

    nic: str
    profile: str | None = None
    mac: str | None = None


class Fate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a VM: what an operator asks first.

    ``up_ms`` is when it was up, in milliseconds since the run began. ``surprises`` are differences
    between what was predicted and what was found.
    """

    address: str
    name: str
    id: str
    high_availability: bool = False
    registered: bool
    status: str | None = None
    cluster: str | None = None
    host: str | None = None
    up_ms: int | None = None
    nics: tuple[FoundNic, ...] = ()
    dropped: tuple[str, ...] = ()
    reason: str = ""
    surprises: tuple[str, ...] = ()


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A link of the critical path: an action and the seconds it made everybody wait."""

    address: str
    operation: str
    seconds: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run, told afterwards. A rehearsal's is the forecast of the real run.

    ``remaining`` are the changes that a fresh look at the target still finds. ``success`` means
    that nothing failed, nothing was skipped and nothing remains.
    """

    format_version: str = FORMAT_VERSION
    drplan_version: str
    run_id: str
    rehearsal: bool
    plan_id: str
    plan_digest: str
    mode: Mode
    direction: Direction
    started: str
    duration_ms: int
    success: bool
    outcomes: tuple[Outcome, ...] = ()
    fates: tuple[Fate, ...] = ()
    critical_path: tuple[Step, ...] = ()
    unexpected: tuple[str, ...] = ()
    """Addresses found on domains that nobody predicted, and what was done with them."""
    remaining: tuple[Change, ...] = ()
    engine_events: tuple[str, ...] = ()
    """What the Engine itself reported about things left out (event 1188 and its like)."""
    rto_target_s: int | None = None
