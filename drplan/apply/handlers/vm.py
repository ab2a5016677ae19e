"""Registering a VM and starting it (entities sheet 1 and 4)."""

from __future__ import annotations

from typing import Any

from drplan.apply.context import Context
from drplan.apply.directory import host_name
from drplan.apply.handlers.registration import registration_action
from drplan.apply.reconcile import left_out, surprises_of
from drplan.apply.result import ActionFailed, Result
from drplan.apply.retry import is_short_of_memory, pauses
from drplan.errors import EngineFault
from drplan.model.parameters import (
    Reference,
    RegisterVmParameters,
    Registration,
    StartParameters,
)

_POLL = 2.0
_POLL_POWER = 5.0
_REGISTERING = 900.0
_STARTING = 900.0
_GUEST_AGENT = 300.0
_MEMORY_PATIENCE = 60.0
_DOWN_FOR_GOOD = 6
"""Polls in a row: half a minute, in which the Engine would have tried another host."""
_PARTIAL = 1188
_COMING_UP = frozenset({"wait_for_launch", "powering_up", "restoring_state", "reboot_in_progress"})


async def register_vm(context: Context, parameters: RegisterVmParameters) -> Result:
    """Register a VM, wait until it is there, and compare it with what was predicted.

    The lists of unregistered VMs and the Engine's refusals do not tell whether a VM is registered
    already; its id does (entities sheet 1.7, row 2b).
    """
    service = context.engine.system.vms_service().vm_service(parameters.vm_id)
    if await context.find(service.get) is not None:
        return Result(status="converged", note="registered already")
    domain = context.domain_id(parameters.domain, parameters.domain_id)
    vm, events = await send_vm(
        context,
        domain,
        parameters.vm_id,
        registration=parameters.registration,
        cluster=parameters.cluster,
        allow_partial=parameters.allow_partial,
        reassign_bad_macs=parameters.reassign_bad_macs,
    )
    surprises = await surprises_of(context, vm, left_out(events))
    for surprise in surprises:
        context.tell("reconciled", surprise, level="warn")
    note = "; ".join(surprises) if surprises else f"id {parameters.vm_id}"
    return Result(note=note, surprises=surprises, engine_events=events)


async def send_vm(
    context: Context,
    domain: str,
    vm: str,
    *,
    registration: Registration,
    cluster: Reference | None,
    allow_partial: bool,
    reassign_bad_macs: bool,
) -> tuple[Any, tuple[str, ...]]:
    """Send the registration of one VM, wait until it is down; give it and the Engine's warnings.

    Engines before 4.5.3 answer while the registration still goes on, so the VM itself is asked
    (entities sheet 2.1).
    """
    registered = context.engine.system.vms_service().vm_service(vm)
    domains = context.engine.system.storage_domains_service()
    service = domains.storage_domain_service(domain).vms_service().vm_service(vm)
    body = registration_action(
        registration,
        context.secrets,
        cluster=cluster,
        allow_partial=allow_partial,
        reassign_bad_macs=reassign_bad_macs,
    )
    correlations: list[str] = []

    async def send(correlation: str) -> Any:
        correlations.append(correlation)
        return await context.engine.action(service, "register", body, correlation_id=correlation)

    async def look() -> Any | None:
        return await context.find(registered.get)

    async def usable() -> Any | None:
        found = await look()
        if found is None:
            raise ActionFailed("the Engine accepted the registration and has no such VM")
        return None if getattr(found.status, "value", None) == "image_locked" else found

    await context.write(f"POST /storagedomains/{domain}/vms/{vm}/register", send, look)
    found = await context.until(
        usable, every=_POLL, at_most=_REGISTERING, what="the VM's images were not unlocked"
    )
    return found, await _warnings(context, correlations[-1])


async def _warnings(context: Context, correlation: str) -> tuple[str, ...]:
    """What the Engine says it left out (event 1188). Informative: nothing is decided from it."""
    events = context.engine.system.events_service()
    listed = await context.read(events.list, search=f"correlation_id={correlation}")
    return tuple(
        event.description or ""
        for event in listed
        if event.code == _PARTIAL and event.correlation_id == correlation
    )


async def start_vm(context: Context, parameters: StartParameters) -> Result:
    """Start a VM and wait until it is up, where the plan says so until its guest agent reports.

    The request goes out at once: the dispatcher let it go because nothing more urgent was ready,
    and a look beforehand would take time in which that changes. A VM that runs already refuses a
    start by itself (entities sheet 4.3).
    """
    service = context.engine.system.vms_service().vm_service(parameters.vm_id)
    ran_already = False
    try:
        await send_start(context, parameters.vm_id)
    except EngineFault:
        status, _ = await _power(context, service)
        if status != "up" and status not in _COMING_UP:
            raise
        ran_already = True
    vm = await wait_until_up(context, parameters.vm_id)
    host = await host_name(context, vm.host.id) if vm.host is not None else ""
    note = f"host {host}" if host else ""
    if parameters.wait_for == "guest_agent" and not await _agent_reports(context, service):
        note += "; its guest agent did not report"
    return Result(
        status="converged" if ran_already else "done",
        note=note.removeprefix("; "),
        found={"host": host} if host else {},
    )


async def send_start(context: Context, vm: str) -> None:
    """Send a start. A lack of memory is tried again for a while, if nobody foresaw it.

    While other VMs start, memory they were promised counts, so the first refusal may be too early
    (entities sheet 4.4).
    """
    service = context.engine.system.vms_service().vm_service(vm)
    waits = pauses(5.0, total=_MEMORY_PATIENCE)

    async def send(correlation: str) -> bool:
        await context.engine.call(service.start, correlation_id=correlation)
        return True

    async def look() -> bool | None:
        status, _ = await _power(context, service)
        return True if status == "up" or status in _COMING_UP else None

    while True:
        try:
            await context.write(f"POST /vms/{vm}/start", send, look)
        except EngineFault as fault:
            if not is_short_of_memory(fault):
                raise
            context.effort.retriable = True
            pause = next(waits, None)
            if pause is None or context.action.expected_failure is not None:
                raise
            context.tell(
                "retry",
                f"{fault}; trying again in {pause:.0f}s",
                level="warn",
                attempt=context.effort.attempts,
            )
            await context.turn.sleep(pause)
        else:
            return


async def wait_until_up(context: Context, vm: str) -> Any:
    """Wait until the VM is up, and give it.

    An accepted start may still fail on the host. The Engine then tries others by itself, so a VM
    that is down has failed only once it stays down (entities sheet 4.3).
    """
    service = context.engine.system.vms_service().vm_service(vm)
    down_in_a_row = 0

    async def look() -> Any | None:
        nonlocal down_in_a_row
        status, found = await _power(context, service)
        if status == "paused":
            raise ActionFailed("the VM was paused while it was starting")
        down_in_a_row = down_in_a_row + 1 if status == "down" else 0
        if down_in_a_row > _DOWN_FOR_GOOD:
            raise ActionFailed("the VM went down again while it was starting")
        return found if status == "up" else None

    return await context.until(look, every=_POLL_POWER, at_most=_STARTING, what="the VM was not up")


async def _power(context: Context, service: Any) -> tuple[str, Any]:
    vm = await context.read(service.get)
    return str(getattr(vm.status, "value", "unknown")), vm


async def _agent_reports(context: Context, service: Any) -> bool:
    async def look() -> bool | None:
        vm = await context.read(service.get)
        return True if vm.fqdn or vm.guest_operating_system is not None else None

    try:
        return await context.until(look, every=5.0, at_most=_GUEST_AGENT, what="")
    except ActionFailed:
        return False
