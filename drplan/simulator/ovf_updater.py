"""The background OVF updater: every hour, and at once after a detach (storage sheet 7.1, 8.1).

It runs for every data center that is up: phase 1 for the pool, then an upload for each domain that
is out of date, under an exclusive lock on it: what comes in its way meets
``ACTION_TYPE_FAILED_DOMAIN_OVF_ON_UPDATE``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from drplan.simulator import updating_ovfs
from drplan.simulator.faults import Refusal
from drplan.simulator.handling import Background
from drplan.simulator.rules.messages import message
from drplan.simulator.topology import entity_id

if TYPE_CHECKING:
    from drplan.simulator.core import Engine

ON_UPDATE = message("ACTION_TYPE_FAILED_DOMAIN_OVF_ON_UPDATE")


def note_change(engine: Engine, path: str) -> None:
    """Raise the generation of the VM or template at that path: its OVF is to be written again."""
    engine.ovfs.changed.add(entity_id(path))
    arm(engine)


def note_removal(engine: Engine, path: str) -> None:
    """A VM or template is about to leave the Engine: its OVF goes with the next write."""
    engine.ovfs.forget(engine.store, entity_id(path))
    arm(engine)


def arm(engine: Engine) -> None:
    """See to it that the updater runs at its next hour: there is something to write."""
    if engine.ovfs.is_due or not (engine.ovfs.changed or engine.ovfs.outdated):
        return
    interval = engine.latency.ovf_interval
    passed = (engine.now - engine.ovfs.updated_at) // interval
    due = engine.ovfs.updated_at + (passed + 1) * interval
    engine.ovfs.is_due = True
    engine.schedule(due - engine.now, lambda: _begin(engine, due))


def trigger(engine: Engine) -> None:
    """Run at once; the hour counts from now (``ovfDataUpdater.triggerNow``)."""
    engine.ovfs.updated_at = engine.now
    engine.spawn(_run(engine))


def _begin(engine: Engine, due: float) -> None:
    """The hour has come; a run that was triggered meanwhile has put it off."""
    engine.ovfs.is_due = False
    if engine.ovfs.updated_at + engine.latency.ovf_interval > due:
        arm(engine)
        return
    engine.ovfs.updated_at = engine.now
    if not engine.is_down:
        engine.spawn(_run(engine))


def _run(engine: Engine) -> Background:
    for path in engine.store.members("/datacenters"):
        center = entity_id(path)
        if engine.store.value(path, "status") == "up":
            outdated = yield from updating_ovfs.process_pool(engine, center)
            for domain in sorted(outdated):
                yield from _update(engine, center, domain)
    arm(engine)


def _update(engine: Engine, center: str, domain: str) -> Background:
    """Upload to one domain, unless somebody else has it."""
    owner = engine.new_id()
    try:
        engine.locks.acquire(owner, exclusive=[("STORAGE", domain)], busy=ON_UPDATE)
    except Refusal:
        return
    try:
        yield from updating_ovfs.upload(engine, center, domain)
    finally:
        engine.locks.release(owner)
