"""The event machine: processes, waits, queues, time, ids, the request log."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Generator, Iterator

import pytest

from drplan.simulator import answers, core, elements
from drplan.simulator.core import Engine, Version
from drplan.simulator.faults import OBJECT_LOCKED, Refusal, failed, refuse
from drplan.simulator.handling import Answer, Call, Process, Route, Turn, Until, Wait
from drplan.simulator.store import Store
from drplan.simulator.timeline import Timeline
from drplan.wire.request import API_PREFIX, Request

MakeEngine = Callable[..., Engine]


def slow(call: Call) -> Process:
    """Takes three seconds, and shows itself in the store meanwhile."""
    call.store.set_value("/vms/a", "status", "powering_up")
    yield 3.0
    call.store.set_value("/vms/a", "status", "up")
    return answers.action(call)


def one_by_one(call: Call) -> Process:
    """Two seconds in a queue."""
    yield from call.engine.hold("spm", 2.0)
    return answers.action(call)


def waiting(call: Call) -> Process:
    """Waits for the VM to be up, ten seconds at most."""
    yield Until(lambda: call.store.value("/vms/a", "status") == "up", every=1.0, at_most=10.0)
    return answers.action(call)


def refusing(call: Call) -> Answer:
    """Always locked."""
    raise refuse(OBJECT_LOCKED, action="run", type="VM")


def failing(call: Call) -> Process:
    """Fails on the host after a second."""
    yield 1.0
    raise failed("Cannot acquire host id")


ROUTES = (
    Route("POST", "/vms/{vm}/slow", slow, is_action=True),
    Route("POST", "/vms/{vm}/turn", one_by_one, is_action=True),
    Route("POST", "/vms/{vm}/wait", waiting, is_action=True),
    Route("POST", "/vms/{vm}/refuse", refusing, is_action=True),
    Route("POST", "/refuse", refusing),
    Route("POST", "/vms/{vm}/fail", failing, is_action=True),
    Route("POST", "/vms/special/{verb}", slow, is_action=True),
)


@pytest.fixture
def engine(make_engine: MakeEngine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """An Engine with one VM and the handlers above."""
    own = core.all_routes
    monkeypatch.setattr(core, "all_routes", lambda: (*ROUTES, *own()))
    store = Store()
    vm = elements.make("vm", href="/ovirt-engine/api/vms/a", id="a")
    elements.set_text(vm, "name", "app")
    elements.set_text(vm, "status", "down")
    store.put("/vms/a", vm)
    return make_engine(store)


def post(target: str, body: bytes = b"<action/>") -> Request:
    """A write, with the smallest body that real clients send."""
    return Request.of("POST", API_PREFIX + target, body=body)


def run(engine: Engine) -> Iterator[float]:
    """Let every event happen, giving the time of each."""
    while (due := engine.next_event) is not None:
        engine.advance(due)
        yield due


def test_a_process_changes_the_engine_step_by_step(engine: Engine) -> None:
    """Its effects are seen when they happen, its answer when it is ready."""
    ticket = engine.submit(10.0, post("/vms/a/slow"))
    assert ticket.response is None
    assert engine.store.value("/vms/a", "status") == "powering_up"
    engine.advance(12.9)
    assert ticket.response is None
    engine.advance(13.0)
    assert engine.store.value("/vms/a", "status") == "up"
    assert ticket.ready_at == 13.0
    assert ticket.response is not None
    assert ticket.response.status == 200


def test_a_read_between_two_steps_sees_the_state_of_that_moment(engine: Engine) -> None:
    """Requests and processes share one order of events."""
    engine.submit(0.0, post("/vms/a/slow"))
    ticket = engine.submit(1.0, Request.of("GET", f"{API_PREFIX}/vms/a"))
    engine.advance(2.0)
    assert ticket.response is not None
    assert b"<status>powering_up</status>" in ticket.response.body


def test_a_queue_serves_one_after_the_other(engine: Engine) -> None:
    """Three requests at one moment, two seconds each: answers after two, four and six."""
    tickets = [engine.submit(0.0, post("/vms/a/turn")) for _ in range(3)]
    list(run(engine))
    assert [ticket.ready_at for ticket in tickets] == [2.0, 4.0, 6.0]
    assert engine.turns.length("spm") == 0


def test_waiting_for_a_condition_asks_again_and_again(engine: Engine) -> None:
    """The condition is asked every second, so it is met at the next full second."""
    waiter = engine.submit(0.5, post("/vms/a/wait"))
    engine.submit(0.75, post("/vms/a/slow"))
    list(run(engine))
    assert waiter.ready_at == 4.5


def test_waiting_ends_at_its_limit(engine: Engine) -> None:
    """A condition that never holds does not keep a process for ever."""
    waiter = engine.submit(0.0, post("/vms/a/wait"))
    list(run(engine))
    assert waiter.ready_at == 10.0


def test_a_refused_action_carries_its_fault_inside(engine: Engine) -> None:
    """``<action>`` with what was sent, the fault, and status failed; 409 for a lock."""
    ticket = engine.submit(0.0, post("/vms/a/refuse", b"<action><pause>true</pause></action>"))
    list(run(engine))
    assert ticket.response is not None
    assert ticket.response.status == 409
    root = elements.parse(ticket.response.body)
    assert [child.tag for child in root] == ["fault", "pause", "status"]
    assert elements.text_of(root, "fault/detail") == (
        "[Cannot run VM. Related operation is currently in progress. Please try again later.]"
    )
    assert elements.text_of(root, "fault/reason") == "Operation Failed"
    assert elements.text_of(root, "status") == "failed"


def test_a_refused_add_is_a_bare_fault_with_detail_before_reason(engine: Engine) -> None:
    """Only actions wrap their faults."""
    ticket = engine.submit(0.0, post("/refuse", b"<vm/>"))
    list(run(engine))
    assert ticket.response is not None
    root = elements.parse(ticket.response.body)
    assert root.tag == "fault"
    assert [child.tag for child in root] == ["detail", "reason"]


def test_a_process_may_fail_after_a_while(engine: Engine) -> None:
    """A host's error comes when it happened, with 400."""
    ticket = engine.submit(0.0, post("/vms/a/fail"))
    list(run(engine))
    assert ticket.ready_at == 1.0
    assert ticket.response is not None
    assert ticket.response.status == 400
    assert b"[Cannot acquire host id]" in ticket.response.body


