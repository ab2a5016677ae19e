"""Live Engines: real sockets and TLS, on loopback."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import trio

from drplan.engine.http_client import HttpClient
from drplan.engine.live import LiveTransport
from drplan.engine.recording import RecordingTransport
from drplan.engine.timeouts import Timeouts
from drplan.engine.tls import tls_context
from drplan.engine.token import Login, Session
from drplan.errors import AnswerLost, EngineUnreachable, InvalidInput, LoginFailed, NotTrusted
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response
from tests.unit.engine.https_engine import (
    HTML,
    JSON,
    PASSWORD,
    XML,
    Answer,
    HttpsEngine,
    https_engine,
)

LOGIN = Login("admin@internal", PASSWORD)
READ = Request("GET", f"{API_PREFIX}/vms", (("search", "name=a b"),))
WRITE = Request(
    "POST",
    f"{API_PREFIX}/vms/1/start",
    headers=(("Correlation-Id", "drp-1"), ("Content-Type", "application/xml")),
    body=b"<action/>",
)
VMS = Response(200, "OK", XML, b"<vms/>")


class NoNames(trio.abc.HostnameResolver):
    """Knows no host, without asking anybody."""

    async def getaddrinfo(self, *_: object, **__: object) -> list[Any]:  # type: ignore[override]
        """Say so."""
        await trio.lowlevel.checkpoint()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def getnameinfo(self, *_: object) -> tuple[str, str]:
        """Never asked."""
        raise NotImplementedError


@asynccontextmanager
async def client_of(
    engine: HttpsEngine, timeouts: Timeouts | None = None
) -> AsyncIterator[HttpClient]:
    """A client that trusts the served certificate."""
    tls = tls_context(engine.ca_file)
    async with HttpClient(engine.url, site="Brno", tls=tls, timeouts=timeouts) as client:
        yield client


async def says(answer: Answer, request: Request) -> Answer:
    """The same answer to everything."""
    await trio.lowlevel.checkpoint()
    return answer


def in_trio(test: Callable[[], Awaitable[None]]) -> None:
    """Run a test's coroutine; none of them lasts."""

    async def limited() -> None:
        with trio.fail_after(10):
            await test()

    trio.run(limited)


def test_an_answer_comes_with_status_headers_and_unpacked_body(tmp_path: Path) -> None:
    """The token goes out with the request, and what comes back is as the Engine wrote it."""
    packed = Response(
        200,
        "OK",
        (*XML, ("Content-Encoding", "gzip"), ("Correlation-Id", "abc")),
        gzip.compress(b"<vms/>"),
    )

    async def run() -> None:
        async with (
            https_engine(partial(says, packed), tmp_path) as engine,
            client_of(engine) as client,
        ):
            session = Session(client, LOGIN)
            await session.begin()
            response = await LiveTransport(client, session).exchange(READ)
            await session.end()

            assert (response.status, response.reason, response.body) == (200, "OK", b"<vms/>")
            assert response.headers == (*XML, ("Correlation-Id", "abc"))
            assert engine.targets == ["GET /ovirt-engine/api/vms?search=name%3Da+b"]
            assert engine.requests[0][0] == "token-1"
            assert engine.revoked == ["token-1"]
            assert engine.logins[0] == {
                "grant_type": ["password"],
                "scope": ["ovirt-app-api"],
                "username": ["admin@internal"],
                "password": [PASSWORD],
            }

    in_trio(run)


def test_calls_in_a_row_share_one_connection(tmp_path: Path) -> None:
    """Connections are kept: no handshake for every call."""

    async def run() -> None:
        async with (
            https_engine(partial(says, VMS), tmp_path) as engine,
            client_of(engine) as client,
        ):
            session = Session(client, LOGIN)
            await session.begin()
            for _ in range(5):
                await LiveTransport(client, session).exchange(READ)

            assert engine.connections == 1

    in_trio(run)


