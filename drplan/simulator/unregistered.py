"""What is on an attached domain and not in the Engine: the rows, and how they are listed.

Rows are written at attach only, from the newest OVF_STORE (storage sheet 8.4, entities sheet 3).
A registration removes an entity's rows on all domains; a domain attached later brings them back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from drplan.simulator import answers, definitions, elements
from drplan.simulator.array import DomainCopy
from drplan.simulator.elements import Element
from drplan.simulator.ovf import EntityKind, OvfRecord
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id

if TYPE_CHECKING:
    from drplan.simulator.core import Engine

COLLECTIONS: dict[EntityKind, str] = {"vm": "vms", "template": "templates"}

# What a listed entity does not show (entities sheet 3: "Absent").
_ABSENT = (
    "actions",
    "link",
    "cluster",
    "host",
    "quota",
    "cpu_profile",
    "status_detail",
    "fqdn",
    "guest_operating_system",
    "guest_time_zone",
    "run_once",
    "start_time",
    "next_run_configuration_exists",
    "vm_pool",
    "large_icon",
    "small_icon",
)


def collection(domain: str, kind: EntityKind) -> str:
    """Where the unregistered entities of a domain are listed."""
    return f"/storagedomains/{domain}/{COLLECTIONS[kind]};unregistered"


def write_rows(engine: Engine, copy: DomainCopy) -> None:
    """Replace the rows of this domain by what its OVF_STORE has, one entity at a time.

    Entities already registered get rows too; origin EXTERNAL and what cannot be parsed get none.
    """
    for kind in COLLECTIONS:
        engine.store.declare(collection(copy.id, kind))
    if not copy.ovf_store.readable:
        name = engine.store.value(f"/storagedomains/{copy.id}", "name")
        engine.emit_event(
            1017,
            "warning",
            f"Failed to retrieve VMs and Templates from the OVF disk of Storage Domain {name}.",
            links={"storage_domain": copy.id},
        )
        return
    for record in copy.ovf_store.records.values():
        if record.origin == "external" or not record.parsable:
            continue
        engine.definitions[copy.id, record.id] = record
        path = f"{collection(copy.id, record.kind)}/{record.id}"
        engine.store.put(path, listed(record, copy.id))


def find_row(
    engine: Engine, domain: str, entity: str, kind: EntityKind, copy: DomainCopy | None
) -> OvfRecord | None:
    """The row of an entity on a domain.

    A recording shows rows without their OVF: then the domain's own OVF_STORE has it, or nothing
    but what the list shows is known.
    """
    path = f"{collection(domain, kind)}/{entity}"
    element = engine.store.find(path)
    if element is None:
        return None
    row = engine.definitions.get((domain, entity))
    if row is None and copy is not None:
        row = copy.ovf_store.records.get(entity)
    return row or definitions.bare_record(element, kind)


def remove_rows(engine: Engine, entity: str, kind: EntityKind) -> None:
    """Remove an entity's rows on every domain."""
    for path in engine.store.members("/storagedomains"):
        domain = entity_id(path)
        engine.definitions.pop((domain, entity), None)
        engine.store.delete(f"{collection(domain, kind)}/{entity}")


def write_disks(store: Store, copy: DomainCopy) -> None:
    """List the unregistered disks of a domain: images that the database lacks.

    Disks with snapshots (more than one volume) are silently left out (storage sheet 8.4).
    """
    for listed_in in (f"/storagedomains/{copy.id}", _attached(store, copy.id)):
        if listed_in is None:
            continue
        where = f"{listed_in}/disks;unregistered"
        store.drop(where)
        store.declare(where)
        for volume in copy.volumes.values():
            if volume.chain == 1 and not store.exists(f"/disks/{volume.disk_id}"):
                disk = elements.parse(volume.element)
                disk.set("href", answers.href(f"{listed_in}/disks/{volume.disk_id}"))
                for tag in ("link", "actions"):
                    elements.remove(disk, tag)
                store.put(f"{where}/{volume.disk_id}", disk)


def remove_disks(store: Store, domain: str, disks: Iterable[str]) -> None:
    """Take disks that are registered now off the domain's lists of unregistered ones."""
    for listed_in in (f"/storagedomains/{domain}", _attached(store, domain)):
        for disk in disks:
            store.delete(f"{listed_in}/disks;unregistered/{disk}")


def _attached(store: Store, domain: str) -> str | None:
    for path in store.members("/datacenters"):
        if store.exists(f"{path}/storagedomains/{domain}"):
            return f"{path}/storagedomains/{domain}"
    return None


def listed(record: OvfRecord, domain: str) -> Element:
    """An unregistered entity as the list shows it."""
    element = elements.parse(record.element)
    path = f"/storagedomains/{domain}/{COLLECTIONS[record.kind]}/{record.id}"
    element.set("href", answers.href(path))
    for tag in _ABSENT:
        elements.remove(element, tag)
    for tag in [child.tag for child in element if child.tag in ("nics", "disk_attachments")]:
        elements.remove(element, tag)
    actions = elements.make("actions")
    actions.append(elements.make("link", href=answers.href(f"{path}/register"), rel="register"))
    elements.place(element, actions)
    elements.set_text(element, "status", record.status if record.kind == "vm" else "ok")
    elements.replace(element, answers.link("storage_domain", f"/storagedomains/{domain}"))
    return element
