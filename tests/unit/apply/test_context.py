"""The rules of writing: announce, look before repeating, wait where waiting can help."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from drplan.apply.context import correlation_id
from drplan.errors import EngineFault, EngineUnreachable
from drplan.model.parameters import ImportParameters
from drplan.wire.request import Request
from drplan.wire.response import Response

if TYPE_CHECKING:
    from conftest import Bench

BUSY = (
    "[Cannot add Storage Connection. Related operation is currently in progress. "
    "Please try again later.]"
)


@dataclass
class Moody:
    """A transport that refuses or loses the first writes, before they reach the Engine."""

    inner: object
    moods: list[Response | Exception]
    sent: list[Request] = field(default_factory=list)

    async def exchange(self, request: Request) -> Response:
        """Carry the request, or do not."""
        self.sent.append(request)
        if request.is_write and self.moods:
            mood = self.moods.pop(0)
            if isinstance(mood, Exception):
                raise mood
            return mood
        return await self.inner.exchange(request)


def refusal(code: int, detail: str) -> Response:
    """A fault as the Engine sends it."""
    body = f"<fault><detail>{detail}</detail><reason>Operation Failed</reason></fault>"
    headers = (("Content-Type", "application/xml;charset=UTF-8"),)
    return Response(code, "Conflict", headers, body.encode())


def run_import(bench: Bench, *moods: Response | Exception) -> Moody:
    """Import the demo's NFS domain over a line with moods."""
    moody = Moody(bench.transport, list(moods))
    bench.transport = moody
    bench.run(
        "storage_domain.prod-nfs",
        ImportParameters(
            storage_type="nfs",
            data_center=bench.center(),
            domain_id=bench.ids["prod-nfs"],
            address="nas-south.example.org",
            path="/replica/prod-nfs",
        ),
    )
    return moody


def names(moody: Moody) -> list[str | None]:
    """The Correlation-Ids of the writes."""
    return [item.header("Correlation-Id") for item in moody.sent if item.is_write]


def test_a_busy_engine_is_asked_again_later(bench: Bench) -> None:
    """A lock passes: the second attempt succeeds, under another name."""
    moody = run_import(bench, refusal(409, BUSY))
    assert len(set(names(moody))) == 2
    retries = [event for event in bench.events if event.type == "retry"]
    assert len(retries) == 1
    assert "try again later" in retries[0].message


def test_a_request_that_never_left_is_sent_again(bench: Bench) -> None:
    """It had no effect, so sending it again is no repetition."""
    moody = run_import(bench, EngineUnreachable("connection refused"))
    assert len(names(moody)) == 2


def test_a_refusal_that_stays_is_not_repeated(bench: Bench) -> None:
    """Asking again would change nothing."""
    with pytest.raises(EngineFault, match="no room"):
        run_import(bench, refusal(400, "[There is no room.]"))
    assert len(names(bench.transport)) == 1


def test_patience_ends(bench: Bench) -> None:
    """An Engine that stays busy for ten minutes ends the action with its words."""
    with pytest.raises(EngineFault, match="try again later"):
        run_import(bench, *[refusal(409, BUSY)] * 100)
    attempts = [event for event in bench.events if event.type == "intent"]
    assert 10 < len(attempts) < 40
    assert (attempts[-1].elapsed_ms or 0) <= 660_000


def test_every_attempt_has_a_name_that_the_engine_keeps() -> None:
    """36 characters of those that pass its filter, another for each run, action and attempt."""
    made = {
        correlation_id(run, action, attempt)
        for run in ("r-1", "r-2")
        for action in ("a1", "a2")
        for attempt in (1, 2)
    }
    assert len(made) == 8
    assert all(len(name) == 36 and name.replace("-", "").isalnum() for name in made)
