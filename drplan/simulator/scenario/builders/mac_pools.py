"""MAC pools, and which address each NIC has."""

from __future__ import annotations

from collections.abc import Iterator

from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.definition import MacPoolSpec, VmSpec
from drplan.simulator.scenario.form import Value, entity
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store


def build(site: Site, store: Store) -> None:
    """Every MAC pool of the Engine (entities sheet 8)."""
    for pool in site.spec.mac_pools:
        path = f"/macpools/{site.mac_pool_id(pool.name)}"
        ranges: list[tuple[str, Value]] = []
        for text in pool.ranges:
            first, last = spelling.mac_range(text)
            ranges.append(("range", {"from": first, "to": last}))
        store.put(
            path,
            entity(
                path,
                "mac_pool",
                seed=site.spec.name,
                name=pool.name,
                description="Default MAC pool" if pool.name == "Default" else "",
                links=("permissions",),
                members={
                    "allow_duplicates": pool.allow_duplicates,
                    "default_pool": pool.name == "Default",
                    "ranges": ranges,
                },
            ),
        )


def addresses(site: Site) -> dict[tuple[str, int], str]:
    """The MAC of every NIC, by the VM's id and the NIC's number from 0.

    A NIC that names none gets the next free one of its cluster's pool.
    """
    given = {mac for _, _, mac in _nics(site) if mac}
    free = {pool.name: _free(pool, given) for pool in site.spec.mac_pools}
    found: dict[tuple[str, int], str] = {}
    for vm, number, mac in _nics(site):
        pool = site.clusters[vm.cluster][1].mac_pool
        found[site.vm_id(vm), number] = mac or next(free[pool])
    return found


def _nics(site: Site) -> Iterator[tuple[VmSpec, int, str | None]]:
    for vm in site.spec.vms:
        for number, text in enumerate(vm.nics):
            yield vm, number, spelling.nic(text).mac


def _free(pool: MacPoolSpec, given: set[str]) -> Iterator[str]:
    for text in pool.ranges:
        first, last = (spelling.mac_number(end) for end in spelling.mac_range(text))
        for number in range(first, last + 1):
            mac = spelling.mac_text(number)
            if mac not in given:
                yield mac
