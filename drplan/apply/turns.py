"""Whose turn it is when several actions could go on at the same moment.

The event loop wakes tasks that are due together in an order of its own. Here every action has its
own microsecond in each slice of time and acts only there, so two never act at the same instant and
the order among them is that of their ranks. A slice is 20 ms, longer only for huge plans.
"""

from __future__ import annotations

from dataclasses import dataclass

import trio

_SLICE_US = 20_000


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to act in one microsecond of every slice, and nowhere else."""

    origin: float
    slice_us: int
    offset_us: int

    def elapsed(self) -> float:
        """Seconds since the run began."""
        return trio.current_time() - self.origin

    async def take(self) -> None:
        """Wait until it is this one's turn; at once, if it is now."""
        now = round(self.elapsed() * 1e6)
        into = (now - self.offset_us) % self.slice_us
        if into == 0:
            await trio.lowlevel.checkpoint()
            return
        await trio.sleep_until(self.origin + (now - into + self.slice_us) / 1e6)

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``, and then for the turn."""
        await trio.sleep(seconds)
        await self.take()


@dataclass(frozen=True, slots=True)
class Turns:
    """The turns of a run. Rank 0 is the dispatcher's."""

    origin: float
    slice_us: int

    @classmethod
    def for_ranks(cls, count: int) -> Turns:
        """Turns for the ranks 0 to ``count`` of a run that begins now."""
        return cls(trio.current_time(), max(_SLICE_US, count + 2))

    def of(self, rank: int) -> Turn:
        """The turn of the one with that rank."""
        return Turn(self.origin, self.slice_us, rank)
