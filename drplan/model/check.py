"""What was verified before the plan was made, and what is left for the moment of applying."""

from __future__ import annotations

from typing import Literal

import msgspec

CheckStatus = Literal["pass", "fail", "error", "unknown"]


class Check(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check.

    ``rule`` cites the guide (``R6``). Only checks that ``block`` stop an apply when they fail; the
    others warn. ``when`` is ``apply`` for what cannot be known earlier.
    """

    name: str
    status: CheckStatus
    summary: str
    detail: str = ""
    rule: str = ""
    blocks: bool = False
    when: Literal["plan", "apply"] = "plan"
    next_step: str = ""
