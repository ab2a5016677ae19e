"""The one seam: a request goes in, a response comes out.

Live, recording, replaying and simulated Engines are transports. Everything clever (retries,
looking before repeating, limits) lives above this line, so all of it works on each of them.
"""

from __future__ import annotations

from typing import Protocol

from drplan.wire.request import Request
from drplan.wire.response import Response


class Transport(Protocol):
    """Carries one request and brings its response."""

    async def exchange(self, request: Request) -> Response:
        """Send ``request`` and wait for the answer.

        An answer with an error status is an answer. Raises ``EngineUnreachable`` when the request
        certainly had no effect, ``AnswerLost`` when it may have had one, ``NotRecorded`` when a
        recording has no answer for it.
        """
        ...
