"""Registering VMs: POST /storagedomains/{sd}/vms/{vm}/register (ImportVmFromConfiguration).

Entities sheet 1 (mappings, rows of refusals) and 2 (blocking by version, locks). A refused
registration leaves no event; a good one has event 174, and 1188 for what it lacks.
"""

from __future__ import annotations

from collections.abc import Generator

from drplan.simulator import answers, mac_pools, monitoring, ovf_updater, unregistered
from drplan.simulator.elements import Element
from drplan.simulator.faults import Message, Refusal, fill
from drplan.simulator.handling import Answer, Background, Call, Process, Route, Wait
from drplan.simulator.registration import (
    checks,
    identities,
    images,
    leases,
    luns,
    references,
    rows,
    vnics,
)
from drplan.simulator.registration.pending import Pending
from drplan.simulator.registration.request import Registration, parse
from drplan.simulator.rules.macs import MacDecision, MacInUse, assign
from drplan.simulator.rules.messages import fail_with, message, refuse_with

SYNCHRONOUS_SINCE = (4, 5, 3)
LOCKED_SINCE = (4, 4, 6)


def register(call: Call) -> Process:
    """The request is read and its references resolved first; then locks, checks, execution."""
    body = call.body()
    request = parse(body, is_vm=True)
    pending = _start(call, request)
    if pending is None:
        raise _without_row(call, request)
    owner = call.engine.new_id()
    job = call.engine.jobs.start(_description(pending), call.correlation_id)
    is_handed_over = False
    try:
        _lock(pending, owner)
        yield from _validate(pending)
        path = _execute(pending, "image_locked")
        end = _end(pending, path, owner, job)
        if call.engine.version >= SYNCHRONOUS_SINCE and not request.is_async:
            yield from end
        else:
            is_handed_over = True
            call.engine.spawn(end)
    except Refusal:
        call.engine.end_job(job, "failed")
        raise
    finally:
        if not is_handed_over:
            call.engine.locks.release(owner)
    return _answer(call, path, job, is_done=call.engine.jobs.status(job) != "started")


def _start(call: Call, request: Registration) -> Pending | None:
    """The registration with its row; ``None`` where the domain has no row of the VM."""
    given = references.given_cluster(call.store, request)
    record = references.row_of(call, call.ids["vm"], "vm")
    if record is None:
        return None
    cluster = given or references.mapped_cluster(call.store, request, record)
    pending = Pending(call, call.ids["sd"], record, request, cluster, list(record.image_disks()))
    luns.choose(pending)
    return pending


def _without_row(call: Call, request: Registration) -> Refusal:
    """Rows 2b and 6: no row left; the VM is registered, or nobody knows it.

    Registered: its own MACs are "in use", which is said first unless bad ones are reassigned.
    """
    path = f"/vms/{call.ids['vm']}"
    if not call.store.exists(path):
        return refuse_with("CAN_DO_ACTION_GENERAL_FAILURE")
    pool = mac_pools.pool_of_cluster(call.store, call.store.reference(path, "cluster") or "")
    nics = call.store.members(f"{path}/nics")
    if nics and not request.reassign_bad_macs and not pool.allow_duplicates:
        key = "ACTION_TYPE_FAILED_CANNOT_ADD_IFACE_DUE_TO_MAC_DUPLICATES"
        names = ", ".join(call.store.value(nic, "name") or "" for nic in nics)
        return refuse_with(key, **{f"{key}_LIST": names})
    return refuse_with("VM_CANNOT_IMPORT_VM_EXISTS", VmName=call.store.value(path, "name") or "")


def _lock(pending: Pending, owner: str) -> None:
    """Exclusive on the name (engine-wide) and the id, shared on the remote VM (sheet 2.2)."""
    locks = pending.call.engine.locks
    imported = message("ACTION_TYPE_FAILED_VM_IS_BEING_IMPORTED")
    text = fill(imported.text, {"VmName": pending.name})
    try:
        locks.acquire(
            owner,
            exclusive=[("VM_NAME", pending.name)],
            busy=message("ACTION_TYPE_FAILED_NAME_ALREADY_USED"),
            action="import",
            type="VM",
        )
        locks.acquire(
            owner,
            exclusive=[("VM", pending.record.id)],
            busy=Message(imported.key, imported.kind, text),
            action="import",
            type="VM",
        )
    except Refusal:
        locks.release(owner)
        raise


