"""Affinity groups of clusters and affinity labels of the Engine."""

from __future__ import annotations

from drplan.simulator.elements import Element
from drplan.simulator.scenario.definition import AffinityGroupSpec, AffinityLabelSpec
from drplan.simulator.scenario.form import Value, bare, entity, reference
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store


def build(site: Site, store: Store) -> None:
    """Every group and label (entities sheet 8)."""
    for group in site.spec.affinity_groups:
        cluster = f"/clusters/{site.id('cluster', group.cluster)}"
        path = f"{cluster}/affinitygroups/{site.id('affinity_group', group.name)}"
        store.put(path, _group(site, path, cluster, group))
    for label in site.spec.affinity_labels:
        path = f"/affinitylabels/{site.id('affinity_label', label.name)}"
        links = ("hosts", "vms")
        members: dict[str, Value] = {"has_implicit_affinity_group": False, "read_only": False}
        store.put(
            path,
            entity(
                path,
                "affinity_label",
                seed=site.spec.name,
                name=label.name,
                links=links,
                members=members,
            ),
        )
        _label_members(site, store, path, label)


def _group(site: Site, path: str, cluster: str, group: AffinityGroupSpec) -> Element:
    vms = [site.vm_id(vm) for name in group.vms for vm in site.vms_named(name, group.cluster)]
    hosts = [site.id("host", name) for name in group.hosts]
    return entity(
        path,
        "affinity_group",
        seed=site.spec.name,
        name=group.name,
        description="",
        links=("hostlabels", "hosts", "vmlabels", "vms"),
        members={
            "broken": False,
            "enforcing": group.enforcing,
            "hosts_rule": {
                "enabled": bool(hosts),
                "enforcing": group.enforcing,
                "positive": True,
            },
            "positive": group.positive,
            "priority": "1.0",
            "vms_rule": {
                "enabled": True,
                "enforcing": group.enforcing,
                "positive": group.positive,
            },
        },
        references={
            "cluster": reference("cluster", cluster),
            "host_labels": [],
            "hosts": [("host", bare("host", host)) for host in hosts],
            "vm_labels": [],
            "vms": [("vm", bare("vm", vm)) for vm in vms],
        },
    )


def _label_members(site: Site, store: Store, path: str, label: AffinityLabelSpec) -> None:
    for rel in ("vms", "hosts"):
        store.declare(f"{path}/{rel}")
    for name in label.vms:
        for vm in site.vms_named(name):
            own = f"{path}/vms/{site.vm_id(vm)}"
            store.put(own, reference("vm", f"/vms/{site.vm_id(vm)}"))
    for name in label.hosts:
        key = site.id("host", name)
        store.put(f"{path}/hosts/{key}", reference("host", f"/hosts/{key}"))
