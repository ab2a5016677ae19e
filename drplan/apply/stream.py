"""The events of one run, numbered and dated, on their way to whoever listens."""

from __future__ import annotations

from typing import Any, Protocol

from drplan.clock import Clock
from drplan.model.event import Event, EventType


class Listener(Protocol):
    """Somebody who wants to know what happens: a terminal, a journal, a test."""

    def notice(self, event: Event) -> None:
        """Take note of ``event``; it is not repeated."""


class Stream:
    """Gives every event its number and its time. Nothing is printed here."""

    def __init__(
        self, listeners: tuple[Listener, ...], clock: Clock, *, run_id: str, plan_id: str
    ) -> None:
        self._listeners = listeners
        self._clock = clock
        self._run_id = run_id
        self._plan_id = plan_id
        self._seq = 0
        self._began = clock.monotonic()

    def elapsed_ms(self) -> int:
        """Milliseconds since the run began."""
        return round((self._clock.monotonic() - self._began) * 1000)

    def restart_clock(self) -> None:
        """From now on the run has begun: what was read before it does not count."""
        self._began = self._clock.monotonic()

    def emit(self, kind: EventType, message: str, **details: Any) -> Event:
        """Tell everybody; ``details`` are further fields of :class:`Event`."""
        self._seq += 1
        event = Event(
            type=kind,
            message=message,
            timestamp=timestamp_of(self._clock),
            seq=self._seq,
            run_id=self._run_id,
            plan_id=self._plan_id,
            elapsed_ms=self.elapsed_ms(),
            **details,
        )
        for listener in self._listeners:
            listener.notice(event)
        return event


def timestamp_of(clock: Clock) -> str:
    """The time of day as the documents write it: UTC, milliseconds."""
    return clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
