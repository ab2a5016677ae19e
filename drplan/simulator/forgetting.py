"""What leaves the Engine with a storage domain: its entities, then the domain itself.

``Remove_Entities_From_storage_domain`` (storage sheet 7.1): VMs and templates that live only here
go with all that hangs on them; those that have images elsewhere stay and lose the disks of this
domain; those without any image stay. Nothing on storage is touched.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from drplan.simulator import answers, elements, ovf_updater, unregistered
from drplan.simulator import entities_on_domains as living
from drplan.simulator.connections import FILE_TYPES, connection_of
from drplan.simulator.ovf import BLANK_TEMPLATE
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id

if TYPE_CHECKING:
    from drplan.simulator.core import Engine


def forget_entities(engine: Engine, domain: str) -> None:
    """Remove what lives on the domain from the database."""
    store = engine.store
    # What stays keeps the OVF that was generated while its disks were complete.
    engine.ovfs.generated(store)
    gone = _with_dependents(store, set(living.entities_only_on(store, domain)))
    disks = living.disks_on(store, domain)
    for entity in sorted(gone):
        forget_entity(engine, entity)
    forget_disks(store, {disk for disk in disks if not _take_off(store, disk, domain)})
    for listed_in in _disk_lists(store, domain):
        store.drop(listed_in)
    engine.ovfs.outdated.discard(domain)


def forget_entity(engine: Engine, path: str) -> None:
    """Remove a VM or template with its NICs, snapshots, permissions and memberships."""
    store, key = engine.store, entity_id(path)
    ovf_updater.note_removal(engine, path)
    store.delete(path)
    store.delete(f"/vms;all_content/{key}")
    leave_groups(store, key)
    for label in store.members("/affinitylabels"):
        store.delete(f"{label}/vms/{key}")


def leave_groups(store: Store, vm: str) -> None:
    """Take a VM out of every affinity group."""
    for cluster in store.members("/clusters"):
        for group in store.members(f"{cluster}/affinitygroups"):
            if vm in store.references(group, "vms/vm"):
                with store.edit(group) as element:
                    for members in element.findall("vms"):
                        for member in [it for it in members if it.get("id") == vm]:
                            members.remove(member)


def forget_disks(store: Store, paths: Collection[str]) -> None:
    """Remove disks and every attachment of them."""
    for collection in ("/vms", "/templates"):
        for owner in store.members(collection):
            for attachment, disk in tuple(living.disks_of(store, owner)):
                if disk in paths:
                    store.delete(attachment)
    for path in paths:
        store.delete(path)


def forget_domain(engine: Engine, domain: str) -> None:
    """Remove the domain's own row, its connections and what is unregistered on it."""
    store = engine.store
    path = f"/storagedomains/{domain}"
    element = store.find(path)
    storage = None if element is None else element.find("storage")
    store.delete(path)
    for kind in unregistered.COLLECTIONS:
        store.drop(unregistered.collection(domain, kind))
    for key in [key for key in engine.definitions if key[0] == domain]:
        del engine.definitions[key]
    engine.was_master.pop(domain, None)
    if storage is not None:
        _forget_connections(store, storage)


def _with_dependents(store: Store, gone: set[str]) -> set[str]:
    """With a template go its versions, and the VMs that stand on it."""
    size = -1
    while size != len(gone):
        size = len(gone)
        for path in store.members("/templates"):
            base = store.reference(path, "version/base_template")
            if base not in {None, entity_id(path)} and f"/templates/{base}" in gone:
                gone.add(path)
        for path in store.members("/vms"):
            template = store.reference(path, "template")
            if template not in {None, BLANK_TEMPLATE} and f"/templates/{template}" in gone:
                gone.add(path)
    return gone


def _take_off(store: Store, disk: str, domain: str) -> bool:
    """The disk loses its copy here; gives whether it has another one."""
    holders = [it for it in living.holders_of(store, disk) if it != domain]
    if not holders:
        return False
    with store.edit(disk) as element:
        listed = elements.make("storage_domains")
        for holder in holders:
            listed.append(answers.link("storage_domain", f"/storagedomains/{holder}"))
        elements.replace(element, listed)
    return True


def _disk_lists(store: Store, domain: str) -> tuple[str, ...]:
    """Where unregistered disks are listed: a live scan, which nobody can make any more."""
    centers = store.members("/datacenters")
    return (
        f"/storagedomains/{domain}/disks;unregistered",
        *(f"{center}/storagedomains/{domain}/disks;unregistered" for center in centers),
    )


def _forget_connections(store: Store, storage: elements.Element) -> None:
    """A file domain's connection goes; those of iSCSI that nobody else uses (storage sheet 3.4)."""
    if elements.text_of(storage, "type") in FILE_TYPES:
        spelled = connection_of(storage).spelled
        for row in store.members("/storageconnections"):
            known = connection_of(store.element(row))
            if known.storage_type in FILE_TYPES and known.spelled == spelled:
                store.delete(row)
        return
    own = _targets(storage)
    used = {
        target
        for path in store.members("/storagedomains")
        for target in _targets(store.element(path))
    }
    used |= {target for path in store.members("/disks") for target in _targets(store.element(path))}
    for row in store.members("/storageconnections"):
        if store.value(row, "target") in own - used:
            store.delete(row)


def _targets(element: elements.Element) -> set[str]:
    return {unit.text or "" for unit in element.iterfind(".//logical_unit/target")}
