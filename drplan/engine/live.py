"""The transport that reaches a real Engine: one request, one answer, nothing repeated."""

from __future__ import annotations

from drplan.engine.http_client import HttpClient
from drplan.engine.token import Session
from drplan.wire.request import Request
from drplan.wire.response import Response


class LiveTransport:
    """Sends each request once, with the session's token.

    What is done about a 401, or about an answer that does not come, is decided above
    (``RenewingTransport``, ``RetryingTransport``), so that no write is ever repeated unseen.
    """

    def __init__(self, client: HttpClient, session: Session | None = None) -> None:
        self._client = client
        self._session = session

    async def exchange(self, request: Request) -> Response:
        """The Engine's answer.

        Raises ``EngineUnreachable`` where the request was never sent, ``AnswerLost`` where it may
        have been. Without a session it goes out without a token, and a live Engine answers 401.
        """
        headers = dict(request.headers)
        if self._session is not None and self._session.token is not None:
            headers["Authorization"] = f"Bearer {self._session.token}"
        return await self._client.send(
            request.method,
            request.target(),
            headers=headers,
            body=request.body,
            timeout=self._client.timeouts.of(request),
        )
