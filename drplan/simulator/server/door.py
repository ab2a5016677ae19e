"""Where one site listens: HTTPS on a port that stays the same when the site goes down and returns.

The HTTP is hypercorn's. A site that is down keeps its port and refuses every connection.
"""

from __future__ import annotations

import socket
import ssl
import struct
from typing import Any, Final

import trio
from hypercorn.config import Config
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from hypercorn.utils import wrap_app

from drplan.errors import RunFailed

_NO_LINGER: Final = struct.pack("ii", 1, 0)
_BACKLOG: Final = 256
_HEADERS: Final = 64 * 1024

Stream = trio.SSLStream[trio.SocketStream]


class Door:
    """A port on which a site answers while it is up. ``address`` is host and port, 0 for any."""

    def __init__(self, address: tuple[str, int], *, is_open: bool = True) -> None:
        self._socket = _bound(address)
        self.host, self.port = self._socket.getsockname()[:2]
        self.is_open = is_open
        self._wanted = is_open
        self._changed = trio.Event()
        self._settled = trio.Event()
        self._streams: dict[tuple[Any, ...], Stream] = {}

    async def run(
        self,
        app: ASGIFramework,
        tls: ssl.SSLContext,
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        """Listen while the site is up, until cancelled."""
        context = WorkerContext(None)
        while True:
            async with trio.open_nursery() as nursery:
                if self._wanted:
                    await self._listen(nursery, app, tls, context)
                self.is_open = self._wanted
                self._settled.set()
                task_status.started()
                task_status = trio.TASK_STATUS_IGNORED
                await self._changed.wait()
                self._changed = trio.Event()
                self.abort_all()
                nursery.cancel_scope.cancel()
            if self.is_open:
                # A socket that listened has to be made anew to refuse connections.
                self._socket = _bound((self.host, self.port))

    def wanted(self, *, up: bool) -> None:
        """The site shall be up, or down, as soon as may be."""
        if up != self._wanted:
            self._wanted = up
            self._settled = trio.Event()
            self._changed.set()

    async def move(self, *, up: bool) -> None:
        """Take the site up, or down, and wait until it is."""
        self.wanted(up=up)
        await self._settled.wait()

    def abort(self, client: tuple[Any, ...] | None) -> None:
        """Break the connection of a client, as a network does."""
        stream = self._streams.pop(tuple(client or ())[:2], None)
        if stream is not None:
            raw = stream.transport_stream.socket
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            raw.close()

    def abort_all(self) -> None:
        """Break every connection: a client that does not read must not hold up the end."""
        for peer in tuple(self._streams):
            self.abort(peer)

    def close(self) -> None:
        """Give the port back."""
        self._socket.close()

    async def _listen(
        self, nursery: trio.Nursery, app: ASGIFramework, tls: ssl.SSLContext, context: WorkerContext
    ) -> None:
        config = _config()
        framework = wrap_app(app, config.wsgi_max_body_size, "asgi")

        async def serve(stream: Stream) -> None:
            peer = _peer(stream)
            if peer is None:
                return
            self._streams[peer] = stream
            try:
                await TCPServer(framework, config, context, ConnectionState({}), stream)
            finally:
                self._streams.pop(peer, None)

        self._socket.listen(_BACKLOG)
        listener = trio.SSLListener(
            trio.SocketListener(trio.socket.from_stdlib_socket(self._socket)),
            tls,
            https_compatible=True,
        )
        nursery.start_soon(trio.serve_listeners, serve, [listener])


def _bound(address: tuple[str, int]) -> socket.socket:
    """A socket with a port of its own that does not listen yet."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.setblocking(False)
    try:
        made.bind(address)
    except OSError as error:
        made.close()
        raise RunFailed(
            f"it is not possible to listen there: {error.strerror or error}",
            where=f"{address[0]}:{address[1]}",
            next_step="give another address to --listen; port 0 takes any that is free",
        ) from error
    return made


def _peer(stream: Stream) -> tuple[Any, ...] | None:
    """Address and port of the client; ``None`` where it has gone already."""
    try:
        return tuple(stream.transport_stream.socket.getpeername()[:2])
    except OSError:
        return None


def _config() -> Config:
    config = Config()
    config.alpn_protocols = ["http/1.1"]
    config.include_date_header = False
    config.include_server_header = False
    config.h11_max_incomplete_size = _HEADERS
    return config
