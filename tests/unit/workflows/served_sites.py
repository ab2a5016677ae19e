"""Both sites of a fixture behind HTTPS on loopback, in a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import trio

from drplan.documents.mapping_copy import SiteAddress, repointed
from drplan.engine.replay import ReplayTransport
from drplan.errors import NotRecorded
from drplan.model.mapping import SITE_ROLES, SiteRole
from drplan.resources import fixture_folder
from drplan.wire.cassette import read_cassette
from drplan.wire.recording import Recording
from drplan.wire.request import Request
from drplan.wire.response import Response
from tests.unit.engine.https_engine import Answer, HttpsEngine, https_engine

FIXTURE = fixture_folder("two-site")
Change = Callable[[Request, Response], Answer]
"""What an Engine says instead of what it said when it was recorded."""


@dataclass
class Served:
    """The Engines by role, and a mapping that points at them; ``down`` ones refuse connections."""

    engines: dict[SiteRole, HttpsEngine]
    mapping: Path
    changes: dict[SiteRole, Change]


def unchanged(_: Request, response: Response) -> Answer:
    """The Engine as it was recorded."""
    return response


@contextmanager
def served_sites(folder: Path, roles: tuple[SiteRole, ...] = SITE_ROLES) -> Iterator[Served]:
    """Serve the sites of the fixture; those that are not in ``roles`` are dead."""
    served = Served({}, folder / "mapping.yml", {})
    ready, errors = threading.Event(), list[BaseException]()
    stop: list[Callable[[], None]] = []

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            for role in SITE_ROLES:
                place = folder / f"{role}-certificates"
                place.mkdir(exist_ok=True)
                engine = https_engine(_api(role, served.changes), place)
                if role in roles:
                    served.engines[role] = await stack.enter_async_context(engine)
                else:
                    async with engine as dead:
                        served.engines[role] = dead
            scope = stack.enter_context(trio.CancelScope())
            token = trio.lowlevel.current_trio_token()
            stop.append(partial(token.run_sync_soon, scope.cancel))
            ready.set()
            await trio.sleep_forever()

    def run() -> None:
        try:
            trio.run(serve)
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            errors.append(error)
        finally:
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    ready.wait(10)
    try:
        assert not errors, errors
        served.mapping.write_text(_mapping(served.engines), encoding="utf-8")
        yield served
    finally:
        for end in stop:
            end()
        thread.join(10)
    assert not errors, errors


def _api(role: SiteRole, changes: Mapping[SiteRole, Change]) -> Callable[[Request], object]:
    recorded = ReplayTransport(_recording(role))

    async def answer(request: Request) -> Answer:
        try:
            response = await recorded.exchange(request)
        except NotRecorded:
            response = Response(404, "Not Found")
        headers = tuple(it for it in response.headers if it[0].lower() != "content-length")
        return changes.get(role, unchanged)(request, replace(response, headers=headers))

    return answer


@cache
def _recording(role: SiteRole) -> Recording:
    return read_cassette(FIXTURE / f"{role}.yaml")


def _mapping(engines: Mapping[SiteRole, HttpsEngine]) -> str:
    addresses = {
        role: SiteAddress(engine.url, str(engine.ca_file)) for role, engine in engines.items()
    }
    text = (FIXTURE / "mapping.yml").read_text(encoding="utf-8")
    return repointed(text, addresses, lease_wait=0)
