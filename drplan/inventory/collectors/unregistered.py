"""What lies on attached data domains and is not registered (storage sheet 8.4).

Only the lists exist: no entity among them can be read alone, nor what hangs on it. A domain that
was attached later may list what is registered already; that is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from drplan.inventory.collectors.values import (
    filled,
    flag,
    inside,
    reference,
    text,
    word,
)
from drplan.inventory.reader import Reader
from drplan.model.entities import (
    StorageDomain,
    UnregisteredDisk,
    UnregisteredTemplate,
    UnregisteredVm,
)


async def read_unregistered_vms(
    reader: Reader, domains: Sequence[StorageDomain], registered: Collection[str]
) -> tuple[UnregisteredVm, ...]:
    """The VMs on each attached data domain; one with disks on two stands under both."""
    found = await _on_each(reader, "unregistered_vms", _with_definitions(domains), "vms_service")
    return tuple(unregistered_vm(it, domain) for domain, it in found if it.id not in registered)


async def read_unregistered_templates(
    reader: Reader, domains: Sequence[StorageDomain], registered: Collection[str]
) -> tuple[UnregisteredTemplate, ...]:
    """The templates on each attached data domain."""
    found = await _on_each(
        reader, "unregistered_templates", _with_definitions(domains), "templates_service"
    )
    return tuple(
        unregistered_template(it, domain) for domain, it in found if it.id not in registered
    )


async def read_unregistered_disks(
    reader: Reader, domains: Sequence[StorageDomain], registered: Collection[str]
) -> tuple[UnregisteredDisk, ...]:
    """The images on each active data domain: a live scan through the SPM, slow."""
    active = [it for it in _with_definitions(domains) if it.status == "active"]
    found = await _on_each(reader, "unregistered_disks", active, "disks_service")
    return tuple(unregistered_disk(it, domain) for domain, it in found if it.id not in registered)


def unregistered_vm(entry: Any, storage_domain_id: str) -> UnregisteredVm:
    """One VM; the id of zeros as template means that it is not thin, as with registered ones."""
    availability = entry.high_availability
    return UnregisteredVm(
        id=entry.id,
        name=text(entry.name),
        storage_domain_id=storage_domain_id,
        status=word(entry.status),
        template_id=reference(entry.template),
        high_availability=flag(inside(availability, "enabled")),
        priority=inside(availability, "priority") or 0,
        memory=entry.memory,
        origin=filled(entry.origin),
        lease_domain_id=reference(inside(entry, "lease", "storage_domain")),
    )


def unregistered_template(entry: Any, storage_domain_id: str) -> UnregisteredTemplate:
    """One template; bases are registered before their versions."""
    return UnregisteredTemplate(
        id=entry.id,
        name=text(entry.name),
        storage_domain_id=storage_domain_id,
        version_number=inside(entry, "version", "version_number"),
        version_name=text(inside(entry, "version", "version_name")),
        base_template_id=reference(inside(entry, "version", "base_template")),
    )


def unregistered_disk(entry: Any, storage_domain_id: str) -> UnregisteredDisk:
    """One image."""
    return UnregisteredDisk(
        id=entry.id,
        name=text(entry.name or entry.alias),
        storage_domain_id=storage_domain_id,
        provisioned_size=entry.provisioned_size,
    )


def _with_definitions(domains: Sequence[StorageDomain]) -> list[StorageDomain]:
    """Data domains hold definitions, and the Engine has read those of attached ones."""
    return [it for it in domains if it.type == "data" and it.data_center_ids]


async def _on_each(
    reader: Reader, collection: str, domains: Sequence[StorageDomain], service_name: str
) -> list[tuple[str, Any]]:
    service = reader.system.storage_domains_service()

    def method(domain: StorageDomain) -> Callable[..., Any]:
        of_domain = getattr(service.storage_domain_service(domain.id), service_name)
        listing: Callable[..., Any] = of_domain().list
        return listing

    reader.note_dependent(collection, "storage_domains")
    lists = await reader.each(collection, [method(it) for it in domains], unregistered=True)
    found = [
        (domain.id, entry)
        for domain, entries in zip(domains, lists, strict=True)
        for entry in entries or ()
    ]
    return sorted(found, key=lambda it: (text(it[1].name), it[1].id, it[0]))