def _validate(pending: Pending) -> Generator[Wait, None, None]:
    checks.before_volumes(pending)
    yield from images.check_volumes(pending)
    checks.check_template(pending)
    checks.after_volumes(pending)
    # Between validation and execution others may write: groups and MACs can be lost (sheet 2.3).
    yield pending.call.engine.latency.write


def _execute(pending: Pending, status: str) -> str:
    """Everything that is written, or nothing: what can fail comes before the first row."""
    _report_missing(pending)
    _check_memory(pending)
    if identities.has_double_permission(pending):
        raise fail_with("ENGINE")
    decisions = _macs(pending)
    profiles = vnics.profiles_of(pending)
    path = rows.write_entity(pending, status)
    rows.write_nics(pending, path, profiles, [decision.mac for decision in decisions])
    rows.write_disks(pending, path)
    rows.write_memory_disks(pending)
    rows.write_snapshots(pending, path)
    rows.write_permissions(pending, path)
    rows.write_memberships(pending, path)
    leases.settle_lease(pending, path)
    leases.settle_level(pending, path)
    unregistered.remove_rows(pending.call.engine, pending.record.id, "vm")
    references.unlist_disks(pending)
    ovf_updater.note_change(pending.call.engine, path)
    return path


def _report_missing(pending: Pending) -> None:
    """Event 1188, before execution: it stays when execution fails (row 25)."""
    text = pending.missing.text(with_disks=pending.request.allow_partial)
    if text:
        _event(
            pending,
            1188,
            "warning",
            "The following entities could not be verified and will not be part of the imported VM"
            f" {pending.name}: '{text}' (User: {monitoring.USER}).",
        )


def _check_memory(pending: Pending) -> None:
    """Row 11b: memory volumes that are not on the domain of the address, nor in the database."""
    for memory in pending.record.memories:
        known = all(pending.store.exists(f"/disks/{disk}") for disk in memory.disk_ids)
        if memory.storage_domain != pending.domain and not known:
            raise fail_with("ENGINE")


def _macs(pending: Pending) -> list[MacDecision]:
    """The addresses; one that is taken since the validation fails the execution (event 833)."""
    pool = mac_pools.pool_of_cluster(pending.store, pending.cluster or "")
    in_use = mac_pools.macs_in_use(pending.store, pool.id)
    try:
        decisions = assign(
            checks.nic_macs(pending), pool, in_use, reassign=pending.request.reassign_bad_macs
        )
    except MacInUse as taken:
        _event(
            pending,
            833,
            "warning",
            f"Network Interface {taken.nic} has MAC address {taken.mac} which is in use.",
        )
        raise fail_with("MAC_ADDRESS_IS_IN_USE") from taken
    external = [decision.mac for decision in decisions if decision.external]
    if external and not pending.request.reassign_bad_macs:
        _event(
            pending,
            925,
            "warning",
            f"VM {pending.name} has MAC address(es) {', '.join(external)}, which is/are out of"
            " its MAC pool definitions.",
        )
    return decisions


def _end(pending: Pending, path: str, owner: str, job: str) -> Background:
    """The end phase: host calls for each disk, the poller's ticks, then status ``down``."""
    engine = pending.call.engine
    if engine.version < LOCKED_SINCE:
        engine.locks.release(owner)
        engine.store.set_value(path, "status", "down")
    yield engine.latency.register_vm + len(pending.images) * engine.latency.image_check
    engine.store.set_value(path, "status", "down")
    engine.locks.release(owner)
    _event(
        pending,
        174,
        "normal",
        f"VM {pending.name} has been successfully imported from the given configuration.",
    )
    engine.end_job(job)


def _event(pending: Pending, code: int, severity: str, text: str) -> None:
    links = {"cluster": pending.cluster or ""}
    if pending.store.exists(f"/vms/{pending.record.id}"):
        links["vm"] = pending.record.id
    pending.call.engine.emit_event(
        code, severity, text, correlation_id=pending.call.correlation_id, links=links
    )


def _description(pending: Pending) -> str:
    cluster = pending.store.value(f"/clusters/{pending.cluster}", "name")
    return f"Importing VM {pending.name} from configuration to Cluster {cluster}"


def _answer(call: Call, path: str, job: str, *, is_done: bool) -> Answer:
    """200 complete from 4.5.3 on and before it; 202 for ``async`` with the job still running."""
    vm: Element = answers.link("vm", path)
    if is_done or call.engine.version < SYNCHRONOUS_SINCE:
        return answers.action(call, vm, job=job if is_done else None)
    return answers.action(call, vm, status="in_progress", job=job)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/storagedomains/{sd}/vms/{vm}/register", register, is_action=True),
)
