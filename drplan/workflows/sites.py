"""Sites as recorded: from cassette files to a transport, and to an inventory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path

import msgspec
import trio
from trio.testing import MockClock

from drplan.engine.engine import Engine
from drplan.engine.replay import ReplayTransport
from drplan.errors import InvalidInput
from drplan.inventory.collect import collect
from drplan.model.inventory import Gap, Inventory
from drplan.wire.cassette import find_cassette, read_cassette
from drplan.wire.recording import Recording
from drplan.workflows.covered import CoveredTransport

_FIELDS = {
    "/affinitylabels": "affinity_labels",
    "/clusters": "clusters",
    "/datacenters": "data_centers",
    "/disks": "disks",
    "/domains": "authorization_domains",
    "/events": "started_vm_ids",
    "/hosts": "hosts",
    "/macpools": "mac_pools",
    "/networks": "networks",
    "/roles": "roles",
    "/storageconnections": "storage_connections",
    "/storagedomains": "storage_domains",
    "/templates": "templates",
    "/users": "users",
    "/vms": "vms",
    "/vnicprofiles": "vnic_profiles",
}
"""The inventory's fields by the API's paths."""


@dataclass(frozen=True)
class RecordedSite:
    """One Engine as its cassettes hold it.

    ``name`` is the site's name for people, ``recorded_at`` when it was recorded (ISO 8601 in UTC;
    of another client's recording the latest date that the Engine put on an answer).
    """

    name: str
    files: tuple[Path, ...]
    recording: Recording
    recorded_at: str | None

    @property
    def url(self) -> str:
        """Where that Engine's API was."""
        return self.recording.url

    @property
    def source(self) -> str:
        """The files, for messages."""
        return ", ".join(str(path) for path in self.files)

    @property
    def is_plain(self) -> bool:
        """Whether the recording is drplan's own, and of nothing but reading: it can be replayed."""
        return self.recording.origin is not None and not any(
            it.request.is_write for it in self.recording.exchanges
        )

    def transport(self) -> ReplayTransport | CoveredTransport:
        """A transport that answers from the recording.

        Raises ``InvalidInput`` where it is of API version 3, whose answers would be misread.
        """
        if self.is_plain:
            return ReplayTransport(self.recording, self.source)
        return CoveredTransport(self.recording, self.source)


def find_recorded_site(folder: Path, role: str, *, name: str | None = None) -> RecordedSite:
    """The site that ``folder`` holds a cassette of, under the name of its role.

    Raises ``InvalidInput`` where there is none, or it cannot be read.
    """
    return read_recorded_site([find_cassette(folder, role)], name=name, role=role)


def read_recorded_site(
    files: Sequence[Path], *, name: str | None = None, role: str | None = None
) -> RecordedSite:
    """The site whose answers the files hold, in the order of the files: later answers count.

    It is called ``name``, else as its recording says, else by ``role``, else by the file. Raises
    ``InvalidInput`` where a file cannot be read, or two of them are of different Engines.
    """
    recordings = [read_cassette(path) for path in files]
    for path, recording in zip(files, recordings, strict=True):
        if recording.url != recordings[0].url:
            raise InvalidInput(
                f"the cassettes are of two Engines: {recordings[0].url} and {recording.url}",
                where=str(path),
                next_step="read the recordings of each Engine by themselves",
            )
    merged = recordings[0] if len(recordings) == 1 else _merged(recordings)
    recorded_name = next((it.origin.site for it in recordings if it.origin), "")
    return RecordedSite(
        name=name or recorded_name or role or files[0].name.split(".")[0],
        files=tuple(files),
        recording=merged,
        recorded_at=max((at for it in recordings if (at := _recorded_at(it))), default=None),
    )


def read_recorded_inventory(
    site: RecordedSite,
    *,
    storage_of_hosts: bool = True,
    unregistered: bool = True,
    unregistered_disks: bool = False,
    events: bool = True,
    strict: bool = False,
) -> Inventory:
    """What the site had when it was recorded, read from the recording alone and in no time.

    The parameters are those of ``collect``. What the recording lacks is a gap.
    """
    transport = site.transport()
    reading = partial(
        collect,
        Engine(site.name, site.url, transport),
        taken=site.recorded_at,
        storage_of_hosts=storage_of_hosts,
        unregistered=unregistered,
        unregistered_disks=unregistered_disks,
        events=events,
        strict=strict,
    )
    inventory = trio.run(reading, clock=MockClock(autojump_threshold=0))
    if isinstance(transport, CoveredTransport):
        return _with_partial_gaps(inventory, transport.partly)
    return inventory


def _with_partial_gaps(inventory: Inventory, partly: set[str]) -> Inventory:
    gaps = {gap.collection: gap for gap in inventory.gaps}
    for path in partly:
        field = _FIELDS.get(path)
        if field is not None:
            gaps[field] = Gap(collection=field, reason="recorded only in part")
    return msgspec.structs.replace(inventory, gaps=tuple(gaps[name] for name in sorted(gaps)))


def _merged(recordings: Sequence[Recording]) -> Recording:
    # Several recordings have no one origin: what was read twice must be merged, not replayed.
    exchanges = tuple(exchange for it in recordings for exchange in it.exchanges)
    return replace(recordings[0], exchanges=exchanges, origin=None)


def _recorded_at(recording: Recording) -> str | None:
    if recording.origin is not None and recording.origin.recorded_at:
        return recording.origin.recorded_at
    dates = [
        date
        for exchange in recording.exchanges
        if (date := _date_of(exchange.response.header("Date"))) is not None
    ]
    return max(dates).strftime("%Y-%m-%dT%H:%M:%SZ") if dates else None


def _date_of(header: str | None) -> datetime | None:
    if header is None:
        return None
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
