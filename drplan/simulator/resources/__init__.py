"""The rules of each collection: what a write does, in the Engine's own terms.

One file per collection. Each has a tuple ``ROUTES``; a new file is named in ``all_routes``.
"""

from __future__ import annotations

from drplan.simulator import reading
from drplan.simulator.handling import Route
from drplan.simulator.resources import (
    attached_storage_domains,
    data_centers,
    deactivation,
    detachment,
    disks,
    domain_removal,
    events,
    hosts,
    ovf_stores,
    storage_connections,
    storage_domains,
    tags,
    templates,
    unregistered_disks,
    unregistered_removal,
    unregistered_templates,
    unregistered_vms,
    vm_editing,
    vm_power,
    vm_removal,
    vms,
)


def all_routes() -> tuple[Route, ...]:
    """Every route of the simulated API; rules of a collection stand before the plain reading."""
    return (
        *hosts.ROUTES,
        *storage_connections.ROUTES,
        *storage_domains.ROUTES,
        *attached_storage_domains.ROUTES,
        *deactivation.ROUTES,
        *detachment.ROUTES,
        *domain_removal.ROUTES,
        *ovf_stores.ROUTES,
        *data_centers.ROUTES,
        *unregistered_templates.ROUTES,
        *unregistered_vms.ROUTES,
        *unregistered_disks.ROUTES,
        *vms.ROUTES,
        *disks.ROUTES,
        *templates.ROUTES,
        *unregistered_removal.ROUTES,
        *vm_editing.ROUTES,
        *vm_power.ROUTES,
        *vm_removal.ROUTES,
        *events.ROUTES,
        *tags.ROUTES,
        *reading.ROUTES,
    )
