"""VMs: register, each with what the Engine will do silently foretold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drplan.model.action import Action, Alteration, Call
from drplan.model.entities import Cluster, Disk
from drplan.model.parameters import Reference, RegisterVmParameters
from drplan.model.prediction import Dropped, NicPrediction, Prediction
from drplan.plan.desired_vms import PlannedVm
from drplan.plan.findings import Findings
from drplan.plan.predict.disks import MissingDisks, may_miss
from drplan.plan.predict.luns import LunPrediction, predict_luns
from drplan.plan.predict.mac import MacPrediction, MacResult, predict_macs
from drplan.plan.predict.vnic import VnicPrediction
from drplan.plan.rules.drafts import ESTIMATES, Drafts, action_key
from drplan.plan.rules.mac_order import keepers_first
from drplan.plan.rules.registering import Registering
from drplan.plan.rules.vm_warnings import explain
from drplan.plan.vm_faults import register_fault


@dataclass(frozen=True)
class Foreseen:
    """Everything that can be foreseen of one VM's registration."""

    item: PlannedVm
    missing: MissingDisks
    luns: tuple[LunPrediction, ...]
    vnics: tuple[VnicPrediction, ...]
    macs: MacResult
    dropped: tuple[Dropped, ...]
    failure: str | None


def vm_actions(
    waiting: Iterable[PlannedVm], state: Registering, drafts: Drafts, findings: Findings
) -> None:
    """Draft the registrations in the order of their rank: what comes first takes names and addresses."""
    registered = []
    for item in sorted(waiting, key=lambda vm: vm.rank):
        foreseen = foresee(item, state)
        registered.append(foreseen)
        action = _register(foreseen, state, drafts)
        drafts.add(action)
        explain(foreseen, state, action.id, findings)
        _doom(foreseen, action, drafts)
        if foreseen.failure is None:
            _claim(foreseen, state)
    keepers_first(registered, state, drafts)


def foresee(item: PlannedVm, state: Registering) -> Foreseen:
    """What the registration of one VM will give, after those before it."""
    cluster = item.cluster.cluster
    missing = _missing(item, state)
    data_center = cluster.data_center_id if cluster else None
    luns = predict_luns(
        state.source.lun_attachments(item.source.disk_attachments),
        state.registration(item.placement.data_center).luns,
        state.target.hosts_up(data_center),
        state.luns,
    )
    nics = item.source.nics or ()
    vnics = state.vnics(nics, cluster, item.placement.data_center)
    macs = _macs(item, cluster, state)
    failure = register_fault(item, state, missing, luns, macs)
    return Foreseen(
        item=item,
        missing=missing,
        luns=luns,
        vnics=vnics,
        macs=macs,
        dropped=_dropped(item, state, missing, luns, vnics) if failure is None else (),
        failure=failure,
    )


def _missing(item: PlannedVm, state: Registering) -> MissingDisks:
    """Disks on no recovered domain, or on one that goes to another data center than the VM."""
    cluster = item.cluster.cluster
    lost = list(item.placement.missing)
    lost += [
        disk
        for disk in item.placement.images
        if disk not in lost and cluster is not None and _elsewhere(disk, cluster, state)
    ]
    rules = state.recovery.direction.mapping.drplan.allow_missing_disks
    luns = state.source.lun_attachments(item.source.disk_attachments)
    allowed = bool(state.partial_import) or may_miss(item.desired.name, lost or luns, rules)
    return MissingDisks(tuple(lost), allowed, state.source)


def _elsewhere(disk: Disk, cluster: Cluster, state: Registering) -> bool:
    planned = [
        state.recovery.scope.by_source_id[name].desired
        for name in disk.storage_domain_ids
        if name in state.recovery.scope.by_source_id
    ]
    return bool(planned) and all(
        domain.data_center_id is not None and domain.data_center_id != cluster.data_center_id
        for domain in planned
    )


