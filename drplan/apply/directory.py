"""Names and ids of what does not change while a plan is carried out, asked once a run."""

from __future__ import annotations

from collections.abc import Mapping

from drplan.apply.context import Context
from drplan.apply.result import ActionFailed
from drplan.model.parameters import Reference


async def data_center_id(context: Context, reference: Reference) -> str:
    """The id of a data center of the target. Raises :class:`ActionFailed` if there is none."""
    if reference.id is not None:
        return reference.id
    service = context.engine.system.data_centers_service()
    found = [item.id for item in await context.read(service.list) if item.name == reference.name]
    if len(found) != 1:
        raise ActionFailed(f'there is no single data center "{reference.name}" at the target')
    return str(found[0])


async def up_hosts(context: Context, data_center: str) -> tuple[str, ...]:
    """The ids of the hosts of a data center that are up, sorted by name.

    Listed and filtered here: a search that the Engine does not understand is an empty list. Raises
    :class:`ActionFailed` if there is none.
    """
    system = context.engine.system
    clusters = await context.read(system.clusters_service().list)
    inside = {
        item.id
        for item in clusters
        if item.data_center is not None and item.data_center.id == data_center
    }
    hosts = await context.read(system.hosts_service().list)
    up = [
        (host.name or "", host.id)
        for host in hosts
        if getattr(host.status, "value", None) == "up"
        and host.cluster is not None
        and host.cluster.id in inside
    ]
    if not up:
        raise ActionFailed("no host of the data center is up")
    return tuple(str(host_id) for _, host_id in sorted(up))


async def host_name(context: Context, host_id: str) -> str:
    """What people call a host; its id where it is gone."""
    return (await _names(context, "hosts")).get(host_id, host_id)


async def cluster_name(context: Context, cluster_id: str) -> str:
    """What people call a cluster."""
    return (await _names(context, "clusters")).get(cluster_id, cluster_id)


async def profile_name(context: Context, profile_id: str) -> str:
    """A vNIC profile as ``network/profile``."""
    return (await _names(context, "vnic_profiles")).get(profile_id, profile_id)


async def _names(context: Context, collection: str) -> Mapping[str, str]:
    known = context.shared.names.get(collection)
    if known is not None:
        return known
    system = context.engine.system
    if collection == "vnic_profiles":
        networks = await _names(context, "networks")
        names = {
            item.id: f"{networks.get(item.network.id, '') if item.network else ''}/{item.name}"
            for item in await context.read(system.vnic_profiles_service().list)
        }
    else:
        services = {
            "hosts": system.hosts_service,
            "clusters": system.clusters_service,
            "networks": system.networks_service,
        }
        listed = await context.read(services[collection]().list)
        names = {item.id: item.name or "" for item in listed}
    context.shared.names[collection] = names
    return names
