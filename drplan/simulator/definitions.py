"""The definitions that a source Engine would write into its OVF_STOREs, from what it showed.

A source's recording has no OVFs, but it has all that goes into one. Which domain holds which
definition follows storage sheet 8.2 and entities sheet 1.8: every domain with a non-shareable
active image of the entity, and for entities without such an image every data domain of the data
center.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from drplan.simulator import elements
from drplan.simulator.elements import Element
from drplan.simulator.ovf import (
    BLANK_TEMPLATE,
    EntityKind,
    OvfDisk,
    OvfMemory,
    OvfNic,
    OvfPermission,
    OvfRecord,
)
from drplan.simulator.store import Store

MEMORY_CONTENT = ("memory_dump_volume", "memory_metadata_volume")


@dataclass(slots=True)
class Names:
    """Names and memberships that definitions carry, looked up once for all entities."""

    clusters: dict[str, str] = field(default_factory=dict)
    profiles: dict[str, tuple[str, str]] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    users: dict[str, tuple[str, str]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    labels: dict[str, list[str]] = field(default_factory=dict)
    memory_disks: tuple[str, ...] = ()


def definitions(store: Store) -> Iterator[OvfRecord]:
    """The definition of every template and VM of the Engine, Blank excepted."""
    yield from definitions_of(store, (*store.members("/templates"), *store.members("/vms")))


def definitions_of(store: Store, paths: Iterable[str]) -> Iterator[OvfRecord]:
    """The definitions of the templates and VMs at these paths, Blank excepted."""
    names = _names(store)
    for path in paths:
        if path.rpartition("/")[2] != BLANK_TEMPLATE:
            yield _record(store, names, path, "vm" if path.startswith("/vms/") else "template")


def holders(store: Store, record: OvfRecord) -> tuple[str, ...]:
    """The data domains whose OVF_STORE holds the definition (storage sheet 8.2)."""
    images = [d for d in record.image_disks() if not d.shareable]
    if images:
        found: dict[str, None] = {}
        for disk in images:
            found.update(dict.fromkeys(disk.storage_domains))
        return tuple(found)
    center = _center_of(store, record)
    domains = store.members(f"/datacenters/{center}/storagedomains") if center else ()
    return tuple(path.rpartition("/")[2] for path in domains if store.value(path, "type") == "data")


def unregistered(store: Store, domain: str) -> Iterator[OvfRecord]:
    """What is still unregistered on a domain: carried over, with its recorded status."""
    for part, kind in (("vms", "vm"), ("templates", "template")):
        for path in store.members(f"/storagedomains/{domain}/{part};unregistered"):
            yield bare_record(store.element(path), "vm" if kind == "vm" else "template")


def bare_record(element: Element, kind: EntityKind) -> OvfRecord:
    """A definition of which only the listed element is known: no NICs, disks or names."""
    return OvfRecord(
        id=element.get("id") or "",
        kind=kind,
        name=elements.text_of(element, "name") or "",
        status=(elements.text_of(element, "status") or "down") if kind == "vm" else "ok",
        cluster="",
        template_id=elements.reference(element, "template") or BLANK_TEMPLATE,
        element=elements.serialise(element),
        lease_domain=elements.reference(element, "lease/storage_domain"),
        architecture=elements.text_of(element, "cpu/architecture") or "x86_64",
        origin=elements.text_of(element, "origin") or "ovirt",
    )


def _center_of(store: Store, record: OvfRecord) -> str | None:
    cluster = elements.reference(elements.parse(record.element), "cluster")
    return store.reference(f"/clusters/{cluster}", "data_center") if cluster else None


def _names(store: Store) -> Names:
    names = Names()
    for path in store.members("/clusters"):
        key = path.rpartition("/")[2]
        names.clusters[key] = store.value(path, "name") or ""
        for group in store.members(f"{path}/affinitygroups"):
            _add_members(store, group, names.groups)
    for path in store.members("/affinitylabels"):
        _add_members(store, path, names.labels)
    for path in store.members("/vnicprofiles"):
        network = store.reference(path, "network") or ""
        names.profiles[path.rpartition("/")[2]] = (
            store.value(f"/networks/{network}", "name") or "",
            store.value(path, "name") or "",
        )
    for path in store.members("/roles"):
        names.roles[path.rpartition("/")[2]] = store.value(path, "name") or ""
    for path in store.members("/users"):
        names.users[path.rpartition("/")[2]] = login_of(store, path)
    names.memory_disks = tuple(
        path
        for path in store.members("/disks")
        if store.value(path, "content_type") in MEMORY_CONTENT
    )
    return names


def login_of(store: Store, path: str) -> tuple[str, str]:
    """A user's login and AAA domain: ``user_name`` is ``login@domain``."""
    whole = store.value(path, "user_name") or store.value(path, "name") or ""
    login, at, domain = whole.rpartition("@")
    domain_id = store.reference(path, "domain")
    named = store.value(path, "domain/name") or (
        store.value(f"/domains/{domain_id}", "name") if domain_id else None
    )
    if named is None:
        return (login if at else whole, domain)
    suffix = f"@{named}"
    return (whole.removesuffix(suffix) if whole.endswith(suffix) else whole, named)


