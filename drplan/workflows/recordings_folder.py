"""The folder in which recordings are kept: the healthy one of each site, and what was before.

::

    primary.yaml                               the last healthy recording: what plans read
    generations/primary-20261125T020000Z.yaml  the last healthy ones, that one too
    degraded/primary-20261126T020000Z.yaml     what was recorded of a site in trouble

Large recordings are compressed JSON (``primary.json.gz``). Every file is written whole beside the
old one and then takes its place.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drplan.errors import InvalidInput, RunFailed
from drplan.files import cannot_write, read_bytes, write_atomic
from drplan.wire.cassette import SUFFIXES, cassette_name, write_cassette
from drplan.wire.recording import Recording
from drplan.workflows.sites import RecordedSite, read_recorded_site

GENERATIONS = "generations"
DEGRADED = "degraded"
LOCK_FILE = ".record.lock"


@dataclass(frozen=True, slots=True)
class RecordingsFolder:
    """``keep`` is how many generations, and how many degraded recordings, are kept of each site."""

    path: Path
    keep: int

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder, and keep other recordings out. Raises ``RunFailed`` where one runs."""
        try:
            for folder in (self.path, self.path / GENERATIONS, self.path / DEGRADED):
                folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise cannot_write(self.path, error) from error
        try:
            self._lock(handle)
            yield
        finally:
            # Closing gives the lock back, as the end of the process does.
            os.close(handle)

    def healthy(self, role: str) -> RecordedSite | None:
        """The last healthy recording of a site; the newest that can be read, where one is damaged.

        ``None`` where there is none.
        """
        files = [self.path / f"{role}{suffix}" for suffix in SUFFIXES]
        current = [site for path in files if (site := _read(path, role)) is not None]
        if current:
            return max(current, key=lambda site: site.recorded_at or "")
        older = (_read(path, role) for path in self._kept(GENERATIONS, role))
        return next((site for site in older if site is not None), None)

    def write_aside(self, role: str, recording: Recording) -> Path:
        """Write a recording among the degraded ones; it leads to nothing."""
        return self._write(DEGRADED, role, recording)

    def promote(self, role: str, recorded: Path, *, before: RecordedSite | None) -> Path:
        """Make a recording that was written aside the healthy one of its site.

        ``before``, the healthy one until now, stays among the generations, as many as are kept.
        """
        suffix = _suffix(recorded)
        if before is not None:
            self._keep_as_generation(role, before)
        content = read_bytes(recorded)
        write_atomic(self.path / GENERATIONS / recorded.name, content)
        current = self.path / f"{role}{suffix}"
        write_atomic(current, content)
        for other in SUFFIXES:
            if other != suffix:
                _remove(self.path / f"{role}{other}")
        _remove(recorded)
        self._prune(GENERATIONS, role)
        return current

    def prune_aside(self, role: str) -> None:
        """Remove the oldest degraded recordings beyond what is kept."""
        self._prune(DEGRADED, role)

    def _lock(self, handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.EACCES}:
                raise cannot_write(self.path / LOCK_FILE, error) from error
            raise RunFailed(
                "another drplan record is writing to this folder",
                where=str(self.path),
                next_step="wait until it has ended",
            ) from error

    def _write(self, kind: str, role: str, recording: Recording) -> Path:
        at = recording.origin.recorded_at if recording.origin else None
        stamp = re.sub(r"[-:]", "", at or "")
        suffix = cassette_name(role, recording).removeprefix(role)
        path = self.path / kind / f"{role}-{stamp}{suffix}"
        write_cassette(path, recording)
        return path

    def _keep_as_generation(self, role: str, site: RecordedSite) -> None:
        """Recordings that were put into the folder by hand are no generation yet."""
        file = site.files[0]
        if file.parent.name == GENERATIONS:
            return
        stamp = re.sub(r"[-:]", "", site.recorded_at or "")
        path = self.path / GENERATIONS / f"{role}-{stamp}{_suffix(file)}"
        if not path.exists():
            write_atomic(path, read_bytes(file))

    def _kept(self, kind: str, role: str) -> list[Path]:
        """The files of one site, newest first."""
        found = (self.path / kind).glob(f"{role}-*")
        return sorted((path for path in found if path.is_file()), key=_stamp, reverse=True)

    def _prune(self, kind: str, role: str) -> None:
        for path in self._kept(kind, role)[self.keep :]:
            _remove(path)


def _read(path: Path, role: str) -> RecordedSite | None:
    """The recording in a file; ``None`` where there is none that can be read."""
    if not path.is_file():
        return None
    try:
        return read_recorded_site([path], role=role)
    except InvalidInput:
        return None


def _suffix(path: Path) -> str:
    return next(suffix for suffix in reversed(SUFFIXES) if path.name.endswith(suffix))


def _stamp(path: Path) -> tuple[str, str]:
    """The time in a file's name; a suffix does not count."""
    return path.name.partition(".")[0], path.name


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(path, error) from error
