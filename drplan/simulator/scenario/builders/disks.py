"""Disks of every kind, and how machines use them."""

from __future__ import annotations

from collections.abc import Iterable

from drplan.simulator import storage_views
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.builders import luns
from drplan.simulator.scenario.definition import DiskSpec
from drplan.simulator.scenario.form import Value, bare, entity, reference
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store

ACTIONS = (
    "convert",
    "copy",
    "export",
    "move",
    "reduce",
    "refreshlun",
    "sparsify",
)
OVF_STORES = 2
"""How many OVF_STORE disks a data domain has (storage sheet 8.1)."""

_OVF_STORE_SIZE = 134217728
_METADATA_SIZE = 10240


def build(site: Site, store: Store) -> None:
    """The OVF_STORE disks of attached data domains, and what domains have given away.

    The disks of machines are put by these; lists of real Engines are not sorted.
    """
    for dc, domain in site.domains.values():
        if dc is None or domain.kind != "data":
            continue
        for number in range(OVF_STORES):
            _ovf_store(site, store, domain.name, number)
    _note_committed(site, store)


def image(
    site: Site,
    store: Store,
    disk_id: str,
    alias: str,
    spec: DiskSpec,
    *,
    description: str = "",
    content: str = "data",
    actual: int | None = None,
) -> None:
    """An image on the domains that ``spec`` names."""
    provisioned = spelling.size(spec.size)
    used = provisioned // 5 if actual is None else actual
    raw = spec.format == "raw"
    members: dict[str, Value] = {
        **_members(alias, content, "image"),
        "actual_size": used,
        "backup": "none" if raw else "incremental",
        "format": spec.format,
        "image_id": site.id("image", disk_id),
        "provisioned_size": provisioned,
        "qcow_version": None if raw else "qcow2_v3",
        "shareable": spec.shareable,
        "sparse": not raw,
        "status": "ok",
        "total_size": used,
    }
    on = spelling.disk_domains(spec)
    _put(site, store, disk_id, alias, description, members, on)


def direct_lun(site: Site, store: Store, disk_id: str, alias: str, spec: DiskSpec) -> None:
    """A direct LUN: no status, no sizes, the first path only (entities sheet 8)."""
    unit = next(u for u in luns.direct(site) if u.id == spec.lun)
    path = unit.paths[0] if unit.paths else None
    entry: dict[str, Value] = {"disk_id": disk_id, "size": unit.size}
    if path is not None:
        entry |= {"address": path.address, "port": path.port, "target": path.target}
    units: list[tuple[str, Value]] = [("logical_unit", bare("logical_unit", unit.id, entry))]
    members: dict[str, Value] = {
        **_members(alias, "data", "lun"),
        "shareable": spec.shareable,
        "lun_storage": bare("lun_storage", unit.id, {"logical_units": units, "type": unit.type}),
    }
    _put(site, store, disk_id, alias, "", members)


def memory(site: Site, store: Store, vm: str, name: str, snapshot: str, size: int, on: str) -> None:
    """The two disks of a snapshot with memory, named and described as the Engine does it."""
    text = f"Memory snapshot disk for snapshot '{snapshot}' of VM '{name}' (VM ID: '{vm}')"
    parts = (
        (f"{name}_snapshot_memory", "memory_dump_volume", size + (256 << 20), size),
        (f"{name}_snapshot_metadata", "memory_metadata_volume", _METADATA_SIZE, 12288),
    )
    for alias, content, provisioned, actual in parts:
        disk_id = site.id("disk", vm, snapshot, content)
        members: dict[str, Value] = {
            **_members(alias, content, "image"),
            "actual_size": actual,
            "backup": "none",
            "format": "raw",
            "image_id": site.id("image", disk_id),
            "provisioned_size": provisioned,
            "shareable": False,
            "sparse": content == "memory_dump_volume",
            "status": "ok",
            "total_size": actual,
        }
        _put(site, store, disk_id, alias, text, members, (on,))


def attachment(
    site: Site, store: Store, owner: str, disk_id: str, *, bootable: bool, template: bool = False
) -> None:
    """How a machine uses a disk; a template's attachment names it as a VM too (wire-facts 5)."""
    path = f"{owner}/diskattachments/{disk_id}"
    owner_id = owner.rpartition("/")[2]
    references: dict[str, Value] = {"disk": reference("disk", f"/disks/{disk_id}")}
    if template:
        references["template"] = reference("template", owner)
    references["vm"] = reference("vm", f"/vms/{owner_id}")
    store.put(
        path,
        entity(
            path,
            "disk_attachment",
            members={
                "active": True,
                "bootable": bootable,
                "interface": "virtio_scsi",
                "pass_discard": False,
                "read_only": False,
                "uses_scsi_reservation": False,
            },
            references=references,
        ),
    )


def _ovf_store(site: Site, store: Store, domain: str, number: int) -> None:
    disk_id = site.id("disk", "OVF_STORE", domain, str(number))
    members: dict[str, Value] = {
        **_members("OVF_STORE", "ovf_store", "image"),
        "actual_size": _OVF_STORE_SIZE,
        "backup": "none",
        "format": "raw",
        "image_id": site.id("image", disk_id),
        "provisioned_size": _OVF_STORE_SIZE,
        "shareable": True,
        "sparse": False,
        "status": "ok",
        "total_size": 0,
    }
    _put(site, store, disk_id, "OVF_STORE", "OVF_STORE", members, (domain,))


def _members(alias: str, content: str, storage: str) -> dict[str, Value]:
    return {
        "alias": alias,
        "content_type": content,
        "propagate_errors": False,
        "storage_type": storage,
        "wipe_after_delete": False,
    }


def _places(site: Site, domains: tuple[str, ...]) -> dict[str, Value]:
    """What an image says of the domains that it is on; a direct LUN is on none."""
    if not domains:
        return {}
    dc, _ = site.domains[domains[0]]
    center = dc.name if dc else ""
    quota = f"/datacenters/{site.id('data_center', center)}/quotas/{site.id('quota', center)}"
    profile = f"/diskprofiles/{site.id('disk_profile', domains[0])}"
    ids = [site.domain_id(site.domains[name][1]) for name in domains]
    return {
        "disk_profile": reference("disk_profile", profile),
        "quota": reference("quota", quota),
        "storage_domains": [
            ("storage_domain", reference("storage_domain", f"/storagedomains/{key}")) for key in ids
        ],
    }


def _put(
    site: Site,
    store: Store,
    disk_id: str,
    name: str,
    description: str,
    members: dict[str, Value],
    on: Iterable[str] = (),
) -> None:
    path = f"/disks/{disk_id}"
    store.put(
        path,
        entity(
            path,
            "disk",
            seed=site.spec.name,
            actions=ACTIONS,
            name=name,
            description=description,
            links=("disksnapshots", "permissions", "statistics"),
            members=members,
            references=_places(site, tuple(on)),
        ),
    )


def _note_committed(site: Site, store: Store) -> None:
    """What a domain has promised: the provisioned sizes of the images on it."""
    promised: dict[str, int] = {}
    for path in store.members("/disks"):
        for holder in store.element(path).findall("storage_domains/storage_domain"):
            size = int(store.value(path, "provisioned_size") or 0)
            key = holder.get("id") or ""
            promised[key] = promised.get(key, 0) + size
    for _, domain in site.domains.values():
        key = site.domain_id(domain)
        storage_views.set_field(store, key, "committed", str(promised.get(key, 0)))
