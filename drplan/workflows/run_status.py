"""How a run stands, from its folder alone: any terminal can ask, alive or not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from drplan.apply.history import InFlight, read_history
from drplan.clock import Clock
from drplan.documents.journal_file import is_alive, read_journal
from drplan.documents.plan_file import read_plan
from drplan.errors import InvalidInput, Refused
from drplan.model.action import Action
from drplan.model.gate import Gate
from drplan.model.graph import topological
from drplan.model.outcome import Outcome
from drplan.model.plan import Plan
from drplan.workflows.gatekeeper import write_answer
from drplan.workflows.run_folder import RunFolder, run_folders


@dataclass(frozen=True, kw_only=True)
class RunStatus:
    """A run as its journal tells it.

    ``state`` is ``running``, ``complete``, ``incomplete`` (it ended, and something is left) or
    ``interrupted`` (its process is gone, and it did not end). ``elapsed_ms`` counts to now for a run
    that is alive, else to its last sign of life. ``left_s`` is what is still to come by the plan's
    usual durations, ``None`` where nothing is known or nothing runs.
    """

    run_id: str
    folder: RunFolder
    plan: Plan
    state: str
    started: str
    elapsed_ms: int
    total: int
    counts: Counter[str]
    in_flight: tuple[InFlight, ...]
    waiting: tuple[Gate, ...]
    troubles: tuple[Outcome, ...]
    up: int
    to_start: int
    left_s: int | None
    torn: bool

    @property
    def next_step(self) -> str:
        """The one thing to do now."""
        where = self.folder.path
        if self.state == "running":
            if self.waiting:
                return f"drplan gate {where} {self.waiting[0].name} yes"
            return f"drplan status {where} --watch"
        if self.state == "complete":
            return f"drplan report {where} --format html"
        return f"drplan resume {where}"


def run_status(folder: RunFolder, clock: Clock) -> RunStatus:
    """How the run in ``folder`` stands.

    Raises ``InvalidInput`` where it is no run's, or its journal was altered.
    """
    alive = is_alive(folder.journal)
    plan = read_plan(folder.plan)
    journal = read_journal(folder.journal)
    run_id = journal.events[0].run_id if journal.events else None
    history = read_history(run_id or folder.path.name, journal.events)
    gates = {gate.id: gate for gate in plan.gates}
    ended = frozenset(history.outcomes)
    starts = [action for action in plan.actions() if action.operation == "start"]
    succeeded = history.succeeded()
    return RunStatus(
        run_id=history.run_id,
        folder=folder,
        plan=plan,
        state=_state(alive=alive, ended=history.ended, success=history.success),
        started=history.started,
        elapsed_ms=_elapsed(history.started, clock) if alive else history.last_ms,
        total=len(plan.actions()),
        counts=Counter(outcome.status for outcome in history.outcomes.values()),
        in_flight=history.in_flight,
        waiting=tuple(gates[name] for name in history.waiting if name in gates),
        troubles=tuple(
            it for it in history.outcomes.values() if it.status in ("failed", "skipped")
        ),
        up=sum(action.id in succeeded for action in starts),
        to_start=len(starts),
        left_s=_left(plan, ended) if alive else None,
        torn=journal.torn,
    )


def all_runs(runs: Path, clock: Clock) -> tuple[RunStatus, ...]:
    """The runs in a folder, the oldest first; what is no run of this version is left out."""
    found = []
    for folder in run_folders(runs):
        try:
            found.append(run_status(folder, clock))
        except (InvalidInput, Refused):
            continue
    return tuple(found)


def answer_gate(folder: RunFolder, name: str, *, opened: bool, who: str, clock: Clock) -> Gate:
    """Answer a gate of a run that waits for it in another process.

    Raises ``InvalidInput`` for a gate that the plan has not, ``Refused`` where nobody waits.
    """
    status = run_status(folder, clock)
    wanted = name.removeprefix("gate.")
    gate = next((it for it in status.plan.gates if it.name == wanted), None)
    if gate is None:
        known = ", ".join(it.name for it in status.plan.gates)
        raise InvalidInput(
            f"the plan has no gate {name}",
            where=str(folder.path),
            next_step=f"its gates are: {known or 'none'}",
        )
    if status.state != "running" or gate not in status.waiting:
        raise Refused(
            f"the run does not wait at {gate.id}",
            where=str(folder.path),
            next_step=status.next_step
            if status.state == "running"
            else f"drplan resume {folder.path} --gate {gate.name}={'yes' if opened else 'no'}",
        )
    write_answer(folder, gate.name, opened=opened, who=who, clock=clock)
    return gate


def _state(*, alive: bool, ended: bool, success: bool) -> str:
    if not ended:
        return "running" if alive else "interrupted"
    return "complete" if success else "incomplete"


def _elapsed(started: str, clock: Clock) -> int:
    if not started:
        return 0
    began = datetime.fromisoformat(started).astimezone(UTC)
    return max(0, round((clock.now() - began).total_seconds() * 1000))


def _left(plan: Plan, ended: frozenset[str]) -> int | None:
    """The longest chain of what has not ended, by usual durations, in seconds."""
    actions = {action.id: action for action in plan.actions() if action.id not in ended}
    lasts: dict[str, int] = {}
    for action in _in_order(actions):
        needs = [lasts.get(name, 0) for name in (*action.depends_on, *action.after)]
        usual = action.estimate.usual_s if action.estimate else 0
        lasts[action.id] = max(needs, default=0) + usual
    return max(lasts.values(), default=0) or None


def _in_order(actions: dict[str, Action]) -> list[Action]:
    waits = {name: (*it.depends_on, *it.after) for name, it in actions.items()}
    return [actions[name] for name in topological(waits)]
