"""Record both sites: what plans, predictions and rehearsals live from when a site is lost.

Nothing but reading is done. A recording of a site in trouble never takes the place of a healthy one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path
from typing import Literal

import msgspec
import trio

from drplan.clock import Clock
from drplan.documents.mapping_file import load_mapping
from drplan.engine.engine import Engine
from drplan.engine.recording import RecordingTransport
from drplan.engine.token import Login
from drplan.errors import DrplanError
from drplan.inventory.collect import collect
from drplan.model.diagnostic import Diagnostic
from drplan.model.inventory import Inventory
from drplan.model.mapping import SITE_ROLES, Mapping, SiteDetails, SiteRole
from drplan.wire.recording import Recording
from drplan.workflows.credentials import Credentials, CredentialSources
from drplan.workflows.live_site import LiveOptions, open_live_site
from drplan.workflows.recording_health import degradations, running
from drplan.workflows.recordings_folder import RecordingsFolder
from drplan.workflows.sites import RecordedSite, read_recorded_inventory, read_recorded_site

DEFAULT_KEEP = 14

Outcome = Literal["recorded", "degraded", "failed"]


@dataclass(frozen=True, kw_only=True)
class RecordRequest:
    """Which sites to record, and where.

    ``keep`` generations are kept. ``accept`` lets a recording that looks degraded become the healthy
    one: somebody has looked, and the site is meant to be so.
    """

    mapping: Path
    out: Path
    roles: tuple[SiteRole, ...] = SITE_ROLES
    keep: int = DEFAULT_KEEP
    accept: bool = False
    sources: CredentialSources = field(default_factory=CredentialSources)
    live: LiveOptions = field(default_factory=LiveOptions)


class SiteRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came of recording one site.

    ``file`` is what was written: the healthy recording, or the degraded one that lies aside. Where
    nothing took its place, ``stays`` is the time of the healthy recording that is still there.
    ``exit_code`` is the one of the error that ended a failed reading.
    """

    role: SiteRole
    name: str
    outcome: Outcome
    file: str | None = None
    taken: str | None = None
    engine_version: str | None = None
    vms: int = 0
    running: int = 0
    requests: int = 0
    reasons: tuple[str, ...] = ()
    accepted: bool = False
    where: str | None = None
    next_step: str | None = None
    stays: str | None = None
    exit_code: int = 0


@dataclass(frozen=True)
class Recorded:
    """What came of recording the sites, and what was found in the mapping on the way."""

    sites: tuple[SiteRecord, ...]
    mapping_diagnostics: tuple[Diagnostic, ...]


@dataclass(frozen=True)
class _Read:
    """One site as it was read."""

    inventory: Inventory
    recording: Recording


_Reading = _Read | DrplanError


def record_sites(request: RecordRequest, clock: Clock) -> Recorded:
    """Read the sites and write their recordings.

    A site that cannot be read does not keep the other from being recorded. Raises ``InvalidInput``
    for a mapping that cannot be used, ``RunFailed`` where the folder cannot be written to or another
    recording runs.
    """
    mapping, warnings = load_mapping(request.mapping)
    folder = RecordingsFolder(request.out, request.keep)
    with folder.locked():
        readings = _read_all(request, mapping, clock)
        sites = tuple(
            _settle(mapping.site(role), readings[role], folder, accept=request.accept)
            for role in request.roles
        )
    return Recorded(sites, warnings)


def _read_all(request: RecordRequest, mapping: Mapping, clock: Clock) -> dict[SiteRole, _Reading]:
    """Each site's reading or what ended it; both sites at the same time."""
    credentials = Credentials(request.sources, mapping_file=request.mapping)
    readings: dict[SiteRole, _Reading] = {}
    logins: dict[SiteRole, Login] = {}
    for role in request.roles:
        try:
            logins[role] = credentials.login(mapping.site(role))
        except DrplanError as error:
            readings[role] = error

    async def read(role: SiteRole) -> None:
        try:
            readings[role] = await _read(mapping.site(role), logins[role], request.live, clock)
        except DrplanError as error:
            readings[role] = error

    async def read_them() -> None:
        async with trio.open_nursery() as nursery:
            for role in logins:
                nursery.start_soon(read, role)

    if logins:
        trio.run(read_them)
    return readings


async def _read(details: SiteDetails, login: Login, options: LiveOptions, clock: Clock) -> _Read:
    taken = clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    async with open_live_site(details, login, options) as site:
        # Outermost: what is kept are the Engine's answers, without the tries that led nowhere.
        transport = RecordingTransport(site.transport)
        inventory = await collect(Engine(site.name, site.url, transport), taken=taken)
    recording = transport.recording(
        url=details.url,
        site=details.name,
        recorded_at=taken,
        engine_version=inventory.engine.full_version,
    )
    return _Read(inventory, recording)


def _settle(
    details: SiteDetails, reading: _Reading, folder: RecordingsFolder, *, accept: bool
) -> SiteRecord:
    """Put a site's recording where it belongs."""
    healthy = folder.healthy(details.role)
    if isinstance(reading, DrplanError):
        return SiteRecord(
            role=details.role,
            name=details.name,
            outcome="failed",
            reasons=(reading.summary, *reading.findings),
            where=reading.where,
            next_step=reading.next_step,
            stays=healthy.recorded_at if healthy else None,
            exit_code=reading.exit_code,
        )
    aside = folder.write_aside(details.role, reading.recording)
    unfaithful = _unfaithful(aside, details, reading.inventory)
    reasons = unfaithful + degradations(reading.inventory, _inventory_of(healthy))
    if unfaithful or (reasons and not accept):
        folder.prune_aside(details.role)
        return _record(details, reading, "degraded", aside, reasons, healthy)
    current = folder.promote(details.role, aside, before=healthy)
    return _record(details, reading, "recorded", current, reasons, None)


def _record(
    details: SiteDetails,
    reading: _Read,
    outcome: Outcome,
    file: Path,
    reasons: tuple[str, ...],
    stays: RecordedSite | None,
) -> SiteRecord:
    return SiteRecord(
        role=details.role,
        name=details.name,
        outcome=outcome,
        file=str(file),
        taken=reading.inventory.taken,
        engine_version=reading.inventory.engine.full_version,
        vms=len(reading.inventory.vms),
        running=len(running(reading.inventory)),
        requests=reading.inventory.requests,
        reasons=reasons,
        accepted=outcome == "recorded" and bool(reasons),
        stays=stays.recorded_at if stays else None,
    )


def _unfaithful(written: Path, details: SiteDetails, read: Inventory) -> tuple[str, ...]:
    """What is wrong with the file: what it tells must be what was read."""
    site = read_recorded_site([written], name=details.name, role=details.role)
    told = read_recorded_inventory(site)
    if _content(told) == _content(read):
        return ()
    return ("what was written does not tell what was read",)


def _content(inventory: Inventory) -> Inventory:
    return msgspec.structs.replace(inventory, requests=0, url=None)


def _inventory_of(site: RecordedSite | None) -> Inventory | None:
    return read_recorded_inventory(site) if site is not None else None
