"""Why the Engine will refuse to import or attach a domain, as far as it can be foreseen."""

from __future__ import annotations

from typing import Final

from drplan.model.desired import DesiredDomain
from drplan.model.entities import DataCenter, StorageDomain
from drplan.plan.desired import Recovery
from drplan.plan.desired_domains import PlannedDomain
from drplan.plan.observed import connection_at, domain_at
from drplan.plan.site_index import SiteIndex

PATH_IN_USE: Final = (
    "Cannot add Storage Connection. Storage connection {connection} already exists for {domain}."
)
NAME_IN_USE: Final = "Cannot add Storage. The Storage Domain name is already in use."
NO_HOST: Final = "There is no active Host in the Data Center."
NO_DATA_CENTER: Final = "Data Center doesn't exist."
_FORMATS: Final = ("v1", "v2", "v3", "v4", "v5")


def import_fault(item: PlannedDomain, recovery: Recovery) -> str | None:
    """The Engine's answer to the import, where it will be a refusal (storage sheet 3.3, 3.4)."""
    desired, target = item.desired, recovery.target
    place = place_fault(desired, target)
    if place is not None:
        return place
    present = domain_at(desired, target)
    connection = connection_at(desired, target)
    if present is not None or connection is not None:
        return PATH_IN_USE.format(
            connection=connection.id if connection else "", domain=present.name if present else ""
        )
    on_storage = item.source.name if item.source else None
    holder = target.storage_domains_named.get(on_storage or "")
    if holder is not None and holder.id != desired.id:
        return NAME_IN_USE
    return None


def attach_fault(
    item: PlannedDomain, found: StorageDomain | None, recovery: Recovery
) -> str | None:
    """The Engine's answer to the attach, where it will be a refusal (storage sheet 5.2)."""
    target = recovery.target
    place = place_fault(item.desired, target)
    if place is not None:
        return place if found is not None else None
    if found is not None and found.data_center_ids:
        return (
            "Cannot attach Storage. The relevant Storage Domain is inaccessible."
            " (it is attached to another data center)"
        )
    data_center = target.data_centers_named.get(item.desired.data_center)
    known = found or item.source
    if data_center is not None and known is not None and format_too_new(known, data_center):
        return f"Cannot attach Storage. Storage Domain format {(known.storage_format or '').upper()} is illegal."
    return None


def place_fault(desired: DesiredDomain, target: SiteIndex) -> str | None:
    """Why nothing can be done in the data center at all."""
    data_center = target.data_centers_named.get(desired.data_center)
    if data_center is None:
        return NO_DATA_CENTER
    if target.inventory.has_gap("hosts"):
        return None
    return None if target.hosts_up(data_center.id) else NO_HOST


def format_too_new(domain: StorageDomain, data_center: DataCenter) -> bool:
    """Whether the domain's format is newer than the data center's level knows."""
    wanted = data_center_format(data_center)
    if wanted is None or domain.storage_format not in _FORMATS:
        return False
    return _FORMATS.index(domain.storage_format) > _FORMATS.index(wanted)


def format_is_raised(domain: StorageDomain, data_center: DataCenter) -> bool:
    """Whether the attach raises the domain's format, which cannot be undone."""
    wanted = data_center_format(data_center)
    if wanted is None or domain.storage_format not in _FORMATS:
        return False
    return _FORMATS.index(domain.storage_format) < _FORMATS.index(wanted)


def data_center_format(data_center: DataCenter) -> str | None:
    """The storage format of a data center: its own, else that of its level (4.3 and later: v5)."""
    if data_center.storage_format in _FORMATS:
        return data_center.storage_format
    version = data_center.version
    if version is None:
        return None
    return "v5" if (version.major, version.minor) >= (4, 3) else "v4"
