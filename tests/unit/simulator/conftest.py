"""What tests of the simulator share: asking an Engine, and the recordings of real ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

import pytest
from lxml import etree

from drplan.simulator.core import Engine
from drplan.simulator.loading import Loaded, load
from drplan.simulator.store import Store
from drplan.wire.cassette import read_cassette
from drplan.wire.recording import Exchange
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

REAL_TRAFFIC = Path(__file__).parents[3].parent / "shared" / "real-traffic"
START = datetime(2026, 3, 1, 12, 0, tzinfo=timezone(timedelta(hours=3)))


class Ask(Protocol):
    """Sends one request at the Engine's present time and lets time pass until the answer."""

    def __call__(
        self,
        engine: Engine,
        target: str,
        *,
        method: str = "GET",
        body: bytes = b"",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Response:
        """The answer to the request."""
        ...


@pytest.fixture
def ask() -> Ask:
    """See ``Ask``; the target is given without the API prefix."""

    def send(
        engine: Engine,
        target: str,
        *,
        method: str = "GET",
        body: bytes = b"",
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Response:
        request = Request.of(method, API_PREFIX + target, headers=headers, body=body)
        ticket = engine.submit(engine.now, request)
        while ticket.response is None:
            due = engine.next_event
            assert due is not None, "nothing will ever answer"
            engine.advance(due)
        return ticket.response

    return send


@pytest.fixture
def make_engine() -> Callable[..., Engine]:
    """An Engine around a store, with the start time that all tests use."""

    def build(store: Store | None = None, **options: object) -> Engine:
        return Engine("site", store or Store(), start=START, **options)  # type: ignore[arg-type]

    return build


@pytest.fixture
def recorded() -> Callable[[str], tuple[Exchange, ...]]:
    """The exchanges of one recording of a real Engine, by file name."""

    def read(name: str) -> tuple[Exchange, ...]:
        path = REAL_TRAFFIC / name
        if not path.exists():
            pytest.skip(f"the recordings of real Engines are not there: {REAL_TRAFFIC}")
        return read_cassette(path).exchanges

    return read


@pytest.fixture
def load_answers() -> Callable[..., Loaded]:
    """Load from pairs of a target (without prefix) and a body, or a target and a status."""

    def build(*pairs: tuple[str, str | int]) -> Loaded:
        return load([exchange(target, answer) for target, answer in pairs], where="test")

    return build


def exchange(target: str, answer: str | int, *, method: str = "GET") -> Exchange:
    """An exchange with an XML body and 200, or with an empty answer of that status."""
    request = Request.of(method, API_PREFIX + target)
    if isinstance(answer, int):
        return Exchange(request, Response(answer))
    headers = (("Content-Type", "application/xml;charset=UTF-8"),)
    return Exchange(request, Response(200, "OK", headers, answer.encode()))


@pytest.fixture
def make_exchange() -> Callable[..., Exchange]:
    """See ``exchange``."""
    return exchange


@pytest.fixture
def ids_in() -> Callable[[Response], list[str]]:
    """The ids of a collection's entries, in order."""

    def read(response: Response) -> list[str]:
        assert response.status == 200, response
        return [entry.get("id") or "" for entry in etree.fromstring(response.body)]

    return read
