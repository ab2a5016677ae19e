"""The one who sends every action on its way and takes note of every end.

One task decides; the actions run beside it, as many as the limits allow. What ends at the same
moment is taken in the order of ids, and what is ready starts in the order of priority and id: the
event loop's own order never shows. A failure skips what depends on it; everything else goes on.
"""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import trio

from drplan.apply import wording
from drplan.apply.result import Result
from drplan.apply.stream import Stream
from drplan.apply.turns import Turn, Turns
from drplan.apply.walk import Skip, Walk, nodes_of, startable
from drplan.errors import DrplanError, EngineFault, RunFailed
from drplan.model.action import Action
from drplan.model.event import ActionReference, EventType
from drplan.model.gate import Gate
from drplan.model.outcome import Failure, Outcome

HEARTBEAT_MS = 10_000
"""An action that goes on says so at least this often (plan-apply E10)."""


@dataclass(slots=True)
class Effort:
    """What an action has cost so far; its handler counts the attempts."""

    attempts: int = 0
    retriable: bool = False
    """Whether the last refusal was of the kind that may pass."""


Perform = Callable[[Action, Turn, Effort], Awaitable[Result]]
"""Carries out one action. Raises ``DrplanError`` where it fails."""

Ask = Callable[[Gate], Awaitable[str | None]]
"""Answers a gate: the answer that opens it, or ``None`` for no."""


@dataclass(slots=True)
class _End:
    """Something that has just ended."""

    at_ms: int
    id: str
    result: Result | None
    error: DrplanError | None


@dataclass(slots=True)
class _Flight:
    """An action in flight."""

    action: Action
    began_ms: int
    position: int
    effort: Effort = field(default_factory=Effort)


async def dispatch(
    actions: tuple[Action, ...],
    gates: tuple[Gate, ...],
    *,
    limits: Mapping[str, int],
    perform: Perform,
    ask: Ask,
    stream: Stream,
    at_most: int | None = None,
) -> tuple[Outcome, ...]:
    """Run the graph to its end and tell how each action ended, in the order of ending.

    Raises :class:`InvalidInput` for a graph that cannot be walked, and :class:`RunFailed` where a
    listener must keep a record and cannot. What ``perform`` raises beside ``DrplanError`` is a bug:
    it stops everything and comes out as it is.
    """
    run = _Run(actions, gates, limits, stream, at_most)
    try:
        await run.until_over(perform, ask)
    except BaseExceptionGroup as group:
        if not all(isinstance(error, RunFailed) for error in group.exceptions[1:]):
            raise
        raise group.exceptions[0] from None
    return tuple(run.outcomes)


