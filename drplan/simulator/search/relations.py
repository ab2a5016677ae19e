"""Which entities belong to which: the joins that searches need."""

from __future__ import annotations

from collections.abc import Callable

from drplan.simulator import storage_views
from drplan.simulator.store import Store, split


def id_of(path: str) -> str:
    """The id at the end of a path."""
    return split(path)[1]


def existing(store: Store, collection: str, entity_id: str | None) -> list[str]:
    """The one entity of that id as a list, or none."""
    path = f"{collection}/{entity_id}"
    return [path] if entity_id and store.exists(path) else []


def cluster_of(store: Store, path: str) -> list[str]:
    """The cluster of a VM, host or template."""
    return existing(store, "/clusters", store.reference(path, "cluster"))


def data_center_of_cluster(store: Store, path: str) -> list[str]:
    """The data center of a cluster."""
    return existing(store, "/datacenters", store.reference(path, "data_center"))


def data_center_of_member(store: Store, path: str) -> list[str]:
    """The data center of what stands in a cluster; of a template without one, that of its disks."""
    return [
        dc for cluster in cluster_of(store, path) for dc in data_center_of_cluster(store, cluster)
    ]


def data_centers_of_domain(store: Store, path: str) -> list[str]:
    """The data center a storage domain is attached to."""
    return existing(store, "/datacenters", storage_views.data_center_of(store, id_of(path)))


def clusters_of_data_center(store: Store, path: str) -> list[str]:
    """The clusters of a data center."""
    return _pointing(store, "/clusters", "data_center", id_of(path))


def networks_of_data_center(store: Store, path: str) -> list[str]:
    """The networks of a data center."""
    return _pointing(store, "/networks", "data_center", id_of(path))


def domains_of_data_center(store: Store, path: str) -> list[str]:
    """The storage domains attached to a data center."""
    domains = storage_views.domains_of(store, id_of(path))
    return [storage_views.top_path(domain) for domain in domains]


def domains_of_member(store: Store, path: str) -> list[str]:
    """The storage domains that a host's or cluster's data center has."""
    found = data_center_of_cluster(store, path) or data_center_of_member(store, path)
    return [domain for dc in found for domain in domains_of_data_center(store, dc)]


def disks_of(store: Store, path: str) -> list[str]:
    """The disks attached to a VM or template."""
    attachments = store.members(f"{path}/diskattachments")
    return [f"/disks/{id_of(a)}" for a in attachments if store.exists(f"/disks/{id_of(a)}")]


def domains_of_disk(store: Store, path: str) -> list[str]:
    """The storage domains that hold a disk."""
    ids = store.references(path, "storage_domains/storage_domain")
    return [found for entity_id in ids for found in existing(store, "/storagedomains", entity_id)]


def data_centers_of_disk(store: Store, path: str) -> list[str]:
    """The data centers whose storage holds a disk."""
    return [
        dc
        for domain in domains_of_disk(store, path)
        for dc in data_centers_of_domain(store, domain)
    ]


def domains_of_owner(store: Store, path: str) -> list[str]:
    """The storage domains that hold disks of a VM or template."""
    found = [domain for disk in disks_of(store, path) for domain in domains_of_disk(store, disk)]
    return list(dict.fromkeys(found))


def vms_of_disk(store: Store, path: str) -> list[str]:
    """The VMs that a disk is attached to."""
    disk = id_of(path)
    return [vm for vm in store.members("/vms") if store.exists(f"{vm}/diskattachments/{disk}")]


def host_of_vm(store: Store, path: str) -> list[str]:
    """The host a VM runs on."""
    return existing(store, "/hosts", store.reference(path, "host"))


def template_of_vm(store: Store, path: str) -> list[str]:
    """The template a VM was made from."""
    return existing(store, "/templates", store.reference(path, "template"))


def vms_on_host(store: Store, path: str) -> list[str]:
    """The VMs that run on a host."""
    return _pointing(store, "/vms", "host", id_of(path))


def vms_of_template(store: Store, path: str) -> list[str]:
    """The VMs made from a template."""
    return _pointing(store, "/vms", "template", id_of(path))


def hosts_of_domain(store: Store, path: str) -> list[str]:
    """The hosts of the data center that a storage domain is attached to."""
    return [
        host
        for cluster in clusters_of_domain(store, path)
        for host in _pointing(store, "/hosts", "cluster", id_of(cluster))
    ]


def clusters_of_domain(store: Store, path: str) -> list[str]:
    """The clusters of the data center that a storage domain is attached to."""
    return [
        cluster
        for dc in data_centers_of_domain(store, path)
        for cluster in clusters_of_data_center(store, dc)
    ]


def linked(tag: str, collection: str) -> Callable[[Store, str], list[str]]:
    """The entity that an event refers to by that member."""

    def relation(store: Store, path: str) -> list[str]:
        return existing(store, collection, store.reference(path, tag))

    return relation


def _pointing(store: Store, collection: str, tag: str, entity_id: str) -> list[str]:
    return [path for path in store.members(collection) if store.reference(path, tag) == entity_id]
