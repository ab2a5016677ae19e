"""VMs: starting them (RunVm, entities sheet 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from drplan.simulator import answers, elements, monitoring, ovf_updater, scheduling, storage_views
from drplan.simulator.faults import Refusal
from drplan.simulator.handling import Answer, Background, Call, Process, Route
from drplan.simulator.rules import running
from drplan.simulator.rules import storage_domains as domain_rules
from drplan.simulator.rules.messages import refusal, refuse_with
from drplan.simulator.store import Store
from drplan.simulator.topology import data_center_of_cluster

if TYPE_CHECKING:
    from drplan.simulator.core import Engine

_RUN = {"action": "run", "type": "VM"}
_GIB = 1024**3
_CREATIONS = 4
_INITIALISATIONS = ("use_cloud_init", "use_sysprep", "use_ignition")


def start(call: Call) -> Answer | Process:
    """POST /vms/{vm}/start; with ``<vm>`` it would be RunVmOnce, which has no rule here."""
    body = call.body()
    if body.find("vm") is not None:
        return call.engine.no_rule("POST /vms/{vm}/start with run-once settings")
    if sum(elements.text_of(body, tag) == "true" for tag in _INITIALISATIONS) > 1:
        raise Refusal(409, "", reason="Cannot mix initialization methods", shape="plain")
    return _start(call)


def _start(call: Call) -> Process:
    engine, store = call.engine, call.store
    key, path = call.ids["vm"], f"/vms/{call.ids['vm']}"
    owner = engine.new_id()
    name = store.value(path, "name") or key
    job = engine.jobs.start(f"Launching VM {name}", call.correlation_id)
    try:
        engine.locks.acquire(owner, exclusive=[("VM", key)], action="run", type="VM")
        yield engine.latency.write
        if not store.exists(path):
            raise refuse_with("ACTION_TYPE_FAILED_VM_NOT_FOUND", **_RUN)
        host = _validated(call, path)
        if store.value(path, "status") == "paused":
            yield engine.latency.vm_create
            store.set_value(path, "status", "up")
            engine.end_job(job)
            return answers.action(call, answers.link("vm", path), job=job)
        scheduling.reserve(store, host, scheduling.size_of(store.element(path)))
        yield engine.latency.vm_create
        _place(call, path, host)
    except Refusal:
        engine.end_job(job, "failed")
        raise
    finally:
        engine.locks.release(owner)
    engine.spawn(_run(call, path, host, job))
    return answers.action(call, answers.link("vm", path), job=job)


def _validated(call: Call, path: str) -> str:
    """The host to run on; each refused validation writes event 54 with its text (sheet 4.3)."""
    store = call.store
    try:
        _validate(store, path)
        if store.value(path, "status") == "paused":
            return store.reference(path, "host") or ""
        host = scheduling.choose_host(store, path)
        _check_backup(store, path)
    except Refusal as refused:
        name = store.value(path, "name")
        call.engine.emit_event(
            54,
            "error",
            f"Failed to run VM {name} due to a failed validation: {refused.detail}"
            f" (User: {monitoring.USER}).",
            correlation_id=call.correlation_id,
            links={"vm": call.ids["vm"]},
        )
        raise
    return host


def _validate(store: Store, path: str) -> None:
    """In order: level, boot devices, status, data center, stateless, domains, space, disks."""
    center = data_center_of_cluster(store, store.reference(path, "cluster") or "") or ""
    found = (
        running.validate_level(
            store.value(path, "name") or "",
            _level(store, path, "custom_compatibility_version"),
            _level(store, f"/datacenters/{center}", "version") or (0, 0),
        )
        or running.validate_boot(
            _boot_devices(store, path), has_plugged_disk=any(plugged_disks(store, path))
        )
        or running.validate_status(store.value(path, "status") or "down")
    )
    if found:
        raise refusal(found, **_RUN)
    images = [disk for disk in plugged_disks(store, path) if is_image(store, disk)]
    if images and store.value(f"/datacenters/{center}", "status") != "up":
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_POOL_STATUS_ILLEGAL", **_RUN)
    is_ha = store.value(path, "high_availability/enabled") == "true"
    if is_ha and store.value(path, "stateless") == "true":
        raise refuse_with("VM_CANNOT_RUN_STATELESS_HA", **_RUN)
    _check_domains(store, center, images)
    if not is_ha:
        _check_space(store, images)
    _check_disks(store, images)


def _check_domains(store: Store, center: str, images: list[str]) -> None:
    """The domains of plugged, non-shareable images are attached and active."""
    for disk in images:
        if store.value(disk, "shareable") == "true":
            continue
        for domain in domains_of(store, disk):
            if storage_views.data_center_of(store, domain) != center:
                raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_EXIST", **_RUN)
            status = storage_views.status(store, domain)
            if status != "active":
                raise refuse_with(
                    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL2",
                    **_RUN,
                    status=domain_rules.status_name(status),
                )


def _check_space(store: Store, images: list[str]) -> None:
    """A thin disk on a domain below its critical space; HA VMs are not asked."""
    for disk in images:
        if store.value(disk, "sparse") != "true":
            continue
        for domain in domains_of(store, disk):
            path = f"/storagedomains/{domain}"
            free = store.value(path, "available")
            critical = int(store.value(path, "critical_space_action_blocker") or 0)
            if free is not None and int(free) < critical * _GIB:
                raise refuse_with(
                    "ACTION_TYPE_FAILED_DISK_SPACE_LOW_ON_STORAGE_DOMAIN",
                    **_RUN,
                    storageName=store.value(path, "name") or "",
                )


def _check_disks(store: Store, images: list[str]) -> None:
    locked = [disk for disk in images if store.value(disk, "status") == "locked"]
    if locked:
        aliases = ", ".join(store.value(disk, "alias") or "" for disk in locked)
        raise refuse_with("ACTION_TYPE_FAILED_DISKS_LOCKED", **_RUN, diskAliases=aliases)


def _check_backup(store: Store, path: str) -> None:
    """A disk or the lease on a domain flagged ``backup``."""
    domains = {d for disk in plugged_disks(store, path) for d in domains_of(store, disk)}
    lease = store.reference(path, "lease/storage_domain")
    if lease:
        domains.add(lease)
    if any(store.value(f"/storagedomains/{domain}", "backup") == "true" for domain in domains):
        raise refuse_with("ACTION_TYPE_FAILED_VM_DISKS_ON_BACKUP_STORAGE", **_RUN)


def plugged_disks(store: Store, path: str) -> Iterator[str]:
    """The paths of the VM's plugged disks."""
    for attachment in store.members(f"{path}/diskattachments"):
        if store.value(attachment, "active") != "false":
            key = store.reference(attachment, "disk") or attachment.rpartition("/")[2]
            yield f"/disks/{key}"


