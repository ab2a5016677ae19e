"""The desired state of the target: the mapping applied to what the source had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from drplan.errors import InvalidInput
from drplan.model.desired import Desired, DesiredSweep
from drplan.model.drplan_section import UnexpectedRule
from drplan.model.graph import CycleError, topological
from drplan.plan.desired_domains import DomainScope, PlannedDomain, plan_domains
from drplan.plan.desired_templates import PlannedTemplate, plan_templates
from drplan.plan.desired_vms import PlannedVm, plan_vms
from drplan.plan.direction import Direction
from drplan.plan.selection import Selection, select
from drplan.plan.site_index import SiteIndex


@dataclass(frozen=True)
class Recovery:
    """The desired state together with what it was derived from; all tables are by address."""

    desired: Desired
    direction: Direction
    source: SiteIndex | None
    target: SiteIndex
    scope: DomainScope
    domains: Mapping[str, PlannedDomain]
    templates: Mapping[str, PlannedTemplate]
    vms: Mapping[str, PlannedVm]


def recover(
    direction: Direction,
    source: SiteIndex | None,
    target: SiteIndex,
    unexpected: UnexpectedRule,
    selection: Selection,
) -> Recovery:
    """What should be at the target.

    Raises :class:`InvalidInput` for a selector that fits nothing, and where the mapping's
    ``start.depends_on`` goes round.
    """
    scope = plan_domains(direction, source, target)
    not_done = scope.not_done
    templates: tuple[PlannedTemplate, ...] = ()
    vms: tuple[PlannedVm, ...] = ()
    if source is not None:
        templates, without_templates = plan_templates(direction, source, target, scope)
        vms, without_vms = plan_vms(direction, source, target, scope)
        not_done = (*not_done, *without_templates, *without_vms)
    _refuse_round_trips(vms)
    whole = Desired(
        domains=tuple(item.desired for item in scope.planned),
        templates=tuple(item.desired for item in templates),
        vms=tuple(item.desired for item in vms),
        sweeps=_sweeps(direction, source, scope, unexpected),
        not_done=tuple(sorted(not_done, key=lambda item: (item.address, item.operation))),
    )
    tags = {vm.id: vm.tags or () for vm in source.inventory.vms} if source else {}
    desired = select(whole, selection, tags)
    domains = {item.address for item in desired.domains}
    kept = {item.address for item in desired.templates}
    return Recovery(
        desired=desired,
        direction=direction,
        source=source,
        target=target,
        scope=scope,
        domains={p.desired.address: p for p in scope.planned if p.desired.address in domains},
        templates={p.desired.address: p for p in templates if p.desired.address in kept},
        vms=_kept_vms(vms, desired),
    )


def _sweeps(
    direction: Direction,
    source: SiteIndex | None,
    scope: DomainScope,
    unexpected: UnexpectedRule,
) -> tuple[DesiredSweep, ...]:
    found = []
    for item in scope.planned:
        data_center = source.data_center_of_domain(item.source) if source and item.source else None
        found.append(
            DesiredSweep(
                domain=item.desired.address,
                policy=unexpected.policy,
                limit=unexpected.limit,
                registration=direction.registration(data_center.name if data_center else None),
            )
        )
    return tuple(found)


def _kept_vms(vms: tuple[PlannedVm, ...], desired: Desired) -> Mapping[str, PlannedVm]:
    """The planned VMs that the selection kept, with the desired state as the selection left it."""
    kept = {vm.address: vm for vm in desired.vms}
    return {
        item.desired.address: PlannedVm(
            kept[item.desired.address], item.source, item.placement, item.cluster
        )
        for item in vms
        if item.desired.address in kept
    }


def _refuse_round_trips(vms: tuple[PlannedVm, ...]) -> None:
    try:
        topological({item.desired.address: item.desired.start_after for item in vms})
    except CycleError as error:
        raise InvalidInput(
            f"drplan.start.depends_on goes round: {error}",
            next_step="remove one of these dependencies from the mapping",
        ) from error
