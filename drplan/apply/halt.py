"""Asking a run to begin nothing more."""

from __future__ import annotations

from collections.abc import Callable


class Halt:
    """Asked once, for one reason; what is in flight goes on to its end.

    ``reason`` is ``None`` until it is asked. Those who wait are woken.
    """

    def __init__(self) -> None:
        self.reason: str | None = None
        self._wake: list[Callable[[], None]] = []

    def ask(self, reason: str) -> None:
        """From now on nothing new begins; the first reason stays."""
        if self.reason is None:
            self.reason = reason
            for wake in self._wake:
                wake()

    def on_ask(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` when it is asked."""
        self._wake.append(wake)
