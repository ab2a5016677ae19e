"""What a journal says about a run that stopped: what is done, what is in doubt, what is left.

An action that succeeded is trusted. Every attempt of another one is in doubt: its request may have
had its effect, whatever became of the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from drplan.apply.terms import Past
from drplan.model.approval import Approval
from drplan.model.event import Event
from drplan.model.outcome import GateAnswer, Outcome

SUCCEEDED = frozenset({"done", "converged"})


@dataclass(frozen=True, kw_only=True)
class InFlight:
    """An action that has sent something and has no outcome; ``since_ms`` counts from the start."""

    action: str
    address: str
    operation: str
    since_ms: int


@dataclass(frozen=True, kw_only=True)
class History:
    """A run so far.

    ``outcomes`` holds the last outcome of each action. ``past`` says what earlier attempts of
    actions that did not succeed were called. ``waiting`` are gates that were reached and not
    answered.
    """

    run_id: str
    started: str
    last_seq: int
    last_ms: int
    approvals: tuple[Approval, ...]
    outcomes: Mapping[str, Outcome]
    past: Mapping[str, Past]
    in_flight: tuple[InFlight, ...]
    answers: tuple[GateAnswer, ...]
    waiting: tuple[str, ...]
    ended: bool
    success: bool
    has_written: bool

    def succeeded(self) -> frozenset[str]:
        """The ids of the actions and gates that need not be gone through again."""
        actions = {name for name, it in self.outcomes.items() if it.status in SUCCEEDED}
        return frozenset(actions | {it.gate for it in self.answers if it.opened})

    def trusted(self) -> tuple[Outcome, ...]:
        """The outcomes of what succeeded, in the order of ending."""
        return tuple(it for it in self.outcomes.values() if it.status in SUCCEEDED)


@dataclass
class _Reading:
    approvals: list[Approval] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    doubts: dict[str, list[str]] = field(default_factory=dict)
    flights: dict[str, InFlight] = field(default_factory=dict)
    answers: dict[str, GateAnswer] = field(default_factory=dict)
    waiting: dict[str, None] = field(default_factory=dict)
    ended: bool = False
    success: bool = False
    has_written: bool = False

    def take(self, event: Event) -> None:
        match event.type:
            case "approval" if event.approval is not None:
                self.approvals.append(event.approval)
            case "resumed":
                self.ended = False
                self.flights.clear()
                self.waiting.clear()
            case "intent" | "sent":
                self._attempt(event)
            case "outcome" if event.outcome is not None:
                self._outcome(event.outcome)
            case "gate_wait":
                self.waiting[event.gate or ""] = None
            case "gate_passed" | "gate_refused":
                self.waiting.pop(event.gate or "", None)
                self.answers[event.gate or ""] = GateAnswer(
                    gate=event.gate or "",
                    opened=event.type == "gate_passed",
                    answer=event.answer or "",
                    by=event.by or "",
                    at=event.timestamp,
                )
            case "run_summary":
                self.ended, self.success = True, bool(event.success)
            case _:
                pass

    def _attempt(self, event: Event) -> None:
        if event.action is None:
            return
        self.has_written = self.has_written or event.type == "sent"
        name = event.action.id
        self.attempts[name] = max(self.attempts.get(name, 0), event.attempt or 0)
        known = self.doubts.setdefault(name, [])
        if event.correlation_id is not None and event.correlation_id not in known:
            known.append(event.correlation_id)
        if name not in self.flights:
            self.flights[name] = InFlight(
                action=name,
                address=event.action.address,
                operation=event.action.operation,
                since_ms=event.elapsed_ms or 0,
            )

    def _outcome(self, outcome: Outcome) -> None:
        self.flights.pop(outcome.action, None)
        # The last outcome counts, and stands where it happened.
        self.outcomes.pop(outcome.action, None)
        self.outcomes[outcome.action] = outcome


def read_history(run_id: str, events: Iterable[Event]) -> History:
    """What the events of a journal tell."""
    reading = _Reading()
    first = last = None
    for event in events:
        first = first or event
        last = event
        reading.take(event)
    settled = {name for name, it in reading.outcomes.items() if it.status in SUCCEEDED}
    return History(
        run_id=run_id,
        started=first.timestamp if first else "",
        last_seq=last.seq if last else 0,
        last_ms=last.elapsed_ms or 0 if last else 0,
        approvals=tuple(reading.approvals),
        outcomes=reading.outcomes,
        past={
            name: Past(attempts=count, doubts=tuple(reading.doubts.get(name, ())))
            for name, count in reading.attempts.items()
            if name not in settled
        },
        in_flight=tuple(reading.flights.values()),
        answers=tuple(reading.answers.values()),
        waiting=tuple(reading.waiting),
        ended=reading.ended,
        success=reading.success,
        has_written=reading.has_written,
    )
