"""The SDK's connection with the network taken out.

``ovirtsdk4`` services hand their request to ``Connection.send`` and ask ``Connection.wait`` for the
answer. Here ``send`` only keeps the request and ``wait`` only returns the answer that somebody put
beside it in between: so one connection carries any number of calls at once, on one thread, and the
SDK still writes every request and reads every answer by its own code.
"""

from __future__ import annotations

from dataclasses import dataclass

import ovirtsdk4
from ovirtsdk4 import http


@dataclass(slots=True)
class Call:
    """One call under way: the SDK's request, and the answer once there is one."""

    request: http.Request
    response: http.Response | None = None


class EngineConnection(ovirtsdk4.Connection):
    """A connection that never opens a socket and never asks for a token."""

    def __init__(self, url: str) -> None:
        super().__init__(url=url)
        self._kept: Call | None = None

    def send(self, request: http.Request) -> Call:
        """Keep the request; what is returned is the context that ``wait`` expects."""
        self._kept = Call(request)
        return self._kept

    def take(self) -> Call:
        """The call that was kept last, to be taken right after the service method returned.

        A removal of the SDK loses its future (``remove(wait=False)`` returns nothing), so the
        request cannot be found through it.
        """
        if self._kept is None:
            raise RuntimeError("the method sent no request: it is not one of an SDK service")
        call, self._kept = self._kept, None
        return call

    def wait(self, context: Call, failed_auth: bool = False) -> http.Response:
        """The answer that was put into ``context``.

        A call that is waited for without an answer would be a blocking call of the SDK, made past
        ``Engine.call``: a mistake of this program.
        """
        if context.response is None:
            raise RuntimeError("a service was called without wait=False: use Engine.call")
        return context.response

    def close(self, logout: bool = True) -> None:
        """Release what the SDK holds; there is no token to give back."""
        super().close(logout=False)
