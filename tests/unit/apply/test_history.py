"""What a journal says about a run that stopped."""

from __future__ import annotations

from typing import Any

from drplan.apply.history import read_history
from drplan.model.approval import Approval
from drplan.model.event import ActionReference, Event, EventType
from drplan.model.outcome import Outcome


class Log:
    """Events of one run, numbered as they are added."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(self, kind: EventType, **details: Any) -> Log:
        """One more event."""
        number = len(self.events) + 1
        self.events.append(
            Event(
                message="",
                timestamp=f"2026-03-01T00:00:{number:02}.000Z",
                type=kind,
                seq=number,
                elapsed_ms=number * 1000,
                **details,
            )
        )
        return self

    def send(self, name: str, attempt: int = 1) -> Log:
        """An attempt of an action."""
        about = {
            "action": reference(name),
            "attempt": attempt,
            "correlation_id": f"{name}/{attempt}",
        }
        return self.add("intent", **about).add("sent", **about)

    def end(self, name: str, status: str) -> Log:
        """The end of an action."""
        outcome = Outcome(
            action=name, address=f"vm.{name}", operation="start", status=status, ended_ms=0
        )
        return self.add("outcome", action=reference(name), outcome=outcome)


def reference(name: str) -> ActionReference:
    """An action by its id."""
    return ActionReference(id=name, address=f"vm.{name}", operation="start")


def test_what_succeeded_is_trusted_and_what_was_sent_is_in_doubt() -> None:
    """Done and converged need no more; an attempt without an outcome may have had its effect."""
    log = Log().send("a").end("a", "done").end("b", "converged").send("c").add("intent")

    history = read_history("r", log.events)

    assert history.succeeded() == {"a", "b"}
    assert [it.action for it in history.in_flight] == ["c"]
    assert history.past["c"].doubts == ("c/1",)
    assert "a" not in history.past


def test_what_failed_is_tried_again_under_the_next_number() -> None:
    """The attempts of a failed action stay in doubt, and their numbers are not used again."""
    log = Log().send("a", 1).send("a", 2).end("a", "failed").end("b", "skipped")

    history = read_history("r", log.events)

    assert history.succeeded() == frozenset()
    assert (history.past["a"].attempts, history.past["a"].doubts) == (2, ("a/1", "a/2"))
    assert "b" not in history.past
    assert history.in_flight == ()


def test_the_last_outcome_of_an_action_counts() -> None:
    """A resumed run tried again what had failed."""
    log = Log().send("a").end("a", "failed").add("resumed").send("a", 2).end("a", "done")

    history = read_history("r", log.events)

    assert history.succeeded() == {"a"}
    assert history.past == {}


def test_an_open_gate_stays_open_and_one_that_was_refused_does_not() -> None:
    """A gate that was reached and not answered is waited at."""
    log = Log()
    for gate in ("g1", "g2", "g3"):
        log.add("gate_wait", gate=gate)
    log.add("gate_passed", gate="g1", answer="yes", by="op@host")
    log.add("gate_refused", gate="g2", answer="no", by="op@host")

    history = read_history("r", log.events)

    assert history.succeeded() == {"g1"}
    assert history.waiting == ("g3",)
    assert [(it.gate, it.opened, it.by) for it in history.answers] == [
        ("g1", True, "op@host"),
        ("g2", False, "op@host"),
    ]


def test_a_run_that_goes_on_has_not_ended() -> None:
    """A summary ends a run until it is resumed."""
    log = Log().add("approval", approval=Approval(digest="d", by="op@host", how="auto"))
    log.add("run_summary", success=False)
    assert read_history("r", log.events).ended
    log.add("resumed")

    history = read_history("r", log.events)

    assert not history.ended
    assert history.started == log.events[0].timestamp
    assert (history.last_seq, history.last_ms) == (3, 3000)
    assert [it.digest for it in history.approvals] == ["d"]


def test_intending_is_not_writing() -> None:
    """Only what was sent uses a plan up."""
    log = Log().add("intent", action=reference("a"), attempt=1, correlation_id="x")

    assert not read_history("r", log.events).has_written
    assert read_history("r", log.send("a").events).has_written
