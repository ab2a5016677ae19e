"""Reading and writing files so that nothing is ever half there.

Every artefact (plan, inventory, cassette, report) is written here: a reader sees the old file or
the new one, whole, also after a crash or on a full disk.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

from drplan.errors import InvalidInput, RunFailed

_FULL_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_atomic(path: Path, data: bytes | str, *, mode: int = 0o644) -> None:
    """Replace the file at ``path`` by one that holds ``data``; text is written as UTF-8.

    The new file gets exactly ``mode``. It is written beside the old one, brought to the disk and
    then renamed over it; a symbolic link stays a link, and its target is replaced. Raises
    :class:`RunFailed` where that is impossible, and then leaves nothing behind.
    """
    content = data.encode("utf-8") if isinstance(data, str) else data
    target = Path(os.path.realpath(path))
    try:
        _refuse_other_than_files(target)
        _replace(target, content, mode)
    except OSError as error:
        raise cannot_write(path, error) from error


def cannot_write(path: Path, error: OSError) -> RunFailed:
    """The error to raise where writing ``path`` ended in ``error``: what is wrong, and what now."""
    if error.errno in _FULL_DISK:
        return RunFailed(
            "the disk is full, and nothing was written",
            where=str(path),
            next_step="make room there, or write to another place",
        )
    reason = error.strerror or str(error)
    return RunFailed(
        f"the file cannot be written: {reason}",
        where=str(path),
        next_step="check that the folder exists and that you may write there",
    )


def read_bytes(path: Path) -> bytes:
    """The content of the file at ``path``. Raises :class:`InvalidInput` if it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidInput(
            f"the file cannot be read: {reason}",
            where=str(path),
            next_step="check the path and the permissions",
        ) from error


def read_text(path: Path) -> str:
    """The content of the file at ``path``, as UTF-8 with or without a byte order mark.

    Raises :class:`InvalidInput` if it cannot be read, or is not text.
    """
    content = read_bytes(path)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidInput(
            "the file is not UTF-8 text",
            where=f"{path}:{line}",
            next_step="save it as UTF-8, or give the file that was meant",
        ) from error


def canonical_json(value: Any) -> bytes:
    """One spelling for one value: keys sorted, no spaces, UTF-8. Made to be hashed.

    Takes dicts with string keys, lists, strings, integers, booleans and ``None``; a float that
    is not a number is refused with :class:`ValueError`.
    """
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return text.encode("utf-8")


def digest(data: bytes | str) -> str:
    """The SHA-256 of ``data`` (text as UTF-8), written ``sha256:<hex>``."""
    content = data.encode("utf-8") if isinstance(data, str) else data
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _refuse_other_than_files(target: Path) -> None:
    """Renaming over a device or a pipe would replace it by a file: say so instead."""
    with contextlib.suppress(FileNotFoundError):
        found = target.stat().st_mode
        if stat.S_ISDIR(found):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not stat.S_ISREG(found):
            raise OSError(errno.EINVAL, "it is not a regular file")


def _replace(target: Path, content: bytes, mode: int) -> None:
    """Write beside ``target``, then rename over it; remove what was written if that fails."""
    handle, name = tempfile.mkstemp(
        prefix=f".{target.name[:100]}.", suffix=".tmp", dir=target.parent
    )
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _bring_folder_to_disk(target.parent)


def _bring_folder_to_disk(folder: Path) -> None:
    """Make the rename itself survive a power loss; some network file systems do not offer it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
