"""Data centers: setting the master, cleaning finished tasks (storage sheet 6.3, 6.2)."""

from __future__ import annotations

from drplan.simulator import answers, elements, masters, monitoring, storage_views
from drplan.simulator import entities_on_domains as living
from drplan.simulator.faults import Message, fill, missing, not_found
from drplan.simulator.handling import Answer, Background, Call, Process, Route
from drplan.simulator.rules.messages import Finding, message, refusal, refuse_with
from drplan.simulator.topology import entity_id

_SWITCH = {"action": "switch master", "type": "storage domain"}
_CLEAR = {"action": "Clear", "type": "finished tasks"}
_SINCE = (4, 5)
"""The first compatibility level whose hosts can switch the master."""


def set_master(call: Call) -> Answer | Process:
    """POST /datacenters/{dc}/setmaster (SwitchMasterStorageDomainCommand).

    200 ``complete`` at once; both domains stay ``locked`` until the SPM's task has ended.
    """
    engine, store, center = call.engine, call.store, call.ids["dc"]
    if not store.exists(f"/datacenters/{center}"):
        raise missing()
    new, old = _domain_of_body(call), masters.master_of(store, center) or ""
    owner = engine.new_id()
    names = {it: living.name_of(store, f"/storagedomains/{it}") for it in (old, new)}
    what = f"Switching master storage domain from {names[old]} to {names[new]}"
    with monitoring.job(call, what) as job:
        switched = message("ACTION_TYPE_FAILED_MASTER_ROLE_IS_BEING_SWITCHED")
        text = fill(switched.text, {"currMaster": old, "newMaster": new})
        engine.locks.acquire(
            owner,
            exclusive=[("POOL", center), ("STORAGE", old), ("STORAGE", new)],
            busy=Message(switched.key, switched.kind, text),
            action=_SWITCH["action"],
            type=_SWITCH["type"],
        )
        found = _validate(call, center, old, new)
        if found:
            engine.locks.release(owner)
            raise refusal(found, **_SWITCH)
        for domain in (old, new):
            storage_views.set_status(store, domain, "locked")
        engine.spawn(_switch(call, center, old, new, owner))
    return answers.action(call, job=job)


def _domain_of_body(call: Call) -> str:
    body = call.body()
    key = elements.reference(body, "storage_domain")
    name = elements.text_of(body, "storage_domain/name")
    if key or not name:
        return key or ""
    found = call.store.named("/storagedomains", name)
    if not found:
        raise not_found(f"StorageDomains: name={name}")
    return entity_id(found[0])


def _validate(call: Call, center: str, old: str, new: str) -> list[Finding]:
    store = call.store
    if not new:
        return [Finding("STORAGE_DOMAIN_DOES_NOT_EXIST")]
    level = tuple(
        int(store.value(f"/datacenters/{center}", f"version/{part}") or 0)
        for part in ("major", "minor")
    )
    if level < _SINCE:
        return [Finding("ACTION_TYPE_FAILED_SWITCH_MASTER_STORAGE_DOMAIN_NOT_SUPPORTED")]
    if new == old:
        return [Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_ALREADY_MASTER")]
    if storage_views.data_center_of(store, new) != center:
        return [Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_IN_STORAGE_POOL")]
    path = f"/storagedomains/{new}"
    if storage_views.status(store, new) not in {"active", "unknown"}:
        name = {"domainName": living.name_of(store, path)}
        return [Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_MUST_BE_ACTIVE", name)]
    if store.value(path, "type") != "data" or store.value(path, "backup") == "true":
        return [Finding("ACTION_TYPE_FAILED_ACTION_IS_SUPPORTED_ONLY_FOR_DATA_DOMAINS")]
    if call.engine.tasks.in_center(center):
        return [Finding("ACTION_TYPE_FAILED_STORAGE_POOL_HAS_RUNNING_TASKS")]
    return []


def _switch(call: Call, center: str, old: str, new: str, owner: str) -> Background:
    engine, store = call.engine, call.store
    try:
        yield from engine.hold(f"spm:{center}", engine.latency.activate)
        masters.pass_on(engine, old, new)
        for domain in (old, new):
            storage_views.set_status(store, domain, "active")
    finally:
        engine.locks.release(owner)
    before, after = (living.name_of(store, f"/storagedomains/{it}") for it in (old, new))
    engine.emit_event(
        1480,
        "normal",
        f"Completed switching master role from storage domain {before} to {after}.",
        correlation_id=call.correlation_id,
        links={"storage_domain": new, "data_center": center},
    )


def clean_finished_tasks(call: Call) -> Answer:
    """POST /datacenters/{dc}/cleanfinishedtasks: the data center must be up (6.2)."""
    engine, store, center = call.engine, call.store, call.ids["dc"]
    path = f"/datacenters/{center}"
    if not store.exists(path):
        raise missing()
    if store.value(path, "status") != "up":
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_POOL_STATUS_ILLEGAL", **_CLEAR)
    engine.tasks.clear_finished(center, engine.now)
    engine.emit_event(
        9031,
        "normal",
        f"Successfully cleaned-up finished tasks in Data Center: {living.name_of(store, path)}.",
        correlation_id=call.correlation_id,
        links={"data_center": center},
    )
    return answers.action(call)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/datacenters/{dc}/setmaster", set_master),
    Route("POST", "/datacenters/{dc}/cleanfinishedtasks", clean_finished_tasks),
)
