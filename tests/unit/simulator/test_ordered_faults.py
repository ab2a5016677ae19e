"""Faults to order: which request they strike, and what the client then sees."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio
import trio.testing
from lxml import etree

from drplan.errors import AnswerLost, InvalidInput
from drplan.simulator import answers, core, elements
from drplan.simulator.core import Engine
from drplan.simulator.handling import Answer, Call, Route
from drplan.simulator.ordered_faults import FaultOrder, OrderedFaults, fits_path
from drplan.simulator.orders_file import parse_orders, read_orders
from drplan.simulator.store import Store
from drplan.simulator.transport import SimulatedTransport
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

MakeEngine = Callable[..., Engine]
Ask = Callable[..., Response]


def rename(call: Call) -> Answer:
    """An action that leaves a trace."""
    call.store.set_value("/vms/a", "name", "renamed")
    return answers.action(call)


@pytest.fixture
def engine(make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """One VM, and one action on it."""
    own = core.all_routes
    route = Route("POST", "/vms/{vm}/rename", rename, is_action=True)
    monkeypatch.setattr(core, "all_routes", lambda: (route, *own()))
    store = Store()
    vm = elements.make("vm", id="a")
    elements.set_text(vm, "name", "web")
    store.put("/vms/a", vm)
    return make_engine(store)


def order(engine: Engine, **fields: Any) -> None:
    """Order one fault of the action."""
    engine.faults.add([FaultOrder(**({"request": "POST /vms/*/rename"} | fields))])


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("/vms/*/start", f"{API_PREFIX}/vms/1/start", True),
        ("/vms/*/start", f"{API_PREFIX}/vms/1/stop", False),
        ("/vms/*/start", f"{API_PREFIX}/vms/1/x/start", False),
        ("/vms", f"{API_PREFIX}/vms/", True),
        ("/datacenters/**", f"{API_PREFIX}/datacenters/1/storagedomains", True),
        ("/datacenters/**", f"{API_PREFIX}/vms", False),
        ("/ovirt-engine/sso/oauth/*", "/ovirt-engine/sso/oauth/token", True),
        ("/sso/oauth/token", "/ovirt-engine/sso/oauth/token", False),
    ],
)
def test_patterns_mean_parts_of_addresses(pattern: str, path: str, *, fits: bool) -> None:
    """One star is one part, two are any rest; the API's prefix may be left out."""
    assert fits_path(pattern, path) is fits


def test_only_the_nth_request_fails(engine: Engine, ask: Ask) -> None:
    """The second of three; each is counted, whatever came of it."""
    order(engine, answer="500", nth=2)

    statuses = [ask(engine, "/vms/a/rename", method="POST").status for _ in range(3)]

    assert statuses == [200, 500, 200]
    assert [seen for _, seen in engine.faults] == [3]


def test_several_and_all_can_be_ordered() -> None:
    """A list of numbers, or every one."""
    some = OrderedFaults([FaultOrder(request="* /vms", answer="503", nth=(1, 3))])
    every = OrderedFaults([FaultOrder(request="* /vms", answer="503", nth="every")])

    assert [some.take("x", "GET", "/vms") is not None for _ in range(4)] == [
        True,
        False,
        True,
        False,
    ]
    assert all(every.take("x", "GET", "/vms") for _ in range(4))


def test_orders_of_another_site_do_not_count() -> None:
    """An order with a site is of that one alone."""
    faults = OrderedFaults([FaultOrder(request="GET /vms", answer="503", site="primary")])

    assert faults.take("secondary", "GET", "/vms") is None
    assert faults.take("primary", "GET", "/vms") is not None


@pytest.mark.parametrize("answer", ["401", "500", "503"])
def test_pages_are_html_and_nothing_happened(engine: Engine, ask: Ask, answer: str) -> None:
    """401, 500 and 503 come as pages, before the request took effect."""
    order(engine, answer=answer)

    response = ask(engine, "/vms/a/rename", method="POST")

    assert response.status == int(answer)
    assert response.media_type == "text/html"
    assert engine.store.value("/vms/a", "name") == "web"


def test_busy_has_the_shape_of_a_refused_action(engine: Engine, ask: Ask) -> None:
    """409 is the fault of a lock, inside the action."""
    order(engine, answer="409")

    response = ask(engine, "/vms/a/rename", method="POST", body=b"<action/>")

    root = etree.fromstring(response.body)
    assert (response.status, root.tag, root.findtext("status")) == (409, "action", "failed")
    assert "currently in progress" in (root.findtext("fault/detail") or "")


