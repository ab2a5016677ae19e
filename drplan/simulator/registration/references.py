"""What a register request refers to: the cluster, and the row on the domain."""

from __future__ import annotations

from drplan.simulator import elements, reach, unregistered
from drplan.simulator.array import Array
from drplan.simulator.faults import not_found
from drplan.simulator.handling import Call
from drplan.simulator.ovf import EntityKind, OvfRecord
from drplan.simulator.registration.pending import Pending
from drplan.simulator.registration.request import Registration
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id


def given_cluster(store: Store, request: Registration) -> str | None:
    """``<cluster>`` by id or name; an unknown *name* is 404, an unknown id fails later (row 1)."""
    if request.cluster is None:
        return None
    key = request.cluster.get("id")
    if key:
        return key
    name = elements.text_of(request.cluster, "name") or ""
    found = store.named("/clusters", name)
    if not found:
        raise not_found(f"Cluster: name={name}")
    return entity_id(found[0])


def mapped_cluster(store: Store, request: Registration, record: OvfRecord) -> str | None:
    """The cluster by mapping, falling back to the original name (entities sheet 1.4)."""
    for name in (request.clusters.get(record.cluster), record.cluster):
        found = store.named("/clusters", name) if name else ()
        if found:
            return entity_id(found[0])
    return None


def row_of(call: Call, entity: str, kind: EntityKind) -> OvfRecord | None:
    """The row of an entity on the domain of the address; ``None`` where there is none."""
    domain = call.ids["sd"]
    array: Array | None = call.engine.array
    copy = None if array is None else reach.known_copy(call.store, array, domain)
    return unregistered.find_row(call.engine, domain, entity, kind, copy)


def unlist_disks(pending: Pending) -> None:
    """Take the entity's disks, which are registered now, off the lists of unregistered ones."""
    memory = {memory.storage_domain for memory in pending.record.memories}
    disks = [disk.id for disk in pending.images]
    disks.extend(disk for memory in pending.record.memories for disk in memory.disk_ids)
    for domain in sorted(pending.domains() | memory):
        unregistered.remove_disks(pending.store, domain, disks)
