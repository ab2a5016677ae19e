"""The simulator as a transport: the only part of it that knows trio.

Many requests wait at once, and thousands of events may pass before one of them is answered. So only
one of the waiting tasks sleeps from event to event, for all Engines of a timeline; the others sleep
until their own answer is there.
"""

from __future__ import annotations

from weakref import WeakKeyDictionary

import trio

from drplan.errors import AnswerLost, EngineUnreachable
from drplan.simulator.core import Engine
from drplan.simulator.ticket import Ticket
from drplan.simulator.timeline import Timeline
from drplan.wire.request import Request
from drplan.wire.response import Response


class SimulatedTransport:
    """Carries requests to a simulated Engine and sleeps until their answers are ready.

    ``epoch`` is the trio time at which the simulation starts: 0 under a ``MockClock``. All
    transports of one world must have the same.
    """

    def __init__(self, engine: Engine, *, epoch: float = 0.0) -> None:
        self._engine = engine
        self._epoch = epoch
        self._pump = _PUMPS.setdefault(engine.timeline, _Pump(epoch))

    async def exchange(self, request: Request) -> Response:
        """Submit ``request``, and sleep until its answer is there."""
        if self._engine.is_down:
            await trio.lowlevel.checkpoint()
            raise EngineUnreachable(
                "the simulated Engine is down: its site is lost",
                where=self._engine.name,
                next_step="This is what the rehearsal was asked to imitate.",
            )
        ticket = self._engine.submit(trio.current_time() - self._epoch, request)
        response = await self._pump.answer_to(ticket, self._engine.timeline)
        if ticket.cut is not None:
            raise self._lost(ticket)
        return response

    def _lost(self, ticket: Ticket) -> EngineUnreachable:
        """What a client notices of a fault that was ordered: no answer, and not why.

        A broken connection may have carried the request or not: both are ``AnswerLost``.
        """
        summary = "no answer came" if ticket.cut == "timeout" else "the connection broke"
        return AnswerLost(summary, where=self._engine.name)


class _Pump:
    """Moves one timeline on while anybody waits for an answer.

    It does not keep the timeline: a world that nobody uses any more can go.
    """

    def __init__(self, epoch: float) -> None:
        self._epoch = epoch
        self._sleep: trio.CancelScope | None = None
        self._waiting: dict[int, tuple[Ticket, trio.Event]] = {}

    async def answer_to(self, ticket: Ticket, timeline: Timeline) -> Response:
        """Wait for one answer, moving the timeline on where nobody else does."""
        while ticket.response is None:
            if self._sleep is None:
                await self._work_until_answered(ticket, timeline)
            else:
                self._hurry(timeline)
                await self._wait(ticket)
        return ticket.response

    async def _wait(self, ticket: Ticket) -> None:
        """Sleep until the one that works finds the answer, or stops working."""
        event = trio.Event()
        self._waiting[id(ticket)] = (ticket, event)
        try:
            await event.wait()
        finally:
            self._waiting.pop(id(ticket), None)

    def _hurry(self, timeline: Timeline) -> None:
        """A new request may have brought an event before the one that is slept for."""
        due = timeline.next_time
        if self._sleep is not None and due is not None:
            self._sleep.deadline = min(self._sleep.deadline, self._epoch + due)

    async def _work_until_answered(self, ticket: Ticket, timeline: Timeline) -> None:
        try:
            while ticket.response is None:
                due = timeline.next_time
                if due is None:
                    raise RuntimeError(f"nothing will ever answer {ticket.request.target()}")
                with trio.CancelScope(deadline=self._epoch + due) as self._sleep:
                    await trio.sleep_forever()
                self._move_on(timeline)
        finally:
            self._sleep = None
            self._hand_over()

    def _move_on(self, timeline: Timeline) -> None:
        """Let everything happen until now, and wake those whose answers are there."""
        now = trio.current_time() - self._epoch
        due = timeline.next_time
        # The subtraction may have lost a last digit of the time that was slept for.
        if due is not None and self._epoch + due <= trio.current_time():
            now = max(now, due)
        timeline.advance(now)
        for ticket, event in self._waiting.values():
            if ticket.response is not None:
                event.set()

    def _hand_over(self) -> None:
        """Let the next of those that wait do the work."""
        for ticket, event in self._waiting.values():
            if ticket.response is None:
                event.set()
                return


_PUMPS: WeakKeyDictionary[Timeline, _Pump] = WeakKeyDictionary()
"""One pump for each timeline: Engines of one world share it."""
