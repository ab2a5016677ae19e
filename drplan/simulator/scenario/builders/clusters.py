"""Clusters and the networks attached to them."""

from __future__ import annotations

from drplan.simulator.elements import Element
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.builders.networks import members_of
from drplan.simulator.scenario.definition import ClusterSpec, DataCenterSpec
from drplan.simulator.scenario.form import Value, bare, enabled, entity, reference
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store

ACTIONS = ("refreshglusterhealstatus", "resetemulatedmachine", "syncallnetworks", "upgrade")
LINKS = (
    "affinitygroups",
    "cpuprofiles",
    "enabledfeatures",
    "externalnetworkproviders",
    "glusterhooks",
    "glustervolumes",
    "networkfilters",
    "networks",
    "permissions",
)
MANAGEMENT_USAGES = ("default_route", "display", "management", "migration", "vm")


def build(site: Site, store: Store) -> None:
    """Every cluster (wire-facts.md section 5)."""
    for dc in site.spec.data_centers:
        for cluster in dc.clusters:
            path = f"/clusters/{site.id('cluster', cluster.name)}"
            store.put(path, _cluster(site, path, dc, cluster))
            store.declare(f"{path}/affinitygroups")
            _networks(site, store, path, dc, cluster)
    for name in site.spec.spare_clusters:
        _spare(site, store, name)


def _cluster(site: Site, path: str, dc: DataCenterSpec, cluster: ClusterSpec) -> Element:
    return entity(
        path,
        "cluster",
        seed=site.spec.name,
        actions=ACTIONS,
        name=cluster.name,
        description=cluster.description or "",
        comment="",
        links=LINKS,
        members=_members(dc.level, cluster),
        references={
            "data_center": reference(
                "data_center", f"/datacenters/{site.id('data_center', dc.name)}"
            ),
            "mac_pool": reference("mac_pool", f"/macpools/{site.mac_pool_id(cluster.mac_pool)}"),
            "scheduling_policy": reference(
                "scheduling_policy", "/schedulingpolicies/b4ed2332-a7ac-4d5f-9596-99a439cb2812"
            ),
        },
    )


def _spare(site: Site, store: Store, name: str) -> None:
    """A cluster that belongs to no data center and never had a host."""
    path = f"/clusters/{site.id('cluster', name)}"
    spec = ClusterSpec(name=name, cpu="", architecture="undefined", bios=None)
    members = _members("4.2", spec)
    pool = reference("mac_pool", f"/macpools/{site.mac_pool_id(spec.mac_pool)}")
    found = entity(
        path,
        "cluster",
        seed=site.spec.name,
        actions=ACTIONS,
        name=name,
        description="",
        comment="",
        links=LINKS,
        members=members,
        references={"mac_pool": pool},
    )
    store.put(path, found)
    store.declare(f"{path}/affinitygroups")
    store.declare(f"{path}/networks")


def _members(data_center_level: str, cluster: ClusterSpec) -> dict[str, Value]:
    major, minor = spelling.level(cluster.level or data_center_level)
    return {
        "ballooning_enabled": True,
        "bios_type": cluster.bios,
        "cpu": {"architecture": cluster.architecture, "type": cluster.cpu},
        "error_handling": {"on_error": "migrate"},
        "fencing_policy": {
            "enabled": True,
            "skip_if_connectivity_broken": {"enabled": False, "threshold": 50},
            "skip_if_gluster_bricks_up": False,
            "skip_if_gluster_quorum_not_met": False,
            "skip_if_sd_active": enabled(False),
        },
        "fips_mode": "disabled",
        "firewall_type": "firewalld",
        "gluster_service": False,
        "ha_reservation": False,
        "ksm": {"enabled": True, "merge_across_nodes": True},
        "log_max_memory_used_threshold": 95,
        "log_max_memory_used_threshold_type": "percentage",
        "memory_policy": {
            "over_commit": {"percent": cluster.over_commit},
            "transparent_hugepages": enabled(True),
        },
        "migration": {
            "auto_converge": "inherit",
            "bandwidth": {"assignment_method": "auto"},
            "compressed": "inherit",
            "encrypted": "inherit",
            "policy": bare("policy", "80554327-0569-496b-bdeb-fcbbf52b827b"),
        },
        "required_rng_sources": [("required_rng_source", "urandom")],
        "switch_type": "legacy",
        "threads_as_cores": cluster.threads_as_cores,
        "trusted_service": False,
        "tunnel_migration": False,
        "upgrade_in_progress": False,
        "version": {"major": major, "minor": minor},
        "virt_service": True,
        "vnc_encryption": False,
    }


def _networks(
    site: Site, store: Store, path: str, dc: DataCenterSpec, cluster: ClusterSpec
) -> None:
    store.declare(f"{path}/networks")
    for network in site.networks_of(cluster.name):
        own = f"{path}/networks/{site.network_id(dc, network)}"
        management = network.name == "ovirtmgmt"
        store.put(
            own,
            entity(
                own,
                "network",
                seed=site.spec.name,
                name=network.name,
                description=network.description or "",
                comment="",
                links=("networklabels", "permissions", "vnicprofiles"),
                members={
                    **members_of(network, MANAGEMENT_USAGES if management else ("vm",)),
                    "display": management,
                    "required": management,
                    "status": "operational",
                },
                references={
                    "cluster": reference("cluster", path),
                    "data_center": reference(
                        "data_center", f"/datacenters/{site.id('data_center', dc.name)}"
                    ),
                },
            ),
        )
