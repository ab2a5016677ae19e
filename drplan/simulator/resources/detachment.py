"""DELETE /datacenters/{dc}/storagedomains/{sd}: detach (storage sheet 7.1)."""

from __future__ import annotations

from collections.abc import Generator, Iterator

from drplan.simulator import (
    answers,
    forgetting,
    mac_pools,
    masters,
    mirroring,
    monitoring,
    ovf_updater,
    storage_views,
)
from drplan.simulator import entities_on_domains as living
from drplan.simulator.array import DomainCopy
from drplan.simulator.attaching import has_active_master
from drplan.simulator.faults import Refusal, missing
from drplan.simulator.handling import Call, Process, Route, Wait
from drplan.simulator.reach import any_copy
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import Finding, fail_with, refusal
from drplan.simulator.store import Store
from drplan.simulator.topology import data_center_of_cluster, up_hosts

_DETACH = {"action": "detach", "type": "Storage"}


def detach(call: Call) -> Process:
    """Synchronous; a local domain is formatted and removed by the same call.

    404 where the domain is not attached to this data center. Afterwards the OVF updater runs at
    once: what follows may meet ``ACTION_TYPE_FAILED_DOMAIN_OVF_ON_UPDATE``.
    """
    engine, store = call.engine, call.store
    center, domain = call.ids["dc"], call.ids["sd"]
    if not store.exists(call.path):
        raise missing()
    owner = engine.new_id()
    name = living.name_of(store, f"/storagedomains/{domain}")
    center_name = living.name_of(store, f"/datacenters/{center}")
    what = f"Detaching Storage Domain {name} from Data Center {center_name}"
    with monitoring.job(call, what) as job:
        engine.locks.acquire(
            owner, exclusive=[("STORAGE", domain)], action="detach", type="Storage"
        )
        try:
            found = _validate(store, center, domain)
            if found:
                raise refusal(found, **_DETACH)
            yield from _execute(call, center, domain)
        finally:
            engine.locks.release(owner)
    engine.emit_event(
        964,
        "normal",
        f"Storage Domain {name} was detached from Data Center {center_name} by {monitoring.USER}",
        correlation_id=call.correlation_id,
        links={"storage_domain": domain, "data_center": center},
    )
    if store.value(f"/storagedomains/{domain}", "storage/type") == "localfs":
        forgetting.forget_domain(engine, domain)
    return answers.action(call, job=job)


def _validate(store: Store, center: str, domain: str) -> list[Finding]:
    """The three about VMs come together in one list; the others end at the first (7.1)."""
    if store.value(f"/storagedomains/{domain}", "type") == "data":
        found = list(_held_by_entities(store, domain))
        if found:
            return found
    return can_detach(store, center, domain)


def can_detach(store: Store, center: str, domain: str) -> list[Finding]:
    """``StorageDomainCommandBase.canDetachDomain``: status, master, others attached."""
    status = storage_views.status(store, domain)
    if status in rules.IN_PROCESS:
        return [Finding("ACTION_TYPE_FAILED_OBJECT_LOCKED")]
    if status != "maintenance":
        name = {"status": rules.status_name(status)}
        return [Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL2", name)]
    if not masters.is_master(store, domain):
        if not has_active_master(store, center):
            return [Finding("ACTION_TYPE_FAILED_MASTER_STORAGE_DOMAIN_NOT_ACTIVE")]
    elif len(storage_views.domains_of(store, center)) > 1:
        return [Finding("ERROR_CANNOT_DETACH_LAST_STORAGE_DOMAIN")]
    return []


def _held_by_entities(store: Store, domain: str) -> Iterator[Finding]:
    """Delete-protected, in a pool, in preview; all show the names of the first."""
    only_here = tuple(living.entities_only_on(store, domain))
    held = (
        (
            "ACTION_TYPE_FAILED_STORAGE_DELETE_PROTECTED",
            [it for it in only_here if store.value(it, "delete_protected") == "true"],
        ),
        (
            "ACTION_TYPE_FAILED_STORAGE_VMS_IN_POOL",
            [it for it in only_here if store.reference(it, "vm_pool")],
        ),
        (
            "ACTION_TYPE_FAILED_STORAGE_DELETE_VMS_IN_PREVIEW",
            [it for it in living.vms_with_disks_on(store, domain) if _is_previewing(store, it)],
        ),
    )
    for key, entities in held:
        if entities:
            names = ",".join(living.name_of(store, path) for path in entities)
            yield Finding(key, {"vms": names})


def _is_previewing(store: Store, vm: str) -> bool:
    return any(
        store.value(path, "snapshot_status") == "in_preview"
        for path in store.members(f"{vm}/snapshots")
    )


def _execute(call: Call, center: str, domain: str) -> Generator[Wait, None, None]:
    """The SPM's detach, then the database; a failure restores ``maintenance``."""
    engine, store = call.engine, call.store
    is_master = masters.is_master(store, domain)
    storage_views.set_status(store, domain, "detaching")
    try:
        yield engine.latency.connect_storage
        if is_master:
            storage_views.set_status(store, domain, "locked")
        yield from engine.hold(f"spm:{center}", engine.latency.detach)
        copy = _reached(call, center, domain)
    except Refusal:
        storage_views.set_status(store, domain, "maintenance")
        raise
    if is_master:
        masters.lay_down(engine, domain)
    leave_pool(call, copy)
    report_leases(call, domain)
    if is_master:
        _release_all_macs(store, center)
    forgetting.forget_entities(engine, domain)
    storage_views.detach(store, domain)
    if is_master:
        store.set_value(f"/datacenters/{center}", "status", "uninitialized")
        masters.stop_spm(store, center)
    ovf_updater.trigger(engine)


def _reached(call: Call, center: str, domain: str) -> DomainCopy | None:
    """The domain as the hosts see it; there is no host check before this one."""
    if call.engine.array is None:
        return None
    if not up_hosts(call.store, center):
        raise fail_with("IRS_REPOSITORY_NOT_FOUND")
    copy = any_copy(call.store, call.engine.array, center, domain)
    if copy is None:
        raise fail_with("StorageDomainDoesNotExist")
    return copy


def leave_pool(call: Call, copy: DomainCopy | None) -> None:
    """The domain's metadata names no data center any more."""
    if copy is None:
        return
    copy.pool = None
    copy.master = False
    if copy.storage_type == "localfs":
        copy.volumes.clear()
    mirroring.written(call.engine.array, copy)


def report_leases(call: Call, domain: str) -> None:
    """Event 1222: VMs have their lease on the domain that goes."""
    store = call.store
    names = [
        living.name_of(store, path)
        for collection in ("/vms", "/templates")
        for path in store.members(collection)
        if store.reference(path, "lease/storage_domain") == domain
    ]
    if names:
        name = living.name_of(store, f"/storagedomains/{domain}")
        call.engine.emit_event(
            1222,
            "warning",
            f"The deactivated domain {name} contained leases for the following VMs/Templates:"
            f" {', '.join(names)}, a part of those VMs will not run and need manual removal of the"
            " VM leases.",
            correlation_id=call.correlation_id,
            links={"storage_domain": domain},
        )


def _release_all_macs(store: Store, center: str) -> None:
    """With the last master the MACs of *all* VMs of the data center are free again."""
    for vm in store.members("/vms"):
        if data_center_of_cluster(store, store.reference(vm, "cluster") or "") == center:
            mac_pools.release_macs(store, vm)


ROUTES: tuple[Route, ...] = (Route("DELETE", "/datacenters/{dc}/storagedomains/{sd}", detach),)
