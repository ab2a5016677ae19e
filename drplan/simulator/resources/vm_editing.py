"""PUT /vms/{vm} (UpdateVmCommand): what can be edited, now or at the next start."""

from __future__ import annotations

from drplan.simulator import answers, elements, ovf_updater
from drplan.simulator.elements import Element
from drplan.simulator.faults import missing
from drplan.simulator.handling import Answer, Call, Route
from drplan.simulator.powering_off import NEXT_RUN
from drplan.simulator.rules.messages import refuse_with
from drplan.simulator.topology import data_center_of_cluster

_EDIT = {"action": "edit", "type": "VM"}
AT_ONCE = ("name", "description", "comment", "delete_protected", "high_availability", "tags")
"""What a running VM takes over at once (``EditableVmField`` with ``onStatuses`` of all)."""
SETTABLE = (
    *AT_ONCE,
    "bios",
    "cpu",
    "custom_compatibility_version",
    "custom_properties",
    "display",
    "lease",
    "memory",
    "memory_policy",
    "os",
    "placement_policy",
    "stateless",
    "time_zone",
    "type",
)
_WHOLE = frozenset({"custom_properties", "custom_compatibility_version"})
"""Members that a body replaces; of others only what it has is changed."""


def edit(call: Call) -> Answer:
    """The whole entity comes back. A VM that runs keeps the rest for its next start."""
    store, path = call.store, f"/vms/{call.ids['vm']}"
    if not store.exists(path):
        raise missing()
    if call.engine.locks.is_held(("VM", call.ids["vm"])):
        raise refuse_with("ACTION_TYPE_FAILED_OBJECT_LOCKED", **_EDIT)
    body = call.body()
    name = elements.text_of(body, "name")
    if name is not None and name != store.value(path, "name"):
        _check_name(call, path, name)
    is_down = store.value(path, "status") in {"down", "suspended", "image_locked"}
    wanted = [member for member in body if member.tag in SETTABLE]
    now = [member for member in wanted if is_down or member.tag in AT_ONCE]
    with store.edit(path) as vm:
        for member in now:
            _merge(vm, member)
    later = [member for member in wanted if member not in now]
    if later:
        _put_off(call, path, later)
    ovf_updater.note_change(call.engine, path)
    return answers.entity(store, path)


def _check_name(call: Call, path: str, name: str) -> None:
    """A VM's name is unique in its data center."""
    store = call.store
    center = data_center_of_cluster(store, store.reference(path, "cluster") or "")
    for other in store.named("/vms", name):
        if data_center_of_cluster(store, store.reference(other, "cluster") or "") == center:
            raise refuse_with("ACTION_TYPE_FAILED_NAME_ALREADY_USED", **_EDIT)


def _merge(target: Element, member: Element) -> None:
    """Take over a member, part by part; an empty one removes what was there."""
    old = target.find(member.tag)
    if old is None or member.tag in _WHOLE or not len(member) or not len(old):
        elements.replace(target, elements.copy_of(member))
        return
    for part in member:
        if part.get("id"):
            elements.replace(old, elements.copy_of(part))
        else:
            _merge(old, part)


def _put_off(call: Call, path: str, members: list[Element]) -> None:
    """The snapshot that holds the configuration for the next start; it has no type."""
    store = call.store
    with store.edit(path) as vm:
        elements.set_text(vm, "next_run_configuration_exists", "true")
    for snapshot in store.members(f"{path}/snapshots"):
        if store.value(snapshot, "description") == NEXT_RUN:
            with store.edit(snapshot) as element:
                known = element.find("vm")
                if known is not None:
                    for member in members:
                        _merge(known, member)
            return
    key = call.engine.new_id()
    where = f"{path}/snapshots/{key}"
    snapshot_element = elements.make("snapshot", href=answers.href(where), id=key)
    elements.set_text(snapshot_element, "description", NEXT_RUN)
    elements.set_text(snapshot_element, "date", call.engine.timestamp())
    elements.set_text(snapshot_element, "persist_memorystate", "false")
    elements.set_text(snapshot_element, "snapshot_status", "ok")
    inside = elements.make("vm", id=call.ids["vm"])
    for member in store.element(path):
        if member.tag in SETTABLE:
            elements.replace(inside, elements.copy_of(member))
    for member in members:
        _merge(inside, member)
    snapshot_element.append(inside)
    store.put(where, snapshot_element)


ROUTES: tuple[Route, ...] = (Route("PUT", "/vms/{vm}", edit),)
