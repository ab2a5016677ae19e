"""What happens to sites by order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drplan.errors import InvalidInput
from drplan.simulator import answers, elements, storage_views
from drplan.simulator.core import Engine
from drplan.simulator.happenings import Happening, Happenings
from drplan.simulator.store import Store
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

MakeEngine = Callable[..., Engine]
Ask = Callable[..., Response]


def entity(tag: str, key: str, **members: str) -> elements.Element:
    """An entity with plain members."""
    made = elements.make(tag, id=key)
    for name, text in members.items():
        elements.set_text(made, name, text)
    return made


@pytest.fixture
def engine(make_engine: MakeEngine) -> Engine:
    """Two hosts, a VM that runs on the first, an active domain."""
    store = Store()
    store.put("/hosts/1", entity("host", "1", name="h1", status="up"))
    store.put("/hosts/2", entity("host", "2", name="h2", status="up"))
    vm = entity("vm", "v", name="web", status="up")
    elements.place(vm, answers.link("host", "/hosts/1"))
    store.put("/vms/v", vm)
    store.put("/datacenters/d", entity("data_center", "d", name="dc", status="up"))
    store.put("/storagedomains/s", entity("storage_domain", "s", name="data"))
    storage_views.attach(store, "s", "d", "active")
    return make_engine(store)


@pytest.fixture
def told() -> list[tuple[str, str]]:
    """What reached the front."""
    return []


@pytest.fixture
def happenings(engine: Engine, told: list[tuple[str, str]]) -> Happenings:
    """Of a world with that one Engine."""
    return Happenings([engine], lambda name, it: told.append((name, it.event)))


def test_a_host_dies_at_its_time_and_returns(engine: Engine, happenings: Happenings) -> None:
    """Its VMs are unknown meanwhile; the other host is not touched."""
    happenings.order(
        [
            Happening(event="host_dies", host="h1", at=60),
            Happening(event="host_returns", host="h1", at=120),
        ]
    )

    engine.advance(59)
    assert engine.store.value("/hosts/1", "status") == "up"
    engine.advance(60)
    assert engine.store.value("/hosts/1", "status") == "non_responsive"
    assert engine.store.value("/hosts/2", "status") == "up"
    assert engine.store.value("/vms/v", "status") == "unknown"
    engine.advance(120)
    assert engine.store.value("/hosts/1", "status") == "up"
    assert engine.store.value("/vms/v", "status") == "up"


def test_a_domain_goes_inactive_after_the_nth_request(
    engine: Engine, happenings: Happenings, ask: Ask
) -> None:
    """It waits for the second list of VMs, and recovers by order."""
    happenings.order(
        [Happening(event="domain_goes_inactive", storage_domain="data", after="GET /vms", nth=2)]
    )

    ask(engine, "/vms")
    assert storage_views.status(engine.store, "s") == "active"
    ask(engine, "/vms")
    assert storage_views.status(engine.store, "s") == "inactive"

    happenings.order([Happening(event="domain_recovers", storage_domain="s")])
    engine.advance(engine.now)
    assert storage_views.status(engine.store, "s") == "active"


def test_an_engine_that_restarts_is_away_and_forgets(
    engine: Engine, happenings: Happenings, ask: Ask, told: list[tuple[str, str]]
) -> None:
    """Open requests break, locks are gone, jobs are unknown, the proxy answers 503 meanwhile."""
    job = engine.jobs.start("Running VM web", "x")
    engine.locks.acquire("me", exclusive=[("VM", "v")])
    waiting = engine.submit(engine.now, Request.of("GET", f"{API_PREFIX}/vms"))
    happenings.order([Happening(event="engine_restarts", seconds=100)])
    engine.advance(engine.now)

    assert waiting.cut == "reset"
    assert engine.jobs.status(job) == "unknown"
    assert not engine.locks.is_held(("VM", "v"))
    assert ask(engine, "/vms").status == 503
    assert told == [("site", "engine_restarts")]

    engine.end_job(job)
    assert engine.jobs.status(job) == "unknown"
    engine.advance(engine.now + 100)
    assert ask(engine, "/vms").status == 200


def test_what_is_in_front_is_told_to_the_front(
    engine: Engine, happenings: Happenings, told: list[tuple[str, str]]
) -> None:
    """Sessions and doors are none of the Engine's."""
    happenings.order([Happening(event="site_goes_down", at=5)])

    engine.advance(5)

    assert told == [("site", "site_goes_down")]


@pytest.mark.parametrize("name", ["web", "v"])
def test_a_status_can_be_held_back_by_name_or_id(
    engine: Engine, happenings: Happenings, name: str
) -> None:
    """The rules ask before they set that status."""
    happenings.order([Happening(event="status_stays", vm=name, status="up")])
    engine.advance(engine.now)

    assert engine.stays_below("vm", "/vms/v", "up")
    assert not engine.stays_below("vm", "/vms/v", "down")


@pytest.mark.parametrize(
    "happening",
    [
        Happening(event="host_dies", host="nobody"),
        Happening(event="host_dies", host="h1", site="elsewhere"),
    ],
)
def test_what_is_not_there_is_refused_at_once(happenings: Happenings, happening: Happening) -> None:
    """An order must not fail in silence an hour later."""
    with pytest.raises(InvalidInput):
        happenings.order([happening])
