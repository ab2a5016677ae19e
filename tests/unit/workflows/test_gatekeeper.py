"""How a gate gets its answer."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio

from drplan.apply.terms import Answer
from drplan.clock import fixed_clock
from drplan.model.gate import Gate
from drplan.workflows.commands import run_command
from drplan.workflows.gatekeeper import Gatekeeper, write_answer
from drplan.workflows.run_folder import RunFolder

ASKED = Gate(id="gate.array", name="array", text="Switched?", before="storage")
CLOCK = fixed_clock(datetime(2026, 3, 1, tzinfo=UTC))


class Typist:
    """A person who types one thing after the other, and then nothing more."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)
        self.asked: list[str] = []

    async def ask(self, question: str) -> str | None:
        """The next thing."""
        await trio.lowlevel.checkpoint()
        self.asked.append(question)
        return self.typed.pop(0) if self.typed else None


def answer(keeper: Gatekeeper, gate: Gate) -> Answer:
    """What the keeper answers."""
    return trio.run(keeper, gate)


def keeper(folder: Path, **fields: object) -> Gatekeeper:
    """A keeper for a run in ``folder``."""
    return Gatekeeper(folder=RunFolder(folder), facts={}, who="op@host", **fields)


def command(*words: str, timeout: int | None = None) -> Gate:
    """A gate that a command opens."""
    return Gate(
        id="gate.auto", name="auto", text="", before="storage", command=words, timeout=timeout
    )


def test_an_answer_given_beforehand_asks_nobody(tmp_path: Path) -> None:
    """Neither the person nor the command."""
    gate = command(sys.executable, "-c", "raise SystemExit(1)")
    given = answer(keeper(tmp_path, beforehand={"auto": True}), gate)
    assert (given.opened, given.by) == (True, "op@host")


def test_a_person_is_asked_until_it_is_yes_or_no(tmp_path: Path) -> None:
    """A bare Enter is neither."""
    person = Typist("", "perhaps", "no")
    assert not answer(keeper(tmp_path, person=person), ASKED).opened
    assert len(person.asked) == 3


def test_where_nobody_answers_here_another_terminal_does(tmp_path: Path) -> None:
    """The end of input is no answer; the one that was left is taken once."""
    write_answer(RunFolder(tmp_path), "array", opened=True, who="boss@desk", clock=CLOCK)
    given = answer(keeper(tmp_path, person=Typist()), ASKED)
    assert (given.opened, given.text, given.by) == (True, "yes", "boss@desk")
    assert list(tmp_path.iterdir()) == []


def test_a_command_opens_the_gate_by_ending_with_0(tmp_path: Path) -> None:
    """Anything else does not open it: another code, no such command, too long."""
    ends = [
        (command(sys.executable, "-c", ""), True, "ended well"),
        (command(sys.executable, "-c", "raise SystemExit(3)"), False, "exit code 3"),
        (command(str(tmp_path / "none")), False, "cannot be run"),
        (command(sys.executable, "-c", "import time; time.sleep(60)", timeout=1), False, "within"),
    ]
    for gate, opened, words in ends:
        given = answer(keeper(tmp_path), gate)
        assert given.opened == opened
        assert words in given.text


def test_a_command_in_doubt_is_asked_about_and_not_run(tmp_path: Path) -> None:
    """Before the interruption it may have switched the array."""
    mark = tmp_path / "ran"
    gate = command(sys.executable, "-c", f"open({str(mark)!r}, 'w')")
    person = Typist("yes")
    given = answer(keeper(tmp_path, in_doubt=frozenset({"gate.auto"}), person=person), gate)
    assert given.opened
    assert "may have run before the interruption" in person.asked[0]
    assert not mark.exists()


def test_a_command_knows_the_run_and_no_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words are not read by a shell; drplan's own secrets stay out of its environment."""
    note = tmp_path / "note"
    monkeypatch.setenv("DRPLAN_SECONDARY_PASSWORD", "planted")
    script = (
        f"import os, sys; open({str(note)!r}, 'w').write(repr((sys.argv[1:], dict(os.environ))))"
    )
    trouble = trio.run(
        lambda: run_command(
            (sys.executable, "-c", script, "$HOME; ls"), {"DRPLAN_GATE": "array"}, timeout=30
        )
    )
    assert trouble is None
    assert "$HOME; ls" in note.read_text()
    assert "'DRPLAN_GATE': 'array'" in note.read_text()
    assert "planted" not in note.read_text()
