"""The differences between what should be at the target and what is there.

It needs nothing but the desired state, which every plan carries, and an inventory: so it also tells
after a run what is left to do, and finds nothing once everything is as desired.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from drplan.model.change import Change
from drplan.model.desired import Desired, DesiredDomain, DesiredTemplate, DesiredVm
from drplan.model.entities import StorageDomain
from drplan.model.inventory import Inventory
from drplan.plan.observed import observed_domain
from drplan.plan.power import RUNNING
from drplan.plan.site_index import SiteIndex, index

ATTRIBUTES: Final = (
    "name",
    "wipe_after_delete",
    "discard_after_delete",
    "backup",
    "critical_space_action_blocker",
    "warning_low_space_indicator",
)
"""What a mapping can set on a domain, by its name in both shapes."""


def diff(desired: Desired, target: Inventory) -> tuple[Change, ...]:
    """What differs, domains first, then templates, VMs and their power; in the order of ``desired``."""
    site = index(target)
    return (
        *(change for item in desired.domains for change in _domain(item, site)),
        *(change for item in desired.templates for change in _template(item, site)),
        *(change for item in desired.vms for change in _vm(item, site)),
    )


def differing(desired: DesiredDomain, found: StorageDomain) -> tuple[str, ...]:
    """The attributes that are set and differ; those the Engine does not tell count as equal."""
    return tuple(
        name
        for name in ATTRIBUTES
        if (wanted := getattr(desired, name)) is not None
        and (present := getattr(found, name)) is not None
        and wanted != present
    )


def _domain(desired: DesiredDomain, site: SiteIndex) -> Iterable[Change]:
    found = observed_domain(desired, site)
    if found is None:
        yield Change(
            address=desired.address, kind="domain_absent", detail="not known to the Engine"
        )
        return
    fields = differing(desired, found)
    if fields:
        yield Change(
            address=desired.address,
            kind="domain_differs",
            detail="; ".join(
                f"{name} is {getattr(found, name)}, not {getattr(desired, name)}" for name in fields
            ),
            fields=fields,
        )
    data_center = site.data_centers_named.get(desired.data_center)
    if data_center is None or data_center.id not in found.data_center_ids:
        yield Change(
            address=desired.address,
            kind="domain_unattached",
            detail=f"not attached to {desired.data_center}",
        )
    elif found.status != "active":
        yield Change(
            address=desired.address,
            kind="domain_inactive",
            detail=f"its status is {found.status or 'not told'}",
        )


def _template(desired: DesiredTemplate, site: SiteIndex) -> Iterable[Change]:
    if desired.id not in site.templates:
        yield Change(address=desired.address, kind="template_unregistered", detail="not registered")


def _vm(desired: DesiredVm, site: SiteIndex) -> Iterable[Change]:
    found = site.vms.get(desired.id)
    if found is None:
        yield Change(address=desired.address, kind="vm_unregistered", detail="not registered")
    if desired.power != "up" or desired.id in site.inventory.started_vm_ids:
        return
    if found is None or found.status not in RUNNING:
        status = found.status or "not told" if found else "not there"
        yield Change(address=desired.address, kind="vm_down", detail=f"its status is {status}")
