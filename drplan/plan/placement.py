"""Where a VM or template lies: the planned domains that hold its disks, and those that do not.

An entity is listed on every domain that holds one of its non-shareable images; one without such an
image (diskless, direct LUNs only, shareable only) on every data domain of its data center
(entities sheet 1.8, storage sheet 8.2). It can be registered through any of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from drplan.model.entities import DataCenter, Disk, Template, Vm
from drplan.plan.desired_domains import DomainScope, PlannedDomain
from drplan.plan.site_index import SiteIndex

MEMORY_CONTENT: Final = frozenset({"memory_dump_volume", "memory_metadata_volume"})
_MEMORY_SUFFIXES: Final = ("_snapshot_memory", "_snapshot_metadata", "_hibernation_memory")


@dataclass(frozen=True)
class Placement:
    """The result for one entity.

    ``through`` are the planned domains it will be listed on; empty: it cannot be registered at all.
    ``needed`` are the planned domains that hold any image of it. ``missing`` are the images on no
    planned domain. ``memory`` are the planned or unplanned domain ids of memory volumes.
    """

    data_center: DataCenter | None
    through: tuple[PlannedDomain, ...]
    needed: tuple[PlannedDomain, ...]
    images: tuple[Disk, ...]
    missing: tuple[Disk, ...]
    known: bool = True
    """Whether its disks are known at all: they may not have been recorded."""
    memory: frozenset[str] = frozenset()

    @property
    def entry(self) -> PlannedDomain:
        """The domain to register through: that of the memory volumes (row 11b), else the first."""
        with_memory = [
            item for item in self.through if item.source and item.source.id in self.memory
        ]
        return (with_memory or list(self.through))[0]

    @property
    def domains(self) -> tuple[str, ...]:
        """The addresses of the domains that must be active before the registration."""
        wanted = {item.desired.address for item in self.needed}
        wanted.add(self.entry.desired.address)
        return tuple(sorted(wanted))


def place(entity: Vm | Template, source: SiteIndex, scope: DomainScope) -> Placement:
    """Where the entity of the source will be found at the target."""
    data_center = source.data_center_of_cluster(entity.cluster_id)
    images = source.image_disks(entity.disk_attachments)
    listed = [disk for disk in images if not disk.shareable]
    needed = _planned(images, scope)
    if listed:
        through = _planned(listed, scope)
        data_center = data_center or _data_center_of(through, source)
    else:
        through = _of_data_center(data_center, scope)
    return Placement(
        data_center=data_center,
        through=tuple(sorted(through, key=_masters_first)),
        needed=tuple(needed),
        images=images,
        missing=tuple(
            disk
            for disk in images
            if not any(d in scope.by_source_id for d in disk.storage_domain_ids)
        ),
        known=_is_known(entity, source),
        memory=_memory_domains(entity, source) if isinstance(entity, Vm) else frozenset(),
    )


def why_unplaced(placement: Placement, scope: DomainScope, source: SiteIndex) -> tuple[str, str]:
    """The stable word and the sentence for an entity that is on no planned domain."""
    held = [name for disk in placement.images for name in disk.storage_domain_ids]
    reasons = {item.address: item for item in scope.not_done}
    for domain_id in held:
        domain = source.storage_domains.get(domain_id)
        if domain is None:
            continue
        if domain.storage_type == "localfs":
            return "local_storage", f"its disks are on local storage ({domain.name})"
        for item in reasons.values():
            if item.address == f"storage_domain.{domain.name}" and item.reason != "not_mapped":
                return item.reason, f"its disks are on {domain.name}: {item.detail}"
    names = sorted({source.storage_domains[d].name for d in held if d in source.storage_domains})
    if names:
        return "no_mapped_domain", f"its disks are on {', '.join(names)}, which no mapping names"
    return "no_mapped_domain", "no domain of its data center is mapped"


def _is_known(entity: Vm | Template, source: SiteIndex) -> bool:
    attachments = entity.disk_attachments
    if attachments is None:
        return False
    return not attachments or any(item.disk_id in source.disks for item in attachments)


def _planned(disks: Iterable[Disk], scope: DomainScope) -> list[PlannedDomain]:
    found = {
        domain_id: scope.by_source_id[domain_id]
        for disk in disks
        for domain_id in disk.storage_domain_ids
        if domain_id in scope.by_source_id
    }
    return sorted(found.values(), key=lambda item: item.desired.address)


def _of_data_center(data_center: DataCenter | None, scope: DomainScope) -> list[PlannedDomain]:
    if data_center is None:
        return []
    return [
        item
        for item in scope.planned
        if item.source is not None and data_center.id in item.source.data_center_ids
    ]


def _data_center_of(domains: list[PlannedDomain], source: SiteIndex) -> DataCenter | None:
    for item in domains:
        if item.source is not None:
            return source.data_center_of_domain(item.source)
    return None


def _masters_first(item: PlannedDomain) -> tuple[bool, str]:
    return (not item.desired.master, item.desired.address)


def _memory_domains(vm: Vm, source: SiteIndex) -> frozenset[str]:
    if not any(snapshot.with_memory for snapshot in vm.snapshots or ()):
        return frozenset()
    wanted = {f"{vm.name}{suffix}" for suffix in _MEMORY_SUFFIXES}
    data_center = source.data_center_of_cluster(vm.cluster_id)
    return frozenset(
        domain_id
        for disk in source.inventory.disks
        if disk.content_type in MEMORY_CONTENT and disk.name in wanted
        for domain_id in disk.storage_domain_ids
        if data_center is None
        or domain_id not in source.storage_domains
        or data_center.id in source.storage_domains[domain_id].data_center_ids
    )
