"""From a scenario to the entities of an Engine, one file per resource."""

from __future__ import annotations

from collections.abc import Callable

from drplan.simulator.scenario.builders import (
    affinity,
    api_root,
    clusters,
    data_centers,
    disks,
    hosts,
    luns,
    mac_pools,
    networks,
    permissions,
    storage_domains,
    templates,
    users,
    vms,
)
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store

BUILDERS: tuple[Callable[[Site, Store], None], ...] = (
    api_root.build,
    mac_pools.build,
    users.build,
    data_centers.build,
    networks.build,
    clusters.build,
    hosts.build,
    storage_domains.build,
    templates.build,
    vms.build,
    disks.build,
    permissions.build,
    affinity.build,
)

EMPTY = ("/bookmarks", "/events", "/groups", "/jobs", "/vmpools")


def build_engine(site: Site, other: Site) -> Store:
    """All that the Engine of a site has, as it would send it.

    ``other`` is the site across, whose replicas this one's hosts may see.
    """
    store = Store()
    for build in BUILDERS:
        build(site, store)
    hosts.list_luns(site, store, luns.listed(site, other))
    for collection in EMPTY:
        store.declare(collection)
    return store
