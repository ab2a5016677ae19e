"""The collections of the API: how their addresses, roots and entries are called.

From the API model (engine-entities.md section 8) and recorded answers. A collection that is not
here is one for which the simulator has no rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What a collection holds: its root element and the element of one entry."""

    root: str
    entry: str


_KINDS: Mapping[str, Kind] = {
    "affinitygroups": Kind("affinity_groups", "affinity_group"),
    "affinitylabels": Kind("affinity_labels", "affinity_label"),
    "applications": Kind("applications", "application"),
    "backups": Kind("backups", "backup"),
    "bookmarks": Kind("bookmarks", "bookmark"),
    "cdroms": Kind("cdroms", "cdrom"),
    "clusterlevels": Kind("cluster_levels", "cluster_level"),
    "clusters": Kind("clusters", "cluster"),
    "cpuprofiles": Kind("cpu_profiles", "cpu_profile"),
    "datacenters": Kind("data_centers", "data_center"),
    "devices": Kind("host_devices", "host_device"),
    "diskattachments": Kind("disk_attachments", "disk_attachment"),
    "diskprofiles": Kind("disk_profiles", "disk_profile"),
    "disks": Kind("disks", "disk"),
    "disksnapshots": Kind("disk_snapshots", "disk_snapshot"),
    "domains": Kind("domains", "domain"),
    "enabledfeatures": Kind("cluster_features", "cluster_feature"),
    "events": Kind("events", "event"),
    "externalnetworkproviders": Kind("external_providers", "external_provider"),
    "fenceagents": Kind("agents", "agent"),
    "files": Kind("files", "file"),
    "glusterhooks": Kind("gluster_hooks", "gluster_hook"),
    "glustervolumes": Kind("gluster_volumes", "gluster_volume"),
    "graphicsconsoles": Kind("graphics_consoles", "graphics_console"),
    "groups": Kind("groups", "group"),
    "hooks": Kind("hooks", "hook"),
    "hostdevices": Kind("host_devices", "host_device"),
    "hostlabels": Kind("affinity_labels", "affinity_label"),
    "hosts": Kind("hosts", "host"),
    "icons": Kind("icons", "icon"),
    "images": Kind("images", "image"),
    "instancetypes": Kind("instance_types", "instance_type"),
    "iscsibonds": Kind("iscsi_bonds", "iscsi_bond"),
    "jobs": Kind("jobs", "job"),
    "katelloerrata": Kind("katello_errata", "katello_erratum"),
    "macpools": Kind("mac_pools", "mac_pool"),
    "networkattachments": Kind("network_attachments", "network_attachment"),
    "networkfilterparameters": Kind("network_filter_parameters", "network_filter_parameter"),
    "networkfilters": Kind("network_filters", "network_filter"),
    "networklabels": Kind("network_labels", "network_label"),
    "networks": Kind("networks", "network"),
    "nics": Kind("nics", "nic"),
    "numanodes": Kind("host_numa_nodes", "host_numa_node"),
    "openstackimageproviders": Kind("openstack_image_providers", "openstack_image_provider"),
    "openstacknetworkproviders": Kind("openstack_network_providers", "openstack_network_provider"),
    "operatingsystems": Kind("operating_systems", "operating_system"),
    "permissions": Kind("permissions", "permission"),
    "permits": Kind("permits", "permit"),
    "qoss": Kind("qoss", "qos"),
    "quotas": Kind("quotas", "quota"),
    "reporteddevices": Kind("reported_devices", "reported_device"),
    "roles": Kind("roles", "role"),
    "schedulingpolicies": Kind("scheduling_policies", "scheduling_policy"),
    "schedulingpolicyunits": Kind("scheduling_policy_units", "scheduling_policy_unit"),
    "sessions": Kind("sessions", "session"),
    "snapshots": Kind("snapshots", "snapshot"),
    "sshpublickeys": Kind("ssh_public_keys", "ssh_public_key"),
    "statistics": Kind("statistics", "statistic"),
    "steps": Kind("steps", "step"),
    "storage": Kind("host_storages", "host_storage"),
    "storageconnectionextensions": Kind(
        "storage_connection_extensions", "storage_connection_extension"
    ),
    "storageconnections": Kind("storage_connections", "storage_connection"),
    "storagedomains": Kind("storage_domains", "storage_domain"),
    "tags": Kind("tags", "tag"),
    "templates": Kind("templates", "template"),
    "unmanagednetworks": Kind("unmanaged_networks", "unmanaged_network"),
    "users": Kind("users", "user"),
    "vmlabels": Kind("affinity_labels", "affinity_label"),
    "vmpools": Kind("vm_pools", "vm_pool"),
    "vms": Kind("vms", "vm"),
    "vnicprofiles": Kind("vnic_profiles", "vnic_profile"),
    "watchdogs": Kind("watchdogs", "watchdog"),
}

# Collections whose entries are called otherwise under one parent.
_UNDER: Mapping[tuple[str, str], Kind] = {
    ("hosts", "nics"): Kind("host_nics", "host_nic"),
    ("vms", "numanodes"): Kind("vm_numa_nodes", "vm_numa_node"),
}

TOP: tuple[str, ...] = (
    "affinitylabels",
    "bookmarks",
    "clusterlevels",
    "clusters",
    "cpuprofiles",
    "datacenters",
    "diskprofiles",
    "disks",
    "domains",
    "events",
    "groups",
    "hosts",
    "icons",
    "instancetypes",
    "jobs",
    "katelloerrata",
    "macpools",
    "networkfilters",
    "networks",
    "openstackimageproviders",
    "openstacknetworkproviders",
    "operatingsystems",
    "permissions",
    "roles",
    "schedulingpolicies",
    "schedulingpolicyunits",
    "storageconnections",
    "storagedomains",
    "tags",
    "templates",
    "users",
    "vmpools",
    "vms",
    "vnicprofiles",
)
"""The collections that the API root links to."""

SEARCHABLE: frozenset[str] = frozenset(
    {
        "vms",
        "hosts",
        "clusters",
        "datacenters",
        "storagedomains",
        "templates",
        "users",
        "groups",
        "vmpools",
        "events",
        "disks",
        "networks",
        "jobs",
    }
)
"""Top-level collections that know ``search``; all others ignore it (engine-entities.md 6)."""

LINKED: Mapping[str, str] = {
    "affinity_label": "/affinitylabels",
    "cluster": "/clusters",
    "data_center": "/datacenters",
    "disk": "/disks",
    "group": "/groups",
    "host": "/hosts",
    "mac_pool": "/macpools",
    "network": "/networks",
    "role": "/roles",
    "storage_domain": "/storagedomains",
    "tag": "/tags",
    "template": "/templates",
    "user": "/users",
    "vm": "/vms",
    "vnic_profile": "/vnicprofiles",
}
"""The collection in which the entity lives that a member of that name refers to."""


def kind_of(collection: str) -> Kind | None:
    """What the collection at that path holds; ``None`` where the simulator does not know it."""
    parts = collection.partition(";")[0].strip("/").split("/")
    if len(parts) >= 3 and (parts[-3], parts[-1]) in _UNDER:
        return _UNDER[parts[-3], parts[-1]]
    return _KINDS.get(parts[-1])


def is_collection(path: str) -> bool:
    """Whether a path names a collection: collections and ids take turns in it."""
    return len(path.strip("/").split("/")) % 2 == 1
