"""Sites as they are now: from a mapping's details and a login to an Engine that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import trio

from drplan.engine.conversion import api_path
from drplan.engine.engine import Engine
from drplan.engine.http_client import HttpClient
from drplan.engine.live import LiveTransport
from drplan.engine.renewing import BeforeResend, RenewingTransport
from drplan.engine.retrying import Patience, Pause, RetryingTransport
from drplan.engine.timeouts import Timeouts
from drplan.engine.tls import tls_context
from drplan.engine.token import Login, Session
from drplan.errors import AnswerLost, EngineUnreachable, NotTrusted
from drplan.inventory.collect import collect
from drplan.model.inventory import Inventory
from drplan.model.mapping import SiteDetails
from drplan.wire.request import Request
from drplan.wire.transport import Transport


@dataclass(frozen=True, kw_only=True)
class LiveOptions:
    """How a live Engine is treated.

    ``insecure`` accepts any certificate. ``patience`` is for what may be tried again,
    ``before_resend`` for a write that an expired token stopped (none: it is not sent again).
    ``on_pause`` is told when something is about to be tried again. ``tap`` is put around the bare
    transport and sees every single exchange, failed tries too.
    """

    insecure: bool = False
    patience: Patience = field(default_factory=Patience)
    timeouts: Timeouts = field(default_factory=Timeouts)
    before_resend: BeforeResend | None = None
    on_pause: Callable[[Pause], None] | None = None
    tap: Callable[[Transport], Transport] = lambda transport: transport


@dataclass(frozen=True, slots=True)
class LiveSite:
    """One Engine that can be asked; ``name`` is the site's name for people."""

    name: str
    url: str
    transport: Transport

    def engine(self) -> Engine:
        """The Engine as the rest of the program calls it."""
        return Engine(self.name, self.url, self.transport)


@asynccontextmanager
async def open_live_site(
    details: SiteDetails, login: Login, options: LiveOptions | None = None
) -> AsyncIterator[LiveSite]:
    """Reach the Engine of a site; at the end its token is given back and its connections closed.

    The first request logs in. Raises ``InvalidInput`` for a CA file that cannot be used; requests
    raise ``EngineUnreachable``, ``AnswerLost`` and ``LoginFailed``.
    """
    chosen = options or LiveOptions()
    ca_file = Path(details.ca_file) if details.ca_file else None
    tls = tls_context(ca_file, insecure=chosen.insecure)
    async with HttpClient(
        details.url, site=details.name, tls=tls, timeouts=chosen.timeouts
    ) as client:
        session = Session(client, login)
        renewing = RenewingTransport(
            chosen.tap(LiveTransport(client, session)),
            session,
            before_resend=chosen.before_resend,
        )
        retrying = RetryingTransport(
            renewing,
            site=details.name,
            patience=chosen.patience,
            on_pause=chosen.on_pause,
        )
        try:
            yield LiveSite(details.name, details.url, retrying)
        finally:
            await session.end()


def read_live_inventory(
    details: SiteDetails,
    login: Login,
    options: LiveOptions | None = None,
    *,
    taken: str,
    site: str | None = None,
    strict: bool = True,
) -> Inventory:
    """What the site has now; ``taken`` is the time to note, ISO 8601 in UTC.

    It is called ``site``, else as the mapping calls it. With ``strict``, what a plan cannot do
    without must be readable: raises ``EngineFault`` where the Engine refuses it. Raises as requests
    through ``open_live_site`` do.
    """

    async def read() -> Inventory:
        async with open_live_site(details, login, options) as live:
            return await collect(live.engine(), site=site, taken=taken, strict=strict)

    return trio.run(read)


async def sign_of_life(details: SiteDetails, *, within: float = 10.0) -> str | None:
    """What answers at a site's address, in words; ``None`` where nothing does.

    For the question whether a site is really lost (design decision 23). No credentials are sent, so
    any certificate will do, and any answer counts: an error page, a line that breaks, too.
    ``within`` is seconds for connecting and for each part of an answer.
    """
    timeouts = Timeouts(connect=within, read=within)
    tls = tls_context(insecure=True)
    async with HttpClient(details.url, site=details.name, tls=tls, timeouts=timeouts) as client:
        try:
            response = await LiveTransport(client).exchange(Request("GET", api_path(details.url)))
        except NotTrusted:
            return f"{client.host} answers, though not with TLS that can be used"
        except AnswerLost:
            return f"{client.host} takes connections, though it gave no answer"
        except EngineUnreachable:
            if await _takes_connections(details.url, within):
                return f"{client.host} takes connections, though it gave no answer"
            return None
    return f"{client.host} answers (HTTP {response.status})"


async def _takes_connections(url: str, within: float) -> bool:
    """Whether a machine is there that accepts connections, even if its web server hangs."""
    parts = urlsplit(url)
    port = parts.port or (80 if parts.scheme == "http" else 443)
    with trio.move_on_after(within):
        try:
            stream = await trio.open_tcp_stream(parts.hostname or "", port)
        except OSError:
            return False
        await trio.aclose_forcefully(stream)
        return True
    return False