def _macs(item: PlannedVm, cluster: Cluster | None, state: Registering) -> MacResult:
    if cluster is None:
        return MacResult(reassign=False, nics=())
    reset = state.recovery.direction.mapping.settings.reset_mac_pool
    return predict_macs(item.source.nics or (), state.pool_use(cluster), reset)


def _dropped(
    item: PlannedVm,
    state: Registering,
    missing: MissingDisks,
    luns: tuple[LunPrediction, ...],
    vnics: tuple[VnicPrediction, ...],
) -> tuple[Dropped, ...]:
    direction = state.recovery.direction
    return (
        *missing.dropped,
        *(
            Dropped(kind="disk", name=lun.disk.name or lun.disk.id, reason=lun.detail)
            for lun in luns
            if lun.failure is not None
        ),
        *state.affinity.dropped(item.source.id, item.cluster.cluster, direction),
        *state.permissions.dropped(item.source.permissions, direction),
        *state.lost_networks(vnics),
        *_lease(item, state),
        *_pinned(item, state),
    )


def _lease(item: PlannedVm, state: Registering) -> Iterable[Dropped]:
    """Row 26 of the entities sheet: an HA VM's lease moves, another VM's is dropped."""
    lease = item.source.lease_domain_id
    if lease is None or lease in state.recovery.scope.by_source_id:
        return
    domain = state.source.storage_domains.get(lease)
    name = domain.name if domain else lease
    reason = "its domain is not recovered" + (
        "; the Engine moves it to another active domain" if item.source.high_availability else ""
    )
    yield Dropped(kind="lease", name=name, reason=reason)


def _pinned(item: PlannedVm, state: Registering) -> Iterable[Dropped]:
    """Row 27: hosts that are not in the target's cluster are cleared silently."""
    names = {host.id: host.name for host in state.source.inventory.hosts}
    known = {host.id for host in state.target.inventory.hosts}
    for host in item.source.pinned_host_ids:
        if host not in known:
            yield Dropped(
                kind="pinned_host",
                name=names.get(host, host),
                reason="not a host of the target's cluster",
            )


def _register(foreseen: Foreseen, state: Registering, drafts: Drafts) -> Action:
    item, desired = foreseen.item, foreseen.item.desired
    cluster, entry = item.cluster.cluster, item.placement.entry.desired
    return Action(
        id=action_key(desired.address, "register"),
        address=desired.address,
        type="vm",
        name=desired.name,
        change=Alteration(
            operation="register",
            actions=("create",),
            after=RegisterVmParameters(
                vm_id=desired.id,
                domain_id=entry.id,
                domain=entry.address,
                cluster=Reference(name=cluster.name, id=cluster.id) if cluster else None,
                allow_partial=_partial(foreseen),
                reassign_bad_macs=foreseen.macs.reassign,
                registration=state.registration(item.placement.data_center),
            ),
            after_unknown={
                f"nics.{mac.nic.name}.mac": True
                for mac in foreseen.macs.nics
                if mac.outcome != "kept"
            },
            mapped=(
                *state.mapped_cluster(item.cluster),
                *state.mapped_vnics(foreseen.vnics, item.placement.data_center),
            ),
        ),
        confidence=state.confidence(desired.id, desired.domains),
        action_reason=f"found on {', '.join(state.domain_names(desired.domains))}",
        limit_class="register",
        depends_on=drafts.existing(_needs(item, state)),
        after=drafts.existing(_after(foreseen, state)),
        exclusive=tuple(sorted(_exclusive(foreseen, state))),
        expected_failure=foreseen.failure,
        predicts=Prediction(
            cluster=cluster.name if cluster else None,
            cluster_reason=item.cluster.reason,
            nics=_nics(foreseen),
            dropped=foreseen.dropped,
        ),
        estimate=ESTIMATES["register vm"],
        calls=(
            Call(method="POST", path="/storagedomains/{storage_domain}/vms/{vm}/register"),
            Call(method="GET", path="/vms/{vm}"),
        ),
    )


