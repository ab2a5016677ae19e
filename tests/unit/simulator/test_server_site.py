"""A served site, without a network: what answers at each address, and how time passes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import trio
import trio.testing

from drplan.simulator import elements
from drplan.simulator.array import Array, DomainCopy, Mirror
from drplan.simulator.core import Engine
from drplan.simulator.ordered_faults import FaultOrder, OrderedFaults
from drplan.simulator.orders_file import parse_orders
from drplan.simulator.server.application import LARGEST, Application
from drplan.simulator.server.control import Control
from drplan.simulator.server.sessions import Sessions
from drplan.simulator.server.site import Site
from drplan.simulator.server.world import World
from drplan.simulator.store import Store
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

MakeEngine = Callable[..., Engine]


class ClosedDoor:
    """A door without a network that remembers what it was told."""

    def __init__(self) -> None:
        self.is_open = True
        self.aborted: list[object] = []

    def wanted(self, *, up: bool) -> None:
        """Move at once."""
        self.is_open = up

    async def move(self, *, up: bool) -> None:
        """Move at once."""
        await trio.lowlevel.checkpoint()
        self.is_open = up

    def abort(self, client: object) -> None:
        """Break the connection."""
        self.aborted.append(client)


class Bench:
    """Two sites of one world, the first with a VM, and what controls them."""

    def __init__(self, make_engine: MakeEngine, *, speed: float = 60.0) -> None:
        store = Store()
        vm = elements.make("vm", id="a")
        elements.set_text(vm, "name", "web")
        store.put("/vms/a", vm)
        engine = make_engine(store)
        other = Engine("secondary", Store(), start=engine.start, timeline=engine.timeline)
        engine.name = "primary"
        self.world = World(engine.timeline, speed=speed)
        self.sites = {
            role: Site(role, it, Sessions("admin@internal", "secret"), b"PEM", self.world)
            for role, it in (("primary", engine), ("secondary", other))
        }
        self.doors: dict[str, Any] = {role: ClosedDoor() for role in self.sites}
        self.control = Control(self.world, self.sites, self.doors, OrderedFaults())
        self.site, self.engine = self.sites["primary"], engine
        self.app = Application(self.site, self.control, self.doors["primary"])
        self.token = self.site.sessions.open(0.0)

    async def ask(self, method: str, target: str, *, body: bytes = b"", login: bool = True) -> Any:
        """One request to the first site."""
        headers = (("Authorization", f"Bearer {self.token}"),) if login else ()
        return await self.site.answer(Request.of(method, target, headers=headers, body=body))

    async def steer(self, method: str, target: str, *, body: bytes = b"") -> tuple[int, Any]:
        """One request to the control API."""
        answer = await self.control.answer(
            Request.of(method, f"/drplan-simulator{target}", body=body)
        )
        return answer.status, json.loads(answer.body)

    async def http(
        self,
        method: str,
        path: str,
        *,
        headers: tuple[tuple[bytes, bytes], ...] = (),
        size: int = 0,
    ) -> list[dict[str, Any]]:
        """One request through the ASGI application; gives the messages it sent."""
        sent: list[dict[str, Any]] = []
        left = [size]

        async def receive() -> dict[str, Any]:
            await trio.lowlevel.checkpoint()
            part = min(left[0], 2**20)
            left[0] -= part
            return {"type": "http.request", "body": b"x" * part, "more_body": left[0] > 0}

        async def send(message: dict[str, Any]) -> None:
            await trio.lowlevel.checkpoint()
            sent.append(message)

        own = (b"authorization", f"Bearer {self.token}".encode())
        scope = {
            "type": "http",
            "method": method,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [own, *headers],
            "client": ("127.0.0.1", 5),
        }
        await self.app(scope, receive, send)  # type: ignore[arg-type]
        return sent


@pytest.fixture
def bench(make_engine: MakeEngine) -> Bench:
    """See ``Bench``."""
    return Bench(make_engine)


def run(bench: Bench, task: Callable[[], Awaitable[None]]) -> float:
    """Run a task in the world, on a clock that jumps; gives the real seconds that it took."""

    async def main() -> float:
        async with trio.open_nursery() as nursery:
            await nursery.start(bench.world.run)
            await task()
            nursery.cancel_scope.cancel()
        return trio.current_time()

    return trio.run(main, clock=trio.testing.MockClock(autojump_threshold=0))


def test_the_api_answers_who_is_logged_in(bench: Bench) -> None:
    """Without a login 401 with the realm, as HTML and without a correlation id."""

    async def task() -> None:
        found = await bench.ask("GET", f"{API_PREFIX}/vms")
        refused = await bench.ask("GET", f"{API_PREFIX}/vms", login=False)
        assert found.status == 200
        assert found.header("Correlation-Id")
        assert (refused.status, refused.media_type) == (401, "text/html")
        assert refused.header("WWW-Authenticate") == 'Basic realm="RESTAPI"'
        assert refused.header("Correlation-Id") is None
        assert bench.site.refused == 1

    run(bench, task)


def test_no_token_reaches_the_engine_or_its_log(bench: Bench) -> None:
    """What the Engine remembers holds no login."""

    async def task() -> None:
        await bench.ask("GET", f"{API_PREFIX}/vms")

    run(bench, task)
    assert bench.token not in repr(bench.engine.log)


@pytest.mark.parametrize(
    ("target", "status", "words"),
    [
        ("/api", 404, b"Not Found"),
        ("/", 404, b"Not Found"),
        ("/ovirt-engine/apix", 404, b"Not Found"),
        ("/ovirt-engine", 200, b"oVirt"),
        ("/ovirt-engine/services/health", 200, b"DB Up"),
        ("/ovirt-engine/services/pki-resource?resource=ca-certificate", 200, b"PEM"),
        ("/ovirt-engine/services/pki-resource", 400, b"Bad Request"),
        ("/ovirt-engine/sso/oauth/token-http-auth", 401, b"Unauthorized"),
    ],
)
def test_other_addresses_are_the_machines(
    bench: Bench, target: str, status: int, words: bytes
) -> None:
    """Pages, the health check and the certificate authority need no login."""

    async def task() -> None:
        response = await bench.ask("GET", target, login=False)
        assert response.status == status
        assert words in response.body

    run(bench, task)


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "PROPFIND"])
def test_methods_that_no_address_has_are_refused(bench: Bench, method: str) -> None:
    """405 with those that are allowed."""

    async def task() -> None:
        response = await bench.ask(method, f"{API_PREFIX}/vms")
        assert (response.status, "GET" in response.header("Allow")) == (405, True)

    run(bench, task)


def test_while_the_engine_restarts_the_proxy_answers(bench: Bench) -> None:
    """503 for all; afterwards the old token is worth nothing."""

    async def task() -> None:
        bench.control.order(parse_orders("event: engine_restarts\nseconds: 60", "x"))
        await trio.sleep(0.1)
        for target in (f"{API_PREFIX}/vms", "/ovirt-engine/sso/oauth/token"):
            assert (await bench.ask("POST", target)).status == 503
        bench.world.skip(60)
        assert (await bench.ask("GET", f"{API_PREFIX}/vms")).status == 401

    run(bench, task)


@pytest.mark.parametrize(
    ("answer", "outcome"), [("401", 401), ("503", 503), ("500", 500), ("reset", "reset")]
)
def test_faults_strike_the_api_and_the_login(bench: Bench, answer: Any, outcome: object) -> None:
    """An ordered 401 ends the session; a reset is none of HTTP's."""
    token = "/ovirt-engine/sso/oauth/token"
    bench.control.faults.add(
        [
            FaultOrder(request="GET /vms", answer=answer),
            FaultOrder(request=f"POST {token}", answer=answer),
        ]
    )

    async def task() -> None:
        for method, target in (("GET", f"{API_PREFIX}/vms"), ("POST", token)):
            given = await bench.ask(method, target)
            assert (given.status if isinstance(given, Response) else given) == outcome
        again = await bench.ask("GET", f"{API_PREFIX}/vms")
        assert again.status == (401 if answer == "401" else 200)

    run(bench, task)


