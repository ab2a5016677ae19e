"""VMs with everything that hangs on them."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.attachments import disk_attachments
from drplan.inventory.collectors.nics import nics
from drplan.inventory.collectors.permissions import permissions
from drplan.inventory.collectors.snapshots import snapshots
from drplan.inventory.collectors.values import (
    filled,
    flag,
    inside,
    level,
    moment,
    reference,
    references,
    text,
    word,
)
from drplan.inventory.reader import Followed, Reader
from drplan.model.entities import Vm

FOLLOWS = (
    "nics,disk_attachments,snapshots,permissions,tags",
    "nics,disk_attachments,snapshots",
    "nics,disk_attachments",
)


async def read_vms(reader: Reader) -> tuple[Vm, ...]:
    """Every registered VM."""
    service = reader.system.vms_service()
    listed = await reader.followed(
        "vms",
        service.list,
        {
            "nics": lambda it: service.vm_service(it.id).nics_service().list,
            "disk_attachments": lambda it: (
                service.vm_service(it.id).disk_attachments_service().list
            ),
            "snapshots": lambda it: service.vm_service(it.id).snapshots_service().list,
            "permissions": lambda it: service.vm_service(it.id).permissions_service().list,
            "tags": lambda it: service.vm_service(it.id).tags_service().list,
        },
        FOLLOWS,
    )
    return tuple(vm(it, listed) for it in listed.entries)


def vm(entry: Any, listed: Followed) -> Vm:
    """One VM; how it is pinned, started and protected is what decides its recovery."""
    topology = inside(entry, "cpu", "topology")
    availability = entry.high_availability
    policy = entry.memory_policy

    tags = listed.members(entry, "tags")
    return Vm(
        id=entry.id,
        name=text(entry.name),
        status=word(entry.status),
        cluster_id=reference(entry.cluster),
        host_id=reference(entry.host),
        template_id=reference(entry.template),
        original_template_id=reference(entry.original_template),
        origin=filled(entry.origin),
        architecture=word(inside(entry, "cpu", "architecture")),
        bios_type=word(inside(entry, "bios", "type")),
        os_type=filled(inside(entry, "os", "type")),
        memory=entry.memory,
        memory_guaranteed=inside(policy, "guaranteed"),
        memory_max=inside(policy, "max"),
        sockets=inside(topology, "sockets"),
        cores=inside(topology, "cores"),
        threads=inside(topology, "threads"),
        io_threads=inside(entry, "io", "threads"),
        high_availability=flag(inside(availability, "enabled")),
        priority=inside(availability, "priority") or 0,
        delete_protected=flag(entry.delete_protected),
        stateless=flag(entry.stateless),
        lease_domain_id=reference(inside(entry, "lease", "storage_domain")),
        vm_pool_id=reference(entry.vm_pool),
        custom_compatibility_version=level(entry.custom_compatibility_version),
        next_run_configuration=flag(entry.next_run_configuration_exists),
        pinned_host_ids=references(inside(entry, "placement_policy", "hosts")),
        start_time=moment(entry.start_time),
        stop_time=moment(entry.stop_time),
        disk_attachments=disk_attachments(listed.members(entry, "disk_attachments")),
        nics=nics(listed.members(entry, "nics")),
        snapshots=snapshots(listed.members(entry, "snapshots")),
        permissions=permissions(listed.members(entry, "permissions"), entry.id),
        tags=None if tags is None else tuple(sorted(text(it.name) for it in tags)),
    )
