"""An inventory with the questions that planning asks of it: by id, by name, by belonging.

Collections are put in order of name and id first, so that a plan never depends on the order in
which an Engine listed things.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import msgspec

from drplan.model import entities
from drplan.model.inventory import Inventory, by_id, by_name

BLANK_TEMPLATE: Final = "00000000-0000-0000-0000-000000000000"
"""The template that every Engine has and that no VM waits for."""

_COLLECTIONS: Final = (
    "data_centers",
    "clusters",
    "hosts",
    "networks",
    "vnic_profiles",
    "mac_pools",
    "storage_domains",
    "storage_connections",
    "disks",
    "templates",
    "vms",
    "affinity_groups",
    "affinity_labels",
    "roles",
    "authorization_domains",
    "users",
    "unregistered_vms",
    "unregistered_templates",
    "unregistered_disks",
)


def in_order(inventory: Inventory) -> Inventory:
    """The same inventory with every collection sorted by name, then id."""
    ordered = {
        name: tuple(sorted(getattr(inventory, name), key=lambda item: (item.name, item.id)))
        for name in _COLLECTIONS
    }
    return msgspec.structs.replace(inventory, **ordered)


@dataclass(frozen=True)
class SiteIndex:
    """Look-ups over one inventory; make it with :func:`index`."""

    inventory: Inventory

    @cached_property
    def data_centers(self) -> Mapping[str, entities.DataCenter]:
        """Data centers by id."""
        return by_id(self.inventory.data_centers)

    @cached_property
    def data_centers_named(self) -> Mapping[str, entities.DataCenter]:
        """Data centers by name, which is unique in an Engine."""
        return {item.name: item for item in reversed(self.inventory.data_centers)}

    @cached_property
    def clusters(self) -> Mapping[str, entities.Cluster]:
        """Clusters by id."""
        return by_id(self.inventory.clusters)

    @cached_property
    def clusters_named(self) -> Mapping[str, entities.Cluster]:
        """Clusters by name, which is unique in an Engine."""
        return {item.name: item for item in reversed(self.inventory.clusters)}

    @cached_property
    def storage_domains(self) -> Mapping[str, entities.StorageDomain]:
        """Storage domains by id."""
        return by_id(self.inventory.storage_domains)

    @cached_property
    def storage_domains_named(self) -> Mapping[str, entities.StorageDomain]:
        """Storage domains by name, which is unique in an Engine."""
        return {item.name: item for item in reversed(self.inventory.storage_domains)}

    @cached_property
    def disks(self) -> Mapping[str, entities.Disk]:
        """Disks by id."""
        return by_id(self.inventory.disks)

    @cached_property
    def vms(self) -> Mapping[str, entities.Vm]:
        """Registered VMs by id."""
        return by_id(self.inventory.vms)

    @cached_property
    def templates(self) -> Mapping[str, entities.Template]:
        """Registered templates by id."""
        return by_id(self.inventory.templates)

    @cached_property
    def users(self) -> Mapping[str, entities.User]:
        """Users by id."""
        return by_id(self.inventory.users)

    @cached_property
    def roles(self) -> Mapping[str, entities.EngineRole]:
        """Roles by id."""
        return by_id(self.inventory.roles)

    @cached_property
    def networks(self) -> Mapping[str, entities.Network]:
        """Networks by id."""
        return by_id(self.inventory.networks)

    @cached_property
    def vnic_profiles(self) -> Mapping[str, entities.VnicProfile]:
        """vNIC profiles by id."""
        return by_id(self.inventory.vnic_profiles)

    @cached_property
    def mac_pools(self) -> Mapping[str, entities.MacPool]:
        """MAC pools by id."""
        return by_id(self.inventory.mac_pools)

    @cached_property
    def vms_named(self) -> Mapping[str, tuple[entities.Vm, ...]]:
        """Registered VMs by name; several may share one."""
        return by_name(self.inventory.vms)

    @cached_property
    def lun_disks(self) -> Mapping[str, entities.Disk]:
        """Direct-LUN disks by the id of their LUN."""
        return {disk.lun.id: disk for disk in self.inventory.disks if disk.lun is not None}

    @cached_property
    def unregistered_ids(self) -> Mapping[str, frozenset[str]]:
        """For each domain, the ids of the VMs and templates found on it and not registered."""
        found: dict[str, set[str]] = {}
        listed = [(vm.storage_domain_id, vm.id) for vm in self.inventory.unregistered_vms]
        listed += [
            (item.storage_domain_id, item.id) for item in self.inventory.unregistered_templates
        ]
        for domain_id, entity_id in listed:
            found.setdefault(domain_id, set()).add(entity_id)
        return {domain: frozenset(ids) for domain, ids in found.items()}

    def data_center_of_cluster(self, cluster_id: str | None) -> entities.DataCenter | None:
        """The data center that a cluster belongs to, if any."""
        cluster = self.clusters.get(cluster_id or "")
        return self.data_centers.get(cluster.data_center_id or "") if cluster else None

    def data_center_of_domain(self, domain: entities.StorageDomain) -> entities.DataCenter | None:
        """The first data center that a domain is attached to, if any."""
        attached = (self.data_centers.get(name) for name in domain.data_center_ids)
        return next((item for item in attached if item is not None), None)

    def hosts_up(self, data_center_id: str | None) -> tuple[entities.Host, ...]:
        """The hosts of a data center that are Up."""
        return self._hosts_up_by_data_center.get(data_center_id or "", ())

    def cluster_hosts_up(self, cluster_id: str) -> tuple[entities.Host, ...]:
        """The hosts of a cluster that are Up."""
        return self._hosts_up_by_cluster.get(cluster_id, ())

    def profile_names(self, profile_id: str | None) -> tuple[str, str] | None:
        """The names of a vNIC profile's network and of the profile; ``None`` if unknown."""
        profile = self.vnic_profiles.get(profile_id or "")
        if profile is None:
            return None
        network = self.networks.get(profile.network_id or "")
        return (network.name if network else "", profile.name)

    def attached_to(self, profile: entities.VnicProfile, cluster: entities.Cluster) -> bool:
        """Whether the profile's network is attached to the cluster.

        Where the cluster's networks were not read, every network of its data center counts.
        """
        if cluster.network_ids is not None:
            return profile.network_id in cluster.network_ids
        network = self.networks.get(profile.network_id or "")
        return network is not None and network.data_center_id == cluster.data_center_id

    def mac_pool(self, cluster: entities.Cluster) -> entities.MacPool | None:
        """The pool that VMs of the cluster take addresses from: its own, its data center's, the default."""
        data_center = self.data_centers.get(cluster.data_center_id or "")
        wanted = cluster.mac_pool_id or (data_center.mac_pool_id if data_center else None)
        if wanted is not None and wanted in self.mac_pools:
            return self.mac_pools[wanted]
        return next((pool for pool in self.inventory.mac_pools if pool.default), None)

    def image_disks(
        self, attachments: tuple[entities.DiskAttachment, ...] | None
    ) -> tuple[entities.Disk, ...]:
        """The image disks among a VM's or template's disks."""
        found = (self.disks.get(item.disk_id) for item in attachments or ())
        return tuple(disk for disk in found if disk is not None and disk.lun is None)

    def lun_attachments(
        self, attachments: tuple[entities.DiskAttachment, ...] | None
    ) -> tuple[entities.Disk, ...]:
        """The direct LUNs among a VM's disks."""
        found = (self.disks.get(item.disk_id) for item in attachments or ())
        return tuple(disk for disk in found if disk is not None and disk.lun is not None)

    @cached_property
    def _hosts_up_by_cluster(self) -> Mapping[str, tuple[entities.Host, ...]]:
        found: dict[str, list[entities.Host]] = {}
        for host in self.inventory.hosts:
            if host.status == "up" and host.cluster_id is not None:
                found.setdefault(host.cluster_id, []).append(host)
        return {key: tuple(hosts) for key, hosts in found.items()}

    @cached_property
    def _hosts_up_by_data_center(self) -> Mapping[str, tuple[entities.Host, ...]]:
        found: dict[str, list[entities.Host]] = {}
        for cluster in self.inventory.clusters:
            if cluster.data_center_id is not None:
                hosts = self._hosts_up_by_cluster.get(cluster.id, ())
                found.setdefault(cluster.data_center_id, []).extend(hosts)
        return {
            key: tuple(sorted(hosts, key=lambda host: (host.name, host.id)))
            for key, hosts in found.items()
        }


def index(inventory: Inventory) -> SiteIndex:
    """The look-ups over an inventory, whatever order it came in."""
    return SiteIndex(in_order(inventory))
