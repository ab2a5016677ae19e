"""The transport that logs in, and logs in again where the token has expired."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from drplan.engine.token import Session
from drplan.wire.request import Request
from drplan.wire.response import Response
from drplan.wire.transport import Transport

BeforeResend = Callable[[Request], Awaitable[Request]]
"""Given a write that was refused with 401 and had no effect; returns the request of the next
attempt, once that attempt is in the journal."""


class RenewingTransport:
    """Keeps ``session`` valid for the requests that go through ``inner``.

    A 401 comes from the filter before the Engine: the request had no effect (storage sheet 1.1).
    After a new token a read is asked again. A write goes out again only where ``before_resend`` is
    given and has noted the new attempt; else its 401 is handed on. Nothing is repeated twice.
    """

    def __init__(
        self, inner: Transport, session: Session, *, before_resend: BeforeResend | None = None
    ) -> None:
        self._inner = inner
        self._session = session
        self._before_resend = before_resend

    async def exchange(self, request: Request) -> Response:
        """What the inner transport answers to a valid token. Raises ``LoginFailed``."""
        await self._session.begin()
        used = self._session.generation
        response = await self._inner.exchange(request)
        if response.status != 401:
            return response
        await self._session.renew(used=used)
        if request.is_write:
            if self._before_resend is None:
                return response
            request = await self._before_resend(request)
        return await self._inner.exchange(request)
