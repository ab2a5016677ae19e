"""Networks and their vNIC profiles."""

from __future__ import annotations

from drplan.simulator.scenario.definition import DataCenterSpec, NetworkSpec
from drplan.simulator.scenario.form import Value, bare, entity, reference
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store

SPOOF_FILTER = "5a55d534-0151-0329-0198-00000000039d"
"""The network filter that Engines give to profiles (the same id in recorded answers)."""


def build(site: Site, store: Store) -> None:
    """The networks of every data center: names repeat, ids do not (wire-facts.md section 3)."""
    for dc in site.spec.data_centers:
        for network in dc.networks:
            _network(site, store, dc, network)
            for profile in profiles(network):
                _profile(site, store, dc, network, profile)


def profiles(network: NetworkSpec) -> tuple[str, ...]:
    """The names of a network's vNIC profiles."""
    return (network.name,) if network.profiles is None else network.profiles


def _network(site: Site, store: Store, dc: DataCenterSpec, network: NetworkSpec) -> None:
    path = f"/networks/{site.network_id(dc, network)}"
    references: dict[str, Value] = {
        "data_center": reference("data_center", f"/datacenters/{site.id('data_center', dc.name)}")
    }
    if network.external:
        provider = f"/openstacknetworkproviders/{site.id('network_provider')}"
        references["external_provider"] = reference("external_provider", provider)
    store.put(
        path,
        entity(
            path,
            "network",
            seed=site.spec.name,
            name=network.name,
            description=network.description or "",
            comment="",
            links=("networklabels", "permissions", "vnicprofiles"),
            members=members_of(network, ("vm",)),
            references=references,
        ),
    )


def members_of(network: NetworkSpec, usages: tuple[str, ...]) -> dict[str, Value]:
    """What a network's body says of itself, in whatever collection."""
    members: dict[str, Value] = {
        "mtu": 0,
        "port_isolation": False,
        "stp": False,
        "usages": [("usage", usage) for usage in usages],
    }
    if network.vlan is not None:
        members["vlan"] = bare("vlan", str(network.vlan))
    return members


def _profile(
    site: Site, store: Store, dc: DataCenterSpec, network: NetworkSpec, profile: str
) -> None:
    path = f"/vnicprofiles/{site.profile_id(dc, network, profile)}"
    references: dict[str, Value] = {
        "network": reference("network", f"/networks/{site.network_id(dc, network)}")
    }
    if not network.external:
        references["network_filter"] = reference(
            "network_filter", f"/networkfilters/{SPOOF_FILTER}"
        )
    store.put(
        path,
        entity(
            path,
            "vnic_profile",
            seed=site.spec.name,
            name=profile,
            links=("permissions",),
            members={"pass_through": {"mode": "disabled"}, "port_mirroring": False},
            references=references,
        ),
    )
