"""What a run writes beside its journal: every event, and every exchange with the Engine.

Neither is needed to go on with a run, so a full disk ends them and not the run; the journal decides
about that.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from drplan.apply.stream import Listener
from drplan.model.event import Event
from drplan.wire.cassette import write_cassette
from drplan.wire.recording import Exchange, Origin, Recording
from drplan.wire.request import Request
from drplan.wire.response import Response
from drplan.wire.scrubbing import scrub
from drplan.wire.transport import Transport


class Relay:
    """A listener that hands on to others, which may come later: a run's folder is not there at once.

    What is told before is kept for those who must hear everything.
    """

    def __init__(self, *listeners: Listener) -> None:
        self._listeners = list(listeners)
        self._kept: list[Event] | None = []

    def notice(self, event: Event) -> None:
        """Hand on ``event``."""
        if self._kept is not None:
            self._kept.append(event)
        for listener in self._listeners:
            listener.notice(event)

    def first(self, listener: Listener) -> None:
        """Let ``listener`` hear of everything before anybody else does, from now on."""
        self._listeners.insert(0, listener)

    def tell_all(self, listener: Listener) -> None:
        """Let ``listener`` hear of everything, what has been too; nothing is kept any more."""
        for event in self._kept or ():
            listener.notice(event)
        self._kept = None
        self._listeners.append(listener)

    def drop(self, listener: Listener) -> None:
        """``listener`` hears nothing any more."""
        if listener in self._listeners:
            self._listeners.remove(listener)


class LogFile:
    """Appends lines to a file of its owner's, until that fails."""

    def __init__(self, path: Path) -> None:
        self._file: int | None
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError:
            self._file = None

    def append(self, line: bytes) -> None:
        """One more line."""
        if self._file is None:
            return
        try:
            os.write(self._file, line + b"\n")
        except OSError:
            self.close()

    def close(self) -> None:
        """Nothing more will be written."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class DebugLog(LogFile):
    """Every event, one JSON object a line; a listener of the run's stream."""

    def notice(self, event: Event) -> None:
        """Append ``event``."""
        self.append(msgspec.json.encode(event))


class RunCassette:
    """Keeps every exchange, scrubbed, as it happens; at the end they become a cassette.

    What a crash leaves is made a cassette by the one who goes on with the run.
    """

    def __init__(self, folder: Path, *, url: str, site: str) -> None:
        self._folder = folder
        self._url = url
        self._site = site
        self._lines: LogFile | None = None
        self._early: list[bytes] = []

    def tap(self, inner: Transport) -> Transport:
        """The transport to put around the bare one."""
        return _Tapped(inner, self)

    def keep(self, exchange: Exchange) -> None:
        """One more exchange; before ``open`` it is kept in memory."""
        line = msgspec.json.encode(scrub(exchange))
        if self._lines is None:
            self._early.append(line)
        else:
            self._lines.append(line)

    def open(self) -> None:
        """The run's folder is there."""
        self._finish_left_over()
        self._lines = LogFile(self._part)
        for line in self._early:
            self._lines.append(line)
        self._early.clear()

    def close(self) -> None:
        """Make what was kept a cassette. Raises ``RunFailed`` where writing is impossible."""
        if self._lines is not None:
            self._lines.close()
            self._lines = None
            self._finish_left_over()

    @property
    def _part(self) -> Path:
        return self._folder / "cassette.part"

    def _finish_left_over(self) -> None:
        if not self._part.is_file():
            return
        exchanges = []
        for line in self._part.read_bytes().split(b"\n"):
            try:
                exchanges.append(msgspec.json.decode(line, type=Exchange))
            except msgspec.DecodeError:
                # The last line, cut off by a crash.
                continue
        if exchanges:
            recording = Recording(tuple(exchanges), self._url, Origin(site=self._site))
            path = self._next_name()
            write_cassette(path, recording)
            path.chmod(0o600)
        self._part.unlink()

    def _next_name(self) -> Path:
        number = 1
        while (path := self._folder / _name(number)).exists():
            number += 1
        return path


def _name(number: int) -> str:
    return "cassette.json.gz" if number == 1 else f"cassette-{number}.json.gz"


class _Tapped:
    def __init__(self, inner: Transport, cassette: RunCassette) -> None:
        self._inner = inner
        self._cassette = cassette

    async def exchange(self, request: Request) -> Response:
        response = await self._inner.exchange(request)
        self._cassette.keep(Exchange(request, response))
        return response
