"""One reading, whatever carries it: a recording, the simulator, or a recording of the simulator."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec
import pytest
import trio
from trio.testing import MockClock

from drplan.engine.engine import Engine
from drplan.engine.recording import RecordingTransport
from drplan.engine.replay import ReplayTransport
from drplan.inventory.collect import collect
from drplan.model.inventory import Inventory
from drplan.resources import fixture_folder
from drplan.simulator.core import Engine as SimulatedEngine
from drplan.simulator.loading import load
from drplan.simulator.transport import SimulatedTransport
from drplan.wire.cassette import read_cassette, write_cassette
from drplan.wire.recording import Recording
from drplan.wire.request import Request
from drplan.wire.response import Response
from drplan.wire.transport import Transport
from drplan.workflows.covered import CoveredTransport
from drplan.workflows.sites import find_recorded_site

SITES = [
    (name, role) for name in ("two-site", "two-site-trouble") for role in ("primary", "secondary")
]


def read(recording: Recording, transport: Transport) -> Inventory:
    """The inventory over a transport, on a clock that jumps."""
    reading = partial(collect, Engine("site", recording.url, transport))
    return trio.run(reading, clock=MockClock(autojump_threshold=0))


def simulated(recording: Recording) -> SimulatedTransport:
    """A simulated Engine that was loaded from the recording."""
    loaded = load(recording.exchanges)
    return SimulatedTransport(
        SimulatedEngine("site", loaded.store, start=datetime(2026, 3, 1, tzinfo=UTC))
    )


@pytest.fixture(params=SITES, ids="-".join)
def recording(request: pytest.FixtureRequest) -> Recording:
    """The recording of one site of a fixture."""
    name, role = request.param
    return find_recorded_site(fixture_folder(name), role).recording


def test_replay_and_simulator_tell_the_same(recording: Recording) -> None:
    """The simulated Engine has what its cassette says, no more and no less."""
    replayed = read(recording, ReplayTransport(recording))

    assert replayed.gaps == ()
    assert read(recording, simulated(recording)) == replayed


def test_a_covered_recording_tells_the_same(recording: Recording) -> None:
    """Read the way other clients' recordings are read, our own lose nothing."""
    covered = CoveredTransport(recording, "test")

    assert read(recording, covered) == read(recording, ReplayTransport(recording))
    assert covered.partly == set()


def test_a_recording_of_the_simulator_replays(recording: Recording, tmp_path: Path) -> None:
    """Recorded, written, read and replayed, the inventory is still the same, and so is the file."""
    first, second = (RecordingTransport(simulated(recording)) for _ in range(2))
    inventory = read(recording, first)
    read(recording, second)
    for path, transport in ((tmp_path / "a.yaml", first), (tmp_path / "b.yaml", second)):
        write_cassette(path, transport.recording(url=recording.url))

    assert read(recording, ReplayTransport(read_cassette(tmp_path / "a.yaml"))) == inventory
    assert (tmp_path / "a.yaml").read_text() == (tmp_path / "b.yaml").read_text()


class Noting:
    """Notes what is asked, in the order in which it leaves."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner
        self.asked: list[str] = []

    async def exchange(self, request: Request) -> Response:
        """What the inner transport answers."""
        self.asked.append(request.target())
        return await self.inner.exchange(request)


class WithoutFollow:
    """An Engine that fails on ``follow`` as real ones were seen to."""

    def __init__(self, inner: Transport) -> None:
        self.inner = inner

    async def exchange(self, request: Request) -> Response:
        """An HTML page for a request that follows; what the inner transport answers otherwise."""
        if any(name == "follow" for name, _ in request.query):
            return Response(500, "Error", (("Content-Type", "text/html"),), b"<html/>")
        return await self.inner.exchange(request)


def test_requests_leave_in_the_same_order_every_time(recording: Recording) -> None:
    """trio shuffles tasks; the Engine must not notice, even where each link is read by itself."""
    orders = []
    for _ in range(3):
        noting = Noting(WithoutFollow(simulated(recording)))
        read(recording, noting)
        orders.append(noting.asked)

    assert orders[0] == orders[1] == orders[2]
    assert len(orders[0]) > 20


def test_following_and_reading_links_give_the_same(recording: Recording) -> None:
    """An Engine that fails on ``follow`` is read link by link, to the same result."""
    followed = read(recording, simulated(recording))
    linked = read(recording, WithoutFollow(simulated(recording)))

    assert linked.requests > followed.requests
    assert msgspec.structs.replace(linked, requests=0) == msgspec.structs.replace(
        followed, requests=0
    )
