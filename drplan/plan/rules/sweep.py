"""Sweeps: what else is found on a domain, and what is done with it (design decision 14).

A sweep comes after every registration from its domain has ended, so that it sees only what nobody
expected. On a domain that is attached already, what it would find is known: then it is planned only
if there is something.
"""

from __future__ import annotations

from collections.abc import Mapping

from drplan.model.action import Action, Alteration, Call
from drplan.model.change import ChangeKind
from drplan.model.desired import DesiredSweep
from drplan.model.entities import Template, Vm
from drplan.model.parameters import SweepParameters
from drplan.plan.desired import Recovery
from drplan.plan.desired_domains import PlannedDomain
from drplan.plan.observed import observed_domain
from drplan.plan.placement import place
from drplan.plan.rules.drafts import ESTIMATES, Drafts, action_key


def sweep_actions(
    recovery: Recovery, changes: Mapping[str, frozenset[ChangeKind]], drafts: Drafts
) -> None:
    """Draft the sweep of every data domain that can hold something unexpected."""
    expected = _expected(recovery)
    registrations = _registrations(drafts)
    for sweep in recovery.desired.sweeps:
        item = recovery.domains[sweep.domain]
        known = expected.get(sweep.domain, frozenset())
        if item.mapping.domain_type != "data":
            continue
        arriving = action_key(sweep.domain, "activate") in drafts.actions
        if not arriving and not _found(item, recovery, known, sweep):
            continue
        drafts.add(
            _sweep(item, sweep, recovery, known, registrations.get(sweep.domain, ()), drafts)
        )


def _expected(recovery: Recovery) -> Mapping[str, frozenset[str]]:
    """By domain, the VMs and templates that the source knows: planned, or left alone on purpose."""
    found: dict[str, set[str]] = {address: set() for address in recovery.domains}
    source = recovery.source
    if source is None:
        return {}
    by_source_id = {key: item.desired.address for key, item in recovery.scope.by_source_id.items()}
    entities: list[Vm | Template] = [*source.inventory.vms, *source.inventory.templates]
    for entity in entities:
        if not place(entity, source, recovery.scope).known:
            continue
        images = [d for d in source.image_disks(entity.disk_attachments) if not d.shareable]
        held = {name for disk in images for name in disk.storage_domain_ids}
        if not images:
            data_center = source.data_center_of_cluster(entity.cluster_id)
            held = {
                key
                for key, item in recovery.scope.by_source_id.items()
                if data_center is not None
                and item.source is not None
                and data_center.id in item.source.data_center_ids
            }
        for name in held:
            if by_source_id.get(name) in found:
                found[by_source_id[name]].add(entity.id)
    return {address: frozenset(ids) for address, ids in found.items()}


def _registrations(drafts: Drafts) -> Mapping[str, tuple[str, ...]]:
    """The keys of the registrations that need each domain."""
    found: dict[str, list[str]] = {}
    for key, action in drafts.actions.items():
        if action.operation == "register":
            for need in action.depends_on:
                if need.endswith(" activate"):
                    found.setdefault(drafts.actions[need].address, []).append(key)
            domain = getattr(action.parameters, "domain", "")
            if key not in found.setdefault(domain, []):
                found[domain].append(key)
    return {address: tuple(keys) for address, keys in found.items()}


def _found(
    item: PlannedDomain, recovery: Recovery, known: frozenset[str], sweep: DesiredSweep
) -> bool:
    """Whether the target lists something unexpected there, and the policy is to register it."""
    present = observed_domain(item.desired, recovery.target)
    if present is None or sweep.policy == "list":
        return False
    target = recovery.target
    listed = target.unregistered_ids.get(present.id, frozenset())
    return bool(listed - known - target.vms.keys() - target.templates.keys())


def _sweep(
    item: PlannedDomain,
    sweep: DesiredSweep,
    recovery: Recovery,
    known: frozenset[str],
    registrations: tuple[str, ...],
    drafts: Drafts,
) -> Action:
    found = observed_domain(item.desired, recovery.target)
    reads = (
        Call(method="GET", path="/storagedomains/{storage_domain}/vms?unregistered=true"),
        Call(method="GET", path="/storagedomains/{storage_domain}/templates?unregistered=true"),
    )
    writes = (
        Call(method="POST", path="/storagedomains/{storage_domain}/templates/{template}/register"),
        Call(method="POST", path="/storagedomains/{storage_domain}/vms/{vm}/register"),
    )
    return Action(
        id=action_key(sweep.domain, "sweep"),
        address=sweep.domain,
        type="storage_domain",
        name=item.desired.name,
        change=Alteration(
            operation="sweep",
            actions=("read",),
            after=SweepParameters(
                domain_id=item.desired.id or (found.id if found else None),
                policy=sweep.policy,
                limit=sweep.limit,
                expected_ids=tuple(sorted(known)),
                registration=sweep.registration,
            ),
            after_unknown={"found": True},
        ),
        confidence="unknown",
        action_reason="seen only once the domain is attached",
        limit_class="sweep",
        depends_on=drafts.existing((action_key(sweep.domain, "activate"),)),
        after=drafts.existing(registrations),
        estimate=ESTIMATES["sweep"],
        calls=reads if sweep.policy == "list" else (*reads, *writes),
    )
