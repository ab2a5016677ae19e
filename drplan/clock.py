"""Where time comes from.

Whoever needs the time is given a clock, so that a rehearsal can give another one. ``now`` is for
people and journals; ``monotonic`` is for measuring, and never goes back.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time of day and measures durations."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; only differences mean something."""


@dataclass(frozen=True)
class SystemClock:
    """The clock of this machine."""

    def now(self) -> datetime:
        """The time of day, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment, unaffected by changes of the system's time."""
        return time.monotonic()


@dataclass(frozen=True)
class OffsetClock:
    """A clock that starts at a given time of day and advances with something else.

    ``elapsed`` gives the seconds since ``start``: in a rehearsal those of the virtual clock, in
    a test whatever the test wants.
    """

    start: datetime
    elapsed: Callable[[], float]

    def __post_init__(self) -> None:
        if self.start.tzinfo is None:
            raise ValueError("a clock starts at a time with a zone")

    def now(self) -> datetime:
        """The start plus what has elapsed, in UTC."""
        return self.start.astimezone(UTC) + timedelta(seconds=self.elapsed())

    def monotonic(self) -> float:
        """The seconds that have elapsed since the start."""
        return self.elapsed()


def fixed_clock(at: datetime) -> OffsetClock:
    """A clock that stands still at ``at``."""
    return OffsetClock(at, lambda: 0.0)
