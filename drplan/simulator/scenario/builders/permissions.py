"""What users may do with VMs."""

from __future__ import annotations

from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.builders.users import role_id, user_id
from drplan.simulator.scenario.form import entity, reference
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store


def build(site: Site, store: Store) -> None:
    """The direct permissions of users on VMs."""
    for vm in site.spec.vms:
        owner = f"/vms/{site.vm_id(vm)}"
        for text in vm.permissions:
            user, role = spelling.permission(text)
            path = f"{owner}/permissions/{site.id('permission', site.vm_id(vm), text)}"
            references = {
                "role": reference("role", f"/roles/{role_id(site, role)}"),
                "user": reference("user", f"/users/{user_id(site, user)}"),
                "vm": reference("vm", owner),
            }
            found = entity(path, "permission", references=references)
            store.put(path, found)
