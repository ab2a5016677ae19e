"""What an Engine holds, entity by entity, in words that two runs can be compared by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from drplan.model.entities import Nic, Permission, StorageDomain, Template, Vm
from drplan.model.inventory import Inventory, by_id

State: TypeAlias = Mapping[str, Mapping[str, str]]
"""Fields by address. An address is a kind and a name, as in ``vm dr-production/web-01``."""

ABSENT: Final = "(absent)"


@dataclass(frozen=True)
class Difference:
    """A field that two states have differently."""

    address: str
    field: str
    role: str
    drplan: str


def differences(role: State, drplan: State) -> list[Difference]:
    """Where the two differ, in the order of addresses. A missing entity is one difference."""
    found: list[Difference] = []
    for address in sorted(role.keys() | drplan.keys()):
        ours, theirs = drplan.get(address), role.get(address)
        if ours is None or theirs is None:
            there, gone = "(present)", ABSENT
            role_has = there if theirs is not None else gone
            found.append(
                Difference(address, "entity", role_has, there if ours is not None else gone)
            )
            continue
        for field in sorted(ours.keys() | theirs.keys()):
            one, other = theirs.get(field, ABSENT), ours.get(field, ABSENT)
            if one != other:
                found.append(Difference(address, field, one, other))
    return found


def end_state(inventory: Inventory) -> State:
    """Domains, templates, VMs with all that hangs on them, and what is still unregistered."""
    return dict(
        (
            *_domains(inventory),
            *_templates(inventory),
            *_vms(inventory),
            *_groups(inventory),
            *_unregistered(inventory),
        )
    )


def _domains(inventory: Inventory) -> Iterator[tuple[str, dict[str, str]]]:
    centers = by_id(inventory.data_centers)
    for domain in inventory.storage_domains:
        names = sorted(centers[key].name for key in domain.data_center_ids if key in centers)
        yield f"domain {domain.name}", {"data center": ", ".join(names), **_domain(domain)}


def _domain(domain: StorageDomain) -> dict[str, str]:
    fields = (
        *("id", "type", "storage_type", "status", "master", "storage_format", "address", "path"),
        *("vfs_type", "backup", "wipe_after_delete", "discard_after_delete"),
        *("critical_space_action_blocker", "warning_low_space_indicator"),
    )
    luns = sorted(lun.id for lun in domain.luns)
    return {name: str(getattr(domain, name)) for name in fields} | {"luns": ", ".join(luns)}


def _templates(inventory: Inventory) -> Iterator[tuple[str, dict[str, str]]]:
    for template in inventory.templates:
        yield (
            f"template {template.name}@{template.version_number or 1}",
            {
                "id": template.id,
                "cluster": _cluster(inventory, template.cluster_id),
                "status": str(template.status),
                "disks": _disks(inventory, template),
                **_nics(inventory, template.nics or ()),
            },
        )


def _vms(inventory: Inventory) -> Iterator[tuple[str, dict[str, str]]]:
    for vm in inventory.vms:
        yield (
            f"vm {_center(inventory, vm)}/{vm.name}",
            {
                "id": vm.id,
                "cluster": _cluster(inventory, vm.cluster_id),
                "power": str(vm.status),
                "high availability": str(vm.high_availability),
                "lease": str(vm.lease_domain_id),
                "disks": _disks(inventory, vm),
                "affinity labels": ", ".join(
                    sorted(it.name for it in inventory.affinity_labels if vm.id in it.vm_ids)
                ),
                "permissions": ", ".join(
                    sorted(_permission(inventory, it) for it in vm.permissions or ())
                ),
                **_nics(inventory, vm.nics or ()),
            },
        )


def _groups(inventory: Inventory) -> Iterator[tuple[str, dict[str, str]]]:
    vms = by_id(inventory.vms)
    for group in inventory.affinity_groups:
        members = sorted(vms[key].name for key in group.vm_ids if key in vms)
        yield f"affinity group {group.name}", {"vms": ", ".join(members)}


def _unregistered(inventory: Inventory) -> Iterator[tuple[str, dict[str, str]]]:
    for vm in inventory.unregistered_vms:
        yield f"unregistered vm {vm.name} ({vm.id})", {"status": str(vm.status)}
    for template in inventory.unregistered_templates:
        yield f"unregistered template {template.name} ({template.id})", {}
    for disk in inventory.unregistered_disks:
        yield f"unregistered disk {disk.name} ({disk.id})", {}


def _cluster(inventory: Inventory, key: str | None) -> str:
    return next((it.name for it in inventory.clusters if it.id == key), str(key))


def _center(inventory: Inventory, vm: Vm) -> str:
    cluster = next((it for it in inventory.clusters if it.id == vm.cluster_id), None)
    key = cluster.data_center_id if cluster is not None else None
    return next((it.name for it in inventory.data_centers if it.id == key), "?")


def _disks(inventory: Inventory, owner: Vm | Template) -> str:
    names = {disk.id: disk.name for disk in inventory.disks}
    attached = owner.disk_attachments or ()
    return ", ".join(
        sorted(
            f"{names.get(it.disk_id, it.disk_id)}{'' if it.active else ' (inactive)'}"
            for it in attached
        )
    )


def _nics(inventory: Inventory, nics: tuple[Nic, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    networks = by_id(inventory.networks)
    for nic in nics:
        profile = next((p for p in inventory.vnic_profiles if p.id == nic.vnic_profile_id), None)
        network = networks.get((profile.network_id if profile else None) or "")
        found[f"{nic.name} profile"] = (
            f"{network.name if network else '?'}/{profile.name}" if profile else "none"
        )
        found[f"{nic.name} mac"] = str(nic.mac)
    return found


def _permission(inventory: Inventory, permission: Permission) -> str:
    role = next((it.name for it in inventory.roles if it.id == permission.role_id), "?")
    user = next((it.user_name for it in inventory.users if it.id == permission.user_id), None)
    return f"{role} for {user or permission.group_id or permission.user_id}"
