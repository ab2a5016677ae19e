"""Storage domains leave the Engine: remove, destroy; and what a host reads of one: isattached.

Storage sheet 7.2, 7.3, 7.4.
"""

from __future__ import annotations

from collections.abc import Generator

from drplan.simulator import (
    answers,
    elements,
    forgetting,
    masters,
    mirroring,
    monitoring,
    storage_views,
)
from drplan.simulator import entities_on_domains as living
from drplan.simulator.array import DomainCopy
from drplan.simulator.faults import Refusal, missing, not_found
from drplan.simulator.handling import Answer, Call, Process, Route, Wait
from drplan.simulator.reach import any_copy, connect
from drplan.simulator.resources.detachment import leave_pool
from drplan.simulator.rules.messages import Finding, refusal, refuse_with
from drplan.simulator.topology import entity_id, up_hosts

_REMOVE = {"action": "remove", "type": "Storage"}
_DESTROY = {"action": "destroy", "type": "Storage"}


def delete(call: Call) -> Answer | Process:
    """DELETE /storagedomains/{sd}: ``destroy=true`` forgets it, else a host is mandatory."""
    path = f"/storagedomains/{call.ids['sd']}"
    if not call.store.exists(path):
        raise missing()
    if call.flag("destroy"):
        return _destroy(call)
    host = call.parameters.get("host")
    if host is None:
        raise Refusal(400, "", reason="host parameter is missing", shape="plain")
    return _remove(call, _host(call, host))


def _host(call: Call, given: str) -> str:
    """The id of a host given by name or id; an unknown id is left to the command."""
    if call.store.exists(f"/hosts/{given}"):
        return given
    found = call.store.named("/hosts", given)
    if found:
        return entity_id(found[0])
    if given.count("-") == 4:
        return given
    raise not_found(given)


# --- remove ---------------------------------------------------------------------------------


def _remove(call: Call, host: str) -> Process:
    """RemoveStorageDomain: the row goes, the data stays unless ``format=true`` (sheet 7.2)."""
    engine, domain = call.engine, call.ids["sd"]
    owner = engine.new_id()
    name = living.name_of(call.store, f"/storagedomains/{domain}")
    with monitoring.job(call, f"Removing Storage Domain {name}") as job:
        engine.locks.acquire(
            owner, exclusive=[("STORAGE", domain)], action="remove", type="Storage"
        )
        try:
            is_format = call.flag("format")
            yield engine.latency.write
            _validate_remove(call, host, is_format=is_format)
            if is_format:
                yield from _format(call, host)
            forgetting.forget_entities(engine, domain)
            forgetting.forget_domain(engine, domain)
        finally:
            engine.locks.release(owner)
    engine.emit_event(
        960,
        "normal",
        f"Storage Domain {name} was removed by {monitoring.USER}",
        correlation_id=call.correlation_id,
    )
    return answers.action(call, job=job)


def _validate_remove(call: Call, host: str, *, is_format: bool) -> None:
    store, domain = call.store, call.ids["sd"]
    path = f"/hosts/{host}"
    if not store.exists(path):
        raise refuse_with("CANNOT_REMOVE_STORAGE_DOMAIN_INVALID_HOST_ID")
    if store.value(path, "status") != "up":
        raise refuse_with(
            "CANNOT_REMOVE_STORAGE_DOMAIN_HOST_NOT_UP",
            **_REMOVE,
            hostName=living.name_of(store, path),
        )
    if storage_views.attached_path(store, domain) is not None:
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL", **_REMOVE)
    if is_format:
        copy = _seen(call, host)
        if copy is not None and copy.pool is not None:
            raise refuse_with(
                "ACTION_TYPE_FAILED_FORMAT_STORAGE_DOMAIN_WITH_ATTACHED_DATA_DOMAIN", **_REMOVE
            )


def _format(call: Call, host: str) -> Generator[Wait, None, None]:
    """Everything on the domain is gone, and the place is empty."""
    yield call.engine.latency.attach
    copy, array = _seen(call, host), call.engine.array
    if copy is None:
        return
    copy.volumes.clear()
    copy.ovf_store.records.clear()
    copy.ovf_store.disk_ids = ()
    mirroring.written(array, copy)
    for export in array.exports.values():
        export.domains[:] = [it for it in export.domains if it is not copy]
    array.block_copies[:] = [it for it in array.block_copies if it is not copy]


