"""The versions of Engines, which decide about some of their rules."""

from __future__ import annotations

import re
from typing import NamedTuple


class Version(NamedTuple):
    """The four numbers of an Engine's version, as in ``4.5.7-1.el9``."""

    major: int
    minor: int
    build: int
    revision: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """From ``full_version``; what follows the numbers is dropped."""
        numbers = [int(part) for part in re.findall(r"\d+", text.partition("-")[0])]
        return cls(*[*numbers, 0, 0, 0, 0][:4])


NEWEST = Version(4, 5, 7)
"""What an Engine of unknown version behaves like."""
