"""The display of a real run: what has ended scrolls by, what is in flight stands beneath it.

Whatever happens to the terminal, the run goes on: a display that cannot write falls silent.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from drplan.cli import terminal
from drplan.cli.progress import (
    JsonProgress,
    LiveProgress,
    PlainProgress,
    Progress,
    progress_line,
)
from drplan.model.event import Event

if TYPE_CHECKING:
    from rich.table import Table

_ALSO = frozenset(
    {
        "approval",
        "resumed",
        "state_lock_acquire",
        "gate_wait",
        "gate_refused",
        "check_result",
        "reconciled",
    }
)


def run_line(event: Event) -> str | None:
    """The line of an event in a real run: a rehearsal's, and what people do and are asked."""
    if event.type in _ALSO or (event.type == "log" and event.level != "debug"):
        return f"{'':>9} {'':<9} {event.message}"
    return progress_line(event)


class PlainRun(PlainProgress):
    """One line an event; flushed, for whoever follows it."""

    def notice(self, event: Event) -> None:
        """Write the line of ``event``."""
        line = run_line(event)
        if line is not None:
            terminal.write(line)
            sys.stdout.flush()


class LiveRun(LiveProgress):
    """A live list, with how much is done and how long it may take."""

    line_of = staticmethod(run_line)

    def __init__(self) -> None:
        super().__init__()
        self._ended = 0
        self._total = 0
        self._began = time.monotonic()

    def notice(self, event: Event) -> None:
        """Take ``event`` into the picture."""
        self._total = event.total or self._total
        self._ended += event.type == "outcome"
        super().notice(event)

    def _picture(self) -> Table:
        table = super()._picture()
        if self._total:
            table.add_row("  =", f"{self._ended} of {self._total} actions ended{self._left()}")
        return table

    def _left(self) -> str:
        """A guess from the pace so far; none before there is one."""
        if not self._ended or self._ended >= self._total:
            return ""
        pace = (time.monotonic() - self._began) / self._ended
        minutes, seconds = divmod(round(pace * (self._total - self._ended)), 60)
        return f", about {minutes}m{seconds:02}s left"

    @contextmanager
    def aside(self) -> Iterator[None]:
        """The live list makes room while somebody is asked something."""
        self._live.stop()
        try:
            yield
        finally:
            self._live.start()


class Sturdy:
    """Shows events by ``inner`` as long as that works; a lost terminal does not end a run."""

    def __init__(self, inner: Progress) -> None:
        self._inner = inner
        self._works = True

    def notice(self, event: Event) -> None:
        """Show ``event``, if anybody can still see it."""
        if self._works:
            try:
                self._inner.notice(event)
            except (OSError, ValueError):
                self._works = False

    def __enter__(self) -> Self:
        self._inner.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self._inner.__exit__(kind, error, traceback)
        except (OSError, ValueError):
            self._works = False


def run_display(*, as_json: bool) -> JsonProgress | LiveRun | PlainRun:
    """The display that fits where the output goes."""
    if as_json:
        return JsonProgress()
    return LiveRun() if terminal.is_interactive() else PlainRun()
