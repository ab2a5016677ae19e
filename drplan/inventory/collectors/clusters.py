"""Clusters, the networks attached to them, and their affinity groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drplan.inventory.collectors.affinity_groups import affinity_group
from drplan.inventory.collectors.values import (
    filled,
    flag,
    inside,
    level,
    reference,
    references,
    text,
    word,
)
from drplan.inventory.reader import Reader
from drplan.model.entities import AffinityGroup, Cluster

FOLLOWS = ("networks,affinity_groups", "networks")


async def read_clusters(
    reader: Reader,
) -> tuple[tuple[Cluster, ...], tuple[AffinityGroup, ...]]:
    """Every cluster, and every affinity group of each (they are links of clusters)."""
    service = reader.system.clusters_service()
    listed = await reader.followed(
        "clusters",
        service.list,
        {
            "networks": lambda it: service.cluster_service(it.id).networks_service().list,
            "affinity_groups": lambda it: (
                service.cluster_service(it.id).affinity_groups_service().list
            ),
        },
        FOLLOWS,
        gaps={"affinity_groups": "affinity_groups"},
    )
    reader.note_dependent("affinity_groups", "clusters")
    clusters = tuple(cluster(it, listed.members(it, "networks")) for it in listed.entries)
    groups = [
        affinity_group(group, it.id)
        for it in listed.entries
        for group in listed.members(it, "affinity_groups") or ()
    ]
    return clusters, tuple(sorted(groups, key=lambda it: (it.name, it.id)))


def cluster(entry: Any, networks: Sequence[Any] | None) -> Cluster:
    """One cluster; it may have no data center, and a CPU type without text."""
    return Cluster(
        id=entry.id,
        name=text(entry.name),
        data_center_id=reference(entry.data_center),
        version=level(entry.version),
        architecture=word(inside(entry, "cpu", "architecture")),
        cpu_type=filled(inside(entry, "cpu", "type")),
        bios_type=word(entry.bios_type),
        over_commit_percent=inside(entry, "memory_policy", "over_commit", "percent"),
        mac_pool_id=reference(entry.mac_pool),
        threads_as_cores=flag(entry.threads_as_cores),
        network_ids=None if networks is None else references(networks),
    )
