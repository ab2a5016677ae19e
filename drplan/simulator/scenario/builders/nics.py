"""The NICs of VMs and templates."""

from __future__ import annotations

from drplan.simulator.elements import Element
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.definition import NicSpec, TemplateSpec, VmSpec
from drplan.simulator.scenario.form import Value, entity, reference
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store


def vm_nic(site: Site, store: Store, vm: VmSpec, number: int, nic: NicSpec, mac: str) -> None:
    """One NIC of a VM; one without a profile hangs on no network."""
    owner = f"/vms/{site.vm_id(vm)}"
    path = f"{owner}/nics/{site.id('nic', site.vm_id(vm), str(number))}"
    profile = _profile(site, vm.cluster, nic)
    store.put(
        path,
        entity(
            path,
            "nic",
            seed=site.spec.name,
            actions=("activate", "deactivate"),
            name=nic.name or f"nic{number + 1}",
            links=("networkfilterparameters", "reporteddevices", "statistics"),
            members={
                "interface": "virtio",
                "linked": True,
                "mac": {"address": mac},
                "plugged": True,
                "synced": True,
            },
            references={"vm": reference("vm", owner), **profile},
        ),
    )


def template_nic(
    site: Site, store: Store, owner: str, template: TemplateSpec, number: int, nic: NicSpec
) -> None:
    """One NIC of a template: it has no MAC."""
    path = f"{owner}/nics/{site.id('nic', site.template_id(template), str(number))}"
    profile = _profile(site, template.cluster, nic)
    store.put(
        path,
        entity(
            path,
            "nic",
            seed=site.spec.name,
            name=nic.name or f"nic{number + 1}",
            members={"interface": "virtio", "linked": True, "plugged": True},
            references={"template": reference("template", owner), **profile},
        ),
    )


def _profile(site: Site, cluster: str, nic: NicSpec) -> dict[str, Value]:
    if nic.profile is None:
        return {}
    dc = site.center_of(cluster)
    network, profile = spelling.profile(nic.profile)
    key = site.profile_id(dc, site.network(dc, network), profile)
    found: Element = reference("vnic_profile", f"/vnicprofiles/{key}")
    return {"vnic_profile": found}
