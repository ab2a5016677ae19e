"""Which copy of a storage domain an Engine's hosts reach, connecting as the Engine does."""

from __future__ import annotations

from drplan.simulator import elements
from drplan.simulator.array import Array, DomainCopy
from drplan.simulator.connections import connection_of
from drplan.simulator.store import Store
from drplan.simulator.topology import up_hosts


def connect(store: Store, array: Array, host: str, domain: str) -> DomainCopy | None:
    """Connect ``host`` to the domain's storage; the copy it then sees, ``None`` where it fails.

    For iSCSI the host logs in to the targets that the Engine has for the domain's LUNs.
    """
    element = store.find(f"/storagedomains/{domain}")
    storage = None if element is None else element.find("storage")
    if storage is None:
        return None
    if elements.text_of(storage, "type") in ("iscsi", "fcp"):
        units = storage.findall("volume_group/logical_units/logical_unit")
        return _connect_block(array, host, domain, {unit.get("id") or "" for unit in units})
    connection = connection_of(storage)
    export = array.mountable(host, connection.address, connection.path)
    copies = export.domains if export is not None else []
    return next((copy for copy in copies if copy.id == domain), None)


def _connect_block(array: Array, host: str, domain: str, lun_ids: set[str]) -> DomainCopy | None:
    for lun_id in lun_ids:
        lun = array.luns.get(lun_id)
        for path in lun.paths if lun is not None else ():
            if array.knows_target(host, path.address, path.port, path.target):
                array.log_in(host, path.target)
    for copy in array.visible_block_copies(host):
        if copy.id == domain and lun_ids & set(copy.lun_ids):
            return copy
    return None


def connect_all(store: Store, array: Array, data_center: str, domain: str) -> DomainCopy | None:
    """Connect every Up host of the data center; ``None`` only where *all* fail (sheet 5)."""
    found = [connect(store, array, host, domain) for host in up_hosts(store, data_center)]
    return next((copy for copy in found if copy is not None), None)


def any_copy(store: Store, array: Array, data_center: str, domain: str) -> DomainCopy | None:
    """The copy that the first Up host sees that reaches any."""
    hosts = up_hosts(store, data_center)
    found = (connect(store, array, host, domain) for host in hosts)
    return next((copy for copy in found if copy is not None), None)


def known_copy(store: Store, array: Array, domain: str) -> DomainCopy | None:
    """The copy that any Up host of the domain's data center reaches."""
    for path in store.members("/datacenters"):
        key = path.rpartition("/")[2]
        if store.exists(f"{path}/storagedomains/{domain}"):
            return any_copy(store, array, key, domain)
    return None