def _seen(call: Call, host: str) -> DomainCopy | None:
    if call.engine.array is None:
        return None
    return connect(call.store, call.engine.array, host, call.ids["sd"])


# --- destroy --------------------------------------------------------------------------------


def _destroy(call: Call) -> Process:
    """ForceRemoveStorageDomain: in any status but Active, without a host (sheet 7.3)."""
    engine, store, domain = call.engine, call.store, call.ids["sd"]
    owner = engine.new_id()
    name = living.name_of(store, f"/storagedomains/{domain}")
    center = storage_views.data_center_of(store, domain)
    center_name = living.name_of(store, f"/datacenters/{center}") if center else ""
    what = f"Removing Storage Domain {name} (Force Remove) from Data Center {center_name}"
    with monitoring.job(call, what) as job:
        engine.locks.acquire(
            owner, exclusive=[("STORAGE", domain)], action="destroy", type="Storage"
        )
        try:
            yield engine.latency.write
            found = _validate_destroy(call, center)
            if found:
                raise refusal(found, **_DESTROY)
            if center is not None:
                yield from _leave(call, center)
            forgetting.forget_entities(engine, domain)
            storage_views.detach(store, domain)
            forgetting.forget_domain(engine, domain)
        finally:
            engine.locks.release(owner)
    engine.emit_event(
        981,
        "normal",
        f"Storage Domain {name} was forcibly removed by {monitoring.USER}",
        correlation_id=call.correlation_id,
    )
    return answers.action(call, job=job)


def _validate_destroy(call: Call, center: str | None) -> list[Finding]:
    """Active; a master that others stand on and nobody can follow; no host to elect one with."""
    engine, store, domain = call.engine, call.store, call.ids["sd"]
    if storage_views.status(store, domain) == "active":
        return [Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL2", {"status": "Active"})]
    if center is None or not masters.is_master(store, domain):
        return []
    if len(storage_views.domains_of(store, center)) == 1:
        return []
    if masters.elect(engine, center, domain) is None:
        return [Finding("ERROR_CANNOT_DESTROY_LAST_STORAGE_DOMAIN")]
    if not up_hosts(store, center):
        return [
            Finding("ACTION_TYPE_FAILED_NO_VDS_IN_POOL"),
            Finding("ERROR_CANNOT_DESTROY_LAST_STORAGE_DOMAIN_HOST_NOT_ACTIVE"),
        ]
    return []


def _leave(call: Call, center: str) -> Generator[Wait, None, None]:
    """The best-effort forced detach; the last domain leaves without any host call."""
    engine, store, domain = call.engine, call.store, call.ids["sd"]
    is_master = masters.is_master(store, domain)
    if len(storage_views.domains_of(store, center)) == 1:
        if is_master:
            store.set_value(f"/datacenters/{center}", "status", "uninitialized")
            masters.stop_spm(store, center)
        return
    if not up_hosts(store, center):
        return
    successor = masters.elect(engine, center, domain) if is_master else None
    if successor is not None:
        storage_views.set_status(store, successor, "locked")
    yield from engine.hold(f"spm:{center}", engine.latency.detach)
    if successor is not None:
        masters.pass_on(engine, domain, successor)
        storage_views.set_status(store, successor, "active")
    if engine.array is not None:
        leave_pool(call, any_copy(store, engine.array, center, domain))


# --- isattached -----------------------------------------------------------------------------


def is_attached(call: Call) -> Process:
    """POST /storagedomains/{sd}/isattached: what the storage itself says (sheet 7.4).

    Whatever goes wrong answers ``false``, which proves nothing.
    """
    domain = call.ids["sd"]
    if not call.store.exists(f"/storagedomains/{domain}"):
        raise not_found(f"StorageDomain: id={domain}")
    body = call.body()
    host = elements.reference(body, "host") or elements.text_of(body, "host/name") or ""
    yield call.engine.latency.connect_storage
    copy = _seen(call, _host(call, host)) if host else None
    is_there = copy is not None and copy.pool is not None
    member = elements.make("is_attached", "true" if is_there else "false")
    return answers.action(call, member)


ROUTES: tuple[Route, ...] = (
    Route("DELETE", "/storagedomains/{sd}", delete),
    Route("POST", "/storagedomains/{sd}/isattached", is_attached, is_action=True),
)
