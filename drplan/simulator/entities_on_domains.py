"""Which VMs, templates and disks live on a storage domain, and what keeps it from being taken away.

A VM belongs to a domain by its disks, by its lease, or by the CD in its drive.
"""

from __future__ import annotations

from collections.abc import Iterator

from drplan.simulator.store import Store
from drplan.simulator.topology import data_center_of_cluster, entity_id

_HOSTED_ENGINE = frozenset({"hosted_engine", "managed_hosted_engine"})
_TRANSFERRING = frozenset(
    {
        "transferring",
        "resuming",
        "finalizing_success",
        "finalizing_failure",
        "finalizing_cleanup",
    }
)


def holders_of(store: Store, disk: str) -> tuple[str, ...]:
    """The domains that hold the image at that path."""
    return store.references(disk, "storage_domains/storage_domain")


def disks_on(store: Store, domain: str) -> tuple[str, ...]:
    """The paths of the images that have a copy on the domain."""
    return tuple(path for path in store.members("/disks") if domain in holders_of(store, path))


def disks_of(store: Store, entity: str) -> Iterator[tuple[str, str]]:
    """Each attached disk of the VM or template at that path: (attachment, disk)."""
    for attachment in store.members(f"{entity}/diskattachments"):
        key = store.reference(attachment, "disk") or entity_id(attachment)
        yield attachment, f"/disks/{key}"


def is_plugged(store: Store, attachment: str) -> bool:
    """Whether the disk is plugged in."""
    return store.value(attachment, "active") != "false"


def vms_with_disks_on(store: Store, domain: str, *, plugged: bool = False) -> Iterator[str]:
    """The paths of the VMs with a disk (a plugged one) on the domain."""
    on_domain = set(disks_on(store, domain))
    for vm in store.members("/vms"):
        if any(
            disk in on_domain and (not plugged or is_plugged(store, attachment))
            for attachment, disk in disks_of(store, vm)
        ):
            yield vm


def entities_only_on(store: Store, domain: str) -> Iterator[str]:
    """The VMs and templates that have images here and nowhere else (storage sheet 7.1).

    An image with copies on several domains does not count as being here.
    """
    on_domain = set(disks_on(store, domain))
    only_here = {disk for disk in on_domain if len(holders_of(store, disk)) == 1}
    for collection in ("/templates", "/vms"):
        for entity in store.members(collection):
            disks = {disk for _, disk in disks_of(store, entity)}
            here = disks & only_here
            elsewhere = any(
                holder != domain for disk in disks for holder in holders_of(store, disk)
            )
            if here and not elsewhere:
                yield entity


def name_of(store: Store, path: str) -> str:
    """The name of an entity."""
    return store.value(path, "name") or ""


def holds_hosted_engine(store: Store, domain: str) -> bool:
    """Whether the VM of the hosted engine has an image here (storage sheet 9)."""
    return any(
        store.value(vm, "origin") in _HOSTED_ENGINE for vm in vms_with_disks_on(store, domain)
    )


def running_with_lease(store: Store, domain: str) -> Iterator[str]:
    """The names of the VMs with their lease here in any status except Down."""
    for vm in store.members("/vms"):
        leased = store.reference(vm, "lease/storage_domain") == domain
        if leased and store.value(vm, "status") != "down":
            yield name_of(store, vm)


def running_with_disc(store: Store, domain: str, center: str) -> Iterator[str]:
    """The names of the running VMs with an ISO of the domain in their drive.

    On an ISO domain any disc of the data center's VMs counts.
    """
    is_iso = store.value(f"/storagedomains/{domain}", "type") == "iso"
    on_domain = {entity_id(disk) for disk in disks_on(store, domain)}
    for vm in store.members("/vms"):
        if store.value(vm, "status") == "down":
            continue
        if data_center_of_cluster(store, store.reference(vm, "cluster") or "") != center:
            continue
        discs = {store.reference(drive, "file") for drive in store.members(f"{vm}/cdroms")} - {None}
        if discs and (is_iso or discs & on_domain):
            yield name_of(store, vm)


def is_transferring(store: Store, domain: str) -> bool:
    """Whether a disk of the domain is being uploaded or downloaded."""
    on_domain = {entity_id(disk) for disk in disks_on(store, domain)}
    return any(
        store.value(path, "phase") in _TRANSFERRING
        and (store.reference(path, "disk") or store.reference(path, "image")) in on_domain
        for path in store.members("/imagetransfers")
    )


def active_vms(store: Store, domain: str) -> bool:
    """Whether a VM with a plugged disk here is neither Down nor Suspended."""
    return any(
        store.value(vm, "status") not in {"down", "suspended"}
        for vm in vms_with_disks_on(store, domain, plugged=True)
    )