def test_simulated_time_passes_by_the_factor(bench: Bench) -> None:
    """A request that takes three simulated minutes takes three seconds at 60."""
    bench.control.faults.add([FaultOrder(request="GET /vms", answer="slow", seconds=180)])

    async def task() -> None:
        assert (await bench.ask("GET", f"{API_PREFIX}/vms")).status == 200

    assert 3.0 <= run(bench, task) < 3.1


def test_requests_wait_for_their_own_answers(bench: Bench) -> None:
    """A slow answer holds up no other."""
    bench.control.faults.add([FaultOrder(request="GET /hosts", answer="slow", seconds=600)])
    order: list[str] = []

    async def task() -> None:
        async def one(name: str) -> None:
            await bench.ask("GET", f"{API_PREFIX}/{name}")
            order.append(name)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(one, "hosts")
            await trio.sleep(0.01)
            nursery.start_soon(one, "vms")

    run(bench, task)
    assert order == ["vms", "hosts"]


def test_skipped_time_ends_sessions(bench: Bench) -> None:
    """Half an hour passes at once, and the token is old."""

    async def task() -> None:
        status, told = await bench.steer("POST", "/time/skip?seconds=1801")
        assert status == 200
        assert told["now"] >= 1801
        assert (await bench.ask("GET", f"{API_PREFIX}/vms")).status == 401

    run(bench, task)


