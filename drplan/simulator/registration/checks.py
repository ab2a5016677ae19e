"""The validations of a VM's registration in the Engine's order (entities sheet 1.7).

Each function is one row or a few neighbours; ``before_volumes`` and ``after_volumes`` put them in
order around the volume checks, which take SPM time.
"""

from __future__ import annotations

from drplan.simulator import elements
from drplan.simulator.mac_pools import macs_in_use, pool_of_cluster
from drplan.simulator.registration import identities, images, luns
from drplan.simulator.registration.pending import Pending
from drplan.simulator.rules import macs
from drplan.simulator.rules.messages import refusal, refuse_with
from drplan.simulator.store import Store
from drplan.simulator.topology import data_center_of_cluster

_UNDEFINED = ("", "undefined")


def before_volumes(pending: Pending) -> None:
    """Disks, cluster, BIOS type, MAC duplicates, data center, ids, template."""
    images.exclude_known(pending)
    if pending.store.exists(f"/clusters/{pending.cluster}"):
        images.check_domains(pending)
    check_cluster(pending)
    check_bios_type(pending)
    check_mac_duplicates(pending)
    check_data_center(pending)
    check_vm_id(pending)
    images.refuse_known(pending)
    check_template(pending)


def after_volumes(pending: Pending) -> None:
    """Name, template lock, LUNs, architecture, MACs, domain type; then what is dropped."""
    check_name(pending)
    check_template_lock(pending)
    luns.check(pending)
    check_architecture(pending)
    check_macs(pending)
    check_domain_type(pending)
    identities.choose_groups(pending)
    identities.choose_labels(pending)
    identities.choose_permissions(pending)


def check_cluster(pending: Pending) -> None:
    """Row 1: no cluster resolved, or ``<cluster id>`` unknown."""
    if pending.cluster is None or not pending.store.exists(f"/clusters/{pending.cluster}"):
        raise refuse_with(
            "ACTION_TYPE_FAILED_CLUSTER_CAN_NOT_BE_EMPTY", action="import", type=pending.type_name
        )


def check_bios_type(pending: Pending) -> None:
    """Row 20: a cluster without BIOS type, as one is that never had an active host."""
    path = f"/clusters/{pending.cluster}"
    bios = pending.store.value(path, "bios_type")
    architecture = pending.store.value(path, "cpu/architecture")
    if bios == "" or (bios is None and architecture == "undefined"):
        raise refuse_with("CLUSTER_BIOS_TYPE_NOT_SET", action="import", type="VM")


def nic_macs(pending: Pending) -> list[macs.NicMac]:
    """The NICs of the definition with their addresses; empty text is no address."""
    return [macs.NicMac(nic.name, nic.mac or None) for nic in pending.record.nics]


def check_mac_duplicates(pending: Pending) -> None:
    """Section 1.6, first row: in use in the target cluster's pool, which forbids duplicates."""
    pool = pool_of_cluster(pending.store, pending.cluster or "")
    found = macs.validate_duplicates(
        nic_macs(pending),
        pool,
        macs_in_use(pending.store, pool.id),
        reassign=pending.request.reassign_bad_macs,
    )
    if found:
        raise refusal(found, action="import", type="VM")


def check_macs(pending: Pending) -> None:
    """Section 1.6: the form of addresses, and enough free ones in the pool."""
    pool = pool_of_cluster(pending.store, pending.cluster or "")
    found = macs.validate_macs(
        nic_macs(pending),
        pool,
        macs_in_use(pending.store, pool.id),
        reassign=pending.request.reassign_bad_macs,
    )
    if found:
        raise refusal(found, action="import", type="VM")


def check_data_center(pending: Pending) -> None:
    """Row 22: the data center is not Up."""
    if pending.store.value(f"/datacenters/{pending.center}", "status") != "up":
        raise refuse_with(
            "ACTION_TYPE_FAILED_STORAGE_POOL_STATUS_ILLEGAL", action="import", type="VM"
        )


def check_vm_id(pending: Pending) -> None:
    """Row 2: the id is in the database."""
    path = f"/vms/{pending.record.id}"
    if pending.store.exists(path):
        name = pending.store.value(path, "name") or ""
        raise refuse_with("VM_CANNOT_IMPORT_VM_EXISTS", VmName=name)


def check_template(pending: Pending) -> None:
    """Rows 12 and 13: the template is registered, and shares a domain with the VM's images."""
    if not pending.record.is_thin:
        return
    template = f"/templates/{pending.record.template_id}"
    if not pending.store.exists(template):
        raise refuse_with("ACTION_TYPE_FAILED_TEMPLATE_DOES_NOT_EXIST", action="import", type="VM")
    domains = template_domains(pending.store, template)
    mine = {domain for disk in pending.images for domain in disk.storage_domains}
    if domains and not domains & mine:
        raise refuse_with(
            "ACTION_TYPE_FAILED_TEMPLATE_NOT_FOUND_ON_DESTINATION_DOMAIN",
            action="import",
            type="VM",
        )


def template_domains(store: Store, template: str) -> set[str]:
    """The domains that hold a copy of a template's disks."""
    found: set[str] = set()
    for path in store.members(f"{template}/diskattachments"):
        disk = store.find(f"/disks/{store.reference(path, 'disk') or path.rpartition('/')[2]}")
        if disk is not None:
            found.update(e.get("id") or "" for e in disk.iterfind("storage_domains/storage_domain"))
    return found


def check_name(pending: Pending) -> None:
    """Row 3: the name in the target data center; other data centers may have it too."""
    for path in pending.store.named("/vms", pending.name):
        cluster = pending.store.reference(path, "cluster") or ""
        if data_center_of_cluster(pending.store, cluster) == pending.center:
            raise refuse_with("VM_CANNOT_IMPORT_VM_NAME_EXISTS")


def check_template_lock(pending: Pending) -> None:
    """Row 14: the template is locked."""
    template = f"/templates/{pending.record.template_id}"
    if pending.record.is_thin and pending.store.value(template, "status") == "locked":
        raise refuse_with("VM_TEMPLATE_IMAGE_IS_LOCKED")


def check_architecture(pending: Pending) -> None:
    """Row 19 (and 1.9): the cluster's architecture, where both sides have one."""
    cluster = pending.store.value(f"/clusters/{pending.cluster}", "cpu/architecture") or ""
    mine = elements.text_of(elements.parse(pending.record.element), "cpu/architecture") or ""
    if cluster in _UNDEFINED or mine in _UNDEFINED or cluster == mine:
        return
    key = "ACTION_TYPE_FAILED_VM_CANNOT_IMPORT_VM_ARCHITECTURE_NOT_SUPPORTED_BY_CLUSTER"
    if pending.record.kind == "template":
        key = "ACTION_TYPE_FAILED_VM_CANNOT_IMPORT_TEMPLATE_ARCHITECTURE_NOT_SUPPORTED_BY_CLUSTER"
    raise refuse_with(key, action="import", type=pending.type_name)


def check_domain_type(pending: Pending) -> None:
    """Row 24: registration is from data domains only."""
    kind = pending.store.value(f"/storagedomains/{pending.domain}", "type") or "data"
    if kind != "data":
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_TYPE_UNSUPPORTED")
