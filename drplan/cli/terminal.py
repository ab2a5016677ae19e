"""What commands write to the terminal with.

No escape byte leaves drplan where it is not welcome: not into a pipe or a file, not with
``NO_COLOR`` or ``--no-color``, and never out of a name that came from an Engine.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

# Control characters move the cursor or recolour the screen; the second group reorders text, so
# that a name can be made to look like another.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    r"""The text with control characters spelled out (``\x1b``), except line ends and tabs."""
    return _UNSAFE.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def write(text: str) -> None:
    """Write a text to stdout, made harmless, with a line end if it has none."""
    _write(sys.stdout, harmless(text))


def write_error(text: str) -> None:
    """Write a text to stderr, made harmless, with a line end if it has none.

    Where that fails there is nobody left to tell, and the exit code still speaks.
    """
    with contextlib.suppress(OSError):
        _write(sys.stderr, harmless(text))


def write_json(line: str | bytes) -> None:
    """Write JSON to stdout, as UTF-8 whatever the locale says."""
    data = line.encode("utf-8") if isinstance(line, str) else line
    if sys.stdout is None:
        return
    sys.stdout.flush()
    sys.stdout.buffer.write(data if data.endswith(b"\n") else data + b"\n")
    sys.stdout.buffer.flush()


def colour_wanted(stream: TextIO) -> bool:
    """Whether colours may be written to ``stream``.

    ``NO_COLOR`` wins (also set by ``--no-color``), then ``CLICOLOR_FORCE``, then whether the
    stream is a terminal that understands them.
    """
    if os.environ.get("NO_COLOR"):
        return False
    return _colour_forced() or (stream.isatty() and os.environ.get("TERM") != "dumb")


def is_interactive() -> bool:
    """Whether a display that moves the cursor is welcome on stdout."""
    stream = sys.stdout
    return stream is not None and stream.isatty() and colour_wanted(stream)


def rich_console(stream: TextIO | None = None) -> Console:
    """A console on ``stream`` (stdout by default) that keeps the promise of this module.

    Markup, emoji and highlighting are off, because names of entities may look like any of them.
    """
    from rich.console import Console

    file = stream or sys.stdout
    wanted = colour_wanted(file)
    return Console(
        file=file,
        force_terminal=wanted,
        no_color=not wanted,
        color_system=("standard" if _colour_forced() else "auto") if wanted else None,
        markup=False,
        emoji=False,
        highlight=False,
    )


def _colour_forced() -> bool:
    return os.environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}


def _write(stream: TextIO | None, text: str) -> None:
    # A stream that was closed before the program began is None.
    if stream is not None:
        stream.write(text if text.endswith("\n") else text + "\n")