def test_the_state_tells_what_is_missing_and_the_log_what_was_asked(bench: Bench) -> None:
    """A test can see every request, and that no rule was missing."""

    async def task() -> None:
        await bench.ask("GET", f"{API_PREFIX}/vms?max=1")
        await bench.ask("POST", f"{API_PREFIX}/vms", body=b"<vm/>")
        _, state = await bench.steer("GET", "/state")
        _, log = await bench.steer("GET", "/log?site=primary")
        primary = state["sites"][0]
        assert (primary["requests"], primary["up"]) == (2, True)
        assert state["speed"] == 60.0
        assert [it["status"] for it in log] == [200, 501]
        assert log[0]["target"] == f"{API_PREFIX}/vms?max=1"
        assert primary["no_rule"] == ["POST /vms"]
        assert (await bench.steer("GET", "/log?site=secondary"))[1] == []

    run(bench, task)


def test_orders_can_be_given_and_taken_back(bench: Bench) -> None:
    """The body is as in a file; what is wrong is told with 400."""

    async def task() -> None:
        status, told = await bench.steer(
            "POST", "/faults", body=b"request: GET /vms\nanswer: 500\nnth: every\n"
        )
        assert status == 201
        assert told["faults"][0]["order"]["answer"] == "500"
        assert (await bench.ask("GET", f"{API_PREFIX}/vms")).status == 500
        await bench.steer("DELETE", "/faults")
        assert (await bench.ask("GET", f"{API_PREFIX}/vms")).status == 200
        for body in (b"\xff", b"request: x", b"request: GET /vms\nanswer: 500\nsite: mars"):
            assert (await bench.steer("POST", "/faults", body=body))[0] == 400

    run(bench, task)


def test_sites_go_down_and_return_but_one_stays(bench: Bench) -> None:
    """Nobody could bring the last one back."""

    async def task() -> None:
        assert (await bench.steer("POST", "/sites/primary/down"))[1]["up"] is False
        assert (await bench.steer("POST", "/sites/secondary/down"))[0] == 409
        assert (await bench.steer("POST", "/sites/primary/up"))[1]["up"] is True
        bench.control.order(parse_orders("event: site_goes_down\nsite: primary\nat: 0", "x"))
        await trio.sleep(1)
        assert bench.doors["primary"].is_open is False
        assert bench.doors["secondary"].is_open is True

    run(bench, task)


