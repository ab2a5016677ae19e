"""Whether a recording shows a site in health, so that it may replace the one before (decision 27).

The night after a disaster must not erase what ran before it. So a recording counts as degraded where
something that worked in the last healthy one does not, or is gone; where nothing is there to compare
it with, by what it shows by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from drplan.inventory.collect import ESSENTIALS
from drplan.model.inventory import Inventory, by_id
from drplan.plan.power import RAN

TOLERATED_SHARE: Final = 0.1
TOLERATED_VMS: Final = 3
"""VMs that may have been stopped, or removed, since the last recording without a question: so many,
or that share of them, whichever is more."""

_BROKEN_DATA_CENTER: Final = frozenset({"problematic", "not_operational", "contend"})
_BROKEN_DOMAIN: Final = frozenset({"inactive", "unknown"})


def running(inventory: Inventory) -> frozenset[str]:
    """The ids of the VMs that ran, or may have."""
    return frozenset(vm.id for vm in inventory.vms if vm.status in RAN)


def degradations(now: Inventory, healthy: Inventory | None) -> tuple[str, ...]:
    """Why ``now`` must not replace ``healthy``, in plain words; nothing where it may."""
    if healthy is None:
        return tuple(_by_itself(now))
    return tuple(_compared(now, healthy))


def _by_itself(now: Inventory) -> Iterator[str]:
    for gap in now.gaps:
        if gap.collection in ESSENTIALS:
            yield f"{gap.collection} could not be read: {gap.reason}"
    for center in now.data_centers:
        if center.status in _BROKEN_DATA_CENTER:
            yield f"the data center {center.name} is {center.status}"
    for domain in now.storage_domains:
        if domain.type == "data" and domain.status in _BROKEN_DOMAIN:
            yield f"the storage domain {domain.name} is {domain.status}"
    if now.hosts and not any(host.status == "up" for host in now.hosts):
        yield "no host is up"


def _compared(now: Inventory, healthy: Inventory) -> Iterator[str]:
    if healthy.engine.instance_id != now.engine.instance_id:
        yield "another Engine answers at this address than the one that was recorded before"
        return
    known_gaps = {gap.collection for gap in healthy.gaps}
    for gap in now.gaps:
        if gap.collection not in known_gaps:
            yield f"{gap.collection} could not be read: {gap.reason}"
    unread = {gap.collection for gap in now.gaps}
    if "data_centers" not in unread:
        yield from _data_centers(now, healthy)
    if "storage_domains" not in unread:
        yield from _storage_domains(now, healthy)
    if not unread & {"hosts", "clusters"}:
        yield from _hosts(now, healthy)
    if "vms" not in unread:
        yield from _vms(now, healthy)


def _data_centers(now: Inventory, healthy: Inventory) -> Iterator[str]:
    present = by_id(now.data_centers)
    for center in healthy.data_centers:
        if center.status == "up":
            found = present.get(center.id)
            if found is None:
                yield f"the data center {center.name} is gone"
            elif found.status != "up":
                yield f"the data center {center.name} was up and is {found.status}"


def _storage_domains(now: Inventory, healthy: Inventory) -> Iterator[str]:
    present = by_id(now.storage_domains)
    for domain in healthy.storage_domains:
        if domain.status == "active":
            found = present.get(domain.id)
            if found is None:
                yield f"the storage domain {domain.name} is gone"
            elif found.status != "active":
                yield f"the storage domain {domain.name} was active and is {found.status}"


def _hosts(now: Inventory, healthy: Inventory) -> Iterator[str]:
    before, after = _clusters_with_hosts(healthy), _clusters_with_hosts(now)
    names = by_id(healthy.clusters)
    for cluster_id in sorted(before - after):
        cluster = names.get(cluster_id)
        yield f"no host of the cluster {cluster.name if cluster else cluster_id} is up any more"


def _clusters_with_hosts(inventory: Inventory) -> frozenset[str]:
    return frozenset(
        host.cluster_id
        for host in inventory.hosts
        if host.status == "up" and host.cluster_id is not None
    )


def _vms(now: Inventory, healthy: Inventory) -> Iterator[str]:
    ran, runs = running(healthy), running(now)
    if _too_few(ran, runs):
        yield f"{len(ran - runs)} of {len(ran)} VMs that ran do not run any more"
    known, present = {vm.id for vm in healthy.vms}, {vm.id for vm in now.vms}
    if _too_few(known, present):
        yield f"{len(known - present)} of {len(known)} VMs are gone"


def _too_few(before: Iterable[str], after: Iterable[str]) -> bool:
    """Whether more are missing than people stop or remove in a day, or all of them."""
    had, has = set(before), set(after)
    missing = had - has
    if had and not has:
        return True
    return len(missing) > max(TOLERATED_VMS, TOLERATED_SHARE * len(had))
