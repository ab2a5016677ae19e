"""How gates are answered: beforehand, by a command, by the person here, or from another terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import trio

from drplan import files
from drplan.apply.terms import Answer
from drplan.clock import Clock
from drplan.errors import InvalidInput
from drplan.model.gate import Gate
from drplan.workflows.commands import COMMAND_PATIENCE, run_command
from drplan.workflows.run_folder import RunFolder

_LOOK_EVERY = 0.5
_YES = frozenset({"yes", "y"})
_NO = frozenset({"no", "n"})


class Person(Protocol):
    """Somebody at a terminal."""

    async def ask(self, question: str) -> str | None:
        """What was typed; ``None`` where nobody will ever answer."""


@dataclass(frozen=True, kw_only=True)
class Gatekeeper:
    """Answers the gates of one run.

    ``beforehand`` holds answers by the gates' names. ``in_doubt`` are gates that were reached before
    an interruption: their command may have run, so it is asked about and not run again. ``who`` is
    who runs drplan.
    """

    folder: RunFolder
    facts: Mapping[str, str]
    who: str
    beforehand: Mapping[str, bool] = field(default_factory=dict)
    in_doubt: frozenset[str] = frozenset()
    person: Person | None = None

    async def __call__(self, gate: Gate) -> Answer:
        """The answer; waits as long as it takes."""
        await trio.lowlevel.checkpoint()
        if gate.name in self.beforehand:
            opened = self.beforehand[gate.name]
            return Answer(
                opened=opened, text=_word(opened=opened) + ", given beforehand", by=self.who
            )
        if gate.command and gate.id not in self.in_doubt:
            return await self._command(gate)
        return await self._people(gate)

    async def _command(self, gate: Gate) -> Answer:
        name = Path(gate.command[0]).name
        trouble = await run_command(
            gate.command,
            {**self.facts, "DRPLAN_GATE": gate.name},
            timeout=gate.timeout or COMMAND_PATIENCE,
        )
        if trouble is None:
            return Answer(opened=True, text=f"{name} ended well", by=f"command {name}")
        return Answer(opened=False, text=f"{name}: {trouble}", by=f"command {name}")

    async def _people(self, gate: Gate) -> Answer:
        """The first answer counts, from wherever it comes."""
        answers: list[Answer] = []
        async with trio.open_nursery() as nursery:

            async def here(person: Person) -> None:
                opened = await self._ask(gate, person)
                if opened is not None:
                    answers.append(Answer(opened=opened, text=_word(opened=opened), by=self.who))
                    nursery.cancel_scope.cancel()

            async def elsewhere() -> None:
                answers.append(await self._left_by_others(gate))
                nursery.cancel_scope.cancel()

            nursery.start_soon(elsewhere)
            if self.person is not None:
                nursery.start_soon(here, self.person)
        return answers[0]

    async def _ask(self, gate: Gate, person: Person) -> bool | None:
        doubt = (
            " Its command may have run before the interruption: has it done its work?"
            if gate.command
            else ""
        )
        while True:
            typed = await person.ask(f"{gate.id}: {gate.text}{doubt} (yes/no) ")
            if typed is None:
                return None
            word = typed.strip().lower()
            if word in _YES | _NO:
                return word in _YES

    async def _left_by_others(self, gate: Gate) -> Answer:
        path = self.folder.answer(gate.name)
        while not path.is_file():  # noqa: ASYNC110 - it is another process that answers
            await trio.sleep(_LOOK_EVERY)
        answer = read_answer(path)
        path.unlink()
        return answer


def write_answer(folder: RunFolder, gate: str, *, opened: bool, who: str, clock: Clock) -> None:
    """Leave an answer for a run that another process carries out."""
    note = {"answer": _word(opened=opened), "by": who, "at": clock.now().isoformat()}
    files.write_atomic(folder.answer(gate), json.dumps(note) + "\n", mode=0o600)


def read_answer(path: Path) -> Answer:
    """The answer that was left. Raises ``InvalidInput`` for a file that is none."""
    try:
        note = json.loads(files.read_text(path))
        word, who = str(note["answer"]), str(note["by"])
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise InvalidInput("the file is no answer to a gate", where=str(path)) from error
    return Answer(opened=word == "yes", text=word, by=who)


def _word(*, opened: bool) -> str:
    return "yes" if opened else "no"
