"""Asking the person at the terminal, without keeping the run from going on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import trio

from drplan.cli import terminal


class TerminalPerson:
    """Reads lines from the terminal; questions come one after the other.

    ``aside`` is held while a question stands, so that a live display does not draw over it. Where
    the terminal is gone, nobody answers.
    """

    def __init__(self, aside: Callable[[], AbstractContextManager[None]] = nullcontext) -> None:
        self._aside = aside
        self._turn = trio.Lock()
        self._rest = b""

    async def ask(self, question: str) -> str | None:
        """What was typed, without the line end; ``None`` at the end of input."""
        async with self._turn:
            with self._aside():
                try:
                    sys.stdout.write(terminal.harmless(question))
                    sys.stdout.flush()
                    return await self._line()
                except OSError:
                    return None

    async def _line(self) -> str | None:
        file = sys.stdin.fileno()
        while b"\n" not in self._rest:
            await trio.lowlevel.wait_readable(file)
            read = os.read(file, 4096)
            if not read:
                return None
            self._rest += read
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode(errors="replace")


def somebody(*, asking: bool, as_json: bool) -> bool:
    """Whether there is anybody to ask: at a terminal, on both ends."""
    if not asking or as_json:
        return False
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))
