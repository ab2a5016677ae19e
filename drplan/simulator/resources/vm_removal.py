"""DELETE /vms/{vm} (RemoveVmCommand, entities sheet 5)."""

from __future__ import annotations

from collections.abc import Iterator

from drplan.simulator import answers, forgetting, monitoring, removing_images, storage_views
from drplan.simulator import entities_on_domains as living
from drplan.simulator.faults import missing
from drplan.simulator.handling import Call, Process, Route
from drplan.simulator.ovf import BLANK_TEMPLATE
from drplan.simulator.resources.vm_power import is_in_backup
from drplan.simulator.rules import storage_domains as domain_rules
from drplan.simulator.rules.messages import Finding, refusal
from drplan.simulator.store import Store
from drplan.simulator.topology import data_center_of_cluster

_REMOVE = {"action": "remove", "type": "VM"}
_REMOVABLE = frozenset({"down", "unassigned", "image_locked"})


def remove(call: Call) -> Process:
    """The VM disappears first, its images follow; ``detach_only`` leaves them floating.

    Direct LUNs lose their *record* only; shareable disks stay.
    """
    engine, store, path = call.engine, call.store, f"/vms/{call.ids['vm']}"
    if not store.exists(path):
        raise missing()
    owner = engine.new_id()
    name = living.name_of(store, path)
    with monitoring.job(call, f"Removing VM {name} from system") as job:
        engine.locks.acquire(owner, exclusive=[("VM", call.ids["vm"])], action="remove", type="VM")
        try:
            yield engine.latency.write
            found = next(_obstacles(call, path), None)
            if found is not None:
                raise refusal([found] if isinstance(found, Finding) else list(found), **_REMOVE)
            disks = [] if call.flag("detach_only") else list(_disks_to_remove(store, path))
            center = _center(store, path)
            forgetting.forget_entity(engine, path)
        finally:
            engine.locks.release(owner)
    images = [disk for disk in disks if is_image(store, disk)]
    forgetting.forget_disks(store, {disk for disk in disks if not is_image(store, disk)})
    engine.spawn(removing_images.remove_images(engine, center, images))
    engine.emit_event(
        113,
        "normal",
        f"VM {name} was successfully removed by {monitoring.USER}.",
        correlation_id=call.correlation_id,
    )
    return answers.action(call, job=job)


def is_image(store: Store, disk: str) -> bool:
    """Whether the disk at that path is an image and not a direct LUN."""
    return store.value(disk, "storage_type") in {None, "image"}


def _center(store: Store, path: str) -> str:
    return data_center_of_cluster(store, store.reference(path, "cluster") or "") or ""


def _disks_to_remove(store: Store, path: str) -> Iterator[str]:
    for _, disk in living.disks_of(store, path):
        if store.exists(disk) and store.value(disk, "shareable") != "true":
            yield disk


def _obstacles(call: Call, path: str) -> Iterator[Finding | tuple[Finding, ...]]:
    """What refuses the removal, in the Engine's order; only the lease has two messages."""
    store = call.store
    if store.value(path, "delete_protected") == "true":
        yield Finding("ACTION_TYPE_FAILED_DELETE_PROTECTION_ENABLED")
    if call.flag("detach_only"):
        yield from _detaching(store, path)
    status = store.value(path, "status") or "down"
    if status == "suspended":
        yield Finding("VM_CANNOT_REMOVE_VM_WHEN_STATUS_IS_NOT_DOWN")
    if status not in _REMOVABLE:
        yield Finding("ACTION_TYPE_FAILED_VM_IS_RUNNING")
    if store.reference(path, "vm_pool"):
        yield Finding("ACTION_TYPE_FAILED_VM_ATTACHED_TO_POOL")
    statuses = [store.value(it, "snapshot_status") for it in store.members(f"{path}/snapshots")]
    if any(it not in {None, "ok"} for it in statuses):
        yield Finding("ACTION_TYPE_FAILED_VM_IS_DURING_SNAPSHOT")
    yield from _storage(call, path)
    if status == "image_locked":
        if not call.flag("force"):
            yield Finding("ACTION_TYPE_FAILED_VM_IS_LOCKED")
        if call.engine.tasks.in_center(_center(store, path)):
            yield Finding("VM_CANNOT_REMOVE_HAS_RUNNING_TASKS")
    if is_in_backup(call, path):
        yield Finding("ACTION_TYPE_FAILED_VM_IS_DURING_BACKUP")


def _detaching(store: Store, path: str) -> Iterator[Finding]:
    """``detach_only``: no template beneath, no snapshots."""
    if store.reference(path, "template") not in {None, BLANK_TEMPLATE}:
        yield Finding("VM_CANNOT_REMOVE_WITH_DETACH_DISKS_BASED_ON_TEMPLATE")
    kinds = [store.value(it, "snapshot_type") for it in store.members(f"{path}/snapshots")]
    if any(kind not in {None, "active"} for kind in kinds):
        yield Finding("VM_CANNOT_REMOVE_WITH_DETACH_DISKS_SNAPSHOTS_EXIST")


def _storage(call: Call, path: str) -> Iterator[Finding | tuple[Finding, ...]]:
    """Data center up, every image's domain there and active, no locked disk, the lease's domain."""
    store, center = call.store, _center(call.store, path)
    images = [disk for disk in _disks_to_remove(store, path) if is_image(store, disk)]
    if images and store.value(f"/datacenters/{center}", "status") != "up":
        yield Finding("ACTION_TYPE_FAILED_STORAGE_POOL_STATUS_ILLEGAL")
    for disk in images:
        for domain in living.holders_of(store, disk):
            yield from not_active(store, domain, center)
    locked = [disk for disk in images if store.value(disk, "status") == "locked"]
    if locked and not call.flag("force"):
        aliases = ", ".join(store.value(disk, "alias") or "" for disk in locked)
        yield Finding("ACTION_TYPE_FAILED_DISKS_LOCKED", {"diskAliases": aliases})
    lease = store.reference(path, "lease/storage_domain")
    if lease is not None:
        name = {"LeaseStorageDomainName": living.name_of(store, f"/storagedomains/{lease}")}
        for found in not_active(store, lease, center):
            yield (
                found,
                Finding("ACTION_TYPE_FAILED_INVALID_VM_LEASE_STORAGE_DOMAIN_STATUS", name),
            )


def not_active(store: Store, domain: str, center: str) -> Iterator[Finding]:
    """A domain that is not attached to the data center, or not active there."""
    if storage_views.data_center_of(store, domain) != center:
        yield Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_EXIST")
    status = storage_views.status(store, domain)
    if status != "active":
        name = {"status": domain_rules.status_name(status)}
        yield Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL2", name)


ROUTES: tuple[Route, ...] = (Route("DELETE", "/vms/{vm}", remove),)
