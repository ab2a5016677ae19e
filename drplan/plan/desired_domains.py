"""Which storage domains should be at the target, and which of the source's are left alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from drplan.model.desired import DesiredDomain, NotDone
from drplan.model.entities import StorageDomain
from drplan.model.inventory import is_hosted_engine
from drplan.model.mapping import BLOCK_STORAGE_TYPES, StorageMapping
from drplan.plan.addresses import address
from drplan.plan.direction import Direction
from drplan.plan.site_index import SiteIndex

_KINDS: Final = {
    "iso": ("iso", "an ISO domain that another data center's metadata names cannot be attached"),
    "export": ("export", "an export domain holds copies, and cannot be attached elsewhere"),
    "image": ("image", "an image repository is no replicated storage"),
}
_LOCAL: Final = ("local_storage", "local storage is not replicated (R23)")
_HOSTED_ENGINE: Final = (
    "hosted_engine",
    "holds the hosted-engine VM, which is never failed over (R25)",
)
_NOT_MAPPED: Final = ("not_mapped", "no entry of dr_import_storages names it")


@dataclass(frozen=True)
class PlannedDomain:
    """A mapped domain with what the source knows of it."""

    desired: DesiredDomain
    mapping: StorageMapping
    source: StorageDomain | None
    """As the source's inventory has it, ``None`` without one or where it has no such domain."""


@dataclass(frozen=True)
class DomainScope:
    """What is planned and what is left alone. ``by_source_id`` is keyed by the source's domain id."""

    planned: tuple[PlannedDomain, ...]
    by_source_id: Mapping[str, PlannedDomain]
    not_done: tuple[NotDone, ...]


def plan_domains(direction: Direction, source: SiteIndex | None, target: SiteIndex) -> DomainScope:
    """The mapped domains, in the order of their addresses, and why the others are left alone."""
    vault = hosted_engine_domains(source) if source else frozenset()
    planned: list[PlannedDomain] = []
    not_done: list[NotDone] = []
    seen: set[str] = set()
    masters = _masters(direction)
    for position, storage in enumerate(direction.mapping.storages):
        found = _at_source(storage, direction, source)
        reason = _left_alone(storage, found, vault)
        name = storage.side(direction.target).name
        place = address("storage_domain", name)
        if reason is not None:
            not_done.append(_not_done(place, reason))
            continue
        if place in seen:
            place = address("storage_domain", f"{name}/{storage.domain_id or position}")
        seen.add(place)
        desired = _desired(place, storage, found, direction, target, master=position in masters)
        planned.append(PlannedDomain(desired, storage, found))
    planned.sort(key=lambda item: item.desired.address)
    by_source_id = {item.source.id: item for item in planned if item.source is not None}
    if source is not None:
        not_done += _unmapped(source, by_source_id, vault, {item.address for item in not_done})
    return DomainScope(tuple(planned), by_source_id, tuple(not_done))


def hosted_engine_domains(site: SiteIndex) -> frozenset[str]:
    """The domains that hold a disk of the hosted-engine VM (fact B6.9: by the VM's origin)."""
    return frozenset(
        domain
        for vm in site.inventory.vms
        if is_hosted_engine(vm)
        for disk in site.image_disks(vm.disk_attachments)
        for domain in disk.storage_domain_ids
    )


def holds_images(site: SiteIndex) -> frozenset[str]:
    """The domains that hold an image disk of a VM or of a template."""
    held = [vm.disk_attachments for vm in site.inventory.vms]
    held += [template.disk_attachments for template in site.inventory.templates]
    return frozenset(
        domain
        for attachments in held
        for disk in site.image_disks(attachments)
        for domain in disk.storage_domain_ids
    )


def _at_source(
    storage: StorageMapping, direction: Direction, source: SiteIndex | None
) -> StorageDomain | None:
    """By the name that the mapping gives, else by id (the domain may have been renamed)."""
    if source is None:
        return None
    name = storage.side(direction.source).name
    found = source.storage_domains_named.get(name)
    if found is None and storage.domain_id is not None:
        found = source.storage_domains.get(storage.domain_id)
    return found


def _left_alone(
    storage: StorageMapping, found: StorageDomain | None, vault: frozenset[str]
) -> tuple[str, str] | None:
    if found is not None and found.id in vault:
        return _HOSTED_ENGINE
    if found is not None and found.storage_type == "localfs":
        return _LOCAL
    kind = found.type if found is not None and found.type else storage.domain_type
    return _KINDS.get(kind)


def _unmapped(
    source: SiteIndex,
    planned: Mapping[str, PlannedDomain],
    vault: frozenset[str],
    named: set[str],
) -> Iterable[NotDone]:
    for domain in source.inventory.storage_domains:
        place = address("storage_domain", domain.name or domain.id)
        if domain.id in planned or place in named:
            continue
        if domain.id in vault:
            reason = _HOSTED_ENGINE
        elif domain.storage_type == "localfs":
            reason = _LOCAL
        else:
            reason = _KINDS.get(domain.type or "", _NOT_MAPPED)
        yield _not_done(place, reason)


def _not_done(place: str, reason: tuple[str, str]) -> NotDone:
    return NotDone(address=place, operation="import", reason=reason[0], detail=reason[1])


def _masters(direction: Direction) -> frozenset[int]:
    """The places in the mapping of the wanted masters: the first marked one of each data center."""
    found: dict[str, int] = {}
    for position, storage in enumerate(direction.mapping.storages):
        side = storage.side(direction.target)
        if side.master and storage.domain_type == "data":
            found.setdefault(side.data_center, position)
    return frozenset(found.values())


def _desired(
    place: str,
    storage: StorageMapping,
    found: StorageDomain | None,
    direction: Direction,
    target: SiteIndex,
    *,
    master: bool,
) -> DesiredDomain:
    side = storage.side(direction.target)
    data_center = target.data_centers_named.get(side.data_center)
    domain_id = storage.domain_id or (found.id if found else None)
    block = storage.storage_type in BLOCK_STORAGE_TYPES
    return DesiredDomain(
        address=place,
        name=side.name,
        connection=direction.connection(storage, domain_id),
        id=domain_id,
        source_name=found.name if found else storage.side(direction.source).name,
        data_center=side.data_center,
        data_center_id=data_center.id if data_center else None,
        master=master,
        size=_size(found),
        wipe_after_delete=storage.wipe_after_delete,
        # The Engine refuses this attribute on file domains (storage sheet 3.3).
        discard_after_delete=storage.discard_after_delete if block else None,
        backup=storage.backup,
        critical_space_action_blocker=storage.critical_space_action_blocker,
        warning_low_space_indicator=storage.warning_low_space_indicator,
    )


def _size(found: StorageDomain | None) -> int | None:
    if found is None or found.available is None or found.used is None:
        return None
    return found.available + found.used