class _Run:
    """One walk through the graph."""

    def __init__(
        self,
        actions: tuple[Action, ...],
        gates: tuple[Gate, ...],
        limits: Mapping[str, int],
        stream: Stream,
        at_most: int | None,
    ) -> None:
        nodes = nodes_of(actions, gates)
        self.outcomes: list[Outcome] = []
        self._actions = {action.id: action for action in actions}
        self._gates = {gate.id: gate for gate in gates}
        self._walk = Walk(nodes)
        self._limits = limits
        self._at_most = at_most
        self._stream = stream
        self._turns = Turns.for_ranks(len(nodes))
        self._ranks = {node.id: rank for rank, node in enumerate(nodes, start=1)}
        self._flights: dict[str, _Flight] = {}
        self._heartbeats: list[tuple[int, str]] = []
        self._delays: dict[str, int] = {}
        self._ends: list[_End] = []
        self._news = trio.Event()
        self._positions = 0

    async def until_over(self, perform: Perform, ask: Ask) -> None:
        mine = self._turns.of(0)
        async with trio.open_nursery() as nursery:
            await mine.take()
            while not self._walk.is_over:
                self._start_what_is_ready(nursery, perform, ask)
                await self._next_news()
                await mine.take()
                self._tell_of_long_ones()
                self._take_note_of_ends()

    # --- starting -------------------------------------------------------------------------

    def _start_what_is_ready(self, nursery: trio.Nursery, perform: Perform, ask: Ask) -> None:
        walk = self._walk
        self._mind_delays()
        ready = startable(walk.queues, walk.running.values(), self._limits, self._at_most)
        for node in ready:
            walk.begin(node.id)
            if node.id in self._gates:
                nursery.start_soon(self._pass_gate, self._gates[node.id], ask)
                continue
            flight = self._take_off(self._actions[node.id])
            nursery.start_soon(self._fly, flight, perform)
        if not walk.running and not walk.delayed and not walk.is_over:
            raise RuntimeError("nothing runs and nothing is ready, yet the run is not over")

    def _mind_delays(self) -> None:
        """Note when each delay is over, and let go those for which that is now."""
        now = self._stream.elapsed_ms()
        for name, node in sorted(self._walk.delayed.items()):
            if self._delays.setdefault(name, now + node.delay * 1000) <= now:
                self._walk.release(name)

    def _take_off(self, action: Action) -> _Flight:
        self._positions += 1
        flight = _Flight(action, self._stream.elapsed_ms(), self._positions)
        self._flights[action.id] = flight
        heapq.heappush(self._heartbeats, (flight.began_ms + HEARTBEAT_MS, action.id))
        self._tell("start", flight, wording.starting(action))
        return flight

    async def _fly(self, flight: _Flight, perform: Perform) -> None:
        turn = self._turns.of(self._ranks[flight.action.id])
        result, error = None, None
        await turn.take()
        try:
            result = await perform(flight.action, turn, flight.effort)
        except RunFailed:
            # The record of the run cannot be written: nothing may go on without it.
            raise
        except DrplanError as reason:
            error = reason
        self._end(flight.action.id, result, error)

    async def _pass_gate(self, gate: Gate, ask: Ask) -> None:
        turn = self._turns.of(self._ranks[gate.id])
        await turn.take()
        self._stream.emit("gate_wait", f"{gate.id}: {gate.text}", gate=gate.id)
        answer = await ask(gate)
        await turn.take()
        if answer is None:
            self._end(gate.id, None, DrplanError("the gate was not opened"))
            return
        self._stream.emit(
            "gate_passed", f"{gate.id}: passed ({answer})", gate=gate.id, answer=answer
        )
        self._end(gate.id, Result(), None)

    def _end(self, name: str, result: Result | None, error: DrplanError | None) -> None:
        self._ends.append(_End(self._stream.elapsed_ms(), name, result, error))
        self._news.set()

    # --- waiting --------------------------------------------------------------------------

    async def _next_news(self) -> None:
        """Until something has ended, a delay is over, or an action must say that it goes on."""
        while self._heartbeats and self._heartbeats[0][1] not in self._flights:
            heapq.heappop(self._heartbeats)
        moments = [self._delays[name] for name in self._walk.delayed]
        moments += [due for due, _ in self._heartbeats[:1]]
        if not moments:
            await self._news.wait()
            return
        seconds = (min(moments) - self._stream.elapsed_ms()) / 1000
        with trio.move_on_after(max(0.0, seconds)):
            await self._news.wait()

    def _tell_of_long_ones(self) -> None:
        now = self._stream.elapsed_ms()
        landed = {end.id for end in self._ends}
        while self._heartbeats and self._heartbeats[0][0] <= now:
            due, name = heapq.heappop(self._heartbeats)
            flight = self._flights.get(name)
            if flight is None or name in landed:
                continue
            heapq.heappush(self._heartbeats, (due + HEARTBEAT_MS, name))
            since = due - flight.began_ms
            self._tell("progress", flight, wording.still(flight.action, since), since_ms=since)

    # --- ending ---------------------------------------------------------------------------

    def _take_note_of_ends(self) -> None:
        ends = sorted(self._ends, key=lambda end: (end.at_ms, end.id))
        self._ends.clear()
        self._news = trio.Event()
        for end in ends:
            if end.id in self._flights:
                self._land(end)
            for skip in self._walk.end(end.id, succeeded=end.error is None):
                self._skip(skip)

    def _land(self, end: _End) -> None:
        flight = self._flights.pop(end.id)
        action, since = flight.action, end.at_ms - flight.began_ms
        outcome = _outcome(flight, end)
        if end.result is not None:
            converged = end.result.status == "converged"
            text = wording.finished(action, since, converged=converged, note=end.result.note)
            self._tell("complete", flight, text, since_ms=since, outcome=outcome)
        elif outcome.failure is not None:
            text = wording.failed(
                action, since, outcome.failure.summary, expected=outcome.failure.expected
            )
            self._tell("errored", flight, text, level="error", since_ms=since, outcome=outcome)
        self._record(outcome)

    def _skip(self, skip: Skip) -> None:
        if skip.id in self._gates:
            return
        action = self._actions[skip.id]
        because = self._actions[skip.because].address if skip.because in self._actions else None
        outcome = Outcome(
            action=action.id,
            address=action.address,
            operation=action.operation,
            status="skipped",
            ended_ms=self._stream.elapsed_ms(),
            because=because or skip.because,
        )
        text = wording.skipped(action, because or skip.because)
        self._stream.emit("skipped", text, level="warn", action=_reference(action), outcome=outcome)
        self._record(outcome)

    def _record(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        action = self._actions[outcome.action]
        self._stream.emit(
            "outcome",
            f"{outcome.address}: {outcome.operation} {outcome.status}",
            level="debug",
            action=_reference(action),
            outcome=outcome,
        )

    def _tell(self, stage: str, flight: _Flight, message: str, **details: object) -> None:
        """One event of an action; Terraform tells changes of resources from mere invocations."""
        kind = _EVENTS[bool(flight.action.change.actions), stage]
        self._stream.emit(
            kind,
            message,
            action=_reference(flight.action),
            position=flight.position,
            total=len(self._actions),
            wave=flight.action.wave,
            **details,
        )


_EVENTS: dict[tuple[bool, str], EventType] = {
    (True, "start"): "apply_start",
    (True, "progress"): "apply_progress",
    (True, "complete"): "apply_complete",
    (True, "errored"): "apply_errored",
    (False, "start"): "action_start",
    (False, "progress"): "action_progress",
    (False, "complete"): "action_complete",
    (False, "errored"): "action_errored",
}


def _outcome(flight: _Flight, end: _End) -> Outcome:
    action, result = flight.action, end.result
    failure = _failure(action, end.error, flight.effort) if end.error is not None else None
    return Outcome(
        action=action.id,
        address=action.address,
        operation=action.operation,
        status="failed" if result is None else result.status,
        started_ms=flight.began_ms,
        ended_ms=end.at_ms,
        attempts=flight.effort.attempts,
        failure=failure,
        note=result.note if result else "",
        found=dict(result.found) if result else {},
        surprises=result.surprises if result else (),
        unexpected=result.unexpected if result else (),
        engine_events=result.engine_events if result else (),
    )


def _failure(action: Action, error: DrplanError, effort: Effort) -> Failure:
    return Failure(
        summary=error.summary,
        code=error.code if isinstance(error, EngineFault) else None,
        retriable=effort.retriable,
        expected=action.expected_failure is not None,
    )


def _reference(action: Action) -> ActionReference:
    return ActionReference(id=action.id, address=action.address, operation=action.operation)
