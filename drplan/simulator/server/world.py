"""Several simulated Engines moved on by the real clock, faster by a factor.

One task moves the timeline from event to event; each request waits until its own answer is there.
"""

from __future__ import annotations

import math

import trio

from drplan.simulator.core import Engine
from drplan.simulator.ticket import Ticket
from drplan.simulator.timeline import Timeline
from drplan.wire.request import Request


class World:
    """The time of a served simulation. ``speed`` is how many of its seconds pass in a real one."""

    def __init__(self, timeline: Timeline, *, speed: float = 1.0) -> None:
        self.timeline = timeline
        self.speed = speed
        self._begun_at = 0.0
        self._skipped = 0.0
        self._news = trio.Event()
        self._waiting: dict[int, tuple[Ticket, trio.Event]] = {}

    @property
    def now(self) -> float:
        """Seconds of the simulation since it began."""
        return (trio.current_time() - self._begun_at) * self.speed + self._skipped

    def stir(self) -> None:
        """Look again at what is due next: something may have been planned before it."""
        self._news.set()

    def skip(self, seconds: float) -> None:
        """Let so many seconds of the simulation pass at once."""
        self._skipped += seconds
        self.advance()
        self.stir()

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Move the timeline on, for ever. The simulation begins now."""
        self._begun_at = trio.current_time()
        task_status.started()
        while True:
            self._news = trio.Event()
            self.advance()
            with trio.move_on_at(self._due()):
                await self._news.wait()

    async def ticket(self, engine: Engine, request: Request) -> Ticket:
        """Submit a request, and wait until it is answered (or ends without an answer)."""
        ticket = engine.submit(self.now, request)
        # What is due was moved on with it: others may have been answered.
        self._wake()
        if ticket.response is None:
            event = trio.Event()
            self._waiting[id(ticket)] = (ticket, event)
            self.stir()
            try:
                await event.wait()
            finally:
                self._waiting.pop(id(ticket), None)
        return ticket

    async def pause(self, seconds: float) -> None:
        """Wait for so many seconds of the simulation."""
        event = trio.Event()
        self.timeline.after(seconds, event.set)
        self.stir()
        await event.wait()

    def advance(self) -> None:
        """Let everything happen that is due by now."""
        self.timeline.advance(self.now)
        self._wake()

    def _wake(self) -> None:
        for ticket, event in self._waiting.values():
            if ticket.response is not None:
                event.set()

    def _due(self) -> float:
        """When the next event is, on the real clock."""
        due = self.timeline.next_time
        if due is None:
            return math.inf
        return self._begun_at + (due - self._skipped) / self.speed
