"""The order of things: what must have ended before what.

Gates and actions are nodes. ``depends_on`` must have succeeded, ``after`` must merely have ended.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence


class CycleError(ValueError):
    """The graph goes round; ``path`` is the way it goes."""

    def __init__(self, path: Sequence[str]) -> None:
        super().__init__(" -> ".join(path))
        self.path = tuple(path)


def topological(edges: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """The nodes so that each comes after those it waits for; ties by name.

    ``edges`` maps a node to what it waits for; names that are no keys are ignored. Raises
    ``CycleError`` with the path when there is no such order.
    """
    waits = {node: {name for name in needs if name in edges} for node, needs in edges.items()}
    followers: dict[str, list[str]] = {node: [] for node in waits}
    for node, needs in waits.items():
        for need in needs:
            followers[need].append(node)
    ready = [node for node, needs in waits.items() if not needs]
    heapq.heapify(ready)
    order: list[str] = []
    while ready:
        node = heapq.heappop(ready)
        order.append(node)
        for follower in followers[node]:
            waits[follower].discard(node)
            if not waits[follower]:
                heapq.heappush(ready, follower)
    if len(order) < len(waits):
        raise CycleError(_cycle({node: needs for node, needs in waits.items() if needs}))
    return tuple(order)


def _cycle(waits: Mapping[str, set[str]]) -> list[str]:
    """A way round among nodes that all still wait for one another."""
    node = min(waits)
    seen: list[str] = []
    while node not in seen:
        seen.append(node)
        node = min(need for need in waits[node] if need in waits)
    return [*seen[seen.index(node) :], node]
