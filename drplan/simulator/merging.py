"""Two answers about one entity become one: member by member, the later answer wins."""

from __future__ import annotations

from drplan.simulator import elements
from drplan.simulator.elements import Element

ALL_CONTENT = "/vms;all_content"
"""The collection of those members of VMs that only ``all_content=true`` shows."""

# Members whose absence means something: they do not outlive an answer that lacks them
# (wire-facts.md section 5: host, run_once and start_time are on no VM that is down; a storage
# domain shows a status only while it is unattached).
_TRANSIENT = {
    "vm": frozenset(
        {
            "fqdn",
            "guest_operating_system",
            "guest_time_zone",
            "host",
            "payloads",
            "run_once",
            "start_time",
            "status_detail",
            "stop_reason",
        }
    ),
    "storage_domain": frozenset({"available", "data_centers", "status", "used"}),
    "host": frozenset({"status_detail"}),
}

# Members that a VM shows only with ``all_content=true`` and in the answer to a PUT.
_ALL_CONTENT = ("console", "rng_device", "soundcard_enabled", "virtio_scsi")


def merge(old: Element, new: Element) -> Element:
    """``new``, completed with the members of ``old`` that it does not mention."""
    merged = elements.copy_of(new)
    mentioned = {_key(child) for child in new}
    transient = _TRANSIENT.get(new.tag, frozenset())
    for child in old:
        if _key(child) not in mentioned and child.tag not in transient:
            elements.place(merged, elements.copy_of(child))
    return merged


def split_all_content(vm: Element) -> Element | None:
    """Take from a VM what only ``all_content=true`` shows; ``None`` where there is nothing."""
    extra = elements.make("vm", id=vm.get("id") or "")
    for tag in _ALL_CONTENT:
        child = vm.find(tag)
        if child is not None:
            vm.remove(child)
            extra.append(child)
    initialization = vm.find("initialization")
    if initialization is not None and initialization.find("configuration") is not None:
        extra.append(elements.copy_of(initialization))
        elements.remove(initialization, "configuration")
        if not len(initialization):
            vm.remove(initialization)
    return extra if len(extra) else None


def with_all_content(vm: Element, extra: Element) -> Element:
    """A VM as ``all_content=true`` shows it."""
    full = elements.copy_of(vm)
    for child in extra:
        elements.replace(full, elements.copy_of(child))
    return full


def _key(child: Element) -> tuple[str, str | None]:
    return child.tag, child.get("rel") if child.tag == "link" else None
