"""Whatever happens on the way to an Engine, no write has its effect twice."""

from __future__ import annotations

from functools import partial
from random import Random

import trio
from hypothesis import given, settings
from hypothesis import strategies as st
from trio.testing import MockClock

from drplan.engine.renewing import RenewingTransport
from drplan.engine.retrying import Patience, RetryingTransport
from drplan.engine.token import Session
from drplan.errors import AnswerLost, EngineUnreachable, NotTrusted
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

XML = (("Content-Type", "application/xml"),)
HTML = (("Content-Type", "text/html"),)
READ = Request("GET", f"{API_PREFIX}/vms")
WRITE = Request("POST", f"{API_PREFIX}/vms/1/start", body=b"<action/>")

HARMLESS = ("unreachable", "not trusted", "401")
"""What certainly had no effect."""
UNCERTAIN = ("lost", "500 page", "502", "503", "504", "empty 503")
ANSWERS = ("200", "400", "409", "500 fault", "503 fault")

Outcomes = st.lists(st.sampled_from((*HARMLESS, *UNCERTAIN, *ANSWERS)), min_size=1, max_size=12)


class FakeSession(Session):
    """Renews its token without asking anybody."""

    def __init__(self) -> None:
        self.token = "token"
        self.generation = 0

    async def renew(self, *, used: int) -> None:
        """A new token."""
        await trio.lowlevel.checkpoint()
        self.generation = used + 1


class Line:
    """What lies between drplan and the Engine: each request meets the next outcome."""

    def __init__(self, outcomes: list[str]) -> None:
        self._outcomes = outcomes
        self.met: list[str] = []

    async def exchange(self, _: Request) -> Response:
        """The next outcome; the last one stays."""
        await trio.sleep(0.01)
        outcome = self._outcomes[min(len(self.met), len(self._outcomes) - 1)]
        self.met.append(outcome)
        return _outcome(outcome)


def _outcome(outcome: str) -> Response:
    match outcome.split():
        case ["unreachable"]:
            raise EngineUnreachable("refused")
        case ["not", "trusted"]:
            raise NotTrusted("unknown authority")
        case ["lost"]:
            raise AnswerLost("reset")
        case ["empty", code]:
            return Response(int(code))
        case ["401"]:
            return Response(401, "", HTML, b"<html/>")
        case [code, "page"] | [code] if code in {"500", "502", "503", "504"}:
            return Response(int(code), "", HTML, b"<html><br></html>")
        case [code, *_]:
            return Response(int(code), "", XML, b"<action/>")
    raise AssertionError(outcome)


def sent(request: Request, outcomes: list[str], *, hook: bool, seed: int) -> tuple[str, list[str]]:
    """How the request ended for the caller, and what it met on the way."""
    line = Line(outcomes)

    async def note(again: Request) -> Request:
        await trio.lowlevel.checkpoint()
        return again

    transport = RetryingTransport(
        RenewingTransport(line, FakeSession(), before_resend=note if hook else None),
        site="Brno",
        patience=Patience(total=1000),
        chance=Random(seed),
    )
    try:
        response = trio.run(
            partial(transport.exchange, request), clock=MockClock(autojump_threshold=0)
        )
    except EngineUnreachable as error:
        return type(error).__name__, line.met
    return str(response.status), line.met


@settings(max_examples=150)
@given(outcomes=Outcomes, hook=st.booleans(), seed=st.integers(0, 9))
def test_a_write_that_may_have_had_an_effect_is_never_followed_by_another(
    outcomes: list[str], hook: bool, seed: int
) -> None:
    """Everything but the last thing it met certainly had no effect; what is uncertain is said."""
    end, met = sent(WRITE, outcomes, hook=hook, seed=seed)

    assert all(outcome in HARMLESS for outcome in met[:-1])
    if met[-1] in UNCERTAIN:
        assert end == "AnswerLost"
    elif met[-1] in ANSWERS:
        assert end == met[-1].split()[0]
    if not hook and "401" in met:
        assert met.index("401") == len(met) - 1


@settings(max_examples=100)
@given(outcomes=Outcomes, seed=st.integers(0, 9))
def test_a_read_ends_with_the_first_answer_of_the_engine(outcomes: list[str], seed: int) -> None:
    """And never with a loss while the Engine would answer."""
    end, met = sent(READ, [*outcomes, "200"], hook=False, seed=seed)

    final = met[-1]
    assert all(outcome not in ANSWERS for outcome in met[:-1])
    if final in ANSWERS:
        assert end == final.split()[0]
    else:
        assert final in {"not trusted", "401", "500 page"}
