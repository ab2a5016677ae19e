"""Which VMs should be registered at the target, and which should run there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from drplan.model.desired import DesiredVm, NotDone
from drplan.model.drplan_section import Exclusions
from drplan.model.entities import Vm
from drplan.model.inventory import is_hosted_engine
from drplan.plan.addresses import name_matches, vm_addresses
from drplan.plan.desired_domains import DomainScope
from drplan.plan.direction import Direction
from drplan.plan.placement import Placement, place, why_unplaced
from drplan.plan.power import started_after, tier_of, wanted_power
from drplan.plan.predict.cluster import ClusterPrediction, predict_cluster
from drplan.plan.site_index import SiteIndex


@dataclass(frozen=True)
class PlannedVm:
    """A VM that should be registered, with what the source knows of it."""

    desired: DesiredVm
    source: Vm
    placement: Placement
    cluster: ClusterPrediction

    @property
    def rank(self) -> tuple[bool, int, int, str, str]:
        """Its place in every queue: HA first, by priority, then tier, then name (R40)."""
        return rank(self.desired)


def rank(vm: DesiredVm) -> tuple[bool, int, int, str, str]:
    """The place of a VM in every queue: HA first, by priority, then tier, then name (R40)."""
    priority = vm.priority if vm.high_availability else 0
    return (not vm.high_availability, -priority, vm.tier, vm.address, vm.id)


def plan_vms(
    direction: Direction, source: SiteIndex, target: SiteIndex, scope: DomainScope
) -> tuple[tuple[PlannedVm, ...], tuple[NotDone, ...]]:
    """The VMs to register, in the order of their rank, and why others are not registered or started."""
    addresses = vm_addresses(source)
    planned: list[PlannedVm] = []
    not_done: list[NotDone] = []
    for vm in source.inventory.vms:
        address = addresses[vm.id]
        placement = place(vm, source, scope)
        reason = _left_alone(vm, placement, direction, source, target, scope)
        if reason is not None:
            not_done.append(
                NotDone(address=address, operation="register", reason=reason[0], detail=reason[1])
            )
            continue
        planned.append(_planned(vm, address, placement, direction, source, target))
    resolved = _with_start_order(planned, direction)
    not_done.extend(
        item for vm in resolved if (item := _not_started(vm.desired, target)) is not None
    )
    return tuple(sorted(resolved, key=lambda item: item.rank)), tuple(not_done)


def _left_alone(
    vm: Vm,
    placement: Placement,
    direction: Direction,
    source: SiteIndex,
    target: SiteIndex,
    scope: DomainScope,
) -> tuple[str, str] | None:
    if is_hosted_engine(vm):
        return "hosted_engine", "the VM that the Engine runs in is never failed over (R25)"
    if _excluded(vm, direction.mapping.drplan.exclude):
        return "excluded", "excluded by the mapping's drplan.exclude"
    if not placement.known:
        return "disks_unknown", "its disks were not recorded, so nobody knows where it lies"
    if not placement.through:
        return why_unplaced(placement, scope, source)
    if _not_on_storage(vm, placement, target):
        return "not_on_storage", "its storage is attached, and the VM was not found on it"
    return None


def _excluded(vm: Vm, rules: Exclusions) -> bool:
    return (
        vm.name in rules.names
        or bool(set(vm.tags or ()) & set(rules.tags))
        or name_matches(rules.patterns, vm.name)
    )


def _not_on_storage(vm: Vm, placement: Placement, target: SiteIndex) -> bool:
    """Whether all its domains are attached at the target and none lists it."""
    if vm.id in target.vms or target.inventory.has_gap("unregistered_vms"):
        return False
    ids = [item.desired.id or "" for item in placement.through]
    attached = (target.storage_domains.get(name) for name in ids)
    if not all(item is not None and item.data_center_ids for item in attached):
        return False
    return not any(vm.id in target.unregistered_ids.get(name, frozenset()) for name in ids)


def _planned(
    vm: Vm,
    address: str,
    placement: Placement,
    direction: Direction,
    source: SiteIndex,
    target: SiteIndex,
) -> PlannedVm:
    cluster = source.clusters.get(vm.cluster_id or "")
    prediction = predict_cluster(cluster.name if cluster else None, direction, target)
    found = prediction.cluster
    data_center = target.data_center_of_cluster(found.id) if found else None
    wanted = wanted_power(vm, frozenset(target.inventory.started_vm_ids))
    desired = DesiredVm(
        address=address,
        id=vm.id,
        name=vm.name,
        cluster=found.name if found else None,
        data_center=data_center.name if data_center else placement.entry.desired.data_center,
        template_id=vm.template_id,
        domains=placement.domains,
        power=wanted.power,
        power_reason=wanted.reason,
        high_availability=vm.high_availability,
        priority=vm.priority,
        tier=tier_of(vm.name, direction.mapping.drplan.start),
        memory=vm.memory,
    )
    return PlannedVm(desired, vm, placement, prediction)


def _with_start_order(planned: Sequence[PlannedVm], direction: Direction) -> list[PlannedVm]:
    by_name: dict[str, list[PlannedVm]] = {}
    for item in planned:
        by_name.setdefault(item.desired.name, []).append(item)
    rules = direction.mapping.drplan.start
    if not rules.depends_on:
        return list(planned)
    result = []
    for item in planned:
        wanted = _matching(started_after(item.desired.name, rules), by_name)
        after = tuple(sorted(wanted - {item.desired.address}))
        desired = msgspec.structs.replace(item.desired, start_after=after)
        result.append(PlannedVm(desired, item.source, item.placement, item.cluster))
    return result


def _matching(patterns: Sequence[str], by_name: Mapping[str, list[PlannedVm]]) -> set[str]:
    return {
        item.desired.address
        for name, items in by_name.items()
        if name_matches(patterns, name)
        for item in items
        if item.desired.power == "up"
    }


def _not_started(vm: DesiredVm, target: SiteIndex) -> NotDone | None:
    if vm.power == "up":
        return None
    found = target.vms.get(vm.id)
    if found is not None and found.status not in (None, "down"):
        return None
    reason = "was_down_at_source" if vm.power == "down" else "ran_at_target"
    return NotDone(address=vm.address, operation="start", reason=reason, detail=vm.power_reason)
