"""What the dispatcher is given beside the graph: who carries out, who answers, where it goes on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from drplan.apply.halt import Halt
from drplan.apply.result import Result
from drplan.apply.turns import Turn
from drplan.model.action import Action
from drplan.model.gate import Gate
from drplan.model.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Past:
    """Attempts of an action before the run was interrupted, by their Correlation-Ids."""

    attempts: int = 0
    doubts: tuple[str, ...] = ()


@dataclass(slots=True)
class Effort:
    """What an action has cost so far; its handler counts the attempts.

    ``doubts`` are the Correlation-Ids of attempts before an interruption, nobody knows yet with
    what effect. ``correlation`` names the last attempt.
    """

    attempts: int = 0
    doubts: tuple[str, ...] = ()
    correlation: str = ""
    retriable: bool = False
    """Whether the last refusal was of the kind that may pass."""


Perform = Callable[[Action, Turn, Effort], Awaitable[Result]]
"""Carries out one action. Raises ``DrplanError`` where it fails."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gate was answered, and by whom."""

    opened: bool
    text: str
    by: str = ""


Ask = Callable[[Gate], Awaitable[Answer]]
"""Answers a gate."""

OnFailure = Callable[[Outcome], Awaitable[bool]]
"""Asked after a failure that nobody foresaw, while nothing new begins: shall the run go on?"""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How a run is to go on from where it is.

    ``done`` are nodes that need no more, ``past`` earlier attempts by action, ``left_out`` actions
    that are not to run, each with the reason. Once ``halt`` is asked, nothing new begins.
    """

    done: AbstractSet[str] = frozenset()
    past: Mapping[str, Past] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    halt: Halt = field(default_factory=Halt)
    on_failure: OnFailure | None = None
