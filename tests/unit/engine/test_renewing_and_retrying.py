"""What is done about an expired token and about answers that do not come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
import trio
from trio.testing import MockClock

from drplan.engine.http_client import HttpClient
from drplan.engine.live import LiveTransport
from drplan.engine.renewing import RenewingTransport
from drplan.engine.retrying import Patience, Pause, RetryingTransport
from drplan.engine.tls import tls_context
from drplan.engine.token import Login, Session
from drplan.errors import AnswerLost, EngineUnreachable, LoginFailed, NotTrusted
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response
from tests.unit.engine.https_engine import (
    HTML,
    PASSWORD,
    XML,
    Answer,
    HttpsEngine,
    https_engine,
)

READ = Request("GET", f"{API_PREFIX}/vms")
WRITE = Request("POST", f"{API_PREFIX}/vms/1/start", headers=(("Correlation-Id", "drp-1"),))
VMS = Response(200, "OK", XML, b"<vms/>")
FAULT = Response(503, "", XML, b"<fault><reason>Operation Failed</reason></fault>")
PAGE = b"<html><body>Error</body></html>"


async def lists_vms(_: Request) -> Answer:
    """An Engine without VMs."""
    await trio.lowlevel.checkpoint()
    return VMS


def with_engine(
    test: Callable[[HttpsEngine, Session, LiveTransport], Awaitable[None]],
    folder: Path,
    password: str = PASSWORD,
) -> None:
    """Run a test against a served Engine, with a session that has not begun."""

    async def run() -> None:
        with trio.fail_after(10):
            async with https_engine(lists_vms, folder) as engine:
                tls = tls_context(engine.ca_file)
                async with HttpClient(engine.url, site="Brno", tls=tls) as client:
                    session = Session(client, Login("admin@internal", password))
                    await test(engine, session, LiveTransport(client, session))

    trio.run(run)


def test_the_first_request_logs_in(tmp_path: Path) -> None:
    """Nobody has to log in by hand, and many requests at once log in once."""

    async def test(engine: HttpsEngine, session: Session, live: LiveTransport) -> None:
        renewing = RenewingTransport(live, session)
        async with trio.open_nursery() as nursery:
            for _ in range(8):
                nursery.start_soon(renewing.exchange, READ)

        assert len(engine.logins) == 1
        assert {token for token, _ in engine.requests} == {"token-1"}

    with_engine(test, tmp_path)


def test_a_read_is_asked_again_with_a_new_token(tmp_path: Path) -> None:
    """Reads that meet an expired token, however many, share one new login and are answered."""

    async def test(engine: HttpsEngine, session: Session, live: LiveTransport) -> None:
        await session.begin()
        engine.expired.add("token-1")
        answers: list[Response] = []

        async def read() -> None:
            answers.append(await RenewingTransport(live, session).exchange(READ))

        async with trio.open_nursery() as nursery:
            for _ in range(5):
                nursery.start_soon(read)

        assert [it.status for it in answers] == [200] * 5
        assert len(engine.logins) == 2

    with_engine(test, tmp_path)


def test_a_write_without_anybody_to_note_it_is_not_sent_again(tmp_path: Path) -> None:
    """Its 401 is handed on; the new token serves the next request."""

    async def test(engine: HttpsEngine, session: Session, live: LiveTransport) -> None:
        await session.begin()
        engine.expired.add("token-1")
        renewing = RenewingTransport(live, session)

        assert (await renewing.exchange(WRITE)).status == 401
        assert (await renewing.exchange(WRITE)).status == 200
        assert [token for token, _ in engine.requests] == ["token-1", "token-2"]

    with_engine(test, tmp_path)


def test_a_write_is_sent_again_once_as_a_new_attempt(tmp_path: Path) -> None:
    """The journal hears of the attempt before it goes out, and gives it its own name."""

    async def test(engine: HttpsEngine, session: Session, live: LiveTransport) -> None:
        noted: list[tuple[str | None, int]] = []

        async def note(request: Request) -> Request:
            await trio.lowlevel.checkpoint()
            noted.append((request.header("Correlation-Id"), len(engine.requests)))
            return replace(request, headers=(("Correlation-Id", "drp-2"),))

        await session.begin()
        engine.expired.add("token-1")
        response = await RenewingTransport(live, session, before_resend=note).exchange(WRITE)

        assert response.status == 200
        assert noted == [("drp-1", 1)]
        assert [it.header("Correlation-Id") for _, it in engine.requests] == ["drp-1", "drp-2"]

    with_engine(test, tmp_path)


@pytest.mark.parametrize("request_", [READ, WRITE])
def test_a_new_token_that_is_refused_too_ends_it(request_: Request, tmp_path: Path) -> None:
    """Two tries with two tokens, and the second 401 is the answer: no request goes on for ever."""

    async def test(engine: HttpsEngine, session: Session, live: LiveTransport) -> None:
        async def note(request: Request) -> Request:
            await trio.lowlevel.checkpoint()
            return request

        engine.expired |= {"token-1", "token-2"}
        renewing = RenewingTransport(live, session, before_resend=note)

        assert (await renewing.exchange(request_)).status == 401
        assert len(engine.requests) == 2

    with_engine(test, tmp_path)


def test_a_wrong_password_is_tried_once_by_all_requests_together(tmp_path: Path) -> None:
    """Many wrong passwords lock an account: after one refusal nobody asks again."""

    async def test(engine: HttpsEngine, session: Session, live: LiveTransport) -> None:
        renewing = RenewingTransport(live, session)
        refused: list[LoginFailed] = []

        async def read() -> None:
            with pytest.raises(LoginFailed) as caught:
                await renewing.exchange(READ)
            refused.append(caught.value)

        async with trio.open_nursery() as nursery:
            for _ in range(6):
                nursery.start_soon(read)

        assert len(refused) == 6
        assert len(engine.logins) == 1
        assert engine.requests == []

    with_engine(test, tmp_path, password="wrong")


class Script:
    """A transport that answers, or raises, what a test wrote down; the last entry stays."""

    def __init__(self, *answers: Response | Exception, lasting: float = 0.0) -> None:
        self._answers = list(answers)
        self._lasting = lasting
        self.asked: list[tuple[float, Request]] = []

    async def exchange(self, request: Request) -> Response:
        """The next answer."""
        self.asked.append((trio.current_time(), request))
        await trio.sleep(self._lasting)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


def retried(
    script: Script, request: Request, *, patience: Patience | None = None, seed: int = 1
) -> tuple[Response, Sequence[Pause]]:
    """The answer through a retrying transport, on a virtual clock, and the pauses it made."""
    pauses: list[Pause] = []
    transport = RetryingTransport(
        script,
        site="Brno",
        patience=patience,
        chance=Random(seed),
        on_pause=pauses.append,
    )
    answer = trio.run(partial(transport.exchange, request), clock=MockClock(autojump_threshold=0))
    return answer, pauses


def unreachable() -> EngineUnreachable:
    """Nothing was sent."""
    return EngineUnreachable("the connection was refused")


def lost() -> AnswerLost:
    """Something was sent."""
    return AnswerLost("the connection broke off")


@pytest.mark.parametrize(
    "trouble",
    [
        unreachable(),
        lost(),
        Response(502, "", HTML, PAGE),
        Response(503, "", HTML, PAGE),
        Response(504, "", HTML, PAGE),
        Response(503),
        Response(200, "OK", HTML, PAGE),
        Response(200, "OK", XML, b""),
        Response(200, "OK", XML, b"<vms><vm"),
    ],
)
def test_a_read_is_tried_again(trouble: Response | Exception) -> None:
    """Whatever is no answer of the Engine is asked for again, and the caller sees the answer."""
    script = Script(trouble, trouble, VMS)

    answer, pauses = retried(script, READ)

    assert answer == VMS
    assert len(script.asked) == 3
    assert [it.request for it in pauses] == [READ, READ]


@pytest.mark.parametrize(
    "answer",
    [
        Response(404, "Not Found"),
        Response(401, "Unauthorized", HTML, PAGE),
        Response(400, "", XML, b"<fault/>"),
        Response(500, "", HTML, PAGE),
        FAULT,
    ],
)
def test_what_the_engine_says_to_a_read_is_its_answer(answer: Response) -> None:
    """A refusal, a missing entity and a broken ``follow`` (a 500 page) are not asked again."""
    script = Script(answer)

    assert retried(script, READ)[0] == answer
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        lost(),
        Response(500, "", HTML, PAGE),
        Response(502, "", HTML, PAGE),
        Response(503, "", HTML, PAGE),
        Response(503),
        Response(504, "", HTML, PAGE),
    ],
)
def test_a_write_without_the_engines_word_is_lost_and_not_repeated(
    trouble: Response | Exception,
) -> None:
    """It may have had its effect: somebody has to look, and nothing is sent again."""
    script = Script(trouble, VMS)

    with pytest.raises(AnswerLost):
        retried(script, WRITE)

    assert len(script.asked) == 1


@pytest.mark.parametrize("answer", [FAULT, Response(409, "", XML, b"<fault/>"), Response(401)])
def test_the_engines_word_on_a_write_is_its_answer(answer: Response) -> None:
    """Refusals are handed on, whatever the status."""
    script = Script(answer)

    assert retried(script, WRITE)[0] == answer
    assert len(script.asked) == 1


def test_a_write_that_was_never_sent_waits_for_the_engine() -> None:
    """An Engine that restarts refuses connections: trying again cannot do anything twice."""
    script = Script(unreachable(), unreachable(), VMS)

    assert retried(script, WRITE)[0] == VMS
    assert len(script.asked) == 3


def test_a_certificate_that_is_not_trusted_does_not_become_so() -> None:
    """That error is for a person, at once."""
    script = Script(NotTrusted("the certificate is not trusted"))

    with pytest.raises(NotTrusted):
        retried(script, READ)

    assert len(script.asked) == 1


@pytest.mark.parametrize("request_", [READ, WRITE])
def test_patience_has_an_end(request_: Request) -> None:
    """After its seconds the last failure is raised; the pauses grow and never exceed the longest."""
    script = Script(unreachable())
    patience = Patience(total=30, first=1, longest=8)

    with pytest.raises(EngineUnreachable, match="refused"):
        retried(script, request_, patience=patience)

    times = [at for at, _ in script.asked]
    pauses = [later - at for at, later in pairwise(times)]
    assert times[-1] <= 30
    assert len(pauses) >= 4
    for number, pause in enumerate(pauses):
        step = min(2.0**number, 8.0)
        assert step / 2 <= pause <= step


def test_a_web_server_without_engine_is_an_engine_that_cannot_be_reached() -> None:
    """When 503 stays, the reading ends with that, not with a fault of every collection."""
    script = Script(Response(503, "", HTML, PAGE))

    with pytest.raises(EngineUnreachable, match="HTTP 503"):
        retried(script, READ)


def test_waiting_for_answers_uses_up_patience_too() -> None:
    """A read that hung for two minutes is not asked for again and again."""
    script = Script(lost(), lasting=120)

    with pytest.raises(AnswerLost):
        retried(script, READ, patience=Patience(total=30))

    assert len(script.asked) == 1


def test_requests_do_not_come_back_at_one_moment() -> None:
    """Chance spreads the second tries."""
    pauses = {retried(Script(lost(), VMS), READ, seed=seed)[1][0].seconds for seed in range(10)}

    assert len(pauses) == 10
