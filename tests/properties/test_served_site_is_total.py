"""Whatever a client sends to a served site, it is answered, and no rule breaks down."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

import trio
import trio.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from drplan.resources import fixture_folder
from drplan.simulator.array import Array
from drplan.simulator.core import Engine
from drplan.simulator.loading import load
from drplan.simulator.ordered_faults import OrderedFaults
from drplan.simulator.replication import lay_out
from drplan.simulator.resources import all_routes
from drplan.simulator.server.application import Application
from drplan.simulator.server.control import Control
from drplan.simulator.server.sessions import Sessions
from drplan.simulator.server.site import Site
from drplan.simulator.server.world import World
from drplan.simulator.store import Store
from drplan.wire.cassette import find_cassette, read_cassette
from drplan.wire.request import API_PREFIX

ANSWERS = {200, 201, 202, 400, 401, 403, 404, 405, 409, 500, 501}
_WORDS = ("", "x", "action", "storage_domain", "vm", "host", "import", "name", "storage", "type")


@cache
def recorded() -> Store:
    """The primary of the demo: it has one of everything."""
    folder = fixture_folder("two-site")
    return load(read_cassette(find_cassette(folder, "primary")).exchanges).store


@cache
def known_ids() -> tuple[str, ...]:
    """Ids of entities, some of each collection, and texts that are none."""
    store = recorded()
    found = [
        path.rpartition("/")[2]
        for collection in (
            "/vms",
            "/hosts",
            "/storagedomains",
            "/datacenters",
            "/disks",
            "/templates",
        )
        for path in store.members(collection)[:2]
    ]
    return (
        *found,
        "00000000-0000-4000-8000-000000000000",
        "no-id",
        "%00",
        "%ff",
        "..",
        ";",
        "a;b=c",
    )


PATTERNS = sorted({(route.method, route.pattern) for route in all_routes()})


@st.composite
def addresses(draw: st.DrawFn) -> tuple[str, str]:
    """A method and an address: mostly one that has a rule, with ids that exist or do not."""
    if draw(st.integers(0, 9)) == 0:
        text = draw(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30))
        path = "/" + text.replace("?", "").replace("#", "")
        return draw(st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"])), path
    method, pattern = draw(st.sampled_from(PATTERNS))
    parts = [
        draw(st.sampled_from(known_ids())) if part.startswith("{") else part
        for part in pattern.split("/")
    ]
    return method, API_PREFIX + "/".join(parts)


elements = st.recursive(
    st.builds(
        lambda tag, text: f"<{tag or 'a'}>{text}</{tag or 'a'}>",
        st.sampled_from(_WORDS),
        st.sampled_from(("", "true", "nfs", "-1", "x" * 300, "&lt;")),
    ),
    lambda inner: st.builds(
        lambda tag, key, children: f'<{tag or "a"} id="{key}">{"".join(children)}</{tag or "a"}>',
        st.sampled_from(_WORDS),
        st.sampled_from(("", "no-id", "00000000-0000-4000-8000-000000000000")),
        st.lists(inner, max_size=4),
    ),
    max_leaves=8,
)
bodies = st.one_of(st.just(b""), st.binary(max_size=60), elements.map(str.encode))
queries = st.sampled_from(
    (
        b"",
        b"max=-1",
        b"max=x",
        b"search=%28",
        b"search=name%3Da+page+0",
        b"follow=nics",
        b"follow=..",
        b"unregistered",
        b"async=true&force=yes",
        b"all_content=true",
        b"from=zz",
        b"%ff=%00&=&;",
    )
)


@settings(max_examples=250)
@given(asked=st.lists(st.tuples(addresses(), queries, bodies), min_size=1, max_size=4))
def test_every_request_is_answered_and_no_rule_breaks(
    asked: list[tuple[tuple[str, str], bytes, bytes]],
) -> None:
    """The status is one that Engines give (or 501), and the world goes on."""
    store = recorded().copy()
    array = Array()
    lay_out(store, array)
    engine = Engine("primary", store, array=array, start=datetime(2026, 3, 1, tzinfo=UTC))
    world = World(engine.timeline, speed=1000.0)
    site = Site("primary", engine, Sessions("admin@internal", "x"), b"", world)
    control = Control(world, {"primary": site}, {}, OrderedFaults())
    app = Application(site, control, None)  # type: ignore[arg-type]
    token = site.sessions.open(0.0)

    async def run() -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(world.run)
            for (method, path), query, body in asked:
                status = await answered(app, method, path, query, body, token)
                assert status in ANSWERS, (method, path, query, body)
                assert control.crashes == [], (method, path, query, body)
            world.skip(7200)
            assert control.crashes == [], asked
            nursery.cancel_scope.cancel()

    trio.run(run, clock=trio.testing.MockClock(autojump_threshold=0))


async def answered(
    app: Application, method: str, path: str, query: bytes, body: bytes, token: str
) -> int:
    """The status of the answer to one request."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await trio.lowlevel.checkpoint()
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        await trio.lowlevel.checkpoint()
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(b"authorization", f"Bearer {token}".encode())],
        "client": ("127.0.0.1", 1),
    }
    await partial(app, scope, receive, send)()  # type: ignore[arg-type]
    return int(sent[0]["status"])
