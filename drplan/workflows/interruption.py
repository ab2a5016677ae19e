"""Signals during a run: the first stops it gently, the second at once, and SIGHUP not at all."""

from __future__ import annotations

import signal
from collections.abc import Callable

import trio

from drplan.apply import wording
from drplan.apply.halt import Halt
from drplan.apply.stream import Stream
from drplan.model.event import ActionReference, Event

_STARTS = frozenset({"apply_start", "action_start"})


class Flights:
    """A listener that knows which actions are in flight, and since when."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[ActionReference, int]] = {}

    def notice(self, event: Event) -> None:
        """Take note of a start or an end."""
        if event.action is None:
            return
        if event.type in _STARTS:
            self._since[event.action.id] = (event.action, event.elapsed_ms or 0)
        elif event.type == "outcome":
            self._since.pop(event.action.id, None)

    def words(self, now_ms: int) -> str:
        """``2 are in flight: storage_domain.data-02 (attach, 41s), ...``."""
        if not self._since:
            return "Nothing is in flight"
        listed = ", ".join(
            f"{action.address} ({action.operation}, {wording.duration(now_ms - since)})"
            for action, since in self._since.values()
        )
        count = len(self._since)
        return f"{count} {'is' if count == 1 else 'are'} in flight: {listed}"


async def heed_signals(
    halt: Halt,
    stream: Stream,
    flights: Flights,
    leave: Callable[[int], None],
    run: str,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Heed signals until cancelled; ``leave`` is called with the second one's number."""
    asked = False
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        task_status.started()
        async for number in signals:
            if number == signal.SIGHUP:
                stream.emit("log", "the terminal is gone; the run goes on", level="warn")
                continue
            if asked:
                leave(number)
                return
            asked = True
            stream.emit(
                "log",
                f"Interrupt received. No new action will start. "
                f"{flights.words(stream.elapsed_ms())}. The Engine will finish it with or without "
                f'drplan. Once more to leave now; "drplan resume {run}" finds out what happened.',
                level="warn",
            )
            halt.ask("it was interrupted")
