"""Storage domains of a data center: attach and activate (storage sheet 5 and 6.1)."""

from __future__ import annotations

from collections.abc import Generator

from drplan.simulator import (
    answers,
    elements,
    first_storage_domain,
    host_ids,
    monitoring,
    storage_views,
)
from drplan.simulator.array import Array
from drplan.simulator.attaching import (
    adopt,
    attach_time,
    candidate_of,
    center_of,
    check_readable,
    has_active_master,
)
from drplan.simulator.faults import Refusal, not_found, refuse
from drplan.simulator.handling import Answer, Call, Process, Route, Wait
from drplan.simulator.reach import connect_all
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import fail_with, refusal, refuse_with
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id, up_hosts

_ATTACH = {"action": "attach", "type": "Storage"}
_ACTIVATE = {"action": "activate", "type": "Storage"}


def attach(call: Call) -> Answer | Process:
    """POST /datacenters/{dc}/storagedomains, where there is an array to attach from."""
    if call.engine.array is None:
        return call.engine.no_rule(f"POST {call.path} on an Engine without an array")
    return _attaching(call)


def _attaching(call: Call) -> Process:
    """Long and synchronous; activates too (storage sheet 5)."""
    engine, store = call.engine, call.store
    center, domain = call.ids["dc"], _domain_of_body(call)
    name = store.value(f"/storagedomains/{domain}", "name") or domain
    owner = engine.new_id()
    with monitoring.job(call, f"Attaching Storage Domain {name} to Data Center {_name(call)}"):
        engine.locks.acquire(
            owner, exclusive=[("STORAGE", domain)], action="attach", type="Storage"
        )
        try:
            _validate_attach(store, center, domain)
            if store.value(f"/datacenters/{center}", "status") == "uninitialized":
                yield from first_storage_domain.attach(call, center, domain)
            else:
                yield from _attach(call, center, domain, owner)
        finally:
            engine.locks.release(owner)
    engine.emit_event(
        962,
        "normal",
        f"Storage Domain {name} was attached to Data Center {_name(call)} by {monitoring.USER}",
        correlation_id=call.correlation_id,
        links={"storage_domain": domain, "data_center": center},
    )
    return answers.entity(store, f"/datacenters/{center}/storagedomains/{domain}", status=201)


def _domain_of_body(call: Call) -> str:
    body = call.body()
    key = body.get("id")
    if key:
        return key
    name = elements.text_of(body, "name")
    found = call.store.named("/storagedomains", name) if name else ()
    if not found:
        raise not_found(f"Storage: name={name}")
    return entity_id(found[0])


def _name(call: Call) -> str:
    return call.store.value(f"/datacenters/{call.ids['dc']}", "name") or ""


def _validate_attach(store: Store, center: str, domain: str) -> None:
    """The validations of storage sheet 5.2 in their order."""
    if not store.exists(f"/datacenters/{center}"):
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_POOL_NOT_EXIST", **_ATTACH)
    if not up_hosts(store, center):
        raise refuse_with("ACTION_TYPE_FAILED_NO_VDS_IN_POOL", **_ATTACH)
    if not store.exists(f"/storagedomains/{domain}"):
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_EXIST", **_ATTACH)
    found = rules.validate_attach(center_of(store, center), candidate_of(store, domain))
    if found:
        raise refusal(found, **_ATTACH)


def _attach(call: Call, center: str, domain: str, owner: str) -> Generator[Wait, None, None]:
    """Attach to a data center that is up: locked, maintenance, activating, active."""
    engine, store = call.engine, call.store
    storage_views.attach(store, domain, center, "locked")
    try:
        yield engine.latency.connect_storage
        copy = connect_all(store, engine.array, center, domain)
        if copy is None:
            raise refuse()
        check_readable(engine, copy)
        yield from engine.hold(f"spm:{center}", attach_time(call, copy))
    except Refusal:
        storage_views.detach(store, domain)
        raise
    storage_views.set_status(store, domain, "maintenance")
    adopt(call, center, copy)
    yield engine.latency.write
    storage_views.set_status(store, domain, "activating")
    engine.locks.release(owner)
    yield from engine.hold(f"spm:{center}", engine.latency.activate)
    storage_views.set_status(store, domain, "active")


