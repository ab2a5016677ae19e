"""The machine of one simulated Engine: what answers at each of its addresses.

The proxy, the login, the certificate authority, the health page, and the API behind its login.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from drplan.simulator import answers
from drplan.simulator.core import Engine
from drplan.simulator.handling import Answer
from drplan.simulator.ordered_faults import Cut, FaultOrder
from drplan.simulator.server import login
from drplan.simulator.server.sessions import Sessions
from drplan.simulator.server.world import World
from drplan.simulator.ticket import Ticket
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

ROOT: Final = "/ovirt-engine"
_PROXY_503: Final = (
    "The server is temporarily unable to service your request due to maintenance downtime or "
    "capacity problems. Please try again later."
)
_NOT_FOUND: Final = "The requested URL was not found on this server."
_ENCODED: Final = re.compile(r"%00|%2f", re.IGNORECASE)
"""What the proxy takes in no address (``AllowEncodedSlashes`` is off)."""
_NO_TEXT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""What no XML can hold, and thus no id."""
_METHODS: Final = frozenset({"GET", "POST", "PUT", "DELETE", "OPTIONS"})
_ALLOWED: Final = "GET, HEAD, POST, PUT, DELETE, OPTIONS"


@dataclass
class Site:
    """One Engine as it is reached. ``role`` is primary or secondary."""

    role: str
    engine: Engine
    sessions: Sessions
    ca: bytes
    world: World
    url: str = ""
    refused: int = field(default=0)
    """How many API requests had no valid login."""

    async def answer(self, request: Request) -> Response | Cut:
        """The answer to a request at any address; or how the connection ends without one."""
        self.world.advance()
        if _ENCODED.search(request.path):
            return self.respond(proxy_page(404, "Not Found", _NOT_FOUND))
        path = request.path.partition(";")[0].rstrip("/")
        if path == API_PREFIX or path.startswith(API_PREFIX + "/"):
            return await self._api(request)
        order = self.engine.faults.take(self.role, request.method, request.path)
        if order is not None and not order.is_carried_out:
            return await self._ordered(order, None)
        answer = self._beside_the_api(request, path)
        if order is not None:
            return await self._ordered(order, answer)
        return self.respond(answer)

    async def _api(self, request: Request) -> Response | Cut:
        if self.engine.is_away:
            return self.respond(proxy_page(503, "Service Unavailable", _PROXY_503))
        if request.method not in _METHODS:
            allow = {"Allow": _ALLOWED}
            return self.respond(answers.page(405, "Method Not Allowed", headers=allow))
        if not login.authenticated(request, self.sessions, self.world.now):
            self.refused += 1
            return self.respond(answers.unauthorised())
        if _NO_TEXT.search(unquote(request.path)):
            return self.respond(answers.empty(404))
        if request.method == "OPTIONS":
            return self.respond(Answer(200, b"", None, (("Allow", _ALLOWED),)))
        token = login.bearer_token(request)
        ticket = await self.world.ticket(self.engine, without_login(request))
        return self._of_ticket(ticket, token)

    def _of_ticket(self, ticket: Ticket, token: str) -> Response | Cut:
        if ticket.cut is not None:
            return ticket.cut
        response = ticket.response or Response(500)
        if response.status == 401:
            self.sessions.close(token)
            return self.respond(answers.unauthorised())
        if response.status == 503:
            return self.respond(proxy_page(503, "Service Unavailable", _PROXY_503))
        return response

    async def _ordered(self, order: FaultOrder, answer: Answer | None) -> Response | Cut:
        """What an order makes of an answer beside the API, ``None`` where nothing was done."""
        match order.answer:
            case "reset" | "timeout":
                return order.answer
            case "slow" if answer is not None:
                await self.world.pause(order.seconds)
                return self.respond(answer)
            case "401":
                return self.respond(answers.unauthorised())
            case "503":
                return self.respond(proxy_page(503, "Service Unavailable", _PROXY_503))
            case _:
                return self.respond(answers.page(500, "Internal Server Error"))

    def _beside_the_api(self, request: Request, path: str) -> Answer:
        match path.removeprefix(ROOT) if path.startswith(ROOT) else None:
            case "/sso/oauth/token" if not self.engine.is_away:
                return login.give_token(request, self.sessions, self.world.now)
            case "/sso/oauth/token-http-auth":
                return login.refuse_kerberos()
            case "/services/sso-logout" | "/sso/oauth/revoke" if not self.engine.is_away:
                return login.revoke(request, self.sessions)
            case "/services/pki-resource":
                return self._certificate(request)
            case "/services/health" if not self.engine.is_away:
                return Answer(200, b"DB Up!Welcome to Health Status!", answers.HTML)
            case "" if not self.engine.is_away:
                return answers.page(200, "oVirt Engine")
            case None:
                return proxy_page(404, "Not Found", _NOT_FOUND)
            case _ if self.engine.is_away:
                return proxy_page(503, "Service Unavailable", _PROXY_503)
            case _:
                return answers.page(404, "Not Found")

    def _certificate(self, request: Request) -> Answer:
        """Where administrators fetch the certificate authority of an Engine from."""
        wanted = dict(request.query)
        if wanted.get("resource") != "ca-certificate":
            return answers.page(400, "Bad Request")
        return Answer(200, self.ca, "application/x-x509-ca-cert")

    def respond(self, answer: Answer) -> Response:
        """An answer with the headers of the proxy; it never was the API's, so it has no id."""
        return self.engine.dress(answer)


def without_login(request: Request) -> Request:
    """The request as the Engine handles and remembers it: without token or password."""
    kept = tuple(
        (name, value)
        for name, value in request.headers
        if name.lower() not in {"authorization", "cookie"}
    )
    return Request(request.method, request.path, request.query, kept, request.body)


def proxy_page(status: int, title: str, text: str) -> Answer:
    """An error page of the proxy in front of the Engine."""
    body = (
        '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n'
        f"<html><head>\n<title>{status} {title}</title>\n</head><body>\n"
        f"<h1>{title}</h1>\n<p>{text}</p>\n</body></html>\n"
    )
    return Answer(status, body.encode(), answers.HTML)
