"""DELETE of an unregistered VM or template: it *removes images from storage* (entities sheet 1.8).

RemoveUnregisteredEntityCommand does not ask whether the entity is registered: a record that an
attach brought back takes the images of the registered VM with it.
"""

from __future__ import annotations

from drplan.simulator import answers, monitoring, removing_images, storage_views, unregistered
from drplan.simulator.faults import missing
from drplan.simulator.handling import Call, Process, Route
from drplan.simulator.ovf import EntityKind
from drplan.simulator.reach import known_copy
from drplan.simulator.resources.vm_removal import not_active
from drplan.simulator.rules.messages import refusal


def remove_vm(call: Call) -> Process:
    """DELETE /storagedomains/{sd}/vms/{vm} (RemoveUnregisteredVm)."""
    return _remove(call, call.ids["vm"], "vm", "VM")


def remove_template(call: Call) -> Process:
    """DELETE /storagedomains/{sd}/templates/{template} (RemoveUnregisteredVmTemplate)."""
    return _remove(call, call.ids["template"], "template", "Template")


def _remove(call: Call, entity: str, kind: EntityKind, shown: str) -> Process:
    """Images on this domain, then the rows on all domains; it needs the domain active."""
    engine, store, domain = call.engine, call.store, call.ids["sd"]
    copy = known_copy(store, engine.array, domain) if engine.array is not None else None
    row = unregistered.find_row(engine, domain, entity, kind, copy)
    if row is None:
        raise missing()
    what = "VM" if kind == "vm" else "VM Template"
    with monitoring.job(call, f"Remove Unregistered {what} {row.name}") as job:
        yield engine.latency.write
        center = storage_views.data_center_of(store, domain) or ""
        found = next(not_active(store, domain, center), None)
        if found is not None:
            raise refusal([found], action="remove", type=shown)
        here = {
            disk.id
            for disk in row.image_disks()
            if disk.storage_domains and disk.storage_domains[0] == domain
        }
        if here:
            yield from engine.hold(f"spm:{center}", engine.latency.remove_disk * len(here))
        removing_images.delete_volumes(engine, domain, here)
        unregistered.remove_rows(engine, entity, kind)
        unregistered.remove_disks(store, domain, here)
        engine.ovfs.outdated.add(domain)
    return answers.action(call, job=job)


ROUTES: tuple[Route, ...] = (
    Route("DELETE", "/storagedomains/{sd}/vms/{vm}", remove_vm),
    Route("DELETE", "/storagedomains/{sd}/templates/{template}", remove_template),
)
