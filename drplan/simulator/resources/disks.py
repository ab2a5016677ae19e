"""DELETE /disks/{disk} (RemoveDiskCommand, entities sheet 5)."""

from __future__ import annotations

from collections.abc import Iterator

from drplan.simulator import answers, forgetting, monitoring, ovf_updater, removing_images
from drplan.simulator import entities_on_domains as living
from drplan.simulator.faults import missing
from drplan.simulator.handling import Call, Process, Route
from drplan.simulator.resources.vm_removal import is_image, not_active
from drplan.simulator.rules.messages import Finding, refusal
from drplan.simulator.storage_views import data_center_of
from drplan.simulator.store import Store

_REMOVE = {"action": "remove", "type": "Virtual Disk"}


def remove(call: Call) -> Process:
    """An image goes from the storage; a direct LUN loses its record only."""
    engine, store, key = call.engine, call.store, call.ids["disk"]
    path = f"/disks/{key}"
    if not store.exists(path):
        raise missing()
    owner = engine.new_id()
    alias = store.value(path, "alias") or ""
    holders = living.holders_of(store, path)
    center = data_center_of(store, holders[0]) if holders else None
    owners = list(_owners(store, path))
    with monitoring.job(call, f"Removing Disk {alias}") as job:
        engine.locks.acquire(
            owner,
            exclusive=[("DISK", key)],
            shared=[("VM", it.rpartition("/")[2]) for it in owners if it.startswith("/vms/")],
            action="remove",
            type="Virtual Disk",
        )
        try:
            yield engine.latency.write
            found = next(_obstacles(store, path, owners, center), None)
            if found is not None:
                raise refusal([found], **_REMOVE)
            for entity in owners:
                ovf_updater.note_change(engine, entity)
            if is_image(store, path):
                engine.spawn(removing_images.remove_images(engine, center or "", [path]))
            else:
                forgetting.forget_disks(store, {path})
        finally:
            engine.locks.release(owner)
    domain = living.name_of(store, f"/storagedomains/{holders[0]}") if holders else ""
    where = f" from domain {domain}" if domain else ""
    engine.emit_event(
        2014 if domain else 2012,
        "normal",
        f"Disk {alias} was successfully removed{where} (User {monitoring.USER}).",
        correlation_id=call.correlation_id,
    )
    return answers.action(call, job=job)


def _owners(store: Store, path: str) -> Iterator[str]:
    for collection in ("/vms", "/templates"):
        for entity in store.members(collection):
            if any(disk == path for _, disk in living.disks_of(store, entity)):
                yield entity


def _obstacles(store: Store, path: str, owners: list[str], center: str | None) -> Iterator[Finding]:
    """A VM that is not down with it plugged; an OVF_STORE; a template's; its domain; a lock."""
    for vm in (it for it in owners if it.startswith("/vms/")):
        plugged = any(
            disk == path and living.is_plugged(store, attachment)
            for attachment, disk in living.disks_of(store, vm)
        )
        if plugged and store.value(vm, "status") != "down":
            yield Finding("ACTION_TYPE_FAILED_VM_IS_NOT_DOWN")
    if (
        store.value(path, "content_type") == "ovf_store"
        and store.value(path, "status") != "illegal"
    ):
        yield Finding("ACTION_TYPE_FAILED_OVF_DISK_NOT_IN_APPLICABLE_STATUS", {"status": "ILLEGAL"})
    if not is_image(store, path):
        return
    if any(it.startswith("/templates/") for it in owners):
        yield Finding("ACTION_TYPE_FAILED_CANT_DELETE_TEMPLATE_DISK_WITHOUT_SPECIFYING_DOMAIN")
    for domain in living.holders_of(store, path)[:1]:
        yield from not_active(store, domain, center or "")
    if store.value(path, "status") == "locked":
        yield Finding("ACTION_TYPE_FAILED_OBJECT_LOCKED")
    if owners and store.value(f"/datacenters/{center}", "status") != "up":
        yield Finding("ACTION_TYPE_FAILED_STORAGE_POOL_STATUS_ILLEGAL")


ROUTES: tuple[Route, ...] = (Route("DELETE", "/disks/{disk}", remove),)
