"""What is done to the arguments before a command sees them.

Users of Terraform write ``-out=plan.json`` and ``-json``; every long option with one dash is taken as
the same option with two. Options of the whole program are taken out here, wherever they stand.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LONG_OPTION_WITH_ONE_DASH = re.compile(r"-[a-z][a-z0-9-]+(=.*)?", re.DOTALL)


class Arguments(NamedTuple):
    """The arguments of the command, and what was asked of the whole program."""

    words: list[str]
    no_color: bool
    as_json: bool


def read_arguments(raw: list[str]) -> Arguments:
    """Bring ``raw`` into one form. Nothing after ``--`` is touched."""
    end = raw.index("--") if "--" in raw else len(raw)
    options = [_with_two_dashes(word) for word in raw[:end]]
    return Arguments(
        words=[word for word in options if word != "--no-color"] + raw[end:],
        no_color="--no-color" in options,
        as_json="--json" in options,
    )


def _with_two_dashes(word: str) -> str:
    return f"-{word}" if _LONG_OPTION_WITH_ONE_DASH.fullmatch(word) else word
