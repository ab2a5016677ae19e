"""The simulator under trio and a virtual clock."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable

import pytest
import trio
import trio.testing

from drplan.errors import EngineUnreachable
from drplan.simulator import answers, core, elements
from drplan.simulator.core import Engine
from drplan.simulator.handling import Call, Process, Route
from drplan.simulator.store import Store
from drplan.simulator.timeline import Timeline
from drplan.simulator.transport import SimulatedTransport
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

MakeEngine = Callable[..., Engine]


def long_work(call: Call) -> Process:
    """One hour in a queue."""
    yield from call.engine.hold("spm", 3600.0)
    return answers.action(call)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store with one VM, and a handler that takes an hour."""
    own = core.all_routes
    route = Route("POST", "/vms/{vm}/work", long_work, is_action=True)
    monkeypatch.setattr(core, "all_routes", lambda: (route, *own()))
    store = Store()
    store.put("/vms/a", elements.make("vm", id="a"))
    return store


def run(task: Callable[[], object]) -> None:
    """Run under a clock that jumps."""
    trio.run(task, clock=trio.testing.MockClock(autojump_threshold=0))


def test_hours_pass_in_no_time_and_requests_overlap(store: Store, make_engine: MakeEngine) -> None:
    """Three hours of queued work; a read in between is answered at once."""
    transport = SimulatedTransport(make_engine(store))
    finished: list[tuple[str, float]] = []

    async def work(name: str) -> None:
        await transport.exchange(Request.of("POST", f"{API_PREFIX}/vms/a/work"))
        finished.append((name, trio.current_time()))

    async def read() -> None:
        await trio.sleep(1800.0)
        await transport.exchange(Request.of("GET", f"{API_PREFIX}/vms/a"))
        finished.append(("read", round(trio.current_time(), 3)))

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for name in ("a", "b", "c"):
                nursery.start_soon(work, name)
            nursery.start_soon(read)

    run(main)
    assert [time for _, time in finished] == [1800.05, 3600.0, 7200.0, 10800.0]


def test_two_engines_of_one_world_share_the_clock(store: Store, make_engine: MakeEngine) -> None:
    """What was begun at one Engine has happened when the other is asked later."""
    timeline = Timeline()
    one, two = make_engine(store, timeline=timeline), make_engine(timeline=timeline)
    seen: list[float] = []

    async def main() -> None:
        one.schedule(100.0, lambda: seen.append(two.now))
        await trio.sleep(200.0)
        await SimulatedTransport(two).exchange(Request.of("GET", f"{API_PREFIX}/vms"))

    run(main)
    assert seen == [100.0]


def test_an_odd_epoch_does_not_stop_the_clock(store: Store, make_engine: MakeEngine) -> None:
    """The difference of two times may lose a digit; the answer comes all the same."""
    responses: list[Response] = []

    async def main() -> None:
        await trio.sleep(0.1)
        transport = SimulatedTransport(make_engine(store), epoch=trio.current_time())
        for _ in range(50):
            request = Request.of("GET", f"{API_PREFIX}/vms")
            with trio.fail_after(60):
                responses.append(await transport.exchange(request))

    run(main)
    assert [response.status for response in responses] == [200] * 50


def test_one_that_gives_up_does_not_leave_the_others_waiting(
    store: Store, make_engine: MakeEngine
) -> None:
    """A timeout of one client: time goes on for the rest, and so does the work that it asked for."""
    transport = SimulatedTransport(make_engine(store))
    finished: dict[str, float] = {}

    async def work(name: str, patience: float) -> None:
        with trio.move_on_after(patience):
            await transport.exchange(Request.of("POST", f"{API_PREFIX}/vms/a/work"))
            finished[name] = trio.current_time()

    async def main() -> None:
        async with trio.open_nursery() as nursery:
            for name, patience in (("a", 10.0), ("b", 20.0), ("c", 1e6), ("d", 1e6)):
                nursery.start_soon(work, name, patience)
                await trio.sleep(1.0)

    run(main)
    assert finished == {"c": 10_800.0, "d": 14_400.0}


def test_a_world_that_is_not_used_any_more_goes(store: Store, make_engine: MakeEngine) -> None:
    """Rehearsing again and again does not fill the memory."""

    def rehearse() -> weakref.ref[Timeline]:
        engine = make_engine(store)

        async def main() -> None:
            await SimulatedTransport(engine).exchange(Request.of("GET", f"{API_PREFIX}/vms"))

        run(main)
        return weakref.ref(engine.timeline)

    timeline = rehearse()
    gc.collect()
    assert timeline() is None


def test_a_site_that_is_down_is_unreachable(store: Store, make_engine: MakeEngine) -> None:
    """As in a disaster: the request had no effect and no answer."""
    engine = make_engine(store)
    engine.is_down = True

    async def main() -> None:
        with pytest.raises(EngineUnreachable):
            await SimulatedTransport(engine).exchange(Request.of("GET", f"{API_PREFIX}/vms"))

    run(main)
    assert engine.log == []
