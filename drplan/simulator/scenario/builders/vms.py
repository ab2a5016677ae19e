"""VMs with their disks, NICs, snapshots and tags."""

from __future__ import annotations

from drplan.simulator.elements import Element
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.builders import disks, mac_pools, nics, snapshots
from drplan.simulator.scenario.builders.machine import members
from drplan.simulator.scenario.builders.users import tag_id
from drplan.simulator.scenario.definition import VmSpec
from drplan.simulator.scenario.form import Value, bare, entity, reference
from drplan.simulator.scenario.site import BLANK_TEMPLATE, Site
from drplan.simulator.store import Store

ACTIONS = (
    "autopincpuandnumanodes",
    "cancelmigration",
    "clone",
    "commitsnapshot",
    "detach",
    "export",
    "freezefilesystems",
    "logon",
    "maintenance",
    "migrate",
    "previewsnapshot",
    "reboot",
    "reordermacaddresses",
    "reset",
    "screenshot",
    "shutdown",
    "start",
    "stop",
    "suspend",
    "thawfilesystems",
    "ticket",
    "undosnapshot",
)
LINKS = (
    "affinitylabels",
    "applications",
    "backups",
    "cdroms",
    "diskattachments",
    "graphicsconsoles",
    "hostdevices",
    "katelloerrata",
    "nics",
    "numanodes",
    "permissions",
    "reporteddevices",
    "sessions",
    "snapshots",
    "statistics",
    "tags",
    "watchdogs",
)
STORED = ("diskattachments", "nics", "permissions", "snapshots", "tags")


def build(site: Site, store: Store) -> None:
    """Every VM (wire-facts.md section 5)."""
    macs = mac_pools.addresses(site)
    for vm in site.spec.vms:
        path = f"/vms/{site.vm_id(vm)}"
        store.put(path, _vm(site, path, vm))
        for rel in STORED:
            store.declare(f"{path}/{rel}")
        _disks(site, store, path, vm)
        for number, nic in enumerate(vm.nics):
            mac = macs[site.vm_id(vm), number]
            nics.vm_nic(site, store, vm, number, spelling.nic(nic), mac)
        snapshots.build(site, store, vm, body(site, vm))
        _tags(site, store, path, vm)


def body(site: Site, vm: VmSpec) -> dict[str, Value]:
    """The members of a VM that do not depend on whether it runs."""
    _, cluster = site.clusters[vm.cluster]
    found = members(
        memory=spelling.size(vm.memory),
        guaranteed=None if vm.guaranteed is None else spelling.size(vm.guaranteed),
        cpus=vm.cpus,
        architecture=cluster.architecture,
        bios=vm.bios,
        os=vm.os,
        boot=vm.boot,
        kind=vm.type,
        origin=vm.origin,
        created=site.date(days=site.age("vm", site.vm_id(vm))),
        priority=vm.priority if vm.ha is None else vm.ha,
        highly_available=vm.ha is not None,
        delete_protected=vm.delete_protected,
    )
    if vm.lease is not None:
        domain = site.domain_id(site.domains[vm.lease][1])
        holder = reference("storage_domain", f"/storagedomains/{domain}")
        found["lease"] = {"storage_domain": holder}
    return found


def _vm(site: Site, path: str, vm: VmSpec) -> Element:
    number = site.spec.vms.index(vm)
    return entity(
        path,
        "vm",
        seed=site.spec.name,
        actions=ACTIONS,
        name=vm.name,
        description=vm.description if vm.description or number % 2 else "",
        comment="",
        links=LINKS,
        members=body(site, vm),
        references={
            "cluster": reference("cluster", f"/clusters/{site.id('cluster', vm.cluster)}"),
            "cpu_profile": reference("cpu_profile", f"/cpuprofiles/{site.id('cpu', vm.cluster)}"),
            "quota": bare("quota", site.id("quota", site.center_of(vm.cluster).name)),
            **_state(site, vm),
            **_origins(site, vm),
        },
    )


def _state(site: Site, vm: VmSpec) -> dict[str, Value]:
    """What depends on whether the VM runs; a VM that is down has no host and no start time."""
    host = site.host_of.get(site.vm_id(vm))
    running = vm.status != "down"
    days = site.age("start", site.vm_id(vm)) % 90
    state: dict[str, Value] = {
        "fqdn": f"{vm.name.lower()}.example.org" if vm.status == "up" else None,
        "next_run_configuration_exists": vm.next_run,
        "numa_tune_mode": "interleave",
        "run_once": False if running else None,
        "start_time": site.date(days=days) if running else None,
        "status": vm.status,
        "stop_reason": None if running else "",
        "stop_time": site.date(days=days, minutes=3),
    }
    if host is not None and running:
        state["host"] = reference("host", f"/hosts/{site.id('host', host)}")
    return state


def _origins(site: Site, vm: VmSpec) -> dict[str, Value]:
    """A thin VM stands on its template; a clone only remembers it."""
    origin = BLANK_TEMPLATE
    if vm.template is not None:
        origin = site.template_id(site.template(vm.cluster, vm.template))
    stands_on = BLANK_TEMPLATE if vm.clone else origin
    return {
        "original_template": reference("original_template", f"/templates/{origin}"),
        "template": reference("template", f"/templates/{stands_on}"),
    }


def _disks(site: Site, store: Store, path: str, vm: VmSpec) -> None:
    for number, text in enumerate(vm.disks):
        spec = spelling.disk(text)
        disk_id = site.id("disk", site.vm_id(vm), str(number))
        alias = spec.name or f"{vm.name}_Disk{number + 1}"
        if spec.lun is None:
            disks.image(site, store, disk_id, alias, spec)
        else:
            disks.direct_lun(site, store, disk_id, alias, spec)
        bootable = number == 0 if spec.bootable is None else spec.bootable
        disks.attachment(site, store, path, disk_id, bootable=bootable)


def _tags(site: Site, store: Store, path: str, vm: VmSpec) -> None:
    for tag in vm.tags:
        own = f"{path}/tags/{tag_id(site, tag)}"
        found = entity(
            own, "tag", name=tag, description="", references={"vm": reference("vm", path)}
        )
        store.put(own, found)
