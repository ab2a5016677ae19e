"""DELETE /templates/{template} (RemoveVmTemplateCommand)."""

from __future__ import annotations

from collections.abc import Iterator

from drplan.simulator import answers, elements, forgetting, monitoring, removing_images
from drplan.simulator import entities_on_domains as living
from drplan.simulator.faults import missing
from drplan.simulator.handling import Call, Process, Route
from drplan.simulator.ovf import BLANK_TEMPLATE
from drplan.simulator.resources.vm_removal import not_active
from drplan.simulator.rules.messages import Finding, refusal
from drplan.simulator.store import Store
from drplan.simulator.topology import data_center_of_cluster, entity_id

_REMOVE = {"action": "remove", "type": "Template"}


def remove(call: Call) -> Process:
    """The template and the copies of its disks; the next version takes a base template's place."""
    engine, store, key = call.engine, call.store, call.ids["template"]
    path = f"/templates/{key}"
    if not store.exists(path):
        raise missing()
    owner = engine.new_id()
    name = living.name_of(store, path)
    center = data_center_of_cluster(store, store.reference(path, "cluster") or "") or ""
    what = f"Removing VM Template {name} from Data Center"
    center_name = living.name_of(store, f"/datacenters/{center}")
    with monitoring.job(call, f"{what} {center_name}") as job:
        engine.locks.acquire(owner, exclusive=[("TEMPLATE", key)], action="remove", type="Template")
        try:
            yield engine.latency.write
            found = next(_obstacles(store, path, center), None)
            if found is not None:
                raise refusal([found], **_REMOVE)
            disks = [disk for _, disk in living.disks_of(store, path) if store.exists(disk)]
            _give_place(store, key)
            forgetting.forget_entity(engine, path)
        finally:
            engine.locks.release(owner)
    engine.spawn(removing_images.remove_images(engine, center, disks))
    engine.emit_event(
        251,
        "normal",
        f"Removal of Template {name} has been completed.",
        correlation_id=call.correlation_id,
    )
    return answers.action(call, job=job)


def _obstacles(store: Store, path: str, center: str) -> Iterator[Finding]:
    """Blank, data center, protection, its images' domains, VMs that stand on it."""
    if entity_id(path) == BLANK_TEMPLATE:
        yield Finding("ACTION_TYPE_FAILED_CLUSTER_CAN_NOT_BE_EMPTY")
    if store.value(f"/datacenters/{center}", "status") != "up":
        yield Finding("ACTION_TYPE_FAILED_STORAGE_POOL_STATUS_ILLEGAL")
    if store.value(path, "delete_protected") == "true":
        yield Finding("ACTION_TYPE_FAILED_DELETE_PROTECTION_ENABLED")
    for _, disk in living.disks_of(store, path):
        for domain in living.holders_of(store, disk):
            yield from not_active(store, domain, center)
    if store.value(path, "status") == "locked":
        yield Finding("VM_TEMPLATE_IMAGE_IS_LOCKED")
    derived = [
        living.name_of(store, vm)
        for vm in store.members("/vms")
        if store.reference(vm, "template") == entity_id(path)
    ]
    if derived:
        yield Finding("VMT_CANNOT_REMOVE_DETECTED_DERIVED_VM", {"vmsList": ",".join(derived)})


def _give_place(store: Store, key: str) -> None:
    """The lowest version of a removed base becomes the base of the others."""
    versions = [
        path
        for path in store.members("/templates")
        if store.reference(path, "version/base_template") == key and entity_id(path) != key
    ]
    if not versions:
        return
    heir = min(versions, key=lambda it: int(store.value(it, "version/version_number") or 1))
    for path in versions:
        with store.edit(path) as element:
            version = element.find("version")
            if version is not None:
                link = answers.link("base_template", f"/templates/{entity_id(heir)}")
                elements.replace(version, link)


ROUTES: tuple[Route, ...] = (Route("DELETE", "/templates/{template}", remove),)