def test_an_answer_can_lie_about_what_was_done(engine: Engine, ask: Ask) -> None:
    """With took_effect the action is carried out, and the answer is a 500 all the same."""
    order(engine, answer="500", took_effect=True)

    assert ask(engine, "/vms/a/rename", method="POST").status == 500
    assert engine.store.value("/vms/a", "name") == "renamed"


@pytest.mark.parametrize("took_effect", [False, True])
def test_a_broken_connection_is_a_lost_answer(engine: Engine, *, took_effect: bool) -> None:
    """The client cannot tell whether the request was carried out."""
    order(engine, answer="reset", took_effect=took_effect)

    async def send() -> None:
        with pytest.raises(AnswerLost):
            await SimulatedTransport(engine).exchange(
                Request.of("POST", f"{API_PREFIX}/vms/a/rename")
            )

    trio.run(send, clock=trio.testing.MockClock(autojump_threshold=0))
    assert engine.store.value("/vms/a", "name") == ("renamed" if took_effect else "web")
    assert engine.log[-1].status == 0


@pytest.mark.parametrize("answer", ["slow", "timeout"])
def test_time_passes_before_a_slow_answer_or_none(engine: Engine, answer: str) -> None:
    """A slow answer comes so many seconds later; a timeout ends in the client's giving up."""
    order(engine, answer=answer, seconds=90)
    took: list[float] = []

    async def send() -> None:
        request = Request.of("POST", f"{API_PREFIX}/vms/a/rename")
        try:
            assert (await SimulatedTransport(engine).exchange(request)).status == 200
        except AnswerLost:
            assert answer == "timeout"
        took.append(trio.current_time())

    trio.run(send, clock=trio.testing.MockClock(autojump_threshold=0))
    assert took[0] >= 90


def test_a_mistake_in_a_rule_is_raised_unless_somebody_wants_to_know(
    engine: Engine, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In process it ends the run; a server is told, and the client gets 500."""
    monkeypatch.setattr(answers, "action", None)
    with pytest.raises(TypeError):
        ask(engine, "/vms/a/rename", method="POST")

    told: list[Exception] = []
    engine.on_crash = told.append

    assert ask(engine, "/vms/a/rename", method="POST").status == 500
    assert isinstance(told[0], TypeError)


def test_a_file_holds_faults_and_events(tmp_path: Path) -> None:
    """Both kinds in one list; statuses may be written as numbers."""
    path = tmp_path / "faults.yml"
    path.write_text(
        "- request: POST /vms/*/start\n  answer: 409\n  nth: [1, 2]\n"
        "- event: host_dies\n  host: h1\n  at: 60\n"
    )

    orders = read_orders(path)

    assert [(it.answer, it.nth) for it in orders.faults] == [("409", (1, 2))]
    assert [(it.event, it.at) for it in orders.happenings] == [("host_dies", 60.0)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- request: POST /vms\n  answer: 418\n", "answer"),
        ("- request: vms\n  answer: 500\n", "not a method and an address"),
        ("- request: post /vms\n  answer: 500\n", "not a method and an address"),
        ("- event: host_dies\n", "host_dies needs host"),
        ("- event: meteor\n", "meteor"),
        ("- event: host_dies\n  host: a\n  after: x\n", "not a method and an address"),
        ("- request: GET /vms\n  answer: 500\n  times: 2\n", "times"),
        ("- {}\n", "either request or event"),
        ("a: [", "not YAML"),
    ],
)
def test_orders_that_mean_nothing_are_refused(text: str, words: str) -> None:
    """The message names the order and what is wrong with it."""
    with pytest.raises(InvalidInput, match=words):
        parse_orders(text, "faults.yml")


def test_an_empty_file_orders_nothing() -> None:
    """Comments alone are no orders."""
    assert parse_orders("# nothing\n", "faults.yml").faults == ()


@pytest.mark.parametrize(
    ("method", "target", "allow"),
    [
        ("DELETE", "/vms", "GET, HEAD, OPTIONS, POST"),
        ("PUT", "/hosts", "GET, HEAD, OPTIONS, POST"),
        ("POST", "/vms/a", "DELETE, GET, HEAD, OPTIONS, PUT"),
        ("GET", "/vms/a/start", "OPTIONS, POST"),
        ("POST", "/", "GET, HEAD, OPTIONS"),
    ],
)
def test_a_wrong_method_is_refused_with_those_that_are_allowed(
    engine: Engine, ask: Ask, method: str, target: str, allow: str
) -> None:
    """405 without a body, and nothing is missing in the simulator."""
    response = ask(engine, target, method=method)

    assert (response.status, response.body) == (405, b"")
    assert response.header("Allow") == allow
    assert engine.unimplemented == []
