"""A site as an ASGI application: from HTTP to requests, and from answers to HTTP.

Whatever a client sends, it gets an answer or is refused; the simulation goes on.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl

import trio
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from drplan.simulator import answers
from drplan.simulator.ordered_faults import Cut
from drplan.simulator.server.control import PREFIX, Control
from drplan.simulator.server.door import Door
from drplan.simulator.server.site import Site
from drplan.wire.request import Request
from drplan.wire.response import Response

LARGEST: Final = 10 * 2**20
"""Bytes of the largest body that is taken: the application server's ``max-post-size``."""
_PATIENCE: Final = 16 * LARGEST
"""How much more is read, and dropped, so that the client hears the refusal."""
_FAST: Final = 1
"""Level of compression: answers of many megabytes must not hold up the others."""


@dataclass(frozen=True)
class Application:
    """What a door serves."""

    site: Site
    control: Control
    door: Door

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        if body is None:
            self.door.abort(scope["client"])
            return
        outcome = await self._outcome(scope, body)
        if isinstance(outcome, Response):
            await _send(scope, outcome, send)
        elif outcome == "timeout":
            await _wait_for_end(receive)
        else:
            self.door.abort(scope["client"])

    async def _outcome(self, scope: Any, body: bytes) -> Response | Cut:
        if len(body) > LARGEST:
            return self.site.respond(answers.page(413, "Request Entity Too Large"))
        request = _request(scope, body)
        try:
            if request.path.startswith(PREFIX + "/"):
                return self.site.respond(await self.control.answer(request))
            return await self.site.answer(request)
        except Exception as error:  # noqa: BLE001 - a mistake in a rule is one client's 500
            self.control.note_crash(error)
            return self.site.respond(answers.page(500, "Internal Server Error"))


def _request(scope: Any, body: bytes) -> Request:
    """A HEAD is a GET whose body stays here."""
    query = parse_qsl(
        scope["query_string"].decode("latin-1"), keep_blank_values=True, errors="replace"
    )
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]
    )
    method = "GET" if scope["method"] == "HEAD" else scope["method"]
    path = scope["raw_path"].decode("latin-1")
    return Request(method, path, tuple(sorted(query)), headers, body)


async def _body(receive: ASGIReceiveCallable) -> bytes | None:
    """The body, at most one byte more than is taken; ``None`` where the client went away."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size <= LARGEST:
            parts.append(part)
        elif size > _PATIENCE:
            return None
        if not message.get("more_body", False):
            return b"".join(parts) if size <= LARGEST else b" " * (LARGEST + 1)


async def _send(scope: Any, response: Response, send: ASGISendCallable) -> None:
    headers, body = response.headers, response.body
    if body and _wants_gzip(scope):
        body = gzip.compress(body, _FAST, mtime=0)
        headers = _compressed(headers, len(body))
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers],
        }
    )
    shown = b"" if scope["method"] == "HEAD" else body
    await send({"type": "http.response.body", "body": shown, "more_body": False})


def _wants_gzip(scope: Any) -> bool:
    accepted = b",".join(v for k, v in scope["headers"] if k.lower() == b"accept-encoding")
    codings = [part.replace(b" ", b"") for part in accepted.lower().split(b",")]
    return any(it == b"gzip" or (it.startswith(b"gzip;") and it != b"gzip;q=0") for it in codings)


def _compressed(headers: tuple[tuple[str, str], ...], length: int) -> tuple[tuple[str, str], ...]:
    """The headers of a compressed answer, in the order in which the proxy sends them."""
    made: list[tuple[str, str]] = []
    for name, value in headers:
        if name == "Content-Type":
            made.append(("Content-Encoding", "gzip"))
        made.append((name, str(length) if name == "Content-Length" else value))
    return tuple(made)


async def _wait_for_end(receive: ASGIReceiveCallable) -> None:
    """Say nothing until the client gives up."""
    while (await receive())["type"] != "http.disconnect":
        await trio.lowlevel.checkpoint()