def _add_members(store: Store, path: str, memberships: dict[str, list[str]]) -> None:
    name = store.value(path, "name") or ""
    inline = {vm.get("id") or "" for vm in store.element(path).findall("vms/vm")}
    listed = {p.rpartition("/")[2] for p in store.members(f"{path}/vms")}
    for vm in sorted(inline | listed):
        memberships.setdefault(vm, []).append(name)


def _record(store: Store, names: Names, path: str, kind: EntityKind) -> OvfRecord:
    element = store.element(path)
    bare = bare_record(element, kind)
    snapshots = tuple(_snapshots(store, path))
    own_labels = [store.value(p, "name") or "" for p in store.members(f"{path}/affinitylabels")]
    labels = dict.fromkeys(names.labels.get(bare.id, []) + own_labels)
    return OvfRecord(
        id=bare.id,
        kind=kind,
        name=bare.name,
        status=bare.status,
        cluster=names.clusters.get(elements.reference(element, "cluster") or "", ""),
        template_id=bare.template_id,
        element=bare.element,
        nics=tuple(_nics(store, names, path)),
        disks=tuple(_disks(store, path, chain=1 + len(snapshots))),
        memories=tuple(_memories(store, names, bare)),
        snapshots=snapshots,
        permissions=tuple(_permissions(store, names, path)),
        affinity_groups=tuple(names.groups.get(bare.id, ())),
        affinity_labels=tuple(labels),
        lease_domain=bare.lease_domain,
        architecture=bare.architecture,
        origin=bare.origin,
    )


def _nics(store: Store, names: Names, path: str) -> Iterator[OvfNic]:
    for nic in store.members(f"{path}/nics"):
        network, profile = names.profiles.get(store.reference(nic, "vnic_profile") or "", ("", ""))
        yield OvfNic(
            id=nic.rpartition("/")[2],
            name=store.value(nic, "name") or "",
            mac=store.value(nic, "mac/address"),
            network=network,
            profile=profile,
            element=elements.serialise(store.element(nic)),
        )


def _disks(store: Store, path: str, *, chain: int) -> Iterator[OvfDisk]:
    for attachment_path in store.members(f"{path}/diskattachments"):
        attachment = store.element(attachment_path)
        disk_id = elements.reference(attachment, "disk") or attachment.get("id") or ""
        disk = store.find(f"/disks/{disk_id}")
        if disk is None:
            disk = attachment.find("disk")
        if disk is None:
            continue
        yield OvfDisk(
            id=disk_id,
            alias=elements.text_of(disk, "alias") or elements.text_of(disk, "name") or "",
            image_id=elements.text_of(disk, "image_id") or disk_id,
            shareable=elements.text_of(disk, "shareable") == "true",
            storage_domains=tuple(
                e.get("id") or "" for e in disk.findall("storage_domains/storage_domain")
            ),
            lun_id=lun_of(disk),
            volumes=chain,
            disk=elements.serialise(disk),
            attachment=elements.serialise(attachment),
        )


def lun_of(disk: Element) -> str | None:
    """The LUN of a direct-LUN disk, ``None`` for an image."""
    if elements.text_of(disk, "storage_type") != "lun":
        return None
    unit = disk.find("lun_storage/logical_units/logical_unit")
    return "" if unit is None else unit.get("id") or ""


def _memories(store: Store, names: Names, record: OvfRecord) -> Iterator[OvfMemory]:
    """The memory volumes of the VM: their description or alias names it (MemoryUtils)."""
    by_domain: dict[str, list[str]] = {}
    for path in names.memory_disks:
        description = store.value(path, "description") or ""
        alias = store.value(path, "alias") or store.value(path, "name") or ""
        if f"(VM ID: '{record.id}')" in description or alias.startswith(
            (f"{record.name}_snapshot_", f"{record.name}_hibernation_")
        ):
            found = store.element(path).find("storage_domains/storage_domain")
            if found is not None:
                by_domain.setdefault(found.get("id") or "", []).append(path.rpartition("/")[2])
    for domain, disks in by_domain.items():
        yield OvfMemory(tuple(disks), domain)


def _snapshots(store: Store, path: str) -> Iterator[bytes]:
    for snapshot in store.members(f"{path}/snapshots"):
        if store.value(snapshot, "snapshot_type") in ("regular", "preview", "stateless"):
            yield elements.serialise(store.element(snapshot))


def _permissions(store: Store, names: Names, path: str) -> Iterator[OvfPermission]:
    """Direct permissions of users, one set of roles per *login* (entities sheet 1.4).

    The list has inherited ones too; those of the system name no object at all.
    """
    roles: dict[str, list[str]] = {}
    users: dict[tuple[str, str], None] = {}
    for permission in store.members(f"{path}/permissions"):
        user = names.users.get(store.reference(permission, "user") or "")
        role = names.roles.get(store.reference(permission, "role") or "")
        owner = store.reference(permission, path.split("/")[1].removesuffix("s"))
        if user is None or role is None or owner != path.rpartition("/")[2]:
            continue
        users.setdefault(user)
        held = roles.setdefault(user[0], [])
        if role not in held:
            held.append(role)
    for login, domain in users:
        yield OvfPermission(login, domain, tuple(roles[login]))
