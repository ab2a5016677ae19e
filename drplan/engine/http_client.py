"""HTTP to one Engine: a pool of connections, and failures told apart by what may have been sent."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from drplan.engine.timeouts import Timeouts
from drplan.errors import AnswerLost, EngineUnreachable, NotTrusted
from drplan.wire.response import Response

# They log addresses and headers as they work.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)

MAX_CONNECTIONS = 100
KEPT_ALIVE = 3.0
"""Seconds after which an idle connection is not used again. The web server before an Engine closes
after 5: a request that meets the closing is lost, and nobody knows whether it had an effect."""

_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.LocalProtocolError,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
# What describes the line and not the document.
_OF_THE_LINE = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})


class HttpClient:
    """One pool of kept connections to the Engine behind ``url``.

    ``site`` is its name in messages. No cookie is kept, no redirection followed; a proxy is used
    where the environment names one. Close it, or use it as an async context manager.
    """

    def __init__(
        self, url: str, *, site: str, tls: ssl.SSLContext, timeouts: Timeouts | None = None
    ) -> None:
        parts = urlsplit(url)
        self.site = site
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.host = parts.hostname or parts.netloc
        self.timeouts = timeouts or Timeouts()
        self._client = httpx.AsyncClient(
            verify=tls,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            limits=httpx.Limits(
                max_connections=MAX_CONNECTIONS,
                max_keepalive_connections=MAX_CONNECTIONS,
                keepalive_expiry=KEPT_ALIVE,
            ),
            # The SDK's name and version are nobody's business here, nor are those of httpx.
            headers={"User-Agent": "drplan"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        timeout: float,  # noqa: ASYNC109 - it is handed on to the connection
    ) -> Response:
        """Send one request and read the whole answer, whatever its status.

        ``timeout`` is seconds without a sign of life from the Engine. Raises ``EngineUnreachable``
        where nothing was sent, ``AnswerLost`` where something may have been.
        """
        limits = httpx.Timeout(
            connect=self.timeouts.connect,
            read=timeout,
            write=self.timeouts.send,
            pool=self.timeouts.connect + timeout,
        )
        try:
            answer = await self._client.request(
                method,
                f"{self.origin}{target}",
                headers=dict(headers),
                content=body or None,
                timeout=limits,
            )
        except httpx.RequestError as error:
            failure = self._failure(error, timeout)
        else:
            return _response(answer)
        # Raised here and not above: httpx's error holds the request, and that the password or token.
        raise failure

    def _failure(self, error: httpx.RequestError, waited: float) -> EngineUnreachable:
        if isinstance(error, _NEVER_SENT):
            return self._never_sent(error)
        what = (
            f"no answer for {waited:.0f} s"
            if isinstance(error, httpx.ReadTimeout)
            else f"the connection broke off ({_words(error)})"
        )
        return AnswerLost(
            f"the Engine's answer was lost: {what}",
            where=self.site,
            next_step="look at what the Engine has before doing anything again",
        )

    def _never_sent(self, error: httpx.RequestError) -> EngineUnreachable:
        causes = list(_causes(error))
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                return NotTrusted(
                    f"the certificate of {self.host} is not trusted: {cause.verify_message}",
                    where=self.site,
                    next_step="give the file of the authority that signed it as "
                    "dr_sites_<site>_ca_file in the mapping",
                )
            if isinstance(cause, ssl.SSLError):
                return NotTrusted(
                    f"no secure connection to {self.host}: {cause.reason or cause}",
                    where=self.site,
                    next_step="check the URL and the port",
                )
        return EngineUnreachable(
            f"the Engine cannot be reached: {self._reason(error, causes)}",
            where=self.site,
            next_step=f"check that {self.origin} is up and can be reached from here",
        )

    def _reason(self, error: httpx.RequestError, causes: list[BaseException]) -> str:
        if any(isinstance(cause, socket.gaierror) for cause in causes):
            return f"the name {self.host} is not known"
        if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
            return "the connection was refused"
        if isinstance(error, httpx.ConnectTimeout):
            return f"no connection within {self.timeouts.connect:.0f} s"
        if isinstance(error, httpx.PoolTimeout):
            return "all connections are in use"
        return _words(error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything that led to it, members of groups too."""
    pending: list[BaseException | None] = [error]
    seen: set[int] = set()
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        pending += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            pending += current.exceptions


def _words(error: httpx.RequestError) -> str:
    return str(error).strip().rstrip(".") or type(error).__name__


def _response(answer: httpx.Response) -> Response:
    headers = ((name.decode("latin-1"), it.decode("latin-1")) for name, it in answer.headers.raw)
    return Response(
        status=answer.status_code,
        reason=answer.reason_phrase,
        headers=tuple(pair for pair in headers if pair[0].lower() not in _OF_THE_LINE),
        body=answer.content,
    )
