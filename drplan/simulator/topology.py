"""What belongs to what on one Engine: data centers, clusters, hosts, and references in bodies."""

from __future__ import annotations

from drplan.simulator import elements
from drplan.simulator.elements import Element
from drplan.simulator.faults import incomplete, not_found
from drplan.simulator.store import Store


def entity_id(path: str) -> str:
    """The last part of a path."""
    return path.rpartition("/")[2]


def data_center_of_cluster(store: Store, cluster: str) -> str | None:
    """The data center of a cluster; a cluster may have none."""
    return store.reference(f"/clusters/{cluster}", "data_center")


def data_center_of_host(store: Store, host: str) -> str | None:
    """The data center that a host serves."""
    cluster = store.reference(f"/hosts/{host}", "cluster")
    return None if cluster is None else data_center_of_cluster(store, cluster)


def up_hosts(store: Store, data_center: str) -> tuple[str, ...]:
    """The ids of a data center's hosts in status Up, in order (storage sheet 2.1)."""
    return tuple(
        entity_id(path)
        for path in store.members("/hosts")
        if store.value(path, "status") == "up"
        and data_center_of_host(store, entity_id(path)) == data_center
    )


def up_hosts_of_cluster(store: Store, cluster: str) -> tuple[str, ...]:
    """The ids of a cluster's hosts in status Up, in order."""
    return tuple(
        entity_id(path)
        for path in store.members("/hosts")
        if store.value(path, "status") == "up" and store.reference(path, "cluster") == cluster
    )


def host_of_body(store: Store, body: Element, entity: str) -> str:
    """The host that a body names, by id or name.

    Raises 400 where neither is there and 404 where the name is unknown; an unknown id is given
    back as it is, the command finds out.
    """
    host = body.find("host")
    key = None if host is None else host.get("id")
    if key:
        return key
    name = None if host is None else elements.text_of(host, "name")
    if not name:
        raise incomplete(f"{entity} [host.id|name] required for add")
    found = store.named("/hosts", name)
    if not found:
        raise not_found(f"Hosts: name={name}")
    return entity_id(found[0])


def is_uuid(text: str) -> bool:
    """Whether the text has the form of a UUID, of any version (wire-facts.md section 3)."""
    parts = text.split("-")
    return [len(p) for p in parts] == [8, 4, 4, 4, 12] and all(
        c in "0123456789abcdefABCDEF" for p in parts for c in p
    )