def activate(call: Call) -> Process:
    """POST /datacenters/{dc}/storagedomains/{sd}/activate (storage sheet 6.1)."""
    engine, store = call.engine, call.store
    center, domain = call.ids["dc"], call.ids["sd"]
    owner = engine.new_id()
    name = store.value(f"/storagedomains/{domain}", "name") or domain
    what = f"Activating Storage Domain {name} on Data Center {_name(call)}"
    with monitoring.job(call, what) as job:
        engine.locks.acquire(
            owner, exclusive=[("STORAGE", domain)], action="activate", type="Storage"
        )
        try:
            before = _validate_activate(store, center, domain)
            is_master = store.value(f"/storagedomains/{domain}", "master") == "true"
            storage_views.set_status(store, domain, "locked" if is_master else "activating")
            engine.locks.release(owner)
            yield from _activate(call, center, domain, before, is_master=is_master)
        finally:
            engine.locks.release(owner)
    engine.emit_event(
        966,
        "normal",
        f"Storage Domain {name} (Data Center {_name(call)}) was activated by {monitoring.USER}",
        correlation_id=call.correlation_id,
        links={"storage_domain": domain, "data_center": center},
    )
    return answers.action(
        call, answers.link("storage_domain", call.path[: -len("/activate")]), job=job
    )


def _activate(
    call: Call, center: str, domain: str, before: str, *, is_master: bool
) -> Generator[Wait, None, None]:
    """Connect the hosts and activate; a failure restores the earlier status."""
    engine, store = call.engine, call.store
    try:
        yield engine.latency.connect_storage
        array: Array | None = engine.array
        copy = connect_all(store, array, center, domain) if array is not None else None
        if copy is None and array is not None:
            raise refuse()
        if copy is not None:
            host_ids.check_free(engine, copy)
        spm = engine.latency.spm_start if is_master else 0.0
        yield from engine.hold(f"spm:{center}", engine.latency.activate + spm)
    except Refusal:
        storage_views.set_status(store, domain, before)
        raise
    storage_views.set_status(store, domain, "active")
    if is_master:
        store.set_value(f"/datacenters/{center}", "status", "up")


def _validate_activate(store: Store, center: str, domain: str) -> str:
    """The checks in their order: DC, DC status, domain, its status, master, host (sheet 6.1)."""
    if not store.exists(f"/datacenters/{center}"):
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_POOL_NOT_EXIST", **_ACTIVATE)
    status = storage_views.status(store, domain)
    if status == "unattached":
        # A domain without a row in the pool counts as Unknown (sheet 1.5).
        status = "unknown"
    exists = store.exists(f"/storagedomains/{domain}")
    center_status = store.value(f"/datacenters/{center}", "status") or ""
    if not exists and center_status != "uninitialized":
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_EXIST", **_ACTIVATE)
    found = rules.validate_activate(
        center_status,
        status or "unknown",
        is_master=store.value(f"/storagedomains/{domain}", "master") == "true",
        master_active=has_active_master(store, center),
    )
    if found:
        raise refusal(found, **_ACTIVATE)
    if not up_hosts(store, center):
        raise refuse_with("ACTION_TYPE_FAILED_NO_VDS_IN_POOL", **_ACTIVATE)
    if storage_views.data_center_of(store, domain) != center:
        raise fail_with("ENGINE")
    return status or "unknown"


ROUTES: tuple[Route, ...] = (
    Route("POST", "/datacenters/{dc}/storagedomains", attach),
    Route("POST", "/datacenters/{dc}/storagedomains/{sd}/activate", activate, is_action=True),
)
