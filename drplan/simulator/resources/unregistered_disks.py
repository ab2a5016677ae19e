"""Registering floating disks (entities sheet 1.11, RegisterDisk)."""

from __future__ import annotations

from collections.abc import Mapping

from drplan.simulator import answers, elements, monitoring, unregistered
from drplan.simulator.faults import missing
from drplan.simulator.handling import Call, Process, Route
from drplan.simulator.rules.messages import refuse_with

_IMPORT: Mapping[str, str] = {"action": "import", "type": "Virtual Disk"}


def register(call: Call) -> Process:
    """POST /datacenters/{dc}/storagedomains/{sd}/disks/{disk}/register; synchronous.

    A disk that is there already has the misleading text of a locked one.
    """
    store, key, domain = call.store, call.ids["disk"], call.ids["sd"]
    path = f"/disks/{key}"
    listed = store.find(f"/storagedomains/{domain}/disks;unregistered/{key}")
    if listed is None and not store.exists(path):
        raise missing()
    alias = store.value(path, "alias") if listed is None else elements.text_of(listed, "alias")
    if listed is None or store.exists(path):
        raise refuse_with("ACTION_TYPE_FAILED_DISKS_LOCKED", **_IMPORT, diskAliases=alias or "")
    owner = call.engine.new_id()
    call.engine.locks.acquire(
        owner, exclusive=[("DISK", key)], action="import", type="Virtual Disk"
    )
    try:
        with monitoring.job(call, f"Importing Disk {alias}") as job:
            _event(call, 381, f"Registering Disk '{alias}' has been initiated.")
            yield call.engine.latency.image_check
            listed.set("href", answers.href(path))
            elements.set_text(listed, "status", "ok")
            store.put(path, listed)
            unregistered.remove_disks(store, domain, [key])
    finally:
        call.engine.locks.release(owner)
    _event(call, 378, f"Disk '{alias}' has been successfully registered as a floating disk.")
    return answers.action(call, answers.link("disk", path), job=job)


def _event(call: Call, code: int, text: str) -> None:
    call.engine.emit_event(
        code,
        "normal",
        text,
        correlation_id=call.correlation_id,
        links={"storage_domain": call.ids["sd"]},
    )


ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        "/datacenters/{dc}/storagedomains/{sd}/disks/{disk}/register",
        register,
        is_action=True,
    ),
)
