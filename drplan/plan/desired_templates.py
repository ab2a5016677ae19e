"""Which templates should be registered at the target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drplan.model.desired import DesiredTemplate, NotDone
from drplan.model.entities import Template
from drplan.plan.addresses import template_addresses
from drplan.plan.desired_domains import DomainScope, hosted_engine_domains
from drplan.plan.direction import Direction
from drplan.plan.placement import Placement, place, why_unplaced
from drplan.plan.predict.cluster import ClusterPrediction, predict_cluster
from drplan.plan.site_index import BLANK_TEMPLATE, SiteIndex


@dataclass(frozen=True)
class PlannedTemplate:
    """A template that should be registered, with what the source knows of it."""

    desired: DesiredTemplate
    source: Template
    placement: Placement
    cluster: ClusterPrediction


def plan_templates(
    direction: Direction, source: SiteIndex, target: SiteIndex, scope: DomainScope
) -> tuple[tuple[PlannedTemplate, ...], tuple[NotDone, ...]]:
    """The templates to register, in the order of their addresses, and why others are not."""
    addresses = template_addresses(source)
    vault = hosted_engine_domains(source)
    planned: list[PlannedTemplate] = []
    not_done: list[NotDone] = []
    for template in _candidates(source):
        address = addresses[template.id]
        placement = place(template, source, scope)
        if not placement.known:
            not_done.append(_not_done(address, "disks_unknown", "its disks were not recorded"))
            continue
        if not placement.through:
            held = {d for disk in placement.images for d in disk.storage_domain_ids}
            if held and held <= vault:
                reason = ("hosted_engine", "it is on the hosted-engine domain")
            else:
                reason = why_unplaced(placement, scope, source)
            not_done.append(_not_done(address, *reason))
            continue
        cluster = source.clusters.get(template.cluster_id or "")
        prediction = predict_cluster(cluster.name if cluster else None, direction, target)
        desired = DesiredTemplate(
            address=address,
            id=template.id,
            name=template.name,
            version_number=template.version_number,
            base_template_id=_base(template),
            cluster=prediction.cluster.name if prediction.cluster else None,
            domains=placement.domains,
        )
        planned.append(PlannedTemplate(desired, template, placement, prediction))
    planned.sort(key=lambda item: item.desired.address)
    return tuple(planned), tuple(not_done)


def _candidates(source: SiteIndex) -> Iterable[Template]:
    return (item for item in source.inventory.templates if item.id != BLANK_TEMPLATE)


def _base(template: Template) -> str | None:
    return template.base_template_id if template.base_template_id != template.id else None


def _not_done(address: str, reason: str, detail: str) -> NotDone:
    return NotDone(address=address, operation="register", reason=reason, detail=detail)
