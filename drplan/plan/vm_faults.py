"""Why the Engine will refuse to register a VM, in the order in which it checks (entities sheet 1.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from drplan.plan.predict.cluster import NO_CLUSTER
from drplan.plan.predict.disks import ALREADY_THERE, NO_DOMAIN, MissingDisks, already_registered
from drplan.plan.predict.luns import LunPrediction
from drplan.plan.predict.mac import DUPLICATE, MacResult
from drplan.plan.predict.names import VM_NAME_TAKEN
from drplan.plan.site_index import BLANK_TEMPLATE

if TYPE_CHECKING:
    from drplan.plan.desired_vms import PlannedVm
    from drplan.plan.rules.registering import Registering

NO_TEMPLATE: Final = "Cannot import VM. The relevant Template doesn't exist."
TEMPLATE_ELSEWHERE: Final = (
    "Cannot import VM. The selected Storage Domain does not contain the VM Template."
)
ARCHITECTURE: Final = "Cannot import VM. The selected cluster doesn't support VM architecture"
NO_BIOS_TYPE: Final = (
    "Cannot create a VM in a cluster that has not specified a bios type. Please activate at least"
    " one host in the cluster to set it automatically or set it manually on the cluster."
)
MEMORY_ELSEWHERE: Final = (
    "the memory of a snapshot lies on {domains}, and the VM cannot be registered through it"
)


def register_fault(
    item: PlannedVm,
    state: Registering,
    missing: MissingDisks,
    luns: tuple[LunPrediction, ...],
    macs: MacResult,
) -> str | None:
    """The Engine's answer to the registration, where it will be a refusal; names in brackets."""
    return next(_faults(item, state, missing, luns, macs), None)


def _faults(
    item: PlannedVm,
    state: Registering,
    missing: MissingDisks,
    luns: tuple[LunPrediction, ...],
    macs: MacResult,
) -> Iterator[str]:
    there = already_registered(item.placement.images, state.target)
    if there:
        names = ", ".join(disk.name or disk.id for disk in there)
        yield ALREADY_THERE.format(kind="VM", names=names)
    if missing.missing and not missing.allowed:
        yield f"{NO_DOMAIN.format(kind='VM')} ({missing.sentence()})"
    cluster = item.cluster.cluster
    if cluster is None:
        yield f"{NO_CLUSTER.format(kind='VM')} ({item.cluster.reason})"
        return
    if cluster.bios_type is None and _tells_bios_types(state) and not _ever_had_a_host(item, state):
        yield NO_BIOS_TYPE
    if macs.failure is not None and macs.failure.startswith(DUPLICATE[:40]):
        yield macs.failure
    yield from _template_faults(item, state, missing)
    holder = state.names.vm_holder(cluster.data_center_id, item.desired.name)
    if holder is not None:
        yield f"{VM_NAME_TAKEN} ({item.desired.name} is {holder})"
    for lun in luns:
        if lun.failure is not None and not missing.allowed:
            yield f"{lun.failure} ({lun.detail})"
    has, needs = item.source.architecture, cluster.architecture
    if has and needs and has != needs and "undefined" not in {has, needs}:
        yield f"{ARCHITECTURE} ({has}, the cluster has {needs})"
    if macs.failure is not None:
        yield macs.failure
    yield from _memory_fault(item, state)
    roles = state.permissions.failure(item.source.permissions, state.recovery.direction)
    if roles is not None:
        yield roles


def _template_faults(item: PlannedVm, state: Registering, missing: MissingDisks) -> Iterable[str]:
    template_id = item.desired.template_id
    if template_id is None or template_id == BLANK_TEMPLATE:
        return
    address = state.template_address(template_id)
    if address is None and template_id not in state.target.templates:
        known = state.source.templates.get(template_id)
        yield f"{NO_TEMPLATE} ({known.name if known else template_id} is not recovered)"
        return
    if address is None:
        return
    copies = {
        name
        for disk in state.recovery.templates[address].placement.images
        for name in disk.storage_domain_ids
        if name in state.recovery.scope.by_source_id
    }
    own = {
        name
        for disk in item.placement.images
        if disk not in missing.missing
        for name in disk.storage_domain_ids
    }
    if copies and not copies & own:
        yield f"{TEMPLATE_ELSEWHERE} ({state.recovery.templates[address].desired.name})"


def _memory_fault(item: PlannedVm, state: Registering) -> Iterable[str]:
    """Row 11b: memory volumes are looked for on the domain of the request only."""
    entry = item.placement.entry.source
    memory = item.placement.memory
    if memory and (entry is None or entry.id not in memory):
        names = [
            state.source.storage_domains[name].name
            for name in sorted(memory)
            if name in state.source.storage_domains
        ]
        yield MEMORY_ELSEWHERE.format(domains=", ".join(names) or "an unknown domain")


def _tells_bios_types(state: Registering) -> bool:
    return any(cluster.bios_type for cluster in state.target.inventory.clusters)


def _ever_had_a_host(item: PlannedVm, state: Registering) -> bool:
    cluster = item.cluster.cluster
    return any(
        host.cluster_id == (cluster.id if cluster else None)
        for host in state.target.inventory.hosts
    )
