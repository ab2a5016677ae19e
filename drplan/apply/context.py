"""What a handler has at hand: the Engine, its turn, and the rules of asking and writing.

Every write carries a Correlation-Id made of run, action and attempt, and is announced before it is
sent, so that a run that breaks off can tell later what became of it. A write whose answer was lost
is never simply repeated: what it was for is looked at first.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from drplan.apply.dispatcher import Effort
from drplan.apply.result import ActionFailed
from drplan.apply.retry import may_pass, pauses
from drplan.apply.stream import Stream
from drplan.apply.turns import Turn
from drplan.engine.engine import Engine
from drplan.errors import AnswerLost, EngineFault, EngineUnreachable
from drplan.model.action import Action
from drplan.model.event import ActionReference, EventType

T = TypeVar("T")

_NAMESPACE = uuid.UUID("8f0f1f4e-6f0a-5d3b-9a52-6d7270c1a001")
_READ_PATIENCE = 120.0
_WRITE_PATIENCE = 600.0
_JOB_POLL = 5.0


class Secrets(Protocol):
    """Turns references to secrets into their values, at the last moment."""

    def resolve(self, reference: str) -> str:
        """The secret that ``reference`` (``env:NAME`` ...) stands for."""


@dataclass(slots=True)
class Shared:
    """What the actions of a run know together.

    ``found`` holds, by the address of an entity, the facts that earlier actions learned.
    ``predicted`` holds, by the address of a domain, the ids that should be found on it and the
    addresses they have in the plan. ``names`` is a cache of :mod:`drplan.apply.directory`.
    """

    found: dict[str, dict[str, str]] = field(default_factory=dict)
    predicted: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    names: dict[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Context:
    """One action being carried out."""

    action: Action
    engine: Engine
    turn: Turn
    effort: Effort
    stream: Stream
    run_id: str
    secrets: Secrets
    shared: Shared

    async def read(self, method: Callable[..., Any], *arguments: Any, **parameters: Any) -> Any:
        """Ask the Engine; asking again does no harm, so a lost connection is tried again."""
        waits = pauses(2.0, total=_READ_PATIENCE)
        while True:
            try:
                answer = await self.engine.call(method, *arguments, **parameters)
            except EngineUnreachable as error:
                await self._pause_or_raise(waits, error)
            except EngineFault:
                await self.turn.take()
                raise
            else:
                await self.turn.take()
                return answer

    async def find(self, method: Callable[..., Any], **parameters: Any) -> Any | None:
        """As :meth:`read`, and ``None`` for what does not exist."""
        try:
            return await self.read(method, **parameters)
        except EngineFault as fault:
            if fault.is_missing:
                return None
            raise

    async def write(
        self,
        target: str,
        send: Callable[[str], Awaitable[T]],
        look: Callable[[], Awaitable[T | None]],
    ) -> T:
        """Send a write and give what it answered, or what ``look`` finds instead.

        ``target`` is method and path, for the journal. ``send`` is given the Correlation-Id.
        ``look`` says whether what the write is for is already there; it is asked again before
        every further attempt. A refusal that may pass is tried again for ten minutes.
        """
        waits = pauses(2.0, total=_WRITE_PATIENCE)
        while True:
            correlation = self._announce(target)
            try:
                answer = await send(correlation)
            except AnswerLost as error:
                await self._let_the_engine_finish(correlation, error)
                await self._pause_or_raise(waits, error)
            except EngineUnreachable as error:
                await self._pause_or_raise(waits, error)
            except EngineFault as fault:
                await self.turn.take()
                self.effort.retriable = may_pass(fault)
                if not self.effort.retriable:
                    raise
                await self._pause_or_raise(waits, fault)
            else:
                await self.turn.take()
                self.effort.retriable = False
                self.tell("accepted", "accepted", level="debug", correlation_id=correlation)
                return answer
            found = await look()
            if found is not None:
                self.tell("reconciled", "it has happened meanwhile", correlation_id=correlation)
                return found

    async def until(
        self, ask: Callable[[], Awaitable[T | None]], *, every: float, at_most: float, what: str
    ) -> T:
        """Ask every so many seconds until there is an answer.

        Raises :class:`ActionFailed` saying that ``what`` did not happen in time.
        """
        waited = 0.0
        while True:
            answer = await ask()
            if answer is not None:
                return answer
            if waited >= at_most:
                raise ActionFailed(f"{what} within {round(at_most / 60)} minutes")
            await self.turn.sleep(every)
            waited += every

    def tell(self, kind: EventType, message: str, **details: Any) -> None:
        """One event about this action."""
        self.stream.emit(
            kind,
            f"{self.action.address}: {message}",
            action=ActionReference(
                id=self.action.id, address=self.action.address, operation=self.action.operation
            ),
            **details,
        )

    def domain_id(self, address: str, planned: str | None) -> str:
        """The id of the storage domain at ``address``, from the plan or from its import."""
        known = planned or self.shared.found.get(address, {}).get("id")
        if known is None:
            raise ActionFailed(f"the id of {address} is not known")
        return known

    def _announce(self, target: str) -> str:
        self.effort.attempts += 1
        attempt = self.effort.attempts
        correlation = correlation_id(self.run_id, self.action.id, attempt)
        method, _, path = target.partition(" ")
        details = {"attempt": attempt, "correlation_id": correlation, "level": "debug"}
        self.tell("intent", f"about to send {target}", **details)
        self.tell("sent", f"sending {target}", method=method, path=path, **details)
        return correlation

    async def _pause_or_raise(self, waits: Iterator[float], error: Exception) -> None:
        await self.turn.take()
        pause = next(waits, None)
        if pause is None:
            raise error
        self.tell(
            "retry",
            f"{error}; trying again in {pause:.0f}s",
            level="warn",
            attempt=self.effort.attempts,
        )
        await self.turn.sleep(pause)

    async def _let_the_engine_finish(self, correlation: str, error: AnswerLost) -> None:
        """The request may be at work still: wait as long as the Engine has a job of its name."""
        await self.turn.take()
        self.tell("log", f"{error}: looking what became of it", level="warn")
        jobs = self.engine.system.jobs_service()
        for pause in pauses(_JOB_POLL, longest=_JOB_POLL, total=_WRITE_PATIENCE):
            listed = await self.read(jobs.list, search=f"correlation_id={correlation}")
            if not any(getattr(job.status, "value", None) == "started" for job in listed):
                return
            await self.turn.sleep(pause)


def correlation_id(run_id: str, action_id: str, attempt: int) -> str:
    """The name of one request at the Engine: 36 characters that its filter keeps as they are."""
    return str(uuid.uuid5(_NAMESPACE, f"{run_id}/{action_id}/{attempt}"))
