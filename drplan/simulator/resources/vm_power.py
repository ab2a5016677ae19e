"""POST /vms/{vm}/stop and /shutdown (entities sheet 5)."""

from __future__ import annotations

from collections.abc import Generator

from drplan.simulator import answers, elements, monitoring, ovf_updater, powering_off
from drplan.simulator.handling import Background, Call, Process, Route, Wait
from drplan.simulator.rules.messages import refuse_with

_SAVING = frozenset({"saving_state", "restoring_state"})
_NOT_RUNNING = frozenset({"image_locked", "unassigned", "unknown"})
_FINISHED_BACKUP = frozenset({"succeeded", "failed"})


def stop(call: Call) -> Process:
    """StopVm: the answer comes when the host destroyed it, ``down`` with the host's next poll."""
    yield from _stop(call, "stop", "Stop VM", f"Stopping VM {_name(call)}", is_graceful=False)
    return answers.action(call, answers.link("vm", f"/vms/{call.ids['vm']}"))


def shutdown(call: Call) -> Process:
    """ShutdownVm: graceful for a VM that is up, else a hard stop (event 76)."""
    yield from _stop(
        call, "shutdown", "Shutdown VM", f"Shutting down VM {_name(call)}", is_graceful=True
    )
    return answers.action(call, answers.link("vm", f"/vms/{call.ids['vm']}"))


def _stop(
    call: Call, verb: str, command: str, description: str, *, is_graceful: bool
) -> Generator[Wait, None, None]:
    engine, store, path = call.engine, call.store, f"/vms/{call.ids['vm']}"
    values = {"action": verb, "type": "VM"}
    with monitoring.job(call, description):
        yield engine.latency.write
        if not store.exists(path):
            raise refuse_with("ACTION_TYPE_FAILED_VM_NOT_FOUND", **values)
        status = store.value(path, "status") or "down"
        if status == "down":
            _event(call, 254, "normal", f"VM {_name(call)} is already Down, {command} was skipped.")
            return
        _validate(call, path, status, values)
        ovf_updater.note_change(engine, path)
        if status == "suspended":
            powering_off.drop_memory(engine, path)
            powering_off.becomes_down(engine, path)
            _event(call, 111, "normal", f"VM {_name(call)} has been stopped.")
        elif is_graceful and status == "up":
            _shut_down(call, path)
        else:
            yield from _power_off(call, path, instead=is_graceful)


def _validate(call: Call, path: str, status: str, values: dict[str, str]) -> None:
    """Saving or restoring; not running; a backup, unless forced."""
    if status in _SAVING:
        raise refuse_with("ACTION_TYPE_FAILED_VM_IS_SAVING_RESTORING", **values)
    if status in _NOT_RUNNING:
        raise refuse_with("ACTION_TYPE_FAILED_VM_IS_NOT_RUNNING", **values)
    if is_in_backup(call, path) and elements.text_of(call.body(), "force") != "true":
        raise refuse_with("ACTION_TYPE_FAILED_VM_IS_DURING_BACKUP", **values)


def is_in_backup(call: Call, path: str) -> bool:
    """Whether a backup of the VM runs."""
    return any(
        (call.store.value(it, "phase") or "") not in _FINISHED_BACKUP
        for it in call.store.members(f"{path}/backups")
    )


def _power_off(call: Call, path: str, *, instead: bool) -> Generator[Wait, None, None]:
    """The host destroys it; event 33, or 76 where a shutdown was asked for."""
    engine = call.engine
    yield engine.latency.vm_stop
    host = call.store.reference(path, "host")
    host_name = call.store.value(f"/hosts/{host}", "name") if host else ""
    if instead:
        text = f"VM {_name(call)} was powered off ungracefully by {monitoring.USER}"
        _event(call, 76, "normal", f"{text} (Host: {host_name}).", by=False)
    else:
        text = f"VM {_name(call)} powered off by {monitoring.USER}"
        _event(call, 33, "normal", f"{text} (Host: {host_name}).", by=False)
    engine.spawn(_notice(call, path))


def _notice(call: Call, path: str) -> Background:
    yield call.engine.latency.host_poll
    if call.store.exists(path) and call.store.value(path, "status") != "down":
        powering_off.becomes_down(call.engine, path)


def _shut_down(call: Call, path: str) -> None:
    """``powering_down`` at once; whether the guest obeys shows later."""
    call.store.set_value(path, "status", "powering_down")
    host = call.store.reference(path, "host")
    host_name = call.store.value(f"/hosts/{host}", "name") if host else ""
    text = f"VM shutdown initiated by {monitoring.USER} on VM {_name(call)} (Host: {host_name})."
    _event(call, 73, "normal", text, by=False)
    call.engine.spawn(_obey(call, path))


def _obey(call: Call, path: str) -> Background:
    """The guest goes down (event 61), or ignores it and is ``up`` again (147)."""
    engine, store = call.engine, call.store
    yield engine.latency.vm_grace + engine.latency.vm_shutdown
    if store.value(path, "status") != "powering_down":
        return
    if engine.stays_below("vm", path, "down"):
        store.set_value(path, "status", "up")
        _event(call, 147, "warning", f"Shutdown of VM {_name(call)} failed.", by=False)
        return
    powering_off.becomes_down(engine, path)
    _event(call, 61, "normal", f"VM {_name(call)} is down. ", by=False)


def _name(call: Call) -> str:
    return call.store.value(f"/vms/{call.ids['vm']}", "name") or ""


def _event(call: Call, code: int, severity: str, text: str, *, by: bool = True) -> None:
    call.engine.emit_event(
        code,
        severity,
        f"{text} User: {monitoring.USER}." if by else text,
        correlation_id=call.correlation_id,
        links={"vm": call.ids["vm"]},
    )


ROUTES: tuple[Route, ...] = (
    Route("POST", "/vms/{vm}/stop", stop, is_action=True),
    Route("POST", "/vms/{vm}/shutdown", shutdown, is_action=True),
)
