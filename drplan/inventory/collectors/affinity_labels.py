"""Affinity labels, which belong to the whole Engine."""

from __future__ import annotations

from drplan.inventory.collectors.values import references, text
from drplan.inventory.reader import Reader
from drplan.model.entities import AffinityLabel

FOLLOWS = ("vms,hosts",)


async def read_affinity_labels(reader: Reader) -> tuple[AffinityLabel, ...]:
    """Every label with the VMs and hosts that carry it."""
    service = reader.system.affinity_labels_service()
    listed = await reader.followed(
        "affinity_labels",
        service.list,
        {
            "vms": lambda it: service.label_service(it.id).vms_service().list,
            "hosts": lambda it: service.label_service(it.id).hosts_service().list,
        },
        FOLLOWS,
    )
    return tuple(
        AffinityLabel(
            id=it.id,
            name=text(it.name),
            vm_ids=references(listed.members(it, "vms")),
            host_ids=references(listed.members(it, "hosts")),
        )
        for it in listed.entries
    )
