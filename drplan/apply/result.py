"""What carrying out one action gave, before it becomes an outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from drplan.errors import DrplanError


@dataclass(frozen=True, kw_only=True)
class Result:
    """An action that came to its end. ``found`` are facts for those that come later."""

    status: Literal["done", "converged"] = "done"
    note: str = ""
    found: Mapping[str, str] = field(default_factory=dict)
    surprises: tuple[str, ...] = ()
    engine_events: tuple[str, ...] = ()
    unexpected: tuple[str, ...] = ()


class ActionFailed(DrplanError):
    """The action did not reach what it was for, though no single request was refused."""
