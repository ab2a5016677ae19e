"""Which affinity groups and labels a VM loses (entities sheet 1.4, rows 25 of 1.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from drplan.model.entities import AffinityGroup, Cluster
from drplan.model.prediction import Dropped
from drplan.plan.direction import Direction
from drplan.plan.site_index import SiteIndex


class AffinityIndex:
    """Which groups and labels each VM of the source belongs to, and those of the target by name."""

    def __init__(self, source: SiteIndex, target: SiteIndex) -> None:
        self._groups = _members((g.name, g.vm_ids) for g in source.inventory.affinity_groups)
        self._labels = _members((g.name, g.vm_ids) for g in source.inventory.affinity_labels)
        self._target_groups = {g.name: g for g in reversed(target.inventory.affinity_groups)}
        self._target_labels = {g.name for g in target.inventory.affinity_labels}
        self._groups_known = not target.inventory.has_gap("affinity_groups")
        self._labels_known = not target.inventory.has_gap("affinity_labels")

    def groups_of(self, vm_id: str) -> tuple[str, ...]:
        """Names of the source's groups that the VM belongs to."""
        return self._groups.get(vm_id, ())

    def labels_of(self, vm_id: str) -> tuple[str, ...]:
        """Names of the source's labels that the VM has."""
        return self._labels.get(vm_id, ())

    def target_group(self, name: str, direction: Direction) -> AffinityGroup | None:
        """The target's group for a source's: mapped, else of the same name."""
        mapped = direction.target_name(direction.affinity_groups, name)
        return self._target_groups.get(mapped) or self._target_groups.get(name)

    def target_label(self, name: str, direction: Direction) -> str | None:
        """The target's label for a source's: mapped, else of the same name."""
        mapped = direction.target_name(direction.affinity_labels, name)
        return next((n for n in (mapped, name) if n in self._target_labels), None)

    def dropped(
        self, vm_id: str, cluster: Cluster | None, direction: Direction
    ) -> Iterable[Dropped]:
        """What the VM loses; nothing is said of a collection that could not be read."""
        if self._groups_known:
            for name in self.groups_of(vm_id):
                group = self.target_group(name, direction)
                reason = _why_dropped(group, cluster)
                if reason:
                    yield Dropped(kind="affinity_group", name=name, reason=reason)
        if self._labels_known:
            for name in self.labels_of(vm_id):
                if self.target_label(name, direction) is None:
                    yield Dropped(
                        kind="affinity_label", name=name, reason="no such label at the target"
                    )


def _why_dropped(group: AffinityGroup | None, cluster: Cluster | None) -> str:
    if group is None:
        return "no such group at the target"
    if cluster is not None and group.cluster_id not in (None, cluster.id):
        return f"the group {group.name} belongs to another cluster; only the Engine's log tells"
    return ""


def _members(groups: Iterable[tuple[str, tuple[str, ...]]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, vm_ids in groups:
        for vm_id in vm_ids:
            found.setdefault(vm_id, []).append(name)
    return {vm_id: tuple(sorted(names)) for vm_id, names in found.items()}