def _partial(foreseen: Foreseen) -> bool:
    """Partial only where the mapping says so for all, or allows what this VM will really miss."""
    refused = any(lun.failure for lun in foreseen.luns)
    return foreseen.missing.allowed and bool(foreseen.missing.missing or refused)


def _needs(item: PlannedVm, state: Registering) -> Iterable[str]:
    """Its domains, its template, and every domain that holds a copy of the template."""
    for name in item.desired.domains:
        yield action_key(name, "activate")
    template = state.template_address(item.desired.template_id)
    if template is not None:
        yield action_key(template, "register")
        for name in state.recovery.templates[template].desired.domains:
            yield action_key(name, "activate")


def _after(foreseen: Foreseen, state: Registering) -> Iterable[str]:
    """Those that take a name, a LUN or an address before it; and the domain of its lease."""
    cluster = foreseen.item.cluster.cluster
    desired = foreseen.item.desired
    if cluster is not None:
        yield action_key(
            state.names.vm_holder(cluster.data_center_id, desired.name) or "", "register"
        )
        taken = state.pool_use(cluster).taken
        for nic in foreseen.item.source.nics or ():
            yield action_key(taken.get((nic.mac or "").lower(), ""), "register")
    for lun in foreseen.luns:
        yield action_key(state.luns.owners.get(lun.lun_id, ""), "register")
    lease = state.recovery.scope.by_source_id.get(foreseen.item.source.lease_domain_id or "")
    if lease is not None and lease.desired.address not in desired.domains:
        yield action_key(lease.desired.address, "activate")


def _exclusive(foreseen: Foreseen, state: Registering) -> Iterable[str]:
    """What two registrations must not touch at the same time (design decision 21, fact B6.6)."""
    item, direction = foreseen.item, state.recovery.direction
    yield f"vm-name:{item.desired.name}"
    for name in state.affinity.groups_of(item.source.id):
        group = state.affinity.target_group(name, direction)
        if group is not None:
            yield f"affinity-group:{group.name}"
    for name in state.affinity.labels_of(item.source.id):
        label = state.affinity.target_label(name, direction)
        if label is not None:
            yield f"affinity-label:{label}"
    for lun in foreseen.luns:
        yield f"lun:{lun.lun_id}"
    for nic in item.source.nics or ():
        if nic.mac is not None:
            yield f"mac:{nic.mac.lower()}"


def _nics(foreseen: Foreseen) -> tuple[NicPrediction, ...]:
    macs = {mac.nic.id: mac for mac in foreseen.macs.nics}
    return tuple(_nic(vnic, macs.get(vnic.nic.id)) for vnic in foreseen.vnics)


def _nic(vnic: VnicPrediction, mac: MacPrediction | None) -> NicPrediction:
    return NicPrediction(
        nic=vnic.nic.name,
        source=vnic.source,
        target=vnic.target,
        profile_id=vnic.profile.id if vnic.profile else None,
        outcome=vnic.outcome,
        reason=vnic.reason,
        mac=vnic.nic.mac,
        mac_outcome=mac.outcome if mac else "kept",
        mac_reason=mac.reason if mac else "",
    )


def _doom(foreseen: Foreseen, action: Action, drafts: Drafts) -> None:
    """A VM whose domain or template will not be there is skipped: nothing that it has is counted on."""
    for need in action.depends_on:
        address = drafts.actions[need].address
        if address in drafts.doomed:
            drafts.doomed.setdefault(action.address, f"{address} will not be there")


def _claim(foreseen: Foreseen, state: Registering) -> None:
    item = foreseen.item
    cluster = item.cluster.cluster
    if cluster is None or item.desired.address in state.drafts.doomed:
        return
    state.names.vms[cluster.data_center_id, item.desired.name] = item.desired.address
    state.luns.claim(item.desired.address, foreseen.luns)
    state.pool_use(cluster).claim(item.desired.address, foreseen.macs)
