"""Affinity groups; their members stand in them by id."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.values import inside, reference, references, text
from drplan.model.entities import AffinityGroup


def affinity_group(entry: Any, cluster_id: str) -> AffinityGroup:
    """One group.

    ``positive`` and ``enforcing`` are the VM rule's; the old members beside it are missing where
    that rule is off (entities sheet 8).
    """
    rule = entry.vms_rule
    is_on = inside(rule, "enabled") is not False
    positive = inside(rule, "positive") if rule is not None else entry.positive
    enforcing = inside(rule, "enforcing") if rule is not None else entry.enforcing
    return AffinityGroup(
        id=entry.id,
        name=text(entry.name),
        cluster_id=reference(entry.cluster) or cluster_id,
        vm_ids=references(entry.vms),
        host_ids=references(entry.hosts),
        positive=positive if is_on else None,
        enforcing=enforcing if is_on else None,
    )