def is_image(store: Store, disk: str) -> bool:
    """Whether the disk is an image and not a direct LUN."""
    return store.value(disk, "storage_type") != "lun"


def domains_of(store: Store, disk: str) -> tuple[str, ...]:
    """The domains that hold the disk."""
    element = store.find(disk)
    found = () if element is None else element.findall("storage_domains/storage_domain")
    return tuple(holder.get("id") or "" for holder in found)


def _boot_devices(store: Store, path: str) -> tuple[str, ...]:
    devices = store.element(path).findall("os/boot/devices/device")
    return tuple(device.text or "" for device in devices)


def _level(store: Store, path: str, tag: str) -> tuple[int, int] | None:
    major, minor = store.value(path, f"{tag}/major"), store.value(path, f"{tag}/minor")
    return None if major is None or minor is None else (int(major), int(minor))


def _place(call: Call, path: str, host: str) -> None:
    """The host has accepted the VM: ``wait_for_launch``, event 153."""
    store = call.store
    with store.edit(path) as vm:
        elements.replace(vm, answers.link("host", f"/hosts/{host}"))
        elements.set_text(vm, "start_time", call.engine.timestamp())
        elements.set_text(vm, "run_once", "false")
        elements.set_text(vm, "status", "wait_for_launch")
    name, host_name = store.value(path, "name"), store.value(f"/hosts/{host}", "name")
    call.engine.emit_event(
        153,
        "normal",
        f"VM {name} was started by {monitoring.USER} (Host: {host_name}).",
        correlation_id=call.correlation_id,
        links={"vm": call.ids["vm"], "host": host},
    )


def _run(call: Call, path: str, host: str, job: str) -> Background:
    """``wait_for_launch`` in one of the host's four creation places, ``powering_up``, ``up``.

    The host agent creates at most four VMs at a time (entities sheet 4.4).
    """
    engine, store = call.engine, call.store
    yield from engine.hold(_creation_place(engine, host), engine.latency.vm_launch)
    if store.value(path, "status") != "wait_for_launch":
        return  # its host died
    store.set_value(path, "status", "powering_up")
    ovf_updater.note_change(engine, path)
    yield engine.latency.vm_boot
    if store.value(path, "status") != "powering_up" or engine.stays_below("vm", path, "up"):
        return  # its host died, or it was ordered that the guest hangs
    store.set_value(path, "status", "up")
    _count(store, host)
    name, host_name = store.value(path, "name"), store.value(f"/hosts/{host}", "name")
    engine.emit_event(
        32,
        "normal",
        f"VM {name} started on Host {host_name}",
        correlation_id=call.correlation_id,
        links={"vm": call.ids["vm"], "host": host},
    )
    engine.end_job(job)


def _creation_place(engine: Engine, host: str) -> str:
    names = [f"create:{host}:{number}" for number in range(_CREATIONS)]
    return min(names, key=engine.turns.length)


def _count(store: Store, host: str) -> None:
    """The host's summary of active and all VMs."""
    if store.value(f"/hosts/{host}", "summary/active") is None:
        return
    with store.edit(f"/hosts/{host}") as element:
        for tag in ("summary/active", "summary/total"):
            count = int(elements.text_of(element, tag) or 0)
            elements.set_text(element, tag, str(count + 1))


ROUTES: tuple[Route, ...] = (Route("POST", "/vms/{vm}/start", start, is_action=True),)
