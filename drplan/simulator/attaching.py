"""The parts of an attach that the first and every later domain of a data center share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drplan.simulator import (
    answers,
    elements,
    host_ids,
    mirroring,
    ovf_updater,
    storage_views,
    unregistered,
)
from drplan.simulator.array import DomainCopy
from drplan.simulator.handling import Call
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import fail_with
from drplan.simulator.spm_tasks import start_task
from drplan.simulator.store import Store

if TYPE_CHECKING:
    from drplan.simulator.core import Engine


READ_OVF = "DownloadStream"
"""The SPM task that an attach leaves behind (storage sheet 5)."""


def center_of(store: Store, center: str) -> rules.Center:
    """What the rules need of a data center."""
    path = f"/datacenters/{center}"
    major = int(store.value(path, "version/major") or 4)
    minor = int(store.value(path, "version/minor") or 7)
    attached = storage_views.domains_of(store, center)
    return rules.Center(
        status=store.value(path, "status") or "uninitialized",
        storage_format=rules.format_of_version(major, minor),
        is_local=store.value(path, "local") == "true",
        domain_types=tuple(store.value(f"/storagedomains/{d}", "type") or "" for d in attached),
        has_active_master=has_active_master(store, center),
    )


def candidate_of(store: Store, domain: str) -> rules.Candidate:
    """What the rules need of the domain."""
    path = f"/storagedomains/{domain}"
    return rules.Candidate(
        type=store.value(path, "type") or "data",
        storage_format=store.value(path, "storage_format") or "v5",
        is_local=store.value(path, "storage/type") == "localfs",
        is_attached=storage_views.attached_path(store, domain) is not None,
    )


def has_active_master(store: Store, center: str) -> bool:
    """Whether the data center's master domain is active."""
    return any(
        store.value(path, "master") == "true" and store.value(path, "status") == "active"
        for path in store.members(f"/datacenters/{center}/storagedomains")
    )


def check_readable(engine: Engine, copy: DomainCopy) -> None:
    """What the hosts and the SPM object to: foreign metadata, leases, a replica not promoted."""
    if copy.pool is not None and copy.type != "data":
        raise fail_with("StorageDomainAlreadyAttached")
    host_ids.check_free(engine, copy)
    if copy.state == "read_only":
        raise fail_with("StorageDomainAttachError")


def attach_time(call: Call, copy: DomainCopy) -> float:
    """SPM time of an attach: metadata, two calls for each unknown disk, the OVF_STORE."""
    unknown = sum(1 for key in copy.volumes if not call.store.exists(f"/disks/{key}"))
    latency = call.engine.latency
    ovf = latency.read_ovf_store if copy.type == "data" else 0.0
    return latency.attach + unknown * latency.attach_disk + ovf


def adopt(call: Call, center: str, copy: DomainCopy) -> None:
    """The one transaction of an attach: OVF_STORE disks, rows, format (storage sheet 5).

    The domain's format is raised to the data center's, irreversibly.
    """
    store = call.store
    copy.pool = center
    mirroring.written(call.engine.array, copy)
    if copy.type != "data":
        return
    wanted = center_of(store, center).storage_format
    if rules.format_number(copy.storage_format) < rules.format_number(wanted):
        copy.storage_format = wanted
        storage_views.set_field(store, copy.id, "storage_format", wanted)
    for key in copy.ovf_store.disk_ids:
        volume = copy.volumes.get(key)
        if volume is not None and not store.exists(f"/disks/{key}"):
            disk = elements.parse(volume.element)
            disk.set("href", answers.href(f"/disks/{key}"))
            elements.remove(disk, "quota")
            elements.remove(disk, "disk_profile")
            store.put(f"/disks/{key}", disk)
    unregistered.write_rows(call.engine, copy)
    unregistered.write_disks(store, copy)
    start_task(call.engine, center, copy.id, READ_OVF)
    # The registered OVF_STORE disks count as outdated: the first update always uploads (8.1).
    call.engine.ovfs.outdated.add(copy.id)
    ovf_updater.arm(call.engine)
