"""The transport that asks again where asking again is harmless."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

import trio

from drplan.engine.faults import is_xml, unreadable
from drplan.errors import AnswerLost, EngineUnreachable, NotTrusted
from drplan.wire.request import Request
from drplan.wire.response import Response
from drplan.wire.transport import Transport

_OF_THE_WEB_SERVER = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one request is tried. ``total`` seconds from its first sending, answers included.

    Between tries ``first`` seconds, doubling up to ``longest``; each pause is shortened by chance,
    by up to a half, so that many requests do not come back at one moment.
    """

    total: float = 30.0
    first: float = 0.5
    longest: float = 10.0

    def pauses(self, chance: Random) -> Iterator[float]:
        """Seconds to wait before each further try, without end."""
        pause = self.first
        while True:
            yield pause * chance.uniform(0.5, 1.0)
            pause = min(pause * 2, self.longest)


@dataclass(frozen=True, slots=True)
class Pause:
    """A request is about to be tried again, in ``seconds``, because of ``reason``."""

    request: Request
    seconds: float
    reason: str


class RetryingTransport:
    """Tries again what certainly had no effect: reads, and writes that were never sent.

    The answer of a web server that could not reach the Engine (502, 503, 504 without the Engine's
    XML) is no answer. For a write that means ``AnswerLost``, as does its error page (500): whether
    it had an effect has to be looked up. ``on_pause`` is told before each pause.
    """

    def __init__(
        self,
        inner: Transport,
        *,
        site: str,
        patience: Patience | None = None,
        chance: Random | None = None,
        on_pause: Callable[[Pause], None] | None = None,
    ) -> None:
        self._inner = inner
        self._site = site
        self._patience = patience or Patience()
        self._chance = chance or Random()  # noqa: S311 - to spread requests, not to keep a secret
        self._on_pause = on_pause

    async def exchange(self, request: Request) -> Response:
        """The Engine's answer; what the last try raised once there is no patience left."""
        started = trio.current_time()
        pauses = self._patience.pauses(self._chance)
        while True:
            try:
                return await self._once(request)
            except NotTrusted:
                raise
            except EngineUnreachable as failure:
                if request.is_write and isinstance(failure, AnswerLost):
                    raise
                pause = next(pauses)
                if trio.current_time() - started + pause > self._patience.total:
                    raise
                reason = failure.summary
            if self._on_pause is not None:
                self._on_pause(Pause(request, pause, reason))
            await trio.sleep(pause)

    async def _once(self, request: Request) -> Response:
        response = await self._inner.exchange(request)
        if 300 <= response.status < 500 or is_xml(response):
            return response
        if request.is_write:
            if response.status >= 500:
                raise self._not_the_engine(response)
        elif response.status in _OF_THE_WEB_SERVER:
            raise EngineUnreachable(
                f"the web server answers, but the Engine does not (HTTP {response.status})",
                where=self._site,
                next_step="wait until the Engine has started, or look why it does not",
            )
        elif response.status < 300:
            raise unreadable(response, self._site)
        # An error page for a read: the Engine cannot do it, such as a broken follow (wire facts 1).
        return response

    def _not_the_engine(self, response: Response) -> AnswerLost:
        return AnswerLost(
            f"HTTP {response.status} came as a page of the web server, without the Engine's word",
            where=self._site,
            next_step="look at what the Engine has before doing anything again",
        )
