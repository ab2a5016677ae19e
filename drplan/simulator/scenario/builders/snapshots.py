"""The snapshots of VMs: the active one, regular ones, and the configuration of the next run."""

from __future__ import annotations

from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.builders import disks
from drplan.simulator.scenario.definition import VmSpec
from drplan.simulator.scenario.form import Value, bare, entity
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store

NEXT_RUN = "Next Run configuration snapshot"

_LINKS = ("cdroms", "disks", "nics")


def build(site: Site, store: Store, vm: VmSpec, body: dict[str, Value]) -> None:
    """Every snapshot of a VM; ``body`` are the VM's own members, which a snapshot repeats.

    The next-run snapshot has no ``snapshot_type`` (wire-facts.md section 5).
    """
    key = site.vm_id(vm)
    days = site.age("vm", key)
    _put(site, store, key, "Active VM", days=days, kind="active")
    for number, spec in enumerate(vm.snapshots):
        inside = bare("vm", key, {"name": vm.name, **body})
        _put(
            site,
            store,
            key,
            spec.name,
            days=max(1, days // (number + 2)),
            kind="regular",
            memory=spec.memory,
            inside=inside,
        )
        if spec.memory:
            first = spelling.disk_domains(spelling.disk(vm.disks[0]))[0]
            size = spelling.size(vm.memory)
            disks.memory(site, store, key, vm.name, spec.name, size, first)
    if vm.next_run:
        inside = bare("vm", key, {"name": vm.name, **body})
        _put(site, store, key, NEXT_RUN, days=1, kind=None, inside=inside)


def _put(
    site: Site,
    store: Store,
    vm: str,
    description: str,
    *,
    days: int,
    kind: str | None,
    memory: bool = False,
    inside: Value = None,
) -> None:
    path = f"/vms/{vm}/snapshots/{site.id('snapshot', vm, description)}"
    members: dict[str, Value] = {
        "date": site.date(days=days),
        "persist_memorystate": memory,
        "snapshot_status": "ok",
        "snapshot_type": kind,
    }
    store.put(
        path,
        entity(
            path,
            "snapshot",
            seed=site.spec.name,
            actions=("restore",),
            description=description,
            links=() if kind == "active" else _LINKS,
            members=members,
            references={"vm": inside},
        ),
    )
