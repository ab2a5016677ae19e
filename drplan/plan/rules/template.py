"""Templates: register, bases before versions, when every copy of their disks is there.

A template's copies are recorded only for domains that are active when it is registered, and a VM
whose disks are on a domain without one is refused later (entities sheet 1.9).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from drplan.model.action import Action, Alteration, Call
from drplan.model.entities import Cluster
from drplan.model.parameters import Reference, RegisterTemplateParameters
from drplan.model.prediction import NicPrediction, Prediction
from drplan.plan.desired import Recovery
from drplan.plan.desired_templates import PlannedTemplate
from drplan.plan.findings import Findings
from drplan.plan.predict.cluster import NO_CLUSTER
from drplan.plan.predict.disks import (
    ALREADY_THERE,
    NO_ACTIVE_COPY,
    MissingDisks,
    already_registered,
)
from drplan.plan.predict.names import TEMPLATE_NAME_TAKEN
from drplan.plan.predict.vnic import VnicPrediction
from drplan.plan.rules.drafts import ESTIMATES, Drafts, action_key
from drplan.plan.rules.registering import Registering

VERSION_WITHOUT_BASE: Final = (
    "Cannot import Template Version, Base Template for this Version is missing, please first Import"
    " Base Template, or Import Version as Base Template using Clone."
)
ARCHITECTURE: Final = "the architecture {has} does not fit the cluster's {needs}"


def template_actions(
    recovery: Recovery,
    waiting: Iterable[PlannedTemplate],
    state: Registering,
    drafts: Drafts,
    findings: Findings,
) -> None:
    """Draft the registrations, base templates first."""
    ordered = sorted(
        waiting,
        key=lambda item: (item.desired.base_template_id is not None, item.desired.address),
    )
    for item in ordered:
        drafts.add(_register(item, recovery, state, drafts, findings))


def _register(
    item: PlannedTemplate,
    recovery: Recovery,
    state: Registering,
    drafts: Drafts,
    findings: Findings,
) -> Action:
    desired = item.desired
    key = action_key(desired.address, "register")
    missing = MissingDisks(item.placement.missing, bool(state.partial_import), state.source)
    failure = _failure(item, recovery, state, missing)
    vnics = state.vnics(item.source.nics or (), item.cluster.cluster, item.placement.data_center)
    entry = item.placement.entry.desired
    cluster = item.cluster.cluster
    base = state.template_address(desired.base_template_id)
    needs = [action_key(name, "activate") for name in desired.domains]
    if base is not None:
        needs.append(action_key(base, "register"))
    if failure is None and cluster is not None and base is None:
        state.names.templates[cluster.data_center_id, desired.name] = desired.address
    if failure is not None:
        findings.warn(
            f"{desired.address} will not be registered",
            detail=f"{failure} VMs that are based on it will be skipped.",
            address=desired.address,
            actions=(key,),
            next_step="map the cluster in dr_cluster_mappings, or create it at the target"
            if cluster is None
            else "",
        )
    state.explain_cluster(item.cluster, desired.address, key, findings)
    state.explain_vnics(vnics, desired.address, key, findings)
    return Action(
        id=key,
        address=desired.address,
        type="template",
        name=desired.name,
        change=Alteration(
            operation="register",
            actions=("create",),
            after=RegisterTemplateParameters(
                template_id=desired.id,
                domain_id=entry.id,
                domain=entry.address,
                cluster=Reference(name=cluster.name, id=cluster.id) if cluster else None,
                allow_partial=missing.allowed,
                registration=state.registration(item.placement.data_center),
            ),
            mapped=(
                *state.mapped_cluster(item.cluster),
                *state.mapped_vnics(vnics, item.placement.data_center),
            ),
        ),
        confidence=state.confidence(desired.id, desired.domains),
        action_reason=f"found on {', '.join(state.domain_names(desired.domains))}",
        limit_class="register",
        depends_on=drafts.existing(needs),
        expected_failure=failure,
        predicts=Prediction(
            cluster=cluster.name if cluster else None,
            cluster_reason=item.cluster.reason,
            nics=tuple(_nic(vnic) for vnic in vnics),
            dropped=(*missing.dropped, *state.lost_networks(vnics)) if failure is None else (),
        ),
        estimate=ESTIMATES["register template"],
        calls=(
            Call(
                method="POST",
                path="/storagedomains/{storage_domain}/templates/{template}/register",
            ),
        ),
    )


def _nic(vnic: VnicPrediction) -> NicPrediction:
    return NicPrediction(
        nic=vnic.nic.name,
        source=vnic.source,
        target=vnic.target,
        profile_id=vnic.profile.id if vnic.profile else None,
        outcome=vnic.outcome,
        reason=vnic.reason,
    )


def _failure(
    item: PlannedTemplate, recovery: Recovery, state: Registering, missing: MissingDisks
) -> str | None:
    cluster = item.cluster.cluster
    if cluster is None:
        return NO_CLUSTER.format(kind="Template")
    base = item.desired.base_template_id
    if base is not None and not state.template_comes(base):
        return VERSION_WITHOUT_BASE
    if base is None:
        holder = state.names.template_holder(cluster.data_center_id, item.desired.name)
        if holder is not None:
            return f"{TEMPLATE_NAME_TAKEN} ({item.desired.name} is {holder})"
    if missing.missing and not missing.allowed:
        disk = missing.missing[0]
        return NO_ACTIVE_COPY.format(disk=disk.id) + f" ({missing.sentence()})"
    there = already_registered(item.placement.images, recovery.target)
    if there:
        names = ", ".join(disk.name or disk.id for disk in there)
        return ALREADY_THERE.format(kind="Template", names=names)
    return _architecture(item, cluster)


def _architecture(item: PlannedTemplate, cluster: Cluster) -> str | None:
    has, needs = item.source.architecture, cluster.architecture
    if has and needs and has != needs and "undefined" not in {has, needs}:
        return ARCHITECTURE.format(has=has, needs=needs)
    return None
