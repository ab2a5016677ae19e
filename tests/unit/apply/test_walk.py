"""Which nodes may start now, decided without time and without an Engine."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drplan.apply.walk import Node, Queue, Skip, Walk, startable
from drplan.errors import InvalidInput

REGISTER = Queue("register", "")
START = Queue("start", "")


def node(name: str, queue: Queue = REGISTER, priority: int = 0, **edges: frozenset[str]) -> Node:
    """A node with little to write."""
    return Node(priority, name, queue, **edges)


def queued(*nodes: Node) -> dict[Queue, list[Node]]:
    """The nodes in their queues, sorted as a walk keeps them."""
    found: dict[Queue, list[Node]] = {}
    for item in sorted(nodes):
        found.setdefault(item.queue, []).append(item)
    return found


def names(nodes: tuple[Node, ...]) -> list[str]:
    """The ids, in order."""
    return [item.id for item in nodes]


def test_a_limit_counts_what_already_runs() -> None:
    """Of three ready nodes only one starts when a limit of two has one running."""
    ready = queued(node("a"), node("b"), node("c"))
    assert names(startable(ready, [node("x")], {"register": 2})) == ["a"]


def test_a_limit_counts_for_each_scope_alone() -> None:
    """A full data center does not hold up another one."""
    east, west = Queue("attach", "east"), Queue("attach", "west")
    ready = queued(node("a", east), node("b", west))
    assert names(startable(ready, [node("x", east)], {"attach": 1})) == ["b"]


def test_lower_numbers_go_first_and_ids_break_ties() -> None:
    """The order is priority, then id."""
    ready = queued(node("b"), node("c", priority=-1), node("a"))
    assert names(startable(ready, [], {"register": 2})) == ["c", "a"]


def test_nodes_that_share_a_key_never_run_together() -> None:
    """The second holder of a key waits, and others pass it."""
    key = frozenset({"affinity:g1"})
    ready = queued(node("a", exclusive=key), node("b", exclusive=key), node("c"))
    assert names(startable(ready, [], {"register": 3})) == ["a", "c"]


def test_no_start_is_sent_while_a_more_urgent_one_is_ready_anywhere() -> None:
    """A full scope with an urgent start holds up the less urgent starts of other scopes."""
    east, west = Queue("start", "east"), Queue("start", "west")
    ready = queued(node("urgent", east, priority=1), node("later", west, priority=5))
    assert startable(ready, [node("x", east)], {"start": 1}) == ()


def test_at_most_one_makes_the_run_sequential() -> None:
    """With a cap of one nothing starts beside what runs."""
    ready = queued(node("a"), node("b"))
    assert names(startable(ready, [], {}, 1)) == ["a"]
    assert startable(ready, [node("x")], {}, 1) == ()


def test_a_failure_skips_all_that_depends_on_it_and_names_it() -> None:
    """Skips spread along depends_on, with the first failure as the reason."""
    walk = Walk(
        [
            node("a"),
            node("b", depends_on=frozenset({"a"})),
            node("c", depends_on=frozenset({"b"})),
            node("d", after=frozenset({"c"})),
        ]
    )
    walk.begin("a")
    assert walk.end("a", succeeded=False) == (Skip("b", "a"), Skip("c", "a"))
    assert [item.id for item in walk.queues[REGISTER]] == ["d"]


def test_what_comes_merely_after_a_failure_goes_on() -> None:
    """``after`` asks for an end, not for success."""
    walk = Walk([node("a"), node("b", after=frozenset({"a"}))])
    walk.begin("a")
    assert walk.end("a", succeeded=False) == ()
    assert [item.id for item in walk.queues[REGISTER]] == ["b"]


def test_a_graph_that_goes_round_is_refused() -> None:
    """Two nodes that wait for one another make no order."""
    with pytest.raises(InvalidInput, match="wait for one another"):
        Walk([node("a", after=frozenset({"b"})), node("b", depends_on=frozenset({"a"}))])


def test_a_graph_that_names_an_unknown_node_is_refused() -> None:
    """A dependency that is not in the plan can never be fulfilled."""
    with pytest.raises(InvalidInput, match="not in the plan"):
        Walk([node("a", depends_on=frozenset({"ghost"}))])


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    """Acyclic graphs of registrations and starts in up to two scopes."""
    count = draw(st.integers(1, 14))
    nodes: list[Node] = []
    for index in range(count):
        earlier = [item.id for item in nodes]
        pick = (
            st.frozensets(st.sampled_from(earlier), max_size=3) if earlier else st.just(frozenset())
        )
        nodes.append(
            Node(
                draw(st.integers(0, 3)),
                f"n{index:02}",
                Queue(draw(st.sampled_from(["register", "start"])), draw(st.sampled_from("ab"))),
                depends_on=draw(pick),
                after=draw(pick),
                exclusive=draw(st.frozensets(st.sampled_from(["k1", "k2"]), max_size=1)),
            )
        )
    return nodes


@given(graphs(), st.data())
def test_every_walk_ends_and_keeps_its_promises(nodes: list[Node], data: st.DataObject) -> None:
    """Whatever ends first and however: dependencies, limits, keys and urgency always hold."""
    limits = {"register": 2, "start": 2}
    walk = Walk(nodes)
    by_id = {item.id: item for item in nodes}
    while not walk.is_over:
        ready = [item for queue in walk.queues.values() for item in queue]
        chosen = startable(walk.queues, walk.running.values(), limits)
        waiting_starts = [
            item.priority
            for item in ready
            if item.queue.limit_class == "start" and item not in chosen
        ]
        for item in chosen:
            assert all(walk.ended.get(need) for need in item.depends_on)
            assert all(need in walk.ended for need in item.after)
            if item.queue.limit_class == "start":
                assert item.priority <= min(waiting_starts, default=item.priority)
            walk.begin(item.id)
        running = list(walk.running.values())
        assert running, "a run that is not over must have something in flight"
        for queue in {item.queue for item in running}:
            assert sum(item.queue == queue for item in running) <= limits[queue.limit_class]
        keys = [key for item in running for key in item.exclusive]
        assert len(keys) == len(set(keys))
        ends = data.draw(st.sampled_from(sorted(walk.running)))
        walk.end(ends, succeeded=data.draw(st.booleans()))
    for name, succeeded in walk.ended.items():
        if succeeded:
            assert all(walk.ended[need] for need in by_id[name].depends_on)
