"""The MAC pools of an Engine and the addresses in use in them."""

from __future__ import annotations

from drplan.simulator import elements
from drplan.simulator.rules.macs import MacPool, mac_number
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id

RELEASED = "/nics;released"
"""The NICs whose address counts as free although they have it."""
_WHOLE = ((0, 0xFFFF_FFFF_FFFF),)


def pool_of_cluster(store: Store, cluster: str) -> MacPool:
    """The pool of a cluster; where none was recorded, one that holds every address."""
    key = store.reference(f"/clusters/{cluster}", "mac_pool") or ""
    element = store.find(f"/macpools/{key}") if key else None
    if element is None:
        return MacPool(key, _WHOLE, allow_duplicates=False)
    ranges = tuple(
        (
            mac_number(elements.text_of(r, "from") or "0"),
            mac_number(elements.text_of(r, "to") or "0"),
        )
        for r in element.findall("ranges/range")
    )
    return MacPool(key, ranges, elements.text_of(element, "allow_duplicates") == "true")


def macs_in_use(store: Store, pool: str) -> frozenset[str]:
    """The addresses of all NICs of VMs whose cluster has that pool, lower case."""
    clusters = {
        entity_id(path)
        for path in store.members("/clusters")
        if (store.reference(path, "mac_pool") or "") == pool
    }
    return frozenset(
        mac.lower()
        for vm in store.members("/vms")
        if store.reference(vm, "cluster") in clusters
        for nic in store.members(f"{vm}/nics")
        if (mac := store.value(nic, "mac/address"))
        and not store.exists(f"{RELEASED}/{entity_id(nic)}")
    )


def release_macs(store: Store, vm: str) -> None:
    """Give the addresses of a VM back to the pool, though its NICs keep them (storage sheet 7.1)."""
    for nic in store.members(f"{vm}/nics"):
        store.put(f"{RELEASED}/{entity_id(nic)}", elements.make("nic", id=entity_id(nic)))
