"""The simulator as a transport: the only part of it that knows trio."""

from __future__ import annotations

import trio

from drplan.errors import EngineUnreachable
from drplan.simulator.core import Engine
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

    async def exchange(self, request: Request) -> Response:
        """Submit ``request``, and sleep from event to event until its answer is there."""
        engine = self._engine
        if engine.is_down:
            raise EngineUnreachable(
                "the simulated Engine is down: its site is lost",
                where=engine.name,
                next_step="This is what the rehearsal was asked to imitate.",
            )
        ticket = engine.submit(self._now(), request)
        while ticket.response is None:
            due = engine.next_event if ticket.ready_at is None else ticket.ready_at
            if due is None:
                raise RuntimeError(f"nothing will ever answer {request.method} {request.path}")
            await trio.sleep_until(self._epoch + due)
            # The clock stands at the event; the subtraction in _now may have lost a last digit.
            engine.advance(max(due, self._now()))
        await trio.lowlevel.checkpoint()
        return ticket.response

    def _now(self) -> float:
        return trio.current_time() - self._epoch