def test_cookies_are_not_kept(tmp_path: Path) -> None:
    """A session of the web server's would outlive the token: only the token tells who asks."""
    with_cookie = Response(200, "OK", (*XML, ("Set-Cookie", "JSESSIONID=1; path=/")), b"<vms/>")

    async def run() -> None:
        async with (
            https_engine(partial(says, with_cookie), tmp_path) as engine,
            client_of(engine) as client,
        ):
            session = Session(client, LOGIN)
            await session.begin()
            for _ in range(2):
                await LiveTransport(client, session).exchange(READ)

            assert [it.header("Cookie") for _, it in engine.requests] == [None, None]

    in_trio(run)


@pytest.mark.parametrize("how", ["reset", "cut"])
def test_a_line_that_breaks_after_sending_loses_the_answer(how: str, tmp_path: Path) -> None:
    """The request arrived; whether it had an effect is not known."""

    async def run() -> None:
        async with (
            https_engine(partial(says, how), tmp_path) as engine,
            client_of(engine) as client,
        ):
            session = Session(client, LOGIN)
            await session.begin()
            with pytest.raises(AnswerLost) as caught:
                await LiveTransport(client, session).exchange(WRITE)

            assert engine.targets == ["POST /ovirt-engine/api/vms/1/start"]
            assert caught.value.where == "Brno"
            assert "look at what the Engine has" in (caught.value.next_step or "")

    in_trio(run)


def test_an_answer_that_does_not_come_in_time_is_lost(tmp_path: Path) -> None:
    """A timeout ends the waiting, and says that the request may have had an effect."""

    async def run() -> None:
        async with (
            https_engine(partial(says, "silence"), tmp_path) as engine,
            client_of(engine, Timeouts(write=0.05)) as client,
        ):
            session = Session(client, LOGIN)
            await session.begin()
            with pytest.raises(AnswerLost, match="no answer for"):
                await LiveTransport(client, session).exchange(WRITE)

            assert len(engine.requests) == 1

    in_trio(run)


def test_a_refused_connection_has_sent_nothing(tmp_path: Path) -> None:
    """Nobody listens: the request had no effect, and is not taken for one that may have had."""

    async def run() -> None:
        async with https_engine(partial(says, VMS), tmp_path) as engine:
            pass
        async with client_of(engine) as client:
            with pytest.raises(EngineUnreachable, match="the connection was refused") as caught:
                await LiveTransport(client).exchange(WRITE)

            assert not isinstance(caught.value, AnswerLost)

    in_trio(run)


def test_a_name_that_is_not_known_has_sent_nothing() -> None:
    """The error names the host that nobody knows."""

    async def run() -> None:
        trio.socket.set_custom_hostname_resolver(NoNames())
        url = "https://engine.invalid/ovirt-engine/api"
        async with HttpClient(url, site="Brno", tls=tls_context()) as client:
            with pytest.raises(EngineUnreachable, match=r"engine\.invalid is not known") as caught:
                await LiveTransport(client).exchange(WRITE)

            assert not isinstance(caught.value, AnswerLost)

    in_trio(run)


def test_an_unknown_certificate_is_not_trusted(tmp_path: Path) -> None:
    """Nothing is sent to somebody whose certificate the system's authorities do not vouch for."""

    async def run() -> None:
        async with (
            https_engine(partial(says, VMS), tmp_path) as engine,
            HttpClient(engine.url, site="Brno", tls=tls_context()) as client,
        ):
            with pytest.raises(NotTrusted, match="is not trusted") as caught:
                await Session(client, LOGIN).begin()

            assert "ca_file" in (caught.value.next_step or "")
            assert engine.logins == []

    in_trio(run)


def test_a_certificate_of_another_host_is_not_trusted(tmp_path: Path) -> None:
    """Its authority alone is not enough: it must be for the host that the mapping names."""

    async def run() -> None:
        async with https_engine(partial(says, VMS), tmp_path) as engine:
            url = engine.url.replace("127.0.0.1", "localhost")
            tls = tls_context(engine.ca_file)
            async with HttpClient(url, site="Brno", tls=tls) as client:
                with pytest.raises(NotTrusted, match="localhost is not trusted"):
                    await Session(client, LOGIN).begin()

            assert engine.logins == []

    in_trio(run)


