"""Into which cluster an entity is registered (entities sheet 1.4)."""

from __future__ import annotations

from dataclasses import dataclass

from drplan.model.entities import Cluster
from drplan.plan.direction import Direction
from drplan.plan.site_index import SiteIndex

NO_CLUSTER = "Cannot import {kind}. The relevant Cluster doesn't exist."


@dataclass(frozen=True)
class ClusterPrediction:
    """``cluster`` is ``None`` where the registration will fail for lack of one.

    ``fallback`` tells that a mapping named a cluster that does not exist, so that the Engine takes
    the one of the original name.
    """

    source: str | None
    cluster: Cluster | None
    reason: str
    fallback: bool = False


def predict_cluster(name: str | None, direction: Direction, target: SiteIndex) -> ClusterPrediction:
    """The target's cluster for a source cluster's name: mapped, else of the same name, else none."""
    if name is None:
        return ClusterPrediction(None, None, "the source does not tell its cluster")
    wanted = direction.target_name(direction.clusters, name)
    cluster = target.clusters_named.get(wanted)
    if cluster is not None:
        reason = "mapped" if name in direction.clusters else "same name"
        return ClusterPrediction(name, cluster, reason)
    same = target.clusters_named.get(name)
    if wanted != name and same is not None:
        return ClusterPrediction(
            name,
            same,
            f"the mapped cluster {wanted} does not exist; same name instead",
            fallback=True,
        )
    reason = (
        f"neither the mapped cluster {wanted} nor one named {name} exists"
        if wanted != name
        else f"no cluster is named {name}, and no mapping names another"
    )
    return ClusterPrediction(name, None, reason)
