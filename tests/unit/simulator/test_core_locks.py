"""Locks fail fast with the holder's message; faults get the status that their kinds say."""

from __future__ import annotations

import pytest

from drplan.simulator.faults import (
    GENERAL_VALIDATION_FAILURE,
    NOT_AUTHORIZED,
    OBJECT_LOCKED,
    STORAGE_DOMAIN_NOT_EXIST,
    Kind,
    Message,
    Refusal,
    refuse,
)
from drplan.simulator.lifecycle import LockTable, Turns

BEING_IMPORTED = Message("X", Kind.CONFLICT, "Cannot ${action} ${type}. VM app is being imported.")


def test_an_exclusive_lock_refuses_others_with_the_holders_message() -> None:
    """The text is the holder's, action and type are those of the refused command."""
    locks = LockTable()
    locks.acquire("import", exclusive=[("VM", "a")], busy=BEING_IMPORTED)
    with pytest.raises(Refusal) as refused:
        locks.acquire("run", exclusive=[("VM", "a")], action="run", type="VM")
    assert refused.value.detail == "[Cannot run VM. VM app is being imported.]"
    assert refused.value.status == 409


def test_shared_locks_live_together_and_keep_exclusive_ones_out() -> None:
    """Two may share; a third may not own."""
    locks = LockTable()
    locks.acquire("one", shared=[("POOL", "d")])
    locks.acquire("two", shared=[("POOL", "d")])
    with pytest.raises(Refusal):
        locks.acquire("three", exclusive=[("POOL", "d")])
    locks.release("one")
    with pytest.raises(Refusal):
        locks.acquire("three", exclusive=[("POOL", "d")])
    locks.release("two")
    locks.acquire("three", exclusive=[("POOL", "d")])


def test_a_refused_command_holds_nothing() -> None:
    """All of the locks or none."""
    locks = LockTable()
    locks.acquire("one", exclusive=[("VM", "b")])
    with pytest.raises(Refusal):
        locks.acquire("two", exclusive=[("VM", "a"), ("VM", "b")])
    assert not locks.is_held(("VM", "a"))


def test_an_owner_does_not_stand_in_its_own_way() -> None:
    """A child command that runs in its parent's name takes the same lock again."""
    locks = LockTable()
    locks.acquire("attach", exclusive=[("STORAGE", "s")])
    locks.acquire("attach", exclusive=[("STORAGE", "s")])
    locks.release("attach", ("STORAGE", "s"))
    assert not locks.is_held(("STORAGE", "s"))


def test_turns_are_fair() -> None:
    """First come, first served."""
    turns = Turns()
    served: list[str] = []
    for name in ("a", "b", "c"):
        turns.ask("spm", lambda name=name: served.append(name))
    assert served == ["a"]
    turns.release("spm")
    turns.release("spm")
    turns.release("spm")
    assert served == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("messages", "status"),
    [
        ((), 400),
        ((OBJECT_LOCKED,), 409),
        ((OBJECT_LOCKED, STORAGE_DOMAIN_NOT_EXIST), 400),
        ((OBJECT_LOCKED, GENERAL_VALIDATION_FAILURE, NOT_AUTHORIZED), 409),
        ((GENERAL_VALIDATION_FAILURE, NOT_AUTHORIZED), 500),
        ((NOT_AUTHORIZED,), 403),
        ((Message("V", Kind.UNTYPED, "x"),), 400),
    ],
)
def test_the_worst_kind_decides_the_status(messages: tuple[Message, ...], status: int) -> None:
    """400 wins over 409 over 500 over 403; nothing typed is 400."""
    assert refuse(*messages).status == status


def test_the_detail_is_a_list_and_unset_variables_stay() -> None:
    """Several messages are joined with a comma and a blank; ``${action}`` stays literally."""
    refused = refuse(OBJECT_LOCKED, BEING_IMPORTED, type="Storage")
    assert refused.detail == (
        "[Cannot ${action} Storage. Related operation is currently in progress. "
        "Please try again later., Cannot ${action} Storage. VM app is being imported.]"
    )
    assert refuse().detail == "[]"
