"""What a registration writes: the entity with its NICs, disks, snapshots and permissions.

Everything has the form that GETs of a real Engine show: references of the target, no run-time
members, no quota.
"""

from __future__ import annotations

from collections.abc import Sequence

from drplan.simulator import answers, elements, membership
from drplan.simulator.elements import Element
from drplan.simulator.ovf import OvfDisk, OvfNic
from drplan.simulator.registration.pending import Pending
from drplan.simulator.registration.request import LunTarget

# Members that a VM has only while it runs, or only at its source.
_RUN_TIME = (
    "cpu_profile",
    "disk_attachments",
    "fqdn",
    "guest_operating_system",
    "guest_time_zone",
    "host",
    "host_devices",
    "nics",
    "quota",
    "run_once",
    "start_time",
    "status_detail",
    "stop_reason",
    "vm_pool",
)
_DISK_SOURCE = ("disk_profile", "quota", "snapshot")
_ATTACHMENT_RUN_TIME = ("logical_name",)


def write_entity(pending: Pending, status: str) -> str:
    """The VM or template itself, in its cluster; gives its path."""
    record, store = pending.record, pending.store
    path = f"/{record.kind}s/{record.id}"
    element = elements.parse(record.element)
    element.set("href", answers.href(path))
    for tag in _RUN_TIME:
        elements.remove(element, tag)
    elements.set_text(element, "name", pending.name)
    elements.set_text(element, "status", status)
    if record.kind == "vm":
        elements.set_text(element, "next_run_configuration_exists", "false")
        _clear_pinning(element)
    elements.replace(element, answers.link("cluster", f"/clusters/{pending.cluster}"))
    store.put(path, element)
    for link in element.findall("link"):
        if not membership.is_derived(f"{path}/{link.get('rel')}"):
            store.declare(f"{path}/{link.get('rel')}")
    return path


def _clear_pinning(element: Element) -> None:
    """Row 27: pinned hosts are those of the source; they are cleared silently."""
    policy = element.find("placement_policy")
    if policy is not None:
        elements.remove(policy, "hosts")


def write_nics(
    pending: Pending,
    path: str,
    profiles: Sequence[str | None],
    addresses: Sequence[str | None],
) -> None:
    """The NICs with the profile and the address that each has ended with."""
    for nic, profile, mac in zip(pending.record.nics, profiles, addresses, strict=True):
        element = _nic(nic, path)
        if mac is not None:
            elements.set_text(element, "mac/address", mac)
        if profile is not None:
            elements.replace(element, answers.link("vnic_profile", f"/vnicprofiles/{profile}"))
        pending.store.put(f"{path}/nics/{nic.id}", element)
    pending.store.declare(f"{path}/nics")


def _nic(nic: OvfNic, path: str) -> Element:
    element = elements.parse(nic.element)
    element.set("href", answers.href(f"{path}/nics/{nic.id}"))
    for tag in ("vnic_profile", "reported_devices"):
        elements.remove(element, tag)
    owner = "vm" if path.startswith("/vms/") else "template"
    elements.replace(element, answers.link(owner, path))
    return element


def write_disks(pending: Pending, path: str) -> None:
    """The disks that are left, image and LUN, and how they are attached."""
    store = pending.store
    store.declare(f"{path}/diskattachments")
    for disk in pending.images:
        if not store.exists(f"/disks/{disk.id}"):
            store.put(f"/disks/{disk.id}", _image(pending, disk))
        _attach(pending, path, disk)
    for disk, target in pending.luns:
        store.put(f"/disks/{disk.id}", _lun(disk, target))
        _attach(pending, path, disk)


def _image(pending: Pending, disk: OvfDisk) -> Element:
    element = _disk(disk)
    elements.set_text(element, "status", "ok")
    holders = elements.make("storage_domains")
    for domain in disk.storage_domains:
        if pending.store.exists(f"/storagedomains/{domain}"):
            holders.append(answers.link("storage_domain", f"/storagedomains/{domain}"))
    elements.replace(element, holders)
    return element


