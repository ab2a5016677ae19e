"""The transport that answers from a recording and knows nothing else."""

from __future__ import annotations

import trio

from drplan.errors import NotRecorded
from drplan.wire.index import ReplayIndex
from drplan.wire.recording import Recording
from drplan.wire.request import Request
from drplan.wire.response import Response


class ReplayTransport:
    """Gives each request the answer that was recorded for it, in the order of asking.

    ``source`` says in messages where the recording came from.
    """

    def __init__(self, recording: Recording, source: str | None = None) -> None:
        self._index = ReplayIndex(recording)
        self._source = source

    async def exchange(self, request: Request) -> Response:
        """The recorded answer. Raises ``NotRecorded`` where there is none."""
        await trio.lowlevel.checkpoint()
        response = self._index.next_answer(request)
        if response is None:
            raise self._not_recorded(request)
        return response

    def _not_recorded(self, request: Request) -> NotRecorded:
        nearest = self._index.nearest(request)
        return NotRecorded(
            f"the recording holds no answer to {request.method} {request.target()}",
            where=self._source,
            next_step=f"nearest recorded: {nearest}" if nearest else "record the site again",
        )