def test_replication_is_cut_and_turned_by_name_or_for_all(bench: Bench) -> None:
    """What the storage administrators do; a domain that nobody replicates is refused."""
    original, replica = (DomainCopy(key, "data", "data", "v5", "nfs") for key in ("one", "one"))
    replica.state = "read_only"
    array = Array(mirrors=[Mirror(original, replica)])
    for site in bench.sites.values():
        site.engine.array = array

    async def task() -> None:
        assert await bench.steer("POST", "/storage/promote?domain=data") == (200, {"links": 1})
        assert replica.state == "read_write"
        assert await bench.steer("POST", "/storage/promote") == (200, {"links": 0})
        assert await bench.steer("POST", "/storage/reverse?domain=one") == (200, {"links": 1})
        assert (original.state, array.mirrors[0].source) == ("read_only", replica)
        assert (await bench.steer("POST", "/storage/reverse?domain=two"))[0] == 400

    run(bench, task)


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [
        ("GET", "/nothing", 404),
        ("POST", "/sites/mars/down", 404),
        ("POST", "/time/skip?seconds=-1", 400),
        ("POST", "/time/skip?seconds=nan", 400),
        ("POST", "/time/skip", 400),
        ("GET", "/log?site=mars", 400),
        ("POST", "/sessions/expire?site=mars", 400),
    ],
)
def test_the_controller_is_told_what_it_asked_wrongly(
    bench: Bench, method: str, target: str, status: int
) -> None:
    """With an error in JSON, and nothing changes."""

    async def task() -> None:
        given, told = await bench.steer(method, target)
        assert (given, "error" in told) == (status, True)

    run(bench, task)


def test_answers_are_compressed_where_the_client_takes_it(bench: Bench) -> None:
    """Encoding and length are the proxy's; a HEAD has the headers alone."""
    takes = ((b"accept-encoding", b"deflate, gzip;q=0.5"),)
    refuses = ((b"accept-encoding", b"gzip;q=0"),)

    async def task() -> None:
        start, body = await bench.http("GET", f"{API_PREFIX}/vms", headers=takes)
        plain = await bench.http("GET", f"{API_PREFIX}/vms", headers=refuses)
        head = await bench.http("HEAD", f"{API_PREFIX}/vms", headers=refuses)
        headers = dict(start["headers"])
        assert [name for name, _ in start["headers"]][:5] == [
            b"Date",
            b"Server",
            b"Content-Encoding",
            b"Content-Type",
            b"Content-Length",
        ]
        assert headers[b"Content-Length"] == str(len(body["body"])).encode()
        assert gzip.decompress(body["body"]) == plain[1]["body"]
        assert b"Content-Encoding" not in dict(plain[0]["headers"])
        assert dict(head[0]["headers"])[b"Content-Length"] == str(len(plain[1]["body"])).encode()
        assert head[1]["body"] == b""

    run(bench, task)


@pytest.mark.parametrize(("size", "status"), [(LARGEST, 501), (LARGEST + 1, 413)])
def test_a_body_that_is_too_large_is_refused(bench: Bench, size: int, status: int) -> None:
    """It is read to its end, so that the client hears the refusal."""

    async def task() -> None:
        start, _ = await bench.http("POST", f"{API_PREFIX}/vms", size=size)
        assert start["status"] == status

    run(bench, task)


def test_an_endless_body_ends_the_connection(bench: Bench) -> None:
    """There is a limit to patience as well."""

    async def task() -> None:
        assert await bench.http("POST", f"{API_PREFIX}/vms", size=20 * LARGEST) == []

    run(bench, task)
    assert bench.doors["primary"].aborted == [("127.0.0.1", 5)]


def test_a_mistake_in_a_rule_is_one_clients_500(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The world goes on, and the state tells of it."""

    async def task() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(bench.site, "answer", None)
            start, _ = await bench.http("GET", f"{API_PREFIX}/vms")
        assert start["status"] == 500
        assert (await bench.ask("GET", f"{API_PREFIX}/vms")).status == 200
        assert "TypeError" in (await bench.steer("GET", "/state"))[1]["crashes"][0]

    run(bench, task)
