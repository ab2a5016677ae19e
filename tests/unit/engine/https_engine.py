"""A web server on loopback that plays an Engine: TLS, its login, and whatever a test wants."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs

import h11
import trio
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from drplan.wire.request import Request
from drplan.wire.response import Response

PASSWORD = "correct horse & battery"
XML = (("Content-Type", "application/xml;charset=UTF-8"),)
HTML = (("Content-Type", "text/html;charset=UTF-8"),)
JSON = (("Content-Type", "application/json"),)
TOKEN_PATH = "/ovirt-engine/sso/oauth/token"
REVOKE_PATH = "/ovirt-engine/services/sso-logout"

Answer = Response | str
"""An answer, or what happens instead of one: ``reset`` (the line goes dead once the request is
there), ``cut`` (in the middle of the answer), ``silence``."""
Api = Callable[[Request], Awaitable[Answer]]


@dataclass
class HttpsEngine:
    """What the server knows and saw.

    ``expired`` tokens are refused with 401. ``requests`` are those to the API, with their tokens.
    """

    url: str = ""
    ca_file: Path = Path()
    login_answers: list[Response] = field(default_factory=list)
    logins: list[dict[str, list[str]]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    expired: set[str] = field(default_factory=set)
    requests: list[tuple[str, Request]] = field(default_factory=list)
    connections: int = 0

    @property
    def targets(self) -> list[str]:
        """Method and target of each request to the API, in their order."""
        return [f"{it.method} {it.target()}" for _, it in self.requests]

    async def answer(self, request: Request, api: Api) -> Answer:
        """What the Engine says to one request."""
        if request.path == TOKEN_PATH:
            return self._log_in(parse_qs(request.body.decode()))
        if request.path == REVOKE_PATH:
            self.revoked += parse_qs(request.body.decode())["token"]
            return Response(200, "OK", JSON, b"{}")
        token = (request.header("Authorization") or "").removeprefix("Bearer ")
        self.requests.append((token, request))
        if not token or token in self.expired:
            headers = (*HTML, ("WWW-Authenticate", 'Basic realm="RESTAPI"'))
            return Response(401, "Unauthorized", headers, b"<html>Unauthorized</html>")
        return await api(request)

    def _log_in(self, form: dict[str, list[str]]) -> Response:
        self.logins.append(form)
        if self.login_answers:
            return self.login_answers.pop(0)
        if form["password"] != [PASSWORD]:
            error = {"error_code": "access_denied", "error": "Cannot authenticate user 'x@y'"}
            return Response(400, "Bad Request", JSON, json.dumps(error).encode())
        token = {"access_token": f"token-{len(self.logins)}", "exp": "1", "token_type": "bearer"}
        return Response(200, "OK", JSON, json.dumps(token).encode())


@asynccontextmanager
async def https_engine(api: Api, folder: Path) -> AsyncIterator[HttpsEngine]:
    """Serve on loopback until the block is left; the authority's certificate is in ``folder``."""
    certificate, key = certificate_and_key()
    (folder / "ca.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    engine = HttpsEngine(ca_file=folder / "ca.pem")
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_ssl_over_tcp_listeners(
            0, context, host="127.0.0.1", https_compatible=True
        )
        port = listeners[0].transport_listener.socket.getsockname()[1]
        engine.url = f"https://127.0.0.1:{port}/ovirt-engine/api"
        nursery.start_soon(trio.serve_listeners, partial(_serve, engine, api), listeners)
        try:
            yield engine
        finally:
            nursery.cancel_scope.cancel()


@cache
def certificate_and_key() -> tuple[bytes, bytes]:
    """A certificate for loopback that is its own authority, and its key, in PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "engine.example.com")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        # Not marked critical, as on some Engines: the strictness of Python 3.13 would refuse it.
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=False)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )


async def _serve(engine: HttpsEngine, api: Api, stream: trio.SSLStream[trio.SocketStream]) -> None:
    """Answer the requests of one connection, until the client goes."""
    engine.connections += 1
    line = h11.Connection(h11.SERVER)
    try:
        while True:
            request = await _read(line, stream)
            if request is None:
                return
            answer = await engine.answer(request, api)
            if isinstance(answer, str):
                await _misbehave(answer, line, stream)
                return
            for event in _events(answer):
                data = line.send(event)
                if data:
                    await stream.send_all(data)
            if line.our_state is h11.MUST_CLOSE:
                return
            line.start_next_cycle()
    except (trio.BrokenResourceError, trio.ClosedResourceError):
        return
    finally:
        with trio.move_on_after(0.1, shield=True):
            await trio.aclose_forcefully(stream)


async def _read(line: h11.Connection, stream: trio.SSLStream[trio.SocketStream]) -> Request | None:
    head: h11.Request | None = None
    body = b""
    while True:
        event = line.next_event()
        if event is h11.NEED_DATA:
            line.receive_data(await stream.receive_some(65536))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            assert head is not None
            return Request.of(
                head.method.decode(),
                head.target.decode(),
                headers=tuple((key.decode(), it.decode()) for key, it in head.headers),
                body=body,
            )
        else:
            return None


async def _misbehave(
    how: str, line: h11.Connection, stream: trio.SSLStream[trio.SocketStream]
) -> None:
    if how == "silence":
        await trio.sleep_forever()
    if how == "cut":
        head = h11.Response(status_code=200, headers=[("Content-Length", "1000"), *XML])
        await stream.send_all(line.send(head) or b"")
        await stream.send_all(line.send(h11.Data(data=b"<vms><vm id=")) or b"")


def _events(answer: Response) -> list[h11.Event]:
    length = ("Content-Length", str(len(answer.body)))
    head = h11.Response(
        status_code=answer.status, reason=answer.reason, headers=[*answer.headers, length]
    )
    return [head, h11.Data(data=answer.body), h11.EndOfMessage()]
