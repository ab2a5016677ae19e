"""Opening live sites, and asking whether one is alive."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
import trio

from drplan.engine.recording import RecordingTransport
from drplan.engine.retrying import Pause
from drplan.engine.token import Login
from drplan.errors import InvalidInput
from drplan.model.mapping import SiteDetails
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response
from drplan.wire.transport import Transport
from drplan.workflows.live_site import LiveOptions, open_live_site, sign_of_life
from tests.unit.engine.https_engine import HTML, PASSWORD, XML, Answer, https_engine

READ = Request("GET", f"{API_PREFIX}/vms")
VMS = Response(200, "OK", XML, b"<vms/>")


def details(url: str, ca_file: Path | None) -> SiteDetails:
    """A site of a mapping."""
    return SiteDetails(
        role="secondary",
        name="south",
        url=url,
        username="admin@internal",
        ca_file=str(ca_file) if ca_file else None,
    )


def answers(*script: Answer) -> Callable[[Request], Awaitable[Answer]]:
    """An API that says these things in turn; the last one stays."""
    left = list(script)

    async def answer(_: Request) -> Answer:
        await trio.lowlevel.checkpoint()
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def test_a_site_is_opened_used_and_left(tmp_path: Path) -> None:
    """Log in at the first request, try again what failed, see every try, give back the token."""
    pauses: list[Pause] = []
    taps: list[RecordingTransport] = []

    def tap(inner: Transport) -> Transport:
        taps.append(RecordingTransport(inner))
        return taps[-1]

    async def run() -> None:
        async with https_engine(answers(Response(503, "", HTML, b"x"), VMS), tmp_path) as served:
            options = LiveOptions(on_pause=pauses.append, tap=tap)
            login = Login("admin@internal", PASSWORD)
            site = details(served.url, served.ca_file)
            async with open_live_site(site, login, options) as live:
                assert served.logins == []
                assert (await live.transport.exchange(READ)).status == 200
                assert live.engine().site == "south"
                assert served.revoked == []

            assert served.revoked == ["token-1"]

    trio.run(run)

    assert [pause.reason for pause in pauses] == [
        "the web server answers, but the Engine does not (HTTP 503)"
    ]
    assert [it.response.status for it in taps[0].recording(url="x").exchanges] == [503, 200]


def test_the_token_is_given_back_where_the_work_was_cancelled(tmp_path: Path) -> None:
    """Also when a run is stopped."""

    async def run() -> None:
        async with https_engine(answers(VMS), tmp_path) as served:
            with trio.CancelScope() as scope:
                login = Login("admin@internal", PASSWORD)
                async with open_live_site(details(served.url, served.ca_file), login) as live:
                    await live.transport.exchange(READ)
                    scope.cancel()
                    await trio.sleep_forever()

            assert served.revoked == ["token-1"]

    trio.run(run)


def test_a_missing_ca_file_ends_it_before_anything_is_sent(tmp_path: Path) -> None:
    """And is named."""

    async def run() -> None:
        async with https_engine(answers(VMS), tmp_path) as served:
            site = details(served.url, tmp_path / "missing.pem")
            with pytest.raises(InvalidInput, match="cannot be read"):
                async with open_live_site(site, Login("admin@internal", PASSWORD)):
                    pass

            assert served.connections == 0

    trio.run(run)


def test_any_answer_is_a_sign_of_life(tmp_path: Path) -> None:
    """The certificate does not matter, and nothing secret is sent."""

    async def run() -> None:
        async with https_engine(answers(VMS), tmp_path) as served:
            assert await sign_of_life(details(served.url, None)) == ("127.0.0.1 answers (HTTP 401)")
            assert served.logins == []
            assert [token for token, _ in served.requests] == [""]

    trio.run(run)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_silence_behind_an_open_port_is_a_sign_of_life(scheme: str) -> None:
    """Something took the connection: whether it is the Engine is for a person to find out."""

    async def mute(stream: trio.SocketStream) -> None:
        async with stream:
            await trio.sleep_forever()

    async def run() -> None:
        async with trio.open_nursery() as nursery:
            listeners = await nursery.start(partial(trio.serve_tcp, mute, 0, host="127.0.0.1"))
            port = listeners[0].socket.getsockname()[1]
            plain = details(f"{scheme}://127.0.0.1:{port}{API_PREFIX}", None)
            found = await sign_of_life(plain, within=0.1)
            nursery.cancel_scope.cancel()

        assert found == "127.0.0.1 takes connections, though it gave no answer"

    trio.run(run)


def test_what_is_no_tls_is_a_sign_of_life() -> None:
    """Another program on that port."""

    async def chatter(stream: trio.SocketStream) -> None:
        async with stream:
            await stream.send_all(b"220 ready\r\n" * 10)
            await stream.receive_some()

    async def run() -> None:
        async with trio.open_nursery() as nursery:
            listeners = await nursery.start(partial(trio.serve_tcp, chatter, 0, host="127.0.0.1"))
            port = listeners[0].socket.getsockname()[1]
            found = await sign_of_life(details(f"https://127.0.0.1:{port}{API_PREFIX}", None))
            nursery.cancel_scope.cancel()

        assert found == "127.0.0.1 answers, though not with TLS that can be used"

    trio.run(run)


def test_a_closed_port_is_no_sign_of_life(tmp_path: Path) -> None:
    """Nothing answers: the site may be lost."""

    async def run() -> None:
        async with https_engine(answers(VMS), tmp_path) as served:
            pass
        assert await sign_of_life(details(served.url, None)) is None

    trio.run(run)
