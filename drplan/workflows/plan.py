"""Plan a failover: read the mapping and both sites, work out what to do, save it.

The source is read from its recording. The target is asked itself, or read from its recording too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from drplan import __version__
from drplan.clock import Clock
from drplan.documents.mapping_file import load_mapping
from drplan.documents.plan_file import with_digest, write_plan
from drplan.errors import InvalidInput
from drplan.model.diagnostic import Diagnostic
from drplan.model.drplan_section import UnexpectedPolicy, UnexpectedRule
from drplan.model.inventory import Inventory
from drplan.model.mapping import Mapping, SiteRole
from drplan.model.plan import Author, Mode, Plan
from drplan.plan.builder import build_plan
from drplan.plan.request import PlanRequest
from drplan.plan.selection import Selection
from drplan.wire.cassette import SUFFIXES
from drplan.workflows.credentials import Credentials, CredentialSources
from drplan.workflows.live_site import LiveOptions, read_live_inventory
from drplan.workflows.sites import find_recorded_site, read_recorded_inventory

_DURATION: Final = re.compile(r"(\d+)(m|h|d)")
_UNITS: Final = {"m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, kw_only=True)
class PlanningRequest:
    """What to plan, from which files, and for whom.

    ``cassettes`` is the folder with the recordings of the sites, named after their roles. With
    ``offline`` the target is read from there too and no network is used; else its Engine is asked,
    by the user of the mapping with a password from ``sources``.
    ``unexpected`` decides what sweeps do and overrides the mapping. ``valid_for`` is ``None`` for a
    plan that never expires.
    """

    mapping: Path
    cassettes: Path
    offline: bool
    author: Author
    mode: Mode = "failover"
    source_role: SiteRole = "primary"
    target_role: SiteRole = "secondary"
    out: Path | None = None
    selection: Selection = field(default_factory=Selection)
    unexpected: UnexpectedPolicy | None = None
    unexpected_limit: int | None = None
    ticket: str | None = None
    message: str | None = None
    valid_for: timedelta | None = None
    sources: CredentialSources = field(default_factory=CredentialSources)
    live: LiveOptions = field(default_factory=LiveOptions)


@dataclass(frozen=True)
class Planning:
    """The plan, and what was found in the mapping on the way."""

    plan: Plan
    mapping_diagnostics: tuple[Diagnostic, ...]


def make_plan(request: PlanningRequest, clock: Clock, new_id: Callable[[], str]) -> Planning:
    """Make the plan, and write it where ``out`` says; a blocked plan is written too.

    Raises :class:`InvalidInput` for a mapping, a recording or a selector that cannot be used. Without
    ``offline`` also ``LoginFailed``, ``EngineUnreachable``, and ``EngineFault`` where the target does
    not tell what a plan cannot do without.
    """
    mapping, warnings = load_mapping(request.mapping)
    now = clock.now()
    plan = build_plan(
        PlanRequest(
            mapping=mapping,
            source_inventory=_source(request, mapping),
            target_inventory=_target(request, mapping, now),
            source_role=request.source_role,
            target_role=request.target_role,
            mode=request.mode,
            unexpected=_unexpected(request, mapping),
            selection=request.selection,
            plan_id=new_id(),
            timestamp=_timestamp(now),
            valid_until=_timestamp(now + request.valid_for) if request.valid_for else None,
            author=request.author,
            drplan_version=__version__,
            ticket=request.ticket,
            message=request.message,
        )
    )
    finished = write_plan(request.out, plan) if request.out is not None else with_digest(plan)
    return Planning(finished, warnings)


def read_validity(text: str) -> timedelta | None:
    """``24h``, ``30m``, ``7d``; ``never`` is ``None``. Raises :class:`InvalidInput` for other texts."""
    if text == "never":
        return None
    match = _DURATION.fullmatch(text)
    if match is None:
        raise InvalidInput(
            f"{text!r} is no duration", next_step="write 30m, 24h, 7d or never, for example"
        )
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


def _source(request: PlanningRequest, mapping: Mapping) -> Inventory | None:
    """The source's inventory; ``None`` where no recording of it is there and that was decided upon."""
    names = [f"{request.source_role}{suffix}" for suffix in SUFFIXES]
    if request.unexpected is not None and not any(
        (request.cassettes / name).is_file() for name in names
    ):
        return None
    return _read(request, mapping, request.source_role)


def _target(request: PlanningRequest, mapping: Mapping, now: datetime) -> Inventory:
    """The target's inventory, as it is now unless only recordings may be read."""
    if request.offline:
        return _read(request, mapping, request.target_role)
    details = mapping.site(request.target_role)
    login = Credentials(request.sources, mapping_file=request.mapping).login(details)
    return read_live_inventory(details, login, request.live, taken=_timestamp(now))


def _read(request: PlanningRequest, mapping: Mapping, role: SiteRole) -> Inventory:
    site = find_recorded_site(request.cassettes, role, name=mapping.site(role).name)
    return read_recorded_inventory(site)


def _unexpected(request: PlanningRequest, mapping: Mapping) -> UnexpectedRule | None:
    """The command line's choice with the mapping's limit, or nothing where it makes none."""
    if request.unexpected is None and request.unexpected_limit is None:
        return None
    rule = mapping.drplan.unexpected or UnexpectedRule()
    return UnexpectedRule(
        policy=request.unexpected or rule.policy,
        limit=rule.limit if request.unexpected_limit is None else request.unexpected_limit,
    )


def _timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
