"""Requests and responses that were recorded, and what is known about the recording itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from drplan.wire.request import Request
from drplan.wire.response import Response


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and the answer it got."""

    request: Request
    response: Response


@dataclass(frozen=True, slots=True)
class Origin:
    """What a recording of drplan's own says about itself.

    ``recorded_at`` is an ISO 8601 time in UTC, ``site`` the site's name for people.
    """

    recorded_at: str | None = None
    site: str = ""
    engine_version: str | None = None


@dataclass(frozen=True, slots=True)
class Recording:
    """What was asked of one Engine and what it answered, in the order of the answers.

    ``url`` is where that Engine's API is. ``origin`` is ``None`` where another client recorded.
    """

    exchanges: tuple[Exchange, ...]
    url: str
    origin: Origin | None = None

    def sorted_by_address(self) -> Recording:
        """The same exchanges by path and query, so that two recordings of one state are equal.

        Answers to one request keep their order. Only meant for recordings of reads.
        """
        ordered = sorted(
            self.exchanges, key=lambda it: (it.request.path, it.request.query, it.request.method)
        )
        return replace(self, exchanges=tuple(ordered))