def test_a_literal_part_of_an_address_wins_over_a_placeholder(engine: Engine) -> None:
    """``/vms/special/refuse`` is the special route, whatever stands for ``{vm}`` elsewhere."""
    ticket = engine.submit(0.0, post("/vms/special/refuse"))
    list(run(engine))
    assert ticket.response is not None
    assert ticket.response.status == 200


def test_what_is_not_simulated_is_answered_loudly(engine: Engine) -> None:
    """501 with a text, and a note that tests can fail on."""
    ticket = engine.submit(0.0, post("/vms/a/detach"))
    list(run(engine))
    assert ticket.response is not None
    assert ticket.response.status == 501
    assert ticket.response.body == b"Simulator has no rule for POST /vms/a/detach\n"
    assert engine.unimplemented == ["POST /vms/a/detach"]


def test_every_request_is_logged_with_its_times(engine: Engine) -> None:
    """When it came, what it was, how it ended and when."""
    engine.submit(1.0, post("/vms/a/slow"))
    list(run(engine))
    (entry,) = engine.log
    assert (entry.time, entry.status, entry.answered_at) == (1.0, 200, 4.0)
    assert entry.request.path.endswith("/vms/a/slow")


def test_the_correlation_id_is_echoed_clean_and_cut(engine: Engine) -> None:
    """Odd characters are dropped, then 36 are kept; the header wins over the parameter."""
    headers = (("Correlation-Id", "run 1/ä" + "x" * 50),)
    target = f"{API_PREFIX}/vms/a?correlation_id=other"
    ticket = engine.submit(0.0, Request.of("GET", target, headers=headers))
    list(run(engine))
    assert ticket.response is not None
    assert ticket.response.header("Correlation-Id") == "run1" + "x" * 32


