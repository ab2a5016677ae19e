"""Storage domains in both views, their connections, and the files of ISO domains."""

from __future__ import annotations

from drplan.simulator import storage_views
from drplan.simulator.elements import Element
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.builders import luns
from drplan.simulator.scenario.builders.data_centers import domain_format
from drplan.simulator.scenario.definition import DataCenterSpec, DomainSpec
from drplan.simulator.scenario.form import Value, bare, entity, reference
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store

ACTIONS = ("isattached", "reduceluns", "refreshluns", "updateovfstore")
BLOCK = ("iscsi", "fcp")

_COMMON_LINKS = ("diskprofiles", "disksnapshots", "permissions")
_LINKS = {
    "data": (*_COMMON_LINKS, "disks", "storageconnections", "templates", "vms"),
    "export": (*_COMMON_LINKS, "disks", "storageconnections", "templates", "vms"),
    "iso": (*_COMMON_LINKS, "files", "storageconnections"),
    "image": (*_COMMON_LINKS, "images"),
}


def build(site: Site, store: Store) -> None:
    """Every storage domain; the attached ones under their data center too (wire-facts.md 5)."""
    for dc, domain in site.domains.values():
        path = storage_views.top_path(site.domain_id(domain))
        store.put(path, _domain(site, path, dc, domain))
        if dc is not None:
            center = site.id("data_center", dc.name)
            storage_views.attach(store, site.domain_id(domain), center, domain.status)
        if domain.kind in ("data", "export", "iso"):
            _connections(site, store, path, domain)
        for file in domain.files:
            own = f"{path}/files/{file}"
            holder = reference("storage_domain", path)
            store.put(own, entity(own, "file", name=file, references={"storage_domain": holder}))


def _domain(site: Site, path: str, dc: DataCenterSpec | None, domain: DomainSpec) -> Element:
    size = spelling.size(domain.size)
    used = size // 10
    image = domain.kind == "image"
    measured = domain.space and not image
    return entity(
        path,
        "storage_domain",
        seed=site.spec.name,
        actions=ACTIONS,
        name=domain.name,
        description=domain.description or "",
        comment="",
        links=_LINKS[domain.kind],
        members={
            "available": size - used if measured else None,
            "backup": domain.backup,
            "block_size": 512,
            "committed": 0,
            "critical_space_action_blocker": 0 if image else domain.critical_space,
            "discard_after_delete": domain.discard_after_delete,
            "external_status": "ok",
            "master": domain.master,
            "status": "unattached" if dc is None else None,
            "storage": _storage(site, dc, domain),
            "storage_format": _format(dc, domain),
            "supports_discard": domain.type in BLOCK,
            "supports_discard_zeroes_data": False,
            "type": domain.kind,
            "used": used if measured else None,
            "warning_low_space_indicator": 0 if image else domain.warning_low_space,
            "wipe_after_delete": domain.wipe_after_delete,
        },
    )


def _format(dc: DataCenterSpec | None, domain: DomainSpec) -> str:
    if domain.format is not None:
        return domain.format
    return "v1" if domain.kind != "data" else "v5" if dc is None else domain_format(dc)


def _storage(site: Site, dc: DataCenterSpec | None, domain: DomainSpec) -> dict[str, Value]:
    storage: dict[str, Value] = {"type": domain.type}
    if domain.type in BLOCK:
        units = luns.of_domain(site, dc.name if dc else None, domain)
        entries: list[tuple[str, Value]] = [
            ("logical_unit", luns.logical_unit(unit, path, listed_by_host=False))
            for unit in units
            for path in unit.paths or (None,)
        ]
        group = luns.volume_group_id(site.domain_id(domain))
        storage["volume_group"] = bare("volume_group", group, {"logical_units": entries})
        return storage
    if domain.type == "glance":
        return storage
    storage["path"] = domain.path or "/"
    if domain.type != "localfs":
        storage["address"] = domain.address
    if domain.type == "nfs":
        storage["nfs_version"] = domain.nfs_version or "auto"
    storage["vfs_type"] = domain.vfs_type
    return storage


def _connections(site: Site, store: Store, path: str, domain: DomainSpec) -> None:
    """The connections of a domain: one a portal for iSCSI, none for Fibre Channel."""
    store.declare(f"{path}/storageconnections")
    if domain.type == "iscsi":
        members: list[dict[str, Value]] = [
            {"address": a, "port": domain.port, "target": domain.target} for a in domain.portals
        ]
    elif domain.type == "fcp":
        members = []
    else:
        members = [{"address": domain.address, "path": domain.path, "vfs_type": domain.vfs_type}]
        if domain.type == "nfs":
            members[0]["nfs_version"] = domain.nfs_version or "auto"
    for number, found in enumerate(members):
        key = site.id("storage_connection", domain.name, str(number))
        for own in (f"/storageconnections/{key}", f"{path}/storageconnections/{key}"):
            whole = {**found, "type": domain.type}
            store.put(own, entity(own, "storage_connection", members=whole))
