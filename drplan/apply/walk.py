"""Which nodes of the plan's graph may start now.

Nothing here waits or sends: a walk is told what began and what ended, and answers what is ready.
Order never depends on anything but priorities and ids, so that the same run is the same run again.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from drplan.errors import InvalidInput
from drplan.model.action import Action
from drplan.model.gate import Gate
from drplan.model.graph import CycleError, topological
from drplan.model.parameters import StartParameters

GATE_CLASS = "gate"
STRICT_CLASSES = frozenset({"start"})
"""Classes in which nothing is sent while something of higher priority is ready in any scope."""


class Queue(NamedTuple):
    """What a limit is counted over."""

    limit_class: str
    scope: str


@dataclass(frozen=True, slots=True, order=True)
class Node:
    """A gate or an action, as far as its place in the order matters. Sorts by priority, then id."""

    priority: int
    id: str
    queue: Queue = field(compare=False)
    depends_on: frozenset[str] = field(default=frozenset(), compare=False)
    after: frozenset[str] = field(default=frozenset(), compare=False)
    exclusive: frozenset[str] = field(default=frozenset(), compare=False)
    delay: int = field(default=0, compare=False)
    """Seconds that it lets pass once nothing else holds it back."""


class Skip(NamedTuple):
    """A node that will not run, and the node whose failure is the reason."""

    id: str
    because: str


def nodes_of(actions: Iterable[Action], gates: Iterable[Gate]) -> tuple[Node, ...]:
    """The nodes of a plan."""
    found = [
        Node(
            priority=action.priority,
            id=action.id,
            queue=Queue(action.limit_class, action.limit_scope),
            depends_on=frozenset(action.depends_on),
            after=frozenset(action.after),
            exclusive=frozenset(action.exclusive),
            delay=_delay(action),
        )
        for action in actions
    ]
    found += [
        Node(
            priority=0,
            id=gate.id,
            queue=Queue(GATE_CLASS, ""),
            depends_on=frozenset(gate.depends_on),
            after=frozenset(gate.after),
        )
        for gate in gates
    ]
    return tuple(sorted(found))


def _delay(action: Action) -> int:
    parameters = action.parameters
    return parameters.delay if isinstance(parameters, StartParameters) else 0


def startable(
    queues: Mapping[Queue, Sequence[Node]],
    running: Iterable[Node],
    limits: Mapping[str, int],
    at_most: int | None = None,
) -> tuple[Node, ...]:
    """Which of the ready nodes may start beside those that run, in the order of starting.

    ``queues`` hold what waits for nothing but room, each sorted. A limit counts over class and
    scope; a class without one is unlimited. No two nodes that share an exclusive key run together.
    In a queue the higher priority goes first; a node that must wait for a key lets others pass,
    save in the strict classes: there nothing of lower priority is sent, whatever its scope.
    ``at_most`` caps what runs altogether; 1 is a plain sequential run.
    """
    running = tuple(running)
    busy = Counter(node.queue for node in running)
    held = {key for node in running for key in node.exclusive}
    chosen: list[Node] = []
    left: dict[str, int] = {}
    for queue in sorted(queues):
        room = limits.get(queue.limit_class, len(queues[queue]) + busy[queue]) - busy[queue]
        for node in queues[queue]:
            if room <= 0 or node.exclusive & held:
                best = left.get(queue.limit_class, node.priority)
                left[queue.limit_class] = min(best, node.priority)
                if room <= 0:
                    break
                continue
            room -= 1
            held |= node.exclusive
            chosen.append(node)
    allowed = sorted(node for node in chosen if not _must_yield(node, left))
    return tuple(allowed if at_most is None else allowed[: max(0, at_most - len(running))])


def _must_yield(node: Node, left: Mapping[str, int]) -> bool:
    """Whether a more urgent node of the same strict class is ready and has to wait."""
    limit_class = node.queue.limit_class
    return limit_class in STRICT_CLASSES and node.priority > left.get(limit_class, node.priority)


class Walk:
    """How far a run has come through its graph."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        """Raises :class:`InvalidInput` if the graph goes round or names what is not in it."""
        self._nodes = {node.id: node for node in sorted(nodes)}
        self.running: dict[str, Node] = {}
        self.ended: dict[str, bool] = {}
        """Every node that has ended, and whether it succeeded."""
        self.queues: dict[Queue, list[Node]] = {}
        self.delayed: dict[str, Node] = {}
        """What waits for nothing but its own delay; the clock is somebody else's."""
        self._waits = {node.id: set(node.depends_on | node.after) for node in self._nodes.values()}
        self._followers: dict[str, list[str]] = {name: [] for name in self._nodes}
        self._refuse_a_broken_graph()
        for name, needs in self._waits.items():
            for need in needs:
                self._followers[need].append(name)
        for node in self._nodes.values():
            self._enqueue_if_ready(node)

    @property
    def is_over(self) -> bool:
        """Whether every node has ended."""
        return len(self.ended) == len(self._nodes)

    def release(self, name: str) -> None:
        """The delay of the node ``name`` is over: it is ready now."""
        node = self.delayed.pop(name)
        bisect.insort(self.queues.setdefault(node.queue, []), node)

    def begin(self, name: str) -> None:
        """The ready node ``name`` has been started."""
        node = self._nodes[name]
        queue = self.queues[node.queue]
        queue.pop(bisect.bisect_left(queue, node))
        if not queue:
            del self.queues[node.queue]
        self.running[name] = node

    def end(self, name: str, *, succeeded: bool) -> tuple[Skip, ...]:
        """The running node ``name`` has ended; the answer is what can never run now, by id.

        A skipped node has ended too: what came merely ``after`` it goes on.
        """
        del self.running[name]
        skipped: dict[str, Skip] = {}
        self._close(name, succeeded=succeeded)
        if not succeeded:
            self._skip_dependents(name, name, skipped)
        return tuple(sorted(skipped.values()))

    def _close(self, name: str, *, succeeded: bool) -> None:
        self.ended[name] = succeeded
        for follower in self._followers[name]:
            self._waits[follower].discard(name)
            self._enqueue_if_ready(self._nodes[follower])

    def _skip_dependents(self, name: str, because: str, skipped: dict[str, Skip]) -> None:
        left = [name]
        while left:
            failed = left.pop()
            for follower in self._followers[failed]:
                node = self._nodes[follower]
                if failed in node.depends_on and follower not in self.ended:
                    skipped[follower] = Skip(follower, because)
                    self._close(follower, succeeded=False)
                    left.append(follower)

    def _enqueue_if_ready(self, node: Node) -> None:
        if self._waits[node.id] or node.id in self.ended:
            return
        if not all(self.ended.get(need, False) for need in node.depends_on):
            return
        if node.delay:
            self.delayed[node.id] = node
        else:
            bisect.insort(self.queues.setdefault(node.queue, []), node)

    def _refuse_a_broken_graph(self) -> None:
        for name, needs in self._waits.items():
            unknown = sorted(needs - self._nodes.keys())
            if unknown:
                raise InvalidInput(
                    f"{name} waits for {unknown[0]}, which is not in the plan",
                    next_step="make the plan again",
                )
        try:
            topological(self._waits)
        except CycleError as error:
            raise InvalidInput(
                f"the plan's actions wait for one another: {error}",
                next_step="make the plan again",
            ) from error
