"""Progress of a run: plain lines anywhere, and beneath them a live list on a terminal.

Times are those of the run's own clock: in a rehearsal hours pass in seconds, and the lines say when
things would happen.
"""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

import msgspec

from drplan.cli import terminal
from drplan.model.event import Event

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_STARTS = frozenset({"apply_start", "action_start"})
_GOES_ON = frozenset({"apply_progress", "action_progress"})
_ENDS = frozenset({"apply_complete", "apply_errored", "action_complete", "action_errored"})
# That an action goes on is told by the live list; on a virtual clock nobody waits for a line.
_TOLD = (
    _STARTS
    | _ENDS
    | {"skipped", "retry", "gate_passed", "prediction_result", "diagnostic", "refresh_complete"}
)
_OFF_THE_CLOCK = frozenset({"refresh_complete", "diagnostic"})
_STYLES = {"error": "red", "warn": "yellow"}
_REFRESH_S = 0.05


class Progress(Protocol):
    """Shows the events of a run; to be used with ``with``."""

    def notice(self, event: Event) -> None:
        """Show ``event``, if it is worth showing."""

    def __enter__(self) -> Self:
        """The display begins."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """The display ends, whatever happened."""


def progress_line(event: Event) -> str | None:
    """``+03m41s [3/88]  vm.db01: Registering...``, or nothing for what only programs care about.

    The first line says what is run and in which direction.
    """
    if event.type == "version":
        return event.message
    if event.type not in _TOLD or (event.type == "diagnostic" and event.level == "error"):
        # An error is told by whoever ends the command.
        return None
    place = f"[{event.position}/{event.total}]" if event.position is not None else ""
    # What is read before the run begins is not on its clock.
    moment = "" if event.type in _OFF_THE_CLOCK else _since_start(event.elapsed_ms or 0)
    return f"{moment:>9} {place:<9} {event.message}"


def _since_start(milliseconds: int) -> str:
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"+{hours}h{minutes:02}m{seconds:02}s" if hours else f"+{minutes:02}m{seconds:02}s"


class PlainProgress:
    """One line an event, in the order of happening; no cursor is moved."""

    def notice(self, event: Event) -> None:
        """Write the line of ``event``."""
        line = progress_line(event)
        if line is not None:
            terminal.write(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        sys.stdout.flush()


class JsonProgress(PlainProgress):
    """Every event as one line of JSON. Once ``is_over``, nothing may follow."""

    def __init__(self) -> None:
        self.is_over = False

    def notice(self, event: Event) -> None:
        """Write ``event``."""
        terminal.write_json(msgspec.json.encode(event))
        self.is_over = event.type == "run_summary"


class LiveProgress:
    """What has ended scrolls by; what is in flight stands beneath it, and is drawn again."""

    def __init__(self) -> None:
        from rich.live import Live

        self._console: Console = terminal.rich_console()
        self._in_flight: dict[str, Event] = {}
        self._drawn = 0.0
        # Without auto_refresh, rich starts no thread; none may run beside a virtual clock.
        self._live = Live(
            console=self._console, auto_refresh=False, transient=True, redirect_stderr=False
        )

    def notice(self, event: Event) -> None:
        """Take ``event`` into the picture."""
        from rich.text import Text

        if event.action is not None and event.type in _STARTS | _GOES_ON:
            self._in_flight[event.action.id] = event
        elif event.action is not None and event.type in _ENDS:
            self._in_flight.pop(event.action.id, None)
        line = progress_line(event)
        is_lasting = line is not None and event.type not in _STARTS | _GOES_ON
        self._draw(at_once=is_lasting)
        if line is not None and is_lasting:
            style = _STYLES.get(event.level, "")
            self._console.print(Text(terminal.harmless(line), style=style), soft_wrap=True)

    def _draw(self, *, at_once: bool) -> None:
        now = time.monotonic()
        if at_once or now - self._drawn >= _REFRESH_S:
            self._drawn = now
            self._live.update(self._picture(), refresh=True)

    def _picture(self) -> Table:
        from rich.table import Table

        table = Table.grid(padding=(0, 1))
        for event in list(self._in_flight.values())[: max(3, self._console.height - 4)]:
            table.add_row("  ·", terminal.harmless(event.message))
        return table

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()


def progress(*, as_json: bool) -> Progress:
    """The display that fits where the output goes."""
    if as_json:
        return JsonProgress()
    return LiveProgress() if terminal.is_interactive() else PlainProgress()