def _lun(disk: OvfDisk, target: LunTarget) -> Element:
    """A LUN disk with its target's id and one connection; size and alias are the source's."""
    element = _disk(disk)
    old = element.find("lun_storage/logical_units/logical_unit")
    storage = elements.make("lun_storage", id=target.lun_id)
    units = elements.make("logical_units")
    unit = elements.make("logical_unit", id=target.lun_id)
    members = {
        "address": target.address if target.kind == "iscsi" else None,
        "disk_id": disk.id,
        "port": target.port if target.kind == "iscsi" else None,
        "size": None if old is None else elements.text_of(old, "size"),
        "target": target.target if target.kind == "iscsi" else None,
    }
    for tag, text in members.items():
        elements.set_text(unit, tag, text)
    units.append(unit)
    storage.append(units)
    elements.set_text(storage, "type", target.kind)
    elements.replace(element, storage)
    return element


def _disk(disk: OvfDisk) -> Element:
    element = elements.parse(disk.disk)
    element.set("href", answers.href(f"/disks/{disk.id}"))
    for tag in _DISK_SOURCE:
        elements.remove(element, tag)
    return element


def _attach(pending: Pending, path: str, disk: OvfDisk) -> None:
    where = f"{path}/diskattachments/{disk.id}"
    element = elements.parse(disk.attachment)
    element.set("href", answers.href(where))
    for tag in _ATTACHMENT_RUN_TIME:
        elements.remove(element, tag)
    elements.replace(element, answers.link("disk", f"/disks/{disk.id}"))
    pending.store.put(where, element)


def write_memory_disks(pending: Pending) -> None:
    """The memory volumes of snapshots become disks of the database again."""
    if not pending.record.memories:
        return
    copies = {
        volume.disk_id: volume
        for copy in (pending.call.engine.array.copies() if pending.call.engine.array else ())
        for volume in copy.volumes.values()
    }
    for memory in pending.record.memories:
        for key in memory.disk_ids:
            if key in copies and not pending.store.exists(f"/disks/{key}"):
                element = elements.parse(copies[key].element)
                element.set("href", answers.href(f"/disks/{key}"))
                for tag in _DISK_SOURCE:
                    elements.remove(element, tag)
                pending.store.put(f"/disks/{key}", element)


def write_snapshots(pending: Pending, path: str) -> None:
    """The active snapshot and those of the definition."""
    store = pending.store
    store.declare(f"{path}/snapshots")
    active = elements.make("snapshot", href="", id=pending.call.engine.new_id())
    where = f"{path}/snapshots/{active.get('id')}"
    active.set("href", answers.href(where))
    elements.set_text(active, "description", "Active VM")
    elements.set_text(active, "date", pending.call.engine.timestamp())
    elements.set_text(active, "persist_memorystate", "false")
    elements.set_text(active, "snapshot_status", "ok")
    elements.set_text(active, "snapshot_type", "active")
    elements.place(active, answers.link("vm", path))
    store.put(where, active)
    for body in pending.record.snapshots:
        element = elements.parse(body)
        where = f"{path}/snapshots/{element.get('id')}"
        element.set("href", answers.href(where))
        store.put(where, element)


def write_permissions(pending: Pending, path: str) -> None:
    """A row for each user and role."""
    kind = pending.record.kind
    pending.store.declare(f"{path}/permissions")
    for user, role in pending.permissions:
        key = pending.call.engine.new_id()
        where = f"{path}/permissions/{key}"
        element = elements.make("permission", href=answers.href(where), id=key)
        elements.place(element, answers.link("role", f"/roles/{role}"))
        elements.place(element, answers.link("user", f"/users/{user}"))
        elements.place(element, answers.link(kind, path))
        pending.store.put(where, element)


def write_memberships(pending: Pending, path: str) -> None:
    """Groups and labels are rewritten whole from what validation read: updates can get lost."""
    store, key = pending.store, pending.record.id
    for group, members in pending.groups.items():
        vms = elements.make("vms")
        for vm in (*(m for m in members if m != key), key):
            vms.append(answers.link("vm", f"/vms/{vm}"))
        with store.edit(group) as element:
            elements.replace(element, vms)
    for label, members in pending.labels.items():
        store.drop(f"{label}/vms")
        for vm in (*(m for m in members if m != key), key):
            entry = f"{label}/vms/{vm}"
            store.put(entry, answers.link("vm", f"/vms/{vm}"))
