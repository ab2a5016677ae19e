"""Checks of the storage: what is replicated, what must not be attached yet, what cannot be undone."""

from __future__ import annotations

from collections.abc import Iterable

from drplan.model.check import Check
from drplan.model.drplan_section import DEFAULT_LEASE_WAIT
from drplan.plan.checks.context import CheckContext, result, unknown
from drplan.plan.desired_domains import holds_images, hosted_engine_domains
from drplan.plan.domain_faults import format_is_raised
from drplan.plan.observed import observed_domain


def storage_checks(context: CheckContext) -> Iterable[Check]:
    """All of them, in the order of the guide."""
    yield _replicated(context)
    yield _not_attached(context)
    yield _local(context)
    yield _hosted_engine(context)
    yield _master(context)
    yield _format(context)
    yield unknown(
        "replicas-writable",
        "that the replicas are writable is asked at the gate storage-promoted",
        rule="R36",
        apply=True,
    )
    wait = context.direction.mapping.drplan.lease_wait
    yield unknown(
        "leases-expired",
        f"storage leases of the source's hosts must have expired: {wait or DEFAULT_LEASE_WAIT} s from"
        " the incident, waited for when the plan is applied",
        rule="R38",
        apply=True,
    )
    yield unknown(
        "ovf-store-age",
        "definitions on a replica are as old as its last OVF update (every 60 minutes) and its last"
        " replication: VMs created or changed since are missing or stale",
        rule="R106",
        apply=True,
    )


def _replicated(context: CheckContext) -> Check:
    """R11: every domain that holds disks of VMs or templates must be mapped."""
    source = context.source
    if source is None:
        return unknown("replicated-domains", "no inventory of the source", rule="R11")
    vault = hosted_engine_domains(source)
    mapped = context.recovery.scope.by_source_id
    problems = [
        source.storage_domains[name].name
        for name in sorted(holds_images(source))
        if name in source.storage_domains
        and name not in mapped
        and name not in vault
        and source.storage_domains[name].storage_type != "localfs"
    ]
    return result(
        "replicated-domains",
        problems,
        passed="every domain that holds disks is mapped",
        failed="a domain that holds disks is not mapped: they will not be recovered",
        rule="R11",
        next_step="replicate it and add it to dr_import_storages, or exclude its VMs",
    )


def _not_attached(context: CheckContext) -> Check:
    """R12 and R37: no replica may be known to the target before the failover."""
    problems = []
    for item in context.domains:
        found = observed_domain(item.desired, context.target)
        if found is not None:
            state = "attached" if found.data_center_ids else "unattached"
            problems.append(f"{item.desired.address} is there already ({found.status or state})")
    return result(
        "replicas-not-attached",
        problems,
        passed="no replica is known to the target yet",
        failed="a replica is known to the target already",
        rule="R12",
        next_step="if this is not the rest of a failover, find out who attached it",
    )


def _local(context: CheckContext) -> Check:
    source = context.source
    if source is None:
        return unknown("local-storage", "no inventory of the source", rule="R23")
    held = holds_images(source)
    problems = [
        f"{item.name} holds disks"
        for item in source.inventory.storage_domains
        if item.storage_type == "localfs" and item.id in held
    ]
    return result(
        "local-storage",
        problems,
        passed="no disk is on local storage",
        failed="there are disks on local storage, which cannot be replicated",
        rule="R23",
    )


def _hosted_engine(context: CheckContext) -> Check:
    """R25: the hosted-engine domain must hold no other VM's disks."""
    source = context.source
    if source is None:
        return unknown("hosted-engine", "no inventory of the source", rule="R25")
    vault = hosted_engine_domains(source)
    problems = []
    for vm in source.inventory.vms:
        if vm.origin in {"hosted_engine", "managed_hosted_engine"}:
            continue
        held = {
            name
            for disk in source.image_disks(vm.disk_attachments)
            for name in disk.storage_domain_ids
        }
        if held & vault:
            problems.append(f"{vm.name} has a disk there")
    return result(
        "hosted-engine",
        problems,
        passed="no ordinary VM has a disk on the hosted-engine domain",
        failed="ordinary VMs have disks on the hosted-engine domain, which is never failed over",
        rule="R25",
        next_step="move these disks to a replicated domain",
    )


def _master(context: CheckContext) -> Check:
    """R27: one wanted master a data center; the source's own can have moved since."""
    problems = []
    for name in context.data_center_names:
        group = [item for item in context.domains if item.desired.data_center == name]
        marked = [item for item in group if item.mapping.side(context.direction.target).master]
        data_center = context.target.data_centers_named.get(name)
        fresh = data_center is not None and data_center.status == "uninitialized"
        if len(marked) > 1:
            names = ", ".join(item.desired.name for item in marked)
            problems.append(f"{name}: several domains are marked as master ({names})")
        if not marked and fresh:
            problems.append(f"{name}: no domain is marked as master, the first attached becomes it")
        for item in group:
            wanted = item.mapping.side(context.direction.source).master
            if item.source is not None and item.source.master and not wanted:
                problems.append(
                    f"{item.source.name} is the master at the source, the mapping says otherwise"
                )
    return result(
        "master-domains",
        problems,
        passed="one master is wanted for every data center",
        failed="the wanted masters are not clear",
        rule="R27",
        next_step="correct dr_primary_master_domain and dr_secondary_master_domain",
    )


def _format(context: CheckContext) -> Check:
    problems = []
    for item in context.domains:
        found = observed_domain(item.desired, context.target)
        domain = item.source
        data_center = context.target.data_centers_named.get(item.desired.data_center)
        if domain is None or data_center is None or (found and found.data_center_ids):
            continue
        if format_is_raised(domain, data_center):
            problems.append(f"{item.desired.address} has {domain.storage_format}")
    return result(
        "storage-formats",
        problems,
        passed="no domain's format is raised by the attach",
        failed="the attach raises a domain's format for good: the source may be unable to take it back",
        rule="R8",
        next_step="bring both data centers to the same level before",
    )
