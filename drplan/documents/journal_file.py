"""The journal: the append-only record of a run, one JSON object a line, chained by hashes.

Each line carries ``prev``, the hash of the line before it (of the run's id for the first), and
``hash``, that of its own content. A line is on the disk before the next thing happens. What a crash
leaves half written is the last line alone; reading drops it and says so.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from drplan.errors import InvalidInput
from drplan.files import cannot_write, canonical_json, digest, read_bytes
from drplan.model.event import JOURNALLED, Event


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal that was read. ``torn`` tells that the last line was cut off and is left out."""

    events: tuple[Event, ...]
    torn: bool


class JournalWriter:
    """Appends to a journal; a listener of the run's stream. Close it, or use it with ``with``."""

    def __init__(self, path: Path, *, run_id: str) -> None:
        """Create the journal, readable by its owner alone.

        Raises :class:`RunFailed` if the file cannot be made or is there already: a run has one
        journal, and nothing is ever written over one.
        """
        self._path = path
        self._previous = digest(run_id)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
        try:
            self._file = os.open(path, flags, 0o600)
            _bring_to_disk(path.parent)
        except OSError as error:
            raise cannot_write(path, error) from error

    def notice(self, event: Event) -> None:
        """Append ``event`` if it belongs into a journal, and bring it to the disk.

        Raises :class:`RunFailed` if that is impossible: a run must not go on unrecorded.
        """
        if event.type not in JOURNALLED:
            return
        content = msgspec.to_builtins(event) | {"prev": self._previous}
        self._previous = digest(canonical_json(content))
        line = canonical_json(content | {"hash": self._previous}) + b"\n"
        try:
            _write_all(self._file, line)
            os.fsync(self._file)
        except OSError as error:
            raise cannot_write(self._path, error) from error

    def close(self) -> None:
        """Nothing more will be written."""
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def read_journal(path: Path) -> Journal:
    """Read a journal and check its chain.

    Raises :class:`InvalidInput` if a line is no event, or if the chain is broken: a line was
    changed, taken out or put in.
    """
    lines = read_bytes(path).split(b"\n")
    rest = lines.pop()
    events: list[Event] = []
    previous: str | None = None
    for number, line in enumerate(lines, start=1):
        where = f"{path}:{number}"
        event, previous = _read_line(line, previous, where)
        events.append(event)
    return Journal(tuple(events), torn=bool(rest))


def _read_line(line: bytes, previous: str | None, where: str) -> tuple[Event, str]:
    try:
        content: dict[str, Any] = msgspec.json.decode(line, type=dict)
        stated = content.pop("hash", None)
        event = msgspec.convert(content, type=Event)
    except msgspec.MsgspecError as error:
        raise InvalidInput(
            "this line is no event of a journal",
            where=where,
            next_step="Keep the file as it is, and see what wrote into it.",
        ) from error
    chained_to = content.get("prev")
    expected = previous if previous is not None else _first_link(event)
    if digest(canonical_json(content)) != stated or chained_to != expected:
        raise InvalidInput(
            "the journal was altered: its chain of hashes breaks here",
            where=where,
            next_step="Keep the file as it is; it no longer proves what the run did.",
        )
    return event, str(stated)


def _first_link(event: Event) -> str:
    return digest(event.run_id or "")


def _write_all(file: int, data: bytes) -> None:
    while data:
        data = data[os.write(file, data) :]


def _bring_to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
