"""The dispatcher on a virtual clock, with actions that merely take their time."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
import trio
import trio.lowlevel
from trio.testing import MockClock

from drplan.apply.counts import counts_of
from drplan.apply.dispatcher import Effort, dispatch
from drplan.apply.result import ActionFailed, Result
from drplan.apply.stream import Stream
from drplan.apply.turns import Turn
from drplan.clock import OffsetClock
from drplan.errors import EngineFault, RunFailed
from drplan.model.action import Action, Alteration
from drplan.model.event import Event
from drplan.model.gate import Gate
from drplan.model.outcome import Outcome
from drplan.model.parameters import RegisterVmParameters, StartParameters


class Ear:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def notice(self, event: Event) -> None:
        """Keep ``event``."""
        self.events.append(event)


def register(name: str, **fields: object) -> Action:
    """A registration of ``vm.<name>``."""
    return Action(
        id=f"r-{name}",
        address=f"vm.{name}",
        type="vm",
        name=name,
        change=Alteration(
            operation="register",
            actions=("create",),
            after=RegisterVmParameters(vm_id=name, domain_id="d", domain="storage_domain.d"),
        ),
        limit_class="register",
        **fields,
    )


def start(name: str, *, delay: int = 0, **fields: object) -> Action:
    """A start of ``vm.<name>``."""
    return Action(
        id=f"s-{name}",
        address=f"vm.{name}",
        type="vm",
        name=name,
        change=Alteration(operation="start", after=StartParameters(vm_id=name, delay=delay)),
        limit_class="start",
        **fields,
    )


def run(
    actions: tuple[Action, ...],
    durations: Mapping[str, float],
    *,
    gates: tuple[Gate, ...] = (),
    limits: Mapping[str, int] | None = None,
    failing: Mapping[str, Exception] | None = None,
    answer: str | None = "yes",
    at_most: int | None = None,
) -> tuple[tuple[Outcome, ...], list[Event]]:
    """Dispatch the actions; each takes its duration, and those in ``failing`` then raise."""
    ear = Ear()

    async def perform(action: Action, turn: Turn, effort: Effort) -> Result:
        effort.attempts += 1
        await turn.sleep(durations.get(action.id, 1.0))
        if failing and action.id in failing:
            raise failing[action.id]
        return Result()

    async def ask(gate: Gate) -> str | None:
        await trio.lowlevel.checkpoint()
        return answer

    async def main() -> tuple[Outcome, ...]:
        clock = OffsetClock(datetime(2026, 3, 1, tzinfo=UTC), trio.current_time)
        stream = Stream((ear,), clock, run_id="r", plan_id="p")
        return await dispatch(
            actions,
            gates,
            limits=limits or {"register": 2, "start": 1},
            perform=perform,
            ask=ask,
            stream=stream,
            at_most=at_most,
        )

    return trio.run(main, clock=MockClock(autojump_threshold=0)), ear.events


def order(events: list[Event], *kinds: str) -> list[str]:
    """The ids of the actions that events of these kinds speak of."""
    return [event.action.id for event in events if event.type in kinds and event.action]


def test_actions_run_side_by_side_as_the_limit_allows() -> None:
    """Three actions of ten seconds with a limit of two take twenty."""
    durations = {"r-a": 10.0, "r-b": 10.0, "r-c": 10.0}
    outcomes, _ = run((register("a"), register("b"), register("c")), durations)
    assert [outcome.action for outcome in outcomes] == ["r-a", "r-b", "r-c"]
    assert 20_000 <= outcomes[-1].ended_ms <= 20_200


def test_no_ordinary_start_is_sent_while_a_highly_available_one_is_ready() -> None:
    """Both registrations end at one moment; the highly available VM starts first."""
    actions = (
        register("a"),
        register("z"),
        start("a", depends_on=("r-a",), priority=100),
        start("z", depends_on=("r-z",), priority=10),
    )
    _, events = run(actions, {})
    assert order(events, "action_start") == ["s-z", "s-a"]


def test_a_failed_branch_does_not_stop_the_others() -> None:
    """What depends on a failure is skipped with its address; the rest is done."""
    actions = (register("a"), start("a", depends_on=("r-a",)), register("b"))
    outcomes, events = run(actions, {}, failing={"r-a": EngineFault(409, "no", "[No room.]")})
    by_id = {outcome.action: outcome for outcome in outcomes}
    assert by_id["r-b"].status == "done"
    assert by_id["s-a"].status == "skipped"
    assert by_id["s-a"].because == "vm.a"
    assert by_id["r-a"].failure is not None
    assert by_id["r-a"].failure.summary == "No room."
    assert by_id["r-a"].failure.code == 409
    assert order(events, "skipped") == ["s-a"]


def test_a_foreseen_failure_is_told_as_foreseen() -> None:
    """The outcome says that the plan expected it."""
    actions = (register("a", expected_failure="name taken"),)
    outcomes, events = run(actions, {}, failing={"r-a": ActionFailed("name taken")})
    assert outcomes[0].failure is not None
    assert outcomes[0].failure.expected
    assert any("as the plan foresaw" in event.message for event in events)


def test_a_long_action_says_every_ten_seconds_that_it_goes_on() -> None:
    """Thirty-five seconds give three signs of life, ten seconds apart."""
    _, events = run((register("a"),), {"r-a": 35.0})
    signs = [event for event in events if event.type == "apply_progress"]
    assert [event.since_ms for event in signs] == [10_000, 20_000, 30_000]
    assert all(abs((event.elapsed_ms or 0) - 10_000 * n) <= 20 for n, event in enumerate(signs, 1))


def test_a_gate_holds_back_what_waits_for_it() -> None:
    """Nothing that depends on a gate starts before it has been passed."""
    gate = Gate(id="gate.ready", name="ready", text="Ready?", before="storage")
    _, events = run((register("a", depends_on=("gate.ready",)),), {}, gates=(gate,))
    kinds = [event.type for event in events]
    assert kinds.index("gate_passed") < kinds.index("apply_start")


def test_a_gate_that_is_answered_with_no_skips_what_waits_for_it() -> None:
    """A closed gate is the reason of the skip."""
    gate = Gate(id="gate.ready", name="ready", text="Ready?", before="storage")
    actions = (register("a", depends_on=("gate.ready",)), register("b"))
    outcomes, _ = run(actions, {}, gates=(gate,), answer=None)
    assert {o.action: (o.status, o.because) for o in outcomes} == {
        "r-a": ("skipped", "gate.ready"),
        "r-b": ("done", None),
    }


def test_a_delay_holds_back_one_start_and_no_other() -> None:
    """It begins once nothing else holds the start back, and takes no room from others."""
    late = start("a", depends_on=("r-a",), delay=30, priority=1)
    actions = (register("a"), register("b"), late, start("b", depends_on=("r-b",), priority=2))
    outcomes, _ = run(actions, {}, limits={"register": 2, "start": 1})
    by_id = {outcome.action: outcome for outcome in outcomes}
    assert (by_id["s-b"].started_ms or 0) < 2_000
    waited = (by_id["s-a"].started_ms or 0) - by_id["r-a"].ended_ms
    assert 30_000 <= waited <= 30_100


def test_a_start_is_sent_before_anything_more_urgent_can_be_ready() -> None:
    """An ordinary start let go a moment earlier has left when the urgent one becomes ready."""
    actions = (
        register("a"),
        register("z"),
        start("a", depends_on=("r-a",), priority=100),
        start("z", depends_on=("r-z",), priority=10),
    )
    outcomes, _ = run(actions, {"r-a": 1.0, "r-z": 1.03}, limits={"register": 2, "start": 5})
    by_id = {outcome.action: outcome for outcome in outcomes}
    assert (by_id["s-a"].started_ms or 0) < by_id["r-z"].ended_ms
    assert (by_id["s-z"].started_ms or 0) - by_id["r-z"].ended_ms <= 20


def test_a_sequential_run_has_one_action_in_flight() -> None:
    """With a cap of one every action begins after the one before has ended."""
    outcomes, _ = run((register("a"), register("b"), register("c")), {}, at_most=1)
    for earlier, later in itertools.pairwise(outcomes):
        assert later.started_ms is not None
        assert later.started_ms >= earlier.ended_ms


def test_a_bug_in_a_handler_is_not_taken_for_a_failed_action() -> None:
    """What is no error of the operator comes out as it was raised."""
    with pytest.raises(ZeroDivisionError):
        run((register("a"),), {}, failing={"r-a": ZeroDivisionError()})


def test_a_record_that_cannot_be_written_stops_the_run() -> None:
    """A full disk under the journal is no failure of an action: nothing more is started."""
    actions = (register("a"), register("b", depends_on=("r-a",)))
    with pytest.raises(RunFailed, match="disk is full"):
        run(actions, {}, failing={"r-a": RunFailed("the disk is full")})


def test_counts_are_those_of_terraform() -> None:
    """A registration adds, a start is an invocation."""
    actions = (register("a"), start("a", depends_on=("r-a",)))
    outcomes, _ = run(actions, {})
    counts = counts_of(outcomes, actions)
    assert (counts.total, counts.done, counts.add, counts.invoke) == (2, 2, 1, 1)


_PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
{extra}
from test_dispatcher import register, run, start
names = [f"{{n:02}}" for n in range(12)]
actions = tuple(register(n, exclusive=("k",) if int(n) % 5 == 0 else ()) for n in names)
actions += tuple(start(n, depends_on=(f"r-{{n}}",), priority=int(n) % 3) for n in names)
durations = {{a.id: 1 + (i * 7) % 4 for i, a in enumerate(actions)}}
_, events = run(actions, durations, limits={{"register": 5, "start": 3}})
for event in events:
    print(event.seq, event.elapsed_ms, event.type, event.message)
"""


def test_the_order_is_the_same_in_every_process() -> None:
    """Importing Hypothesis, which makes trio deterministic, changes nothing: it was ours before."""
    folder = str(__file__).rsplit("/", 1)[0]
    told = {
        subprocess.run(
            [sys.executable, "-c", _PROGRAM.format(folder=folder, extra=extra)],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for extra in ("", "import hypothesis", "")
    }
    assert len(told) == 1
    assert told.pop().count("action_complete") == 12
