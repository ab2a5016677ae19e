"""What becomes of a VM that stops running, whoever stopped it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drplan.simulator import elements, ovf_updater, scheduling
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id

if TYPE_CHECKING:
    from drplan.simulator.core import Engine

NEXT_RUN = "Next Run configuration snapshot"
_RUN_TIME = (
    "display/address",
    "fqdn",
    "guest_operating_system",
    "guest_time_zone",
    "host",
    "run_once",
    "start_time",
)


def becomes_down(engine: Engine, path: str) -> None:
    """The VM at that path is down: run-time members go, its host has its memory back.

    A configuration for the next run is applied now, which raises the generation.
    """
    store = engine.store
    host = store.reference(path, "host")
    size = scheduling.size_of(store.element(path))
    with store.edit(path) as vm:
        for tag in _RUN_TIME:
            head, _, rest = tag.partition("/")
            if rest:
                part = vm.find(head)
                if part is not None:
                    elements.remove(part, rest)
            else:
                elements.remove(vm, head)
        elements.set_text(vm, "status", "down")
        elements.set_text(vm, "stop_reason", "")
        elements.set_text(vm, "stop_time", engine.timestamp())
    if host is not None and store.exists(f"/hosts/{host}"):
        scheduling.give_back(store, host, size)
        _count(store, host)
    if store.value(path, "next_run_configuration_exists") == "true":
        _apply_next_run(engine, path)


def _count(store: Store, host: str) -> None:
    if store.value(f"/hosts/{host}", "summary/active") is None:
        return
    with store.edit(f"/hosts/{host}") as element:
        for tag in ("summary/active", "summary/total"):
            count = int(elements.text_of(element, tag) or 0)
            elements.set_text(element, tag, str(max(0, count - 1)))


def _apply_next_run(engine: Engine, path: str) -> None:
    """ProcessDownVmCommand: the snapshot's configuration becomes the VM's own."""
    store = engine.store
    for snapshot in store.members(f"{path}/snapshots"):
        if store.value(snapshot, "description") != NEXT_RUN:
            continue
        wanted = store.element(snapshot).find("vm")
        if wanted is not None:
            with store.edit(path) as vm:
                for member in wanted:
                    if not member.get("id") and member.tag not in {"status", "snapshots"}:
                        elements.replace(vm, elements.copy_of(member))
        store.delete(snapshot)
    with store.edit(path) as vm:
        elements.set_text(vm, "next_run_configuration_exists", "false")
    ovf_updater.note_change(engine, path)


def drop_memory(engine: Engine, path: str) -> None:
    """A suspended VM loses its memory: the two volumes go (StopVmCommandBase)."""
    store = engine.store
    name, key = store.value(path, "name") or "", entity_id(path)
    for disk in store.members("/disks"):
        content = store.value(disk, "content_type") or ""
        if not content.startswith("memory_"):
            continue
        alias = store.value(disk, "alias") or ""
        described = f"(VM ID: '{key}')" in (store.value(disk, "description") or "")
        if alias.startswith(f"{name}_hibernation_") or (described and "hibernat" in alias):
            store.delete(disk)
