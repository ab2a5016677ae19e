"""Telling people by a command of theirs: at a gate, at a failure, at the end."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import trio

from drplan.apply.stream import Stream
from drplan.model.drplan_section import Notifications
from drplan.model.event import Event
from drplan.workflows.commands import run_command

NOTIFY_PATIENCE = 60.0

_OCCASIONS = {"gate_wait": "gate", "apply_errored": "failure", "action_errored": "failure"}


class Notifier:
    """A listener that queues what people are to be told; ``work`` runs the commands, one by one."""

    def __init__(self, commands: Notifications, facts: Mapping[str, str]) -> None:
        self._commands: dict[str, Sequence[str]] = {
            "gate": commands.gate,
            "failure": commands.failure,
            "end": commands.end,
        }
        self._facts = facts
        self.done = trio.Event()
        self._send, self._receive = trio.open_memory_channel[tuple[str, str]](math.inf)

    def notice(self, event: Event) -> None:
        """Queue what belongs to the event."""
        occasion = _OCCASIONS.get(event.type)
        if occasion is not None and self._commands[occasion]:
            self._send.send_nowait((occasion, event.message))

    def end(self, message: str) -> None:
        """The run is over; nothing is queued after this."""
        if self._commands["end"]:
            self._send.send_nowait(("end", message))
        self._send.close()

    async def work(self, stream: Stream) -> None:
        """Run what is queued until the end; a command that fails is told of and no more."""
        async for occasion, message in self._receive:
            facts = {**self._facts, "DRPLAN_EVENT": occasion, "DRPLAN_MESSAGE": message}
            trouble = await run_command(self._commands[occasion], facts, timeout=NOTIFY_PATIENCE)
            if trouble is not None:
                name = self._commands[occasion][0]
                stream.emit("log", f"notify {occasion}: {name}: {trouble}", level="warn")
        self.done.set()
