"""Writing OVF_STOREs: phase 1 for the whole pool, phase 2 for one storage domain.

Phase 1 (ProcessOvfUpdateForStoragePool) generates what has changed and waits for OVF_UPDATE of the
data center as long as it takes; phase 2 (ProcessOvfUpdateForStorageDomain) uploads and does *not*
wait: where another is in phase 1 it fails (storage sheet 6.2, "Parallel deactivation hazard").
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from drplan.simulator import answers, definitions, elements, mirroring, monitoring, storage_views
from drplan.simulator.array import DomainCopy, Volume
from drplan.simulator.faults import Refusal
from drplan.simulator.handling import Until, Wait
from drplan.simulator.ovf import OvfRecord
from drplan.simulator.reach import known_copy
from drplan.simulator.spm_tasks import start_task
from drplan.simulator.topology import data_center_of_cluster, entity_id

if TYPE_CHECKING:
    from drplan.simulator.core import Engine

OVF_STORE_COUNT = 2
"""``StorageDomainOvfStoreCount``: the disks that hold the definitions of a domain."""
UPLOAD = "UploadStream"


def process_pool(engine: Engine, center: str) -> Generator[Wait, None, frozenset[str]]:
    """Phase 1: generate the OVFs of what has changed; gives the domains that are out of date.

    VMs that are ``image_locked``, have a locked image or a snapshot that is not ok keep their old
    OVF (storage sheet 8.1).
    """
    owner = engine.new_id()
    name = ("OVF_UPDATE", center)
    while engine.locks.is_held(name):
        yield Until(lambda: not engine.locks.is_held(name), every=0.5)
    engine.locks.acquire(owner, exclusive=[name])
    try:
        yield engine.latency.ovf_generation
        changed = [path for path in _changed(engine, center) if not _is_skipped(engine, path)]
        engine.ovfs.outdated |= engine.ovfs.regenerate(engine.store, changed)
    finally:
        engine.locks.release(owner)
    attached = storage_views.domains_of(engine.store, center)
    return frozenset(engine.ovfs.outdated.intersection(attached))


def upload(engine: Engine, center: str, domain: str) -> Generator[Wait, None, bool]:
    """Phase 2: write the OVF_STORE disks of a domain; gives whether that went well."""
    owner = engine.new_id()
    try:
        engine.locks.acquire(owner, shared=[("OVF_UPDATE", center)])
    except Refusal:
        return False
    try:
        yield from engine.hold(f"spm:{center}", engine.latency.update_ovf_store)
        if engine.array is not None:
            copy = known_copy(engine.store, engine.array, domain)
            if copy is None or copy.state == "read_only":
                _report_failed_upload(engine, center, domain)
                return False
            _write(engine, center, copy)
        engine.ovfs.outdated.discard(domain)
    finally:
        engine.locks.release(owner)
    start_task(engine, center, domain, UPLOAD)
    name = engine.store.value(f"/storagedomains/{domain}", "name")
    engine.emit_event(
        199,
        "normal",
        f"OVF_STORE for domain {name} was updated by {monitoring.USER}.",
        links={"storage_domain": domain, "data_center": center},
    )
    return True


def _changed(engine: Engine, center: str) -> Iterator[str]:
    """The paths of the data center's VMs and templates whose generation was raised."""
    for entity in sorted(engine.ovfs.changed):
        for path in (f"/templates/{entity}", f"/vms/{entity}"):
            cluster = engine.store.reference(path, "cluster")
            if cluster and data_center_of_cluster(engine.store, cluster) == center:
                yield path


def _is_skipped(engine: Engine, path: str) -> bool:
    store = engine.store
    if store.value(path, "status") in {"image_locked", "locked"}:
        return True
    disks = (f"/disks/{entity_id(key)}" for key in store.members(f"{path}/diskattachments"))
    if any(store.value(disk, "status") == "locked" for disk in disks):
        return True
    statuses = (store.value(it, "snapshot_status") for it in store.members(f"{path}/snapshots"))
    return any(status not in {None, "ok"} for status in statuses)


def _report_failed_upload(engine: Engine, center: str, domain: str) -> None:
    store = engine.store
    engine.emit_event(
        1016,
        "warning",
        "Failed to update OVF disks, OVF data isn't updated on those OVF stores (Data Center "
        f"{store.value(f'/datacenters/{center}', 'name')}, Storage Domain "
        f"{store.value(f'/storagedomains/{domain}', 'name')}).",
        links={"storage_domain": domain, "data_center": center},
    )


# --- what is written ------------------------------------------------------------------------


def _write(engine: Engine, center: str, copy: DomainCopy) -> None:
    """Replace the content: the Engine's own definitions, and what is still unregistered there."""
    records = {record.id: record for record in _carried_over(engine, copy.id)}
    records.update((record.id, record) for record in _own(engine, center, copy.id))
    copy.ovf_store.records = records
    copy.ovf_store.readable = True
    _complete_disks(engine, copy)
    mirroring.written(engine.array, copy)


def _own(engine: Engine, center: str, domain: str) -> Iterator[OvfRecord]:
    """Every entity with an image here, and every one of the data center without images.

    The status beside it (``metadata.json``) is that of this moment (storage sheet 8.2, 8.3).
    """
    for record in engine.ovfs.generated(engine.store).values():
        if domain not in definitions.holders(engine.store, record):
            continue
        if record.kind == "template":
            yield record
        else:
            now = engine.store.value(f"/vms/{record.id}", "status") or "down"
            yield replace(record, status=now)


def _carried_over(engine: Engine, domain: str) -> Iterator[OvfRecord]:
    """What is unregistered on the domain, with its recorded status."""
    for bare in definitions.unregistered(engine.store, domain):
        yield engine.definitions.get((domain, bare.id), bare)


def _complete_disks(engine: Engine, copy: DomainCopy) -> None:
    """A domain with fewer than two OVF_STORE disks gets the missing ones first."""
    for _ in range(OVF_STORE_COUNT - len(copy.ovf_store.disk_ids)):
        key = engine.new_id()
        path = f"/disks/{key}"
        disk = elements.make("disk", href=answers.href(path), id=key)
        members = {
            "name": "OVF_STORE",
            "description": "OVF_STORE",
            "alias": "OVF_STORE",
            "content_type": "ovf_store",
            "format": "raw",
            "image_id": engine.new_id(),
            "shareable": "true",
            "sparse": "false",
            "status": "ok",
            "storage_type": "image",
        }
        for tag, text in members.items():
            elements.set_text(disk, tag, text)
        holders = elements.make("storage_domains")
        holders.append(answers.link("storage_domain", f"/storagedomains/{copy.id}"))
        elements.place(disk, holders)
        engine.store.put(path, disk)
        copy.volumes[key] = Volume(key, elements.serialise(disk))
        copy.ovf_store.disk_ids = (*copy.ovf_store.disk_ids, key)
