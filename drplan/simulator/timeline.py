"""The virtual clock and the events that wait on it, in one order that never varies.

One timeline may serve several Engines: what happens in one world happens in one order. Time is in
seconds from the start of the simulation and is never read from a real clock.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

Step = Callable[[], None]


class Timeline:
    """A clock and a heap of steps ordered by (time, order of scheduling)."""

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Step]] = []
        self._count = 0

    def at(self, time: float, step: Step) -> None:
        """Run ``step`` at ``time``, or at once where that is past."""
        self._count += 1
        heapq.heappush(self._heap, (max(time, self.now), self._count, step))

    def after(self, delay: float, step: Step) -> None:
        """Run ``step`` ``delay`` seconds from now."""
        self.at(self.now + delay, step)

    @property
    def next_time(self) -> float | None:
        """When the next step is due; ``None`` where nothing waits."""
        return self._heap[0][0] if self._heap else None

    def advance(self, now: float) -> None:
        """Move the clock to ``now``, running every step that is due, in order."""
        while self._heap and self._heap[0][0] <= now:
            time, _, step = heapq.heappop(self._heap)
            self.now = max(self.now, time)
            step()
        self.now = max(self.now, now)