def test_a_dead_proxy_has_sent_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that the environment names is used, and its failure is no lost answer."""

    async def run() -> None:
        async with https_engine(partial(says, VMS), tmp_path) as engine:
            with trio.socket.socket() as unused:
                await unused.bind(("127.0.0.1", 0))
                monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{unused.getsockname()[1]}")
                async with client_of(engine) as client:
                    with pytest.raises(EngineUnreachable) as caught:
                        await LiveTransport(client).exchange(WRITE)

            assert not isinstance(caught.value, AnswerLost)
            assert engine.connections == 0

    in_trio(run)


def test_insecure_trusts_anybody(tmp_path: Path) -> None:
    """The explicit flag switches the check off, for one site."""

    async def run() -> None:
        async with (
            https_engine(partial(says, VMS), tmp_path) as engine,
            HttpClient(engine.url, site="Brno", tls=tls_context(insecure=True)) as client,
        ):
            session = Session(client, LOGIN)
            await session.begin()

            assert (await LiveTransport(client, session).exchange(READ)).status == 200

    in_trio(run)


@pytest.mark.parametrize(
    ("content", "expected"),
    [(None, "cannot be read: No such file"), (b"no certificate", "no certificate in PEM")],
)
def test_a_useless_ca_file_is_named(content: bytes | None, expected: str, tmp_path: Path) -> None:
    """A missing file and one without certificates are told apart, before anything is sent."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(InvalidInput, match=expected) as caught:
        tls_context(path)

    assert caught.value.where == str(path)


def test_certificates_are_checked_as_other_clients_check_them(tmp_path: Path) -> None:
    """Without the strictness of newer Pythons, and with the name of the host."""
    context = tls_context()

    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            Response(400, "Bad Request", JSON, b'{"error_code":"access_denied","error":"No."}'),
            "refused the login of admin@internal: access_denied: No",
        ),
        (
            Response(400, "", JSON, b'[{"error":"invalid_grant","error_description":"Gone."}]'),
            "invalid_grant: Gone",
        ),
        (
            Response(200, "OK", JSON, b'{"error":"server_error"}'),
            "server_error",
        ),
        (Response(200, "OK", JSON, b"{}"), "HTTP 200"),
        (Response(401, "Unauthorized", HTML, b"<html/>"), "the web server before the Engine"),
    ],
)
def test_a_refused_login_says_what_the_engine_said(
    answer: Response, expected: str, tmp_path: Path
) -> None:
    """Every shape of a refusal becomes one error, and the same login is not tried again."""

    async def run() -> None:
        async with (
            https_engine(partial(says, VMS), tmp_path) as engine,
            client_of(engine) as client,
        ):
            engine.login_answers = [answer]
            session = Session(client, LOGIN)
            for _ in range(2):
                with pytest.raises(LoginFailed) as caught:
                    await session.begin()
                assert expected in caught.value.summary

            assert len(engine.logins) == 1

    in_trio(run)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Response(404, "Not Found", HTML, b"<html/>"), r"HTTP 404, text/html"),
        (Response(503, "", HTML, b"<html/>"), r"HTTP 503"),
        (Response(502, "", JSON, b'{"error":"x"}'), r"HTTP 502"),
        (Response(200, "OK", (), b""), r"no content type"),
        (
            Response(301, "", (("Location", "https://other.example.com/"),), b""),
            "redirected to https://other",
        ),
    ],
)
def test_something_else_than_an_engine_is_no_engine(
    answer: Response, expected: str, tmp_path: Path
) -> None:
    """A web server without an Engine, or one that starts, is not taken for a refusal."""

    async def run() -> None:
        async with (
            https_engine(partial(says, VMS), tmp_path) as engine,
            client_of(engine) as client,
        ):
            engine.login_answers = [answer]
            session = Session(client, LOGIN)
            with pytest.raises(EngineUnreachable, match=expected) as caught:
                await session.begin()
            await session.begin()

            assert not isinstance(caught.value, AnswerLost)
            assert session.token == "token-2"

    in_trio(run)


