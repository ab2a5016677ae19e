"""How quantities, times and names read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from markupsafe import Markup

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def plain(text: object) -> str:
    """Text that moves no cursor and colours nothing: control characters become ``?``.

    Names come from the Engine and can hold anything; also what turns the writing direction.
    """
    return _CONTROL.sub("?", str(text))


class Ready(str):
    """Text that was made safe for its form already."""

    __slots__ = ()


def plain_value(value: object) -> object:
    """What a text or HTML template prints for a value; ``None`` is nothing."""
    if value is None:
        return ""
    return value if isinstance(value, Ready | Markup) else _plain_lines(value)


def markdown_value(value: object) -> object:
    """What a Markdown template prints for a value; ``None`` is nothing."""
    if value is None:
        return ""
    return value if isinstance(value, Ready) else Ready(markdown(value))


def _plain_lines(value: object) -> object:
    """Wrapped text has line breaks of ours; everything else in it is made plain."""
    if not isinstance(value, str):
        return value
    return "\n".join(plain(line) for line in value.split("\n"))


def markdown(text: object) -> str:
    """Text that means nothing to Markdown, and fits into a table cell."""
    return _MARKDOWN.sub(r"\\\1", plain(text))


def code(text: object) -> Ready:
    """Text as Markdown code, for a table cell.

    A name with a backtick, a bar or a backslash is escaped instead: renderers differ on what these
    mean inside code in a table.
    """
    clean = plain(text)
    if any(char in clean for char in "`|\\"):
        return Ready(markdown(clean))
    return Ready(f"`{clean}`" if clean else "")


def duration(seconds: float) -> str:
    """``45s``, ``6m51s``, ``2h05m``: rounded to what matters."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}m{rest:02d}s" if rest else f"{minutes}m"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m"


def size(count: int | None) -> str:
    """Bytes as ``2.0 TiB``; empty where unknown."""
    if count is None:
        return ""
    value = float(count)
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if value < 1024:
            return f"{value:.0f} {unit}"
        value /= 1024
    return f"{value:.1f} TiB"


def count(number: int, one: str, many: str | None = None) -> str:
    """``1 VM``, ``3 VMs``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listing(items: Sequence[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def columns(text: str) -> int:
    """How many terminal columns the text takes: wide characters take two."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def padded(text: str, width: int) -> str:
    """The text, filled up with blanks to ``width`` columns."""
    return text + " " * max(0, width - columns(text))
