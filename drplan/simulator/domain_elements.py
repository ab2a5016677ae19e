"""New storage domains in the Engine's form, and what a body may set on them."""

from __future__ import annotations

from drplan.simulator import answers, elements
from drplan.simulator.array import Array, DomainCopy
from drplan.simulator.connections import Connection
from drplan.simulator.elements import Element

GIB = 1024**3

# What a body sets at import and at edit (storage sheet 3.1, StorageDomainMapper).
SETTABLE = (
    "description",
    "comment",
    "wipe_after_delete",
    "discard_after_delete",
    "warning_low_space_indicator",
    "critical_space_action_blocker",
    "backup",
)

# The links differ by type (wire-facts.md section 5).
_LINKS = {
    "data": (
        "diskprofiles",
        "disks",
        "disksnapshots",
        "permissions",
        "storageconnections",
        "templates",
        "vms",
    ),
    "iso": ("files", "permissions", "storageconnections"),
    "export": ("disks", "permissions", "storageconnections", "templates", "vms"),
}
_STORED_LINKS = ("diskprofiles", "disksnapshots", "permissions", "storageconnections", "files")

_DEFAULTS = {
    "backup": "false",
    "committed": "0",
    "critical_space_action_blocker": "5",
    "discard_after_delete": "false",
    "external_status": "ok",
    "master": "false",
    "supports_discard": "false",
    "supports_discard_zeroes_data": "false",
    "warning_low_space_indicator": "10",
    "wipe_after_delete": "false",
}


def links_of(domain_type: str) -> tuple[str, ...]:
    """The sub-collections that a domain of this type links to."""
    return _LINKS.get(domain_type, _LINKS["data"])


def stored_collections(domain_type: str) -> tuple[str, ...]:
    """Those of them that have entities of their own and are not derived."""
    return tuple(rel for rel in links_of(domain_type) if rel in _STORED_LINKS)


def new_domain(copy: DomainCopy, name: str, storage: Element, body: Element) -> Element:
    """The entity of an imported or created domain, ``unattached``; sizes in whole GiB."""
    path = f"/storagedomains/{copy.id}"
    domain = elements.make("storage_domain", href=answers.href(path), id=copy.id)
    elements.set_text(domain, "name", name)
    for rel in links_of(copy.type):
        domain.append(elements.make("link", href=answers.href(f"{path}/{rel}"), rel=rel))
    for tag, text in _DEFAULTS.items():
        elements.set_text(domain, tag, text)
    used = copy.used // GIB * GIB
    elements.set_text(domain, "available", str(max(0, copy.size // GIB * GIB - used)))
    elements.set_text(domain, "used", str(used))
    elements.set_text(domain, "block_size", str(copy.block_size))
    elements.set_text(domain, "storage_format", copy.storage_format)
    elements.set_text(domain, "type", copy.type)
    elements.set_text(domain, "status", "unattached")
    elements.place(domain, storage)
    apply_settable(domain, body)
    return domain


def apply_settable(domain: Element, body: Element) -> None:
    """Copy the members that a body may set."""
    for tag in SETTABLE:
        text = elements.text_of(body, tag)
        if text is not None:
            elements.set_text(domain, tag, text)


def file_storage(connection: Connection) -> Element:
    """The ``<storage>`` of a file domain."""
    storage = elements.make("storage")
    members = {
        "address": connection.address,
        "path": connection.path,
        "type": connection.storage_type,
        **dict(connection.members),
    }
    if connection.storage_type == "nfs":
        members.setdefault("nfs_version", "auto")
    for tag in sorted(members):
        if members[tag] is not None:
            storage.append(elements.make(tag, members[tag]))
    return storage


def block_storage(copy: DomainCopy, array: Array) -> Element:
    """The ``<storage>`` of a block domain: one entry for each path of each LUN."""
    storage = elements.make("storage")
    storage.append(elements.make("type", copy.storage_type))
    group = elements.make("volume_group", id=copy.volume_group)
    units = elements.make("logical_units")
    for lun_id in copy.lun_ids:
        lun = array.luns[lun_id]
        for path in lun.paths or (None,):
            unit = elements.make("logical_unit", id=lun_id)
            members = {
                "address": path.address if path else None,
                "discard_max_size": "0",
                "discard_zeroes_data": "false",
                "lun_mapping": "0",
                "paths": "0",
                "port": str(path.port) if path else None,
                "portal": path.shown_portal if path else None,
                "product_id": lun.product or None,
                "serial": lun.serial or None,
                "size": str(lun.size // GIB * GIB),
                "storage_domain_id": copy.id,
                "target": path.target if path else None,
                "vendor_id": lun.vendor or None,
                "volume_group_id": copy.volume_group or None,
            }
            for tag, text in members.items():
                if text is not None:
                    unit.append(elements.make(tag, text))
            units.append(unit)
    group.append(units)
    storage.append(group)
    return storage
