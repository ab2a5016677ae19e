"""Which of the target's domains is meant by a desired one, and which stands where it should be."""

from __future__ import annotations

from drplan.model.desired import DesiredDomain
from drplan.model.entities import StorageConnection, StorageDomain
from drplan.plan.site_index import SiteIndex


def observed_domain(desired: DesiredDomain, site: SiteIndex) -> StorageDomain | None:
    """The target's domain that is meant: by id; where nobody knows the id, by place or name."""
    if desired.id is not None:
        return site.storage_domains.get(desired.id)
    return domain_at(desired, site) or site.storage_domains_named.get(desired.name)


def domain_at(desired: DesiredDomain, site: SiteIndex) -> StorageDomain | None:
    """The file domain that the target has at the address and path where this one should be."""
    return next(
        (item for item in site.inventory.storage_domains if _same_place(item, desired)), None
    )


def connection_at(desired: DesiredDomain, site: SiteIndex) -> StorageConnection | None:
    """The storage connection that the target has to that place; one may be left over (sheet 3.4)."""
    return next(
        (item for item in site.inventory.storage_connections if _same_place(item, desired)), None
    )


def _same_place(item: StorageDomain | StorageConnection, desired: DesiredDomain) -> bool:
    wanted = desired.connection
    if item.path is None or wanted.path is None:
        return False
    same_address = (item.address or "").lower() == (wanted.address or "").lower()
    return same_address and item.path.rstrip("/") == wanted.path.rstrip("/")
