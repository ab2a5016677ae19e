"""Which names are taken in the target's data centers (entities sheet 1.7 row 3, 1.9)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from drplan.model.entities import Template
from drplan.plan.site_index import SiteIndex

VM_NAME_TAKEN: Final = (
    "Import VM failed - VM Name already exists in the Data Center."
    " Please rename the VM in the Data Center first"
)
TEMPLATE_NAME_TAKEN: Final = (
    "Import Template failed - Template Name already exists in the system."
    " Please rename the Template in the system first"
)


@dataclass
class NameUse:
    """The names in use per data center of the target, as the plan goes on; values say by whom."""

    vms: dict[tuple[str | None, str], str] = field(default_factory=dict)
    templates: dict[tuple[str | None, str], str] = field(default_factory=dict)

    def vm_holder(self, data_center_id: str | None, name: str) -> str | None:
        """Who has a VM name in a data center, if somebody has."""
        return self.vms.get((data_center_id, name))

    def template_holder(self, data_center_id: str | None, name: str) -> str | None:
        """Who has a base template's name in a data center, if somebody has."""
        return self.templates.get((data_center_id, name))


def names_in_use(target: SiteIndex) -> NameUse:
    """The names that the target's registered VMs and base templates have."""
    use = NameUse()
    for vm in target.inventory.vms:
        data_center = target.data_center_of_cluster(vm.cluster_id)
        use.vms.setdefault((data_center.id if data_center else None, vm.name), "a VM of the target")
    for template in _bases(target.inventory.templates):
        data_center = target.data_center_of_cluster(template.cluster_id)
        key = (data_center.id if data_center else None, template.name)
        use.templates.setdefault(key, "a template of the target")
    return use


def _bases(templates: Iterable[Template]) -> Iterable[Template]:
    return (item for item in templates if item.base_template_id in (None, item.id))
