"""Reads one Engine into an inventory."""

from __future__ import annotations

from drplan.engine.engine import Engine
from drplan.inventory.collectors.affinity_labels import read_affinity_labels
from drplan.inventory.collectors.api_root import read_identity
from drplan.inventory.collectors.authorization_domains import read_authorization_domains
from drplan.inventory.collectors.clusters import read_clusters
from drplan.inventory.collectors.data_centers import read_data_centers
from drplan.inventory.collectors.disks import read_disks
from drplan.inventory.collectors.events import read_started_vms
from drplan.inventory.collectors.hosts import read_hosts
from drplan.inventory.collectors.mac_pools import read_mac_pools
from drplan.inventory.collectors.networks import read_networks
from drplan.inventory.collectors.roles import read_roles
from drplan.inventory.collectors.storage_connections import read_storage_connections
from drplan.inventory.collectors.storage_domains import read_storage_domains
from drplan.inventory.collectors.templates import read_templates
from drplan.inventory.collectors.unregistered import (
    read_unregistered_disks,
    read_unregistered_templates,
    read_unregistered_vms,
)
from drplan.inventory.collectors.users import read_users
from drplan.inventory.collectors.vms import read_vms
from drplan.inventory.collectors.vnic_profiles import read_vnic_profiles
from drplan.inventory.reader import Reader
from drplan.model.entities import UnregisteredDisk, UnregisteredTemplate, UnregisteredVm
from drplan.model.inventory import Inventory

ESSENTIALS = frozenset(
    {
        "clusters",
        "data_centers",
        "disks",
        "hosts",
        "networks",
        "storage_domains",
        "templates",
        "vms",
        "vnic_profiles",
    }
)
"""What a plan cannot do without; ``collect(strict=True)`` does not go on without it either."""


async def collect(
    engine: Engine,
    *,
    site: str | None = None,
    taken: str | None = None,
    storage_of_hosts: bool = True,
    unregistered: bool = True,
    unregistered_disks: bool = False,
    events: bool = True,
    strict: bool = False,
    limit: int = 16,
) -> Inventory:
    """What the Engine has, read now.

    ``taken`` is the time to note, ISO 8601 in UTC. ``storage_of_hosts`` has every host that is up
    scan its devices; ``unregistered_disks`` has the SPM scan every active domain, which is slow.
    ``events`` asks which VMs were started since they were registered. What cannot be read becomes
    a gap; with ``strict`` one of the ``ESSENTIALS`` ends the reading with the Engine's fault.

    Requests leave in the same order every time, at most ``limit`` at once. Raises ``LoginFailed``
    and what the transport raises.
    """
    reader = Reader(engine, essentials=ESSENTIALS if strict else frozenset(), limit=limit)
    before = engine.requests
    identity = await read_identity(reader)
    data_centers = await read_data_centers(reader)
    clusters, affinity_groups = await read_clusters(reader)
    hosts = await read_hosts(reader, with_storage=storage_of_hosts)
    networks = await read_networks(reader)
    vnic_profiles = await read_vnic_profiles(reader)
    mac_pools = await read_mac_pools(reader)
    storage_domains = await read_storage_domains(reader, data_centers)
    storage_connections = await read_storage_connections(reader)
    disks = await read_disks(reader)
    templates = await read_templates(reader)
    vms = await read_vms(reader)
    affinity_labels = await read_affinity_labels(reader)
    roles = await read_roles(reader)
    authorization_domains = await read_authorization_domains(reader)
    users = await read_users(reader)
    found_templates: tuple[UnregisteredTemplate, ...] = ()
    found_vms: tuple[UnregisteredVm, ...] = ()
    found_disks: tuple[UnregisteredDisk, ...] = ()
    if unregistered:
        known = {it.id for it in templates}
        found_templates = await read_unregistered_templates(reader, storage_domains, known)
        found_vms = await read_unregistered_vms(reader, storage_domains, {it.id for it in vms})
    if unregistered_disks:
        known = {it.id for it in disks}
        found_disks = await read_unregistered_disks(reader, storage_domains, known)
    started = await read_started_vms(reader) if events else ()
    return Inventory(
        site=site if site is not None else engine.site,
        taken=taken,
        url=engine.url,
        engine=identity,
        requests=engine.requests - before,
        gaps=reader.gaps,
        data_centers=data_centers,
        clusters=clusters,
        hosts=hosts,
        networks=networks,
        vnic_profiles=vnic_profiles,
        mac_pools=mac_pools,
        storage_domains=storage_domains,
        storage_connections=storage_connections,
        disks=disks,
        templates=templates,
        vms=vms,
        affinity_groups=affinity_groups,
        affinity_labels=affinity_labels,
        roles=roles,
        authorization_domains=authorization_domains,
        users=users,
        unregistered_vms=found_vms,
        unregistered_templates=found_templates,
        unregistered_disks=found_disks,
        started_vm_ids=started,
    )
