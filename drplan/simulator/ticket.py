"""A request on its way through a simulated Engine, and the memory of it afterwards."""

from __future__ import annotations

from dataclasses import dataclass

from drplan.simulator.ordered_faults import Cut
from drplan.wire.request import Request
from drplan.wire.response import Response


@dataclass(slots=True)
class Ticket:
    """A request that was submitted: its answer is there once ``response`` is not ``None``.

    Where a fault was ordered that leaves the client without an answer, ``cut`` says how, and the
    response has the status 0.
    """

    request: Request
    submitted_at: float
    ready_at: float | None = None
    response: Response | None = None
    cut: Cut | None = None
    took_effect: bool = True


@dataclass(frozen=True, slots=True)
class Logged:
    """One request as it was answered; status 0 where the client was left without an answer."""

    time: float
    request: Request
    status: int
    answered_at: float
