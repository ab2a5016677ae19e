"""Which sub-collections an entity has, so that an address nobody knows is not an empty list."""

from __future__ import annotations

from collections.abc import Mapping

from drplan.simulator.catalogue import TOP
from drplan.simulator.store import Store, split

_KNOWN: Mapping[str, frozenset[str]] = {
    owner: frozenset(names.split())
    for owner, names in {
        "affinitygroups": "vms hosts vmlabels hostlabels",
        "affinitylabels": "vms hosts",
        "clusters": "affinitygroups cpuprofiles enabledfeatures externalnetworkproviders "
        "glusterhooks glustervolumes networks permissions",
        "datacenters": "clusters iscsibonds networks permissions qoss quotas storagedomains",
        "disks": "permissions statistics disksnapshots",
        "domains": "groups users",
        "groups": "permissions roles tags",
        "hosts": "affinitylabels devices fenceagents hooks networkattachments nics numanodes "
        "permissions statistics storage storageconnectionextensions tags unmanagednetworks",
        "jobs": "steps",
        "networks": "networklabels permissions vnicprofiles",
        "nics": "networkattachments networkfilterparameters networklabels reporteddevices "
        "statistics",
        "roles": "permits",
        "snapshots": "cdroms disks nics",
        "steps": "statistics",
        "storagedomains": "diskprofiles disks disksnapshots files images permissions "
        "storageconnections templates vms",
        "templates": "cdroms diskattachments graphicsconsoles nics permissions tags watchdogs",
        "users": "permissions roles sshpublickeys tags",
        "vmpools": "permissions",
        "vms": "affinitylabels applications backups cdroms diskattachments graphicsconsoles "
        "hostdevices katelloerrata nics numanodes permissions reporteddevices sessions snapshots "
        "statistics tags watchdogs",
        "vnicprofiles": "permissions",
    }.items()
}


def is_known(store: Store, collection: str) -> bool:
    """Whether a real Engine has that collection, as far as links, recordings and models tell."""
    parent, name = split(collection)
    if not parent:
        return name in TOP or store.is_declared(collection)
    if store.is_declared(collection) or name in _KNOWN.get(split(split(parent)[0])[1], ()):
        return True
    owner = store.find(parent)
    return owner is not None and any(link.get("rel") == name for link in owner.findall("link"))