def test_headers_are_those_of_a_real_engine(engine: Engine) -> None:
    """Date, server, type without a blank, length, correlation id; no more (wire-facts 1)."""
    ticket = engine.submit(0.0, Request.of("GET", f"{API_PREFIX}/vms/a"))
    list(run(engine))
    assert ticket.response is not None
    names = [name for name, _ in ticket.response.headers]
    assert names == ["Date", "Server", "Content-Type", "Content-Length", "Correlation-Id"]
    assert ticket.response.header("Content-Type") == "application/xml;charset=UTF-8"
    assert ticket.response.header("Content-Length") == str(len(ticket.response.body))
    assert ticket.response.header("Date") == "Sun, 01 Mar 2026 09:00:00 GMT"


def test_times_are_written_with_milliseconds_and_offset(engine: Engine) -> None:
    """The Engine's own zone, never ``Z``."""
    engine.advance(61.5)
    assert engine.timestamp() == "2026-03-01T12:01:01.500+03:00"


def test_engines_of_one_timeline_share_the_order_of_events(make_engine: MakeEngine) -> None:
    """What is due in one Engine happens before a later request to another."""
    timeline = Timeline()
    first, second = make_engine(timeline=timeline), make_engine(timeline=timeline)
    seen: list[float] = []
    first.schedule(5.0, lambda: seen.append(second.now))
    second.submit(7.0, Request.of("GET", f"{API_PREFIX}/vms"))
    assert seen == [5.0]
    assert first.now == second.now == 7.0


def test_a_background_process_needs_no_request(engine: Engine) -> None:
    """A monitor may run beside everything, and take its turn in queues."""
    seen: list[float] = []

    def monitor() -> Generator[Wait, None, None]:
        for _ in range(3):
            yield 10.0
            yield Turn("spm")
            seen.append(engine.now)
            engine.turns.release("spm")

    engine.spawn(monitor())
    list(run(engine))
    assert seen == [10.0, 20.0, 30.0]


def test_a_refusal_in_a_background_process_is_a_mistake(engine: Engine) -> None:
    """There is nobody to refuse: it must not vanish."""

    def wrong() -> Generator[Wait, None, None]:
        yield 1.0
        raise failed("nobody reads this")

    engine.spawn(wrong())
    with pytest.raises(Refusal):
        engine.advance(1.0)


def test_the_same_seed_gives_the_same_ids_in_another_process(make_engine: MakeEngine) -> None:
    """Ids do not depend on hashes or on anything of this process."""
    code = (
        "from datetime import datetime, timezone\n"
        "from drplan.simulator.core import Engine\n"
        "from drplan.simulator.store import Store\n"
        "engine = Engine('site', Store(), start=datetime(2026, 3, 1, tzinfo=timezone.utc), seed=7)\n"
        "print(engine.new_id(), engine.new_id())"
    )
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout
    engine = make_engine(seed=7)
    assert printed.split() == [engine.new_id(), engine.new_id()]
    assert make_engine(seed=8).new_id() not in printed


def test_reads_do_not_change_which_ids_writes_get(make_engine: MakeEngine) -> None:
    """Random correlation ids come from a source of their own."""
    quiet, busy = make_engine(), make_engine()
    busy.submit(0.0, Request.of("GET", f"{API_PREFIX}/vms"))
    assert quiet.new_id() == busy.new_id()


@pytest.mark.parametrize(
    ("text", "version"),
    [("4.5.7-1.el9", (4, 5, 7, 0)), ("4.5.1.3-0.28.el8ev", (4, 5, 1, 3)), ("4.4", (4, 4, 0, 0))],
)
def test_a_version_is_read_from_its_numbers(text: str, version: tuple[int, ...]) -> None:
    """``full_version`` is not semantic: what follows the numbers is dropped."""
    assert Version.parse(text) == version


def test_the_version_is_that_of_the_api_root(make_engine: MakeEngine) -> None:
    """Where no API root was recorded, the Engine behaves like the newest known."""
    store = Store()
    assert make_engine(store).version == core.NEWEST
    root = elements.make("api")
    elements.set_text(root, "product_info/version/full_version", "4.3.10.4-0.1.el7")
    store.put("/", root)
    assert make_engine(store).version == (4, 3, 10, 4)
    assert make_engine(store, version="4.4.6-1").version == (4, 4, 6, 0)
