"""Any client's recording, asked anything: the simulated Engine answers, but only what it can know.

A recording of another client holds that client's requests. Loaded into the simulator it can answer
other ones about the same entities; but there a collection that was never listed looks empty. Here
it is *not recorded* instead, so that it becomes a gap in an inventory and nobody takes it for
nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime

from drplan.errors import NotRecorded
from drplan.simulator.catalogue import is_collection
from drplan.simulator.core import Engine as SimulatedEngine
from drplan.simulator.loading import Loaded, load
from drplan.simulator.router import address
from drplan.simulator.transport import SimulatedTransport
from drplan.wire.index import ReplayIndex
from drplan.wire.recording import Recording
from drplan.wire.request import Request
from drplan.wire.response import Response

_START = datetime(2000, 1, 1, tzinfo=UTC)
"""Nothing that is read depends on the simulated Engine's time of day."""


class CoveredTransport:
    """Answers what a recording tells, whoever made it and whatever was asked then.

    ``partly`` are the paths of collections of which only single entities, or a search, were
    recorded: they were answered with what there is.
    """

    def __init__(self, recording: Recording, source: str) -> None:
        self._source = source
        self._loaded: Loaded = load(recording.exchanges, where=source)
        self._index = ReplayIndex(recording)
        self._inner = SimulatedTransport(
            SimulatedEngine("recorded", self._loaded.store, start=_START)
        )
        self.partly: set[str] = set()

    async def exchange(self, request: Request) -> Response:
        """What the recording tells. Raises ``NotRecorded`` where it tells nothing."""
        if not self._index.holds(request):
            self._check(request)
        return await self._inner.exchange(request)

    def _check(self, request: Request) -> None:
        found = address(request)
        if found is None or "follow" in found[1]:
            raise self._not_recorded(request)
        path, parameters = found
        store = self._loaded.store
        if not is_collection(path):
            if not store.exists(path):
                raise self._not_recorded(request)
            return
        collection = f"{path};unregistered" if "unregistered" in parameters else path
        if self._loaded.coverage.seen(collection):
            return
        if not store.members(collection):
            raise self._not_recorded(request)
        self.partly.add(path)

    def _not_recorded(self, request: Request) -> NotRecorded:
        return NotRecorded(
            f"the recording tells nothing about {request.target()}", where=self._source
        )
