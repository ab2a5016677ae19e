"""What one Engine has, at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

import msgspec

from drplan.model import entities

FORMAT_VERSION = "1.0"

EntityT = TypeVar("EntityT", bound=entities.Entity)


class EngineIdentity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which Engine this is. ``instance_id`` tells two Engines apart; URLs and names do not."""

    product: str | None = None
    vendor: str | None = None
    instance_id: str | None = None
    full_version: str | None = None
    major: int | None = None
    minor: int | None = None
    build: int | None = None


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """A collection that could not be read, and why. What it would hold is unknown, not absent."""

    collection: str
    reason: str


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """What one Engine has. Collections are sorted by name, then id.

    ``site`` is the site's name for people, ``taken`` an ISO 8601 time in UTC or ``None`` where a
    recording does not tell. ``requests`` counts the reads it was made of.
    """

    format_version: str = FORMAT_VERSION
    site: str = ""
    taken: str | None = None
    url: str | None = None
    engine: EngineIdentity = msgspec.field(default_factory=EngineIdentity)
    requests: int = 0
    gaps: tuple[Gap, ...] = ()
    data_centers: tuple[entities.DataCenter, ...] = ()
    clusters: tuple[entities.Cluster, ...] = ()
    hosts: tuple[entities.Host, ...] = ()
    networks: tuple[entities.Network, ...] = ()
    vnic_profiles: tuple[entities.VnicProfile, ...] = ()
    mac_pools: tuple[entities.MacPool, ...] = ()
    storage_domains: tuple[entities.StorageDomain, ...] = ()
    storage_connections: tuple[entities.StorageConnection, ...] = ()
    disks: tuple[entities.Disk, ...] = ()
    templates: tuple[entities.Template, ...] = ()
    vms: tuple[entities.Vm, ...] = ()
    affinity_groups: tuple[entities.AffinityGroup, ...] = ()
    affinity_labels: tuple[entities.AffinityLabel, ...] = ()
    roles: tuple[entities.EngineRole, ...] = ()
    authorization_domains: tuple[entities.AuthorizationDomain, ...] = ()
    users: tuple[entities.User, ...] = ()
    unregistered_vms: tuple[entities.UnregisteredVm, ...] = ()
    unregistered_templates: tuple[entities.UnregisteredTemplate, ...] = ()
    unregistered_disks: tuple[entities.UnregisteredDisk, ...] = ()
    started_vm_ids: tuple[str, ...] = ()
    """VMs that the Engine's events say were started here since they were registered."""

    def has_gap(self, collection: str) -> bool:
        """Whether ``collection`` (the name of a field here) could not be read."""
        return any(gap.collection == collection for gap in self.gaps)


def by_id(items: Iterable[EntityT]) -> Mapping[str, EntityT]:
    """The entities keyed by id."""
    return {item.id: item for item in items}


def by_name(items: Iterable[EntityT]) -> Mapping[str, tuple[EntityT, ...]]:
    """The entities keyed by name; several may share one."""
    found: dict[str, list[EntityT]] = {}
    for item in items:
        found.setdefault(item.name, []).append(item)
    return {name: tuple(group) for name, group in found.items()}


def is_hosted_engine(vm: entities.Vm) -> bool:
    """Whether the VM is the one the Engine itself runs in (fact B6.9: by its origin)."""
    return vm.origin in ("hosted_engine", "managed_hosted_engine")