def test_a_lost_login_is_not_a_lost_write(tmp_path: Path) -> None:
    """A login changes nothing at the Engine, so its lost answer is never ``AnswerLost``."""

    async def run() -> None:
        async with (
            https_engine(partial(says, VMS), tmp_path) as engine,
            client_of(engine, Timeouts(login=0.05)) as client,
        ):

            async def silence(*_: object) -> Answer:
                await trio.lowlevel.checkpoint()
                return "silence"

            engine.answer = silence  # type: ignore[method-assign]
            with pytest.raises(EngineUnreachable) as caught:
                await Session(client, LOGIN).begin()

            assert not isinstance(caught.value, AnswerLost)

    in_trio(run)


def test_giving_back_the_token_fails_quietly(tmp_path: Path) -> None:
    """Nothing depends on it: an Engine that is gone by then is no error."""

    async def run() -> None:
        async with https_engine(partial(says, VMS), tmp_path) as engine:
            client = HttpClient(engine.url, site="Brno", tls=tls_context(engine.ca_file))
            session = Session(client, LOGIN)
            await session.begin()
        await session.end()
        await client.aclose()

        assert session.token is None

    in_trio(run)


def test_no_secret_is_in_errors_logs_or_recordings(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Password and token appear in no message, no cause of an error, no log, no recorded exchange."""
    caplog.set_level(logging.DEBUG)
    seen: list[object] = []

    async def run() -> None:
        async with (
            https_engine(partial(says, VMS), tmp_path) as engine,
            client_of(engine, Timeouts(write=0.05)) as client,
        ):
            refusal = f'{{"error": "no such password: {PASSWORD}"}}'.encode()
            engine.login_answers = [Response(400, "", JSON, refusal)]
            with pytest.raises(LoginFailed) as refused:
                await Session(client, LOGIN).begin()
            session = Session(client, LOGIN)
            await session.begin()
            recording = RecordingTransport(LiveTransport(client, session))
            await recording.exchange(READ)

            async def silence(*_: object) -> Answer:
                await trio.lowlevel.checkpoint()
                return "silence"

            engine.answer = silence  # type: ignore[method-assign]
            with pytest.raises(AnswerLost) as lost:
                await recording.exchange(WRITE)
            seen.extend([refused.value, lost.value, LOGIN, recording.recording(url=engine.url)])
            seen.extend([vars(refused.value), vars(lost.value)])
            assert lost.value.__cause__ is None
            assert not isinstance(lost.value.__context__, httpx.RequestError)

    in_trio(run)

    text = "\n".join([*(repr(it) + str(it) for it in seen), caplog.text])
    assert PASSWORD not in text
    assert "token-" not in text


@pytest.mark.parametrize(
    ("method", "target", "expected"),
    [
        ("GET", "/vms", "read"),
        ("GET", "/storagedomains/1/vms?unregistered=true", "slow_read"),
        ("GET", "/hosts/1/storage", "slow_read"),
        ("POST", "/storagedomains", "long_write"),
        ("POST", "/datacenters/1/storagedomains", "long_write"),
        ("DELETE", "/datacenters/1/storagedomains/2", "long_write"),
        ("POST", "/datacenters/1/storagedomains/2/activate", "long_write"),
        ("POST", "/hosts/1/iscsilogin", "long_write"),
        ("POST", "/storagedomains/1/vms/2/register", "write"),
        ("PUT", "/storagedomains/1", "write"),
        ("POST", "/vms/1/start", "write"),
        ("DELETE", "/tags/1", "write"),
    ],
)
def test_patience_depends_on_the_kind_of_call(method: str, target: str, expected: str) -> None:
    """Attaching may take an hour, listing VMs may not."""
    timeouts = Timeouts()

    request = Request.of(method, API_PREFIX + target)

    assert timeouts.of(request) == getattr(timeouts, expected)
