"""Hosts, and the LUNs that each of them sees."""

from __future__ import annotations

from typing import Any

from drplan.inventory.collectors.luns import luns
from drplan.inventory.collectors.values import filled, inside, reference, text, word
from drplan.inventory.reader import Reader
from drplan.model.entities import Host, Lun


async def read_hosts(reader: Reader, *, with_storage: bool) -> tuple[Host, ...]:
    """Every host. Only hosts that are up can say what storage they see: a scan of their devices."""
    service = reader.system.hosts_service()
    listed = await reader.entries("hosts", service.list)
    up = [it.id for it in listed if with_storage and word(it.status) == "up"]
    seen = await reader.each(
        "hosts.luns",
        [service.host_service(host_id).storage_service().list for host_id in up],
        report_status=False,
    )
    storage = dict(zip(up, seen, strict=True))
    return tuple(host(it, _luns_of(storage.get(it.id))) for it in listed)


def host(entry: Any, visible: tuple[Lun, ...] | None) -> Host:
    """One host; one that does not answer keeps what was last known of it."""
    topology = inside(entry, "cpu", "topology")
    return Host(
        id=entry.id,
        name=text(entry.name),
        address=filled(entry.address),
        status=word(entry.status),
        cluster_id=reference(entry.cluster),
        memory=entry.memory,
        max_scheduling_memory=entry.max_scheduling_memory,
        sockets=inside(topology, "sockets"),
        cores=inside(topology, "cores"),
        threads=inside(topology, "threads"),
        spm_status=word(inside(entry, "spm", "status")),
        luns=visible,
    )


def _luns_of(storages: list[Any] | None) -> tuple[Lun, ...] | None:
    if storages is None:
        return None
    units = [
        (unit, word(storage.type)) for storage in storages for unit in storage.logical_units or ()
    ]
    return luns(units)
