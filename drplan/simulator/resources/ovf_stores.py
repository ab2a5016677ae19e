"""POST /storagedomains/{sd}/updateovfstore (storage sheet 8.1)."""

from __future__ import annotations

from drplan.simulator import answers, storage_views, updating_ovfs
from drplan.simulator.handling import Background, Call, Process, Route
from drplan.simulator.rules.messages import refuse_with

_UPDATE = {"type": "Storage"}
"""The command sets no action: ``${action}`` stays literally in its texts."""


def update(call: Call) -> Process:
    """Phase 1 inside the request, phase 2 in a callback: 200 ``complete`` comes before the upload.

    The lock on the domain stays until the upload is over. An unattached or unknown domain has no
    data center: 400.
    """
    engine, store, domain = call.engine, call.store, call.ids["sd"]
    owner = engine.new_id()
    name = store.value(f"/storagedomains/{domain}", "name") or domain
    center = storage_views.data_center_of(store, domain)
    center_name = store.value(f"/datacenters/{center}", "name") if center else ""
    what = f"Updating OVFs for Storage Domain {name} in Data Center {center_name}"
    job = engine.jobs.start(what, call.correlation_id)
    is_handed_over = False
    try:
        if store.exists(f"/storagedomains/{domain}"):
            engine.locks.acquire(owner, exclusive=[("STORAGE", domain)], type="Storage")
        if center is None:
            raise refuse_with("ACTION_TYPE_FAILED_STORAGE_POOL_NOT_EXIST", **_UPDATE)
        outdated = yield from updating_ovfs.process_pool(engine, center)
        engine.spawn(_upload(call, center, owner, job, is_outdated=domain in outdated))
        is_handed_over = True
    finally:
        if not is_handed_over:
            engine.locks.release(owner)
            engine.end_job(job, "failed")
    return answers.action(call, job=job)


def _upload(call: Call, center: str, owner: str, job: str, *, is_outdated: bool) -> Background:
    """Nothing to update is a success (event 1052); a failed upload fails the job (190)."""
    engine, domain = call.engine, call.ids["sd"]
    name = engine.store.value(f"/storagedomains/{domain}", "name")
    try:
        yield engine.latency.callback_poll
        if not is_outdated:
            engine.emit_event(
                1052,
                "normal",
                f"OVFs update was ignored - nothing to update for storage domain '{name}'",
                correlation_id=call.correlation_id,
                links={"storage_domain": domain},
            )
            engine.end_job(job)
            return
        is_done = yield from updating_ovfs.upload(engine, center, domain)
        if not is_done:
            _report(call, center)
        engine.end_job(job, "finished" if is_done else "failed")
    finally:
        engine.locks.release(owner)


def _report(call: Call, center: str) -> None:
    engine, domain = call.engine, call.ids["sd"]
    name = engine.store.value(f"/storagedomains/{domain}", "name")
    center_name = engine.store.value(f"/datacenters/{center}", "name")
    engine.emit_event(
        190,
        "warning",
        f"Failed to update VMs/Templates OVF data for Storage Domain {name} in Data Center"
        f" {center_name}.",
        correlation_id=call.correlation_id,
        links={"storage_domain": domain, "data_center": center},
    )


ROUTES: tuple[Route, ...] = (Route("POST", "/storagedomains/{sd}/updateovfstore", update),)
