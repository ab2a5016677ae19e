"""Jobs and events: what the Engine tells about its own work."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from drplan.simulator import elements
from drplan.simulator.core import Engine
from drplan.simulator.store import Store
from drplan.wire.response import Response

MakeEngine = Callable[..., Engine]
Ask = Callable[..., Response]
IdsIn = Callable[[Response], list[str]]


def test_a_job_is_found_by_its_correlation_id_and_never_shows_it(
    make_engine: MakeEngine, ask: Ask, ids_in: IdsIn
) -> None:
    """Started, with a step, then finished with both ended."""
    engine = make_engine()
    engine.jobs.start("other", "run-2")
    job = engine.jobs.start("Attaching Storage Domain", "run-1")
    step = engine.jobs.add_step(job, "Executing")
    assert ids_in(ask(engine, "/jobs?search=correlation_id%3Drun-1")) == [job]
    body = ask(engine, f"/jobs/{job}").body
    assert b"run-1" not in body
    assert etree.fromstring(body).findtext("status") == "started"
    engine.end_job(job)
    assert etree.fromstring(ask(engine, f"/jobs/{job}").body).findtext("end_time") is not None
    (listed,) = etree.fromstring(ask(engine, f"/jobs/{job}/steps").body)
    assert (listed.get("id"), listed.findtext("status")) == (step, "finished")


def test_ended_jobs_go_off_the_list_in_their_time(make_engine: MakeEngine, ask: Ask) -> None:
    """Ten minutes for a finished one, an hour for a failed one."""
    engine = make_engine()
    good, bad = engine.jobs.start("good", "c"), engine.jobs.start("bad", "c")
    engine.end_job(good)
    engine.end_job(bad, "failed")
    engine.advance(599.0)
    assert engine.jobs.status(good) == "finished"
    engine.advance(601.0)
    assert engine.jobs.status(good) is None
    assert ask(engine, f"/jobs/{good}").status == 404
    assert engine.jobs.status(bad) == "failed"
    engine.advance(3601.0)
    assert engine.jobs.status(bad) is None


def test_a_job_that_is_not_cleared_automatically_stays(make_engine: MakeEngine) -> None:
    """External jobs do, until they are cleared."""
    engine = make_engine()
    job = engine.jobs.start("external", "c", external=True, auto_cleared=False)
    engine.end_job(job)
    engine.advance(100_000.0)
    assert engine.jobs.status(job) == "finished"
    engine.jobs.clear(job)
    assert engine.jobs.status(job) is None


def test_events_are_numbered_on_from_those_that_were_recorded(
    make_engine: MakeEngine, ask: Ask
) -> None:
    """And name what they link to."""
    store = Store()
    store.put("/events/41", elements.make("event", id="41"))
    vm = elements.make("vm", id="a")
    elements.set_text(vm, "name", "app")
    store.put("/vms/a", vm)
    engine = make_engine(store)
    number = engine.emit_event(
        1188, "warning", "…", correlation_id="run-1", links={"vm": "a", "cluster": "gone"}
    )
    assert number == "42"
    event = etree.fromstring(ask(engine, "/events/42").body)
    assert event.findtext("code") == "1188"
    assert event.findtext("vm/name") == "app"
    assert event.findtext("correlation_id") == "run-1"
    assert event.find("cluster/name") is None
    assert event.findtext("time") == "2026-03-01T12:00:00.000+03:00"
