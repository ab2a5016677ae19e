"""Who let a plan be carried out."""

from __future__ import annotations

from typing import Literal

import msgspec

How = Literal["typed", "digest", "auto"]


class Approval(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who let a plan be carried out, and how.

    ``how`` is ``typed`` (the name of the target), ``digest`` (--approve) or ``auto``. ``overrides``
    are the failed checks that were overruled, each with the reason.
    """

    digest: str
    by: str
    how: How
    overrides: dict[str, str] = {}
