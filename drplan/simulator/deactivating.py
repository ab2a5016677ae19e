"""The part of a deactivation that goes on after its answer (storage sheet 6.2).

OVF update, then the hosts let go: ``locked``, ``preparing_for_maintenance``, ``maintenance``. What
fails here is in no answer: the domain goes by ``unknown`` back to what it was, the job ends
``finished`` all the same, and event 969 tells.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drplan.simulator import masters, storage_views, updating_ovfs
from drplan.simulator.handling import Background, Until, Wait
from drplan.simulator.topology import data_center_of_host, entity_id

if TYPE_CHECKING:
    from drplan.simulator.core import Engine

_LETS_GO = frozenset({"up", "non_operational"})
_WATCHED = frozenset({"up", "problematic", "contend"})


@dataclass(frozen=True, slots=True)
class Deactivation:
    """One deactivation under way. ``before`` is the status that the domain had."""

    engine: Engine
    center: str
    domain: str
    owner: str
    job: str
    correlation_id: str
    before: str
    force: bool = False

    def event(self, code: int, severity: str, text: str) -> None:
        """Tell about it; ``{}`` in the text stands for domain and data center."""
        store = self.engine.store
        name = store.value(f"/storagedomains/{self.domain}", "name")
        center = store.value(f"/datacenters/{self.center}", "name")
        self.engine.emit_event(
            code,
            severity,
            text.format(f"Storage Domain {name} (Data Center {center})"),
            correlation_id=self.correlation_id,
            links={"storage_domain": self.domain, "data_center": self.center},
        )


def with_ovf_update(work: Deactivation) -> Background:
    """The callback of DeactivateStorageDomainWithOvfUpdate for a data domain."""
    engine = work.engine
    engine.deactivating[work.domain] = work.before
    try:
        yield engine.latency.callback_poll
        updated = yield from _update_ovf(work)
        if work.domain not in engine.deactivating:
            return  # the Engine restarted meanwhile
        if not updated and not work.force:
            yield from _fail(work)
            return
        yield from switch_off(work)
    finally:
        engine.deactivating.pop(work.domain, None)
        engine.locks.release(work.owner)


def _update_ovf(work: Deactivation) -> Generator[Wait, None, bool]:
    """Both phases; an inactive domain cannot be written to."""
    engine = work.engine
    outdated = yield from updating_ovfs.process_pool(engine, work.center)
    if work.domain not in outdated:
        name = engine.store.value(f"/storagedomains/{work.domain}", "name")
        engine.emit_event(
            1052,
            "normal",
            f"OVFs update was ignored - nothing to update for storage domain '{name}'",
            correlation_id=work.correlation_id,
            links={"storage_domain": work.domain},
        )
        return True
    # Between the phases the poller comes round; meanwhile another may begin phase 1.
    yield engine.latency.callback_poll
    if work.before != "active":
        return False
    return (yield from updating_ovfs.upload(engine, work.center, work.domain))


def switch_off(work: Deactivation) -> Background:
    """The host-side deactivation: the SPM, the election, then every host lets go."""
    engine, store = work.engine, work.engine.store
    is_master = masters.is_master(store, work.domain)
    storage_views.set_status(store, work.domain, "preparing_for_maintenance")
    successor = masters.elect(engine, work.center, work.domain) if is_master else None
    if successor is not None:
        storage_views.set_status(store, successor, "locked")
    yield from engine.hold(f"spm:{work.center}", engine.latency.detach)
    if not _can_be_told(work):
        if successor is not None:
            storage_views.set_status(store, successor, "active")
        yield from _fail(work)
        return
    if is_master and successor is None:
        _end_pool(work)
        return
    if successor is not None:
        masters.pass_on(engine, work.domain, successor)
        storage_views.set_status(store, successor, "active")
    work.event(
        968,
        "normal",
        "{} was deactivated and has moved to 'Preparing for maintenance' until it will no longer"
        " be accessed by any Host of the Data Center.",
    )
    engine.deactivating.pop(work.domain, None)
    engine.locks.release(work.owner)
    engine.end_job(work.job)
    yield from _let_go(work)


def _can_be_told(work: Deactivation) -> bool:
    """Whether a host is there to tell: deactivation also works on NonOperational ones (2.1)."""
    store = work.engine.store
    return any(
        store.value(path, "status") in _LETS_GO
        and data_center_of_host(store, entity_id(path)) == work.center
        for path in store.members("/hosts")
    )


def _end_pool(work: Deactivation) -> None:
    """The last master: the SPM stops, domain and data center are in maintenance (4.3)."""
    engine, store = work.engine, work.engine.store
    masters.stop_spm(store, work.center)
    store.set_value(f"/datacenters/{work.center}", "status", "maintenance")
    for tag in ("available", "used"):
        storage_views.set_field(store, work.domain, tag, None)
    storage_views.set_status(store, work.domain, "maintenance")
    work.event(1030, "normal", "{} was deactivated.")
    engine.end_job(work.job)


def _let_go(work: Deactivation) -> Background:
    """The pool's ticks until all hosts are seen disconnected; a NonResponsive one never is."""
    engine, store = work.engine, work.engine.store
    yield engine.latency.host_disconnect
    yield Until(lambda: _has_ended(work), every=engine.latency.pool_monitor)
    if storage_views.status(store, work.domain) != "preparing_for_maintenance":
        return  # activated again, or destroyed
    storage_views.set_status(store, work.domain, "maintenance")
    work.event(
        1029,
        "normal",
        "{} successfully moved to Maintenance as it's no longer accessed by any Host of the Data"
        " Center.",
    )


def _has_ended(work: Deactivation) -> bool:
    """Whether the wait is over: no host holds on, or the domain is not in that status any more."""
    engine, store = work.engine, work.engine.store
    if storage_views.status(store, work.domain) != "preparing_for_maintenance":
        return True
    if engine.stays_below("storage_domain", f"/storagedomains/{work.domain}", "maintenance"):
        return False
    if store.value(f"/datacenters/{work.center}", "status") not in _WATCHED:
        return False
    return not any(
        store.value(path, "status") == "non_responsive"
        and data_center_of_host(store, entity_id(path)) == work.center
        for path in store.members("/hosts")
    )


def _fail(work: Deactivation) -> Background:
    """By ``unknown`` back to what it was, at the next tick of the monitor."""
    engine, store = work.engine, work.engine.store
    storage_views.set_status(store, work.domain, "unknown")
    work.event(969, "error", "Failed to deactivate {}.")
    engine.deactivating.pop(work.domain, None)
    engine.locks.release(work.owner)
    engine.end_job(work.job)
    yield engine.latency.pool_monitor
    if storage_views.status(store, work.domain) == "unknown":
        storage_views.set_status(store, work.domain, work.before)
