"""Small sites and mappings for the planner's tests. Ids are made of names, so that tests can read."""

from __future__ import annotations

from typing import Any

import msgspec

from drplan.model import entities
from drplan.model.drplan_section import DrplanSection, UnexpectedRule
from drplan.model.inventory import Inventory
from drplan.model.mapping import (
    LunMapping,
    LunSide,
    Mapping,
    NameMapping,
    NetworkMapping,
    NetworkSide,
    RoleSettings,
    SiteDetails,
    StorageMapping,
    StorageSide,
)
from drplan.model.plan import Author, Plan
from drplan.plan.builder import build_plan
from drplan.plan.request import PlanRequest
from drplan.plan.selection import Selection
from tests.unit.plan.site_builder import SiteBuilder

NOW = "2026-03-14T03:00:00Z"


def source_site() -> SiteBuilder:
    """A primary site: one data center, one cluster, the network app, and an NFS domain d1."""
    site = SiteBuilder("north")
    site.add_cluster("c1")
    site.add_network("app")
    site.add_domain("d1", master=True)
    return site


def target_site(*, status: str = "uninitialized", **cluster: Any) -> SiteBuilder:
    """A secondary site of the same shape, whose data center has no storage yet."""
    site = SiteBuilder("south", status=status)
    site.add_cluster("c1", **cluster)
    site.add_network("app")
    site.add_pool("56:6f:1a:00:00:00", "56:6f:1a:00:ff:ff")
    return site


def nfs(
    name: str, *, master: bool = False, data_center: str = "dc", **fields: Any
) -> StorageMapping:
    """An NFS domain that has the same name on both sites."""
    return StorageMapping(
        storage_type="nfs",
        primary=StorageSide(
            name=name,
            data_center=data_center,
            master=master,
            addresses=("nas-north",),
            path=f"/{name}",
        ),
        secondary=StorageSide(
            name=name,
            data_center=data_center,
            master=master,
            addresses=("nas-south",),
            path=f"/{name}",
        ),
        **fields,
    )


def iscsi(name: str, *targets: str, **fields: Any) -> StorageMapping:
    """An iSCSI domain that has the same name on both sites."""
    side = StorageSide(
        name=name, data_center="dc", addresses=("192.0.2.1", "192.0.2.2"), targets=targets
    )
    return StorageMapping(storage_type="iscsi", primary=side, secondary=side, **fields)


def pair(primary: str, secondary: str) -> NameMapping:
    """Two names that belong together."""
    return NameMapping(primary=primary, secondary=secondary)


def vnic(
    source: str,
    target: str | None = None,
    *,
    profile_id: str | None = None,
    data_center: str | None = None,
) -> NetworkMapping:
    """``network/profile`` on both sides; a target of ``/`` is no profile on purpose."""
    network, _, profile = source.partition("/")
    names = target.partition("/")[::2] if target is not None else (None, None)
    return NetworkMapping(
        primary=NetworkSide(network=network, profile=profile, data_center=data_center),
        secondary=NetworkSide(network=names[0], profile=names[1], profile_id=profile_id),
    )


def lun(source: str, other: str, *, iqn: str | None = "iqn.south") -> LunMapping:
    """Two LUNs that belong together, reached by iSCSI."""
    return LunMapping(
        primary=LunSide(logical_unit_id=source, storage_type="iscsi"),
        secondary=LunSide(
            logical_unit_id=other, storage_type="iscsi", address="192.0.2.9", target=iqn
        ),
    )


def mapping(*storages: StorageMapping, **fields: Any) -> Mapping:
    """A mapping of the two sites; by default of the domain d1 alone."""
    return Mapping(
        file="mapping.yml",
        sha256="0" * 64,
        primary=_site("primary", "north"),
        secondary=_site("secondary", "south"),
        storages=storages or (nfs("d1", master=True),),
        **fields,
    )


def section(**fields: Any) -> DrplanSection:
    """drplan's own section of a mapping."""
    return DrplanSection(**fields)


def settings(**fields: Any) -> RoleSettings:
    """The role's variables."""
    return RoleSettings(**fields)


def request(
    source: SiteBuilder | Inventory | None,
    target: SiteBuilder | Inventory,
    mapped: Mapping | None = None,
    *,
    targets: tuple[str, ...] = (),
    excludes: tuple[str, ...] = (),
    unexpected: UnexpectedRule | None = None,
    **fields: Any,
) -> PlanRequest:
    """A request for a failover from the primary to the secondary."""
    return PlanRequest(
        mapping=mapped or mapping(),
        source_inventory=source.build() if isinstance(source, SiteBuilder) else source,
        target_inventory=target.build() if isinstance(target, SiteBuilder) else target,
        selection=Selection(targets, excludes),
        unexpected=unexpected,
        plan_id="plan",
        timestamp=NOW,
        author=Author(user="operator", host="jump"),
        drplan_version="0",
        **fields,
    )


def plan(
    source: SiteBuilder | Inventory | None,
    target: SiteBuilder | Inventory,
    mapped: Mapping | None = None,
    **options: Any,
) -> Plan:
    """The plan of :func:`request`."""
    return build_plan(request(source, target, mapped, **options))


def reached(source: Inventory, target: Inventory, made: Plan) -> Inventory:
    """The target after everything in the plan succeeded: made of the desired state, not of a run."""
    data_centers = {item.name: item.id for item in target.data_centers}
    clusters = {item.name: item.id for item in target.clusters}
    wanted = made.planned_values
    up = {vm.id for vm in wanted.vms if vm.power == "up"}
    sizes = {vm.id: vm for vm in source.vms}
    return msgspec.structs.replace(
        target,
        storage_domains=target.storage_domains
        + tuple(
            entities.StorageDomain(
                id=item.id or item.name,
                name=item.name,
                type="data",
                storage_type=item.connection.storage_type,
                status="active",
                data_center_ids=(data_centers[item.data_center],),
                address=item.connection.address,
                path=item.connection.path,
            )
            for item in wanted.domains
        ),
        templates=target.templates
        + tuple(
            entities.Template(id=item.id, name=item.name, cluster_id=clusters[item.cluster or ""])
            for item in wanted.templates
        ),
        vms=target.vms
        + tuple(
            msgspec.structs.replace(
                sizes[item.id],
                cluster_id=clusters[item.cluster or ""],
                status="up" if item.id in up else "down",
            )
            for item in wanted.vms
        ),
        started_vm_ids=tuple(sorted(up)),
    )


def _site(role: Any, name: str) -> SiteDetails:
    return SiteDetails(
        role=role,
        name=name,
        url=f"https://engine-{name}.example.org/ovirt-engine/api",
        username="admin@internal",
    )
