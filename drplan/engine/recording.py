"""The transport that lets another one work and keeps what went by, without its secrets."""

from __future__ import annotations

from drplan.wire.recording import Exchange, Origin, Recording
from drplan.wire.request import Request
from drplan.wire.response import Response
from drplan.wire.scrubbing import scrub
from drplan.wire.transport import Transport


class RecordingTransport:
    """Records every exchange of ``inner``, in the order in which answers came.

    A request that got no answer leaves nothing: a recording holds what an Engine said.
    """

    def __init__(self, inner: Transport) -> None:
        self._inner = inner
        self._exchanges: list[Exchange] = []

    async def exchange(self, request: Request) -> Response:
        """What the inner transport answers, unchanged."""
        response = await self._inner.exchange(request)
        # Scrubbed here and not at writing: secrets are not even kept in memory.
        self._exchanges.append(scrub(Exchange(request, response)))
        return response

    def __len__(self) -> int:
        return len(self._exchanges)

    def recording(
        self,
        *,
        url: str,
        site: str = "",
        recorded_at: str | None = None,
        engine_version: str | None = None,
    ) -> Recording:
        """What was recorded so far. A recording of reads alone is sorted, so that it is the same
        whichever answer came first.
        """
        kept = Recording(tuple(self._exchanges), url, Origin(recorded_at, site, engine_version))
        only_reads = not any(it.request.is_write for it in kept.exchanges)
        return kept.sorted_by_address() if only_reads else kept
