"""The chain that made a run as long as it was."""

from __future__ import annotations

from drplan.apply.critical_path import critical_path
from drplan.model.action import Action, Alteration
from drplan.model.outcome import Outcome
from drplan.model.parameters import StartParameters


def action(name: str, **fields: object) -> Action:
    """An action with little to write."""
    return Action(
        id=name,
        address=f"vm.{name}",
        type="vm",
        name=name,
        change=Alteration(operation="start", after=StartParameters(vm_id=name)),
        limit_class="start",
        **fields,
    )


def outcome(name: str, began: int | None, ended: int) -> Outcome:
    """An action that began and ended at these milliseconds."""
    return Outcome(
        action=name,
        address=f"vm.{name}",
        operation="start",
        status="done",
        started_ms=began,
        ended_ms=ended,
    )


def test_the_path_follows_what_each_action_waited_for() -> None:
    """The slower of two branches is the path, and its seconds sum up to the whole."""
    actions = [action("a"), action("b"), action("c", depends_on=("a", "b"))]
    outcomes = [outcome("a", 0, 5_000), outcome("b", 0, 9_000), outcome("c", 9_020, 12_000)]
    steps = critical_path(actions, outcomes)
    assert [(step.address, step.seconds) for step in steps] == [("vm.b", 9), ("vm.c", 3)]


def test_an_action_that_waited_for_room_follows_the_one_that_gave_it() -> None:
    """Without a dependency the holder of the room is the reason for waiting."""
    actions = [action("a"), action("b")]
    steps = critical_path(actions, [outcome("a", 0, 5_000), outcome("b", 5_020, 8_000)])
    assert [step.address for step in steps] == ["vm.a", "vm.b"]


def test_skipped_actions_are_no_part_of_the_path() -> None:
    """What never began made nobody wait."""
    actions = [action("a"), action("b", depends_on=("a",))]
    steps = critical_path(actions, [outcome("a", 0, 5_000), outcome("b", None, 5_020)])
    assert [step.address for step in steps] == ["vm.a"]


def test_a_run_without_actions_has_no_path() -> None:
    """Nothing ran, nothing is told."""
    assert critical_path([], []) == ()
