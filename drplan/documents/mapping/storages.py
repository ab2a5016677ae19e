"""Reads the list ``dr_import_storages``: the storage domains and their replicas (R64 to R81)."""

from __future__ import annotations

import re
from typing import Final

from drplan.documents.mapping import keys
from drplan.documents.mapping.findings import did_you_mean
from drplan.documents.mapping.nodes import is_blank
from drplan.documents.mapping.section import Section
from drplan.documents.mapping.values import is_not_set, one_of
from drplan.model.mapping import (
    BLOCK_STORAGE_TYPES,
    DEFAULT_ISCSI_PORT,
    FILE_STORAGE_TYPES,
    SITE_ROLES,
    STORAGE_TYPES,
    DomainType,
    SiteRole,
    StorageMapping,
    StorageSide,
    StorageType,
    other_site,
)

GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")

_PLACEHOLDER: Final = re.compile(r"(?:^|\.)[xyz]{1,3}(?:\.|$)", re.IGNORECASE)
_ADDRESSED: Final = frozenset({"nfs", "glusterfs", "iscsi"})


def read_storages(top: Section) -> tuple[StorageMapping, ...]:
    """Return the mapped storage domains in the order of the file, which is a meaning of its own."""
    storages = []
    for item in top.sections("dr_import_storages", keys.STORAGE):
        item.report_unknown_keys(where="for a storage domain")
        storage_type = _storage_type(item)
        if storage_type is not None:
            storages.append(_storage(item, storage_type))
    if not storages and not top.findings.has_errors:
        top.warning(
            "dr_import_storages", "no storage domain is mapped, so there is nothing to fail over"
        )
    return tuple(storages)


def _storage(item: Section, storage_type: StorageType) -> StorageMapping:
    _warn_of_what_the_role_misses(item, storage_type)
    return StorageMapping(
        storage_type=storage_type,
        domain_type=_domain_type(item),
        domain_id=_domain_id(item, storage_type),
        primary=_side(item, "primary", storage_type),
        secondary=_side(item, "secondary", storage_type),
        wipe_after_delete=item.flag("dr_wipe_after_delete"),
        backup=item.flag("dr_backup"),
        discard_after_delete=item.flag("dr_discard_after_delete"),
        critical_space_action_blocker=item.number("dr_critical_space_action_blocker"),
        warning_low_space_indicator=item.number("dr_warning_low_space", most=100),
        position=item.position,
    )


def _storage_type(item: Section) -> StorageType | None:
    """Return the type; any other is refused, though the role skips it silently (R23, R64)."""
    key = "dr_domain_type"
    text = item.required(key, next_step=f"Write {one_of(STORAGE_TYPES)}.").strip().lower()
    for storage_type in STORAGE_TYPES:
        if text == storage_type:
            return storage_type
    if text == "localfs":
        item.error(
            key,
            "a local storage domain cannot be failed over",
            next_step="Remove this entry; move its disks to shared storage.",
        )
    elif text:
        meant = did_you_mean(text, STORAGE_TYPES)
        item.error(
            key,
            f"expected {one_of(STORAGE_TYPES)}, found {text!r}",
            detail="The Ansible role would skip this domain without a word.",
            next_step=f"Did you mean {meant}?" if meant else "",
        )
    return None


def _domain_type(item: Section) -> DomainType:
    key = "dr_storage_domain_type"
    text = (item.attribute(key) or "").strip().lower()
    if text == "iso":
        return "iso"
    if text == "export":
        item.error(
            key,
            "an export domain cannot be failed over",
            next_step="Remove this entry, and detach the export domain.",
        )
    elif text and text != "data":
        item.error(key, f"expected data or iso, found {text!r}")
    elif not item.has(key):
        item.warning(
            key,
            f"{key} is missing; this is taken for a data domain",
            next_step=f"Write `{key}: data`, which the Ansible role needs.",
        )
    return "data"


def _domain_id(item: Section, storage_type: StorageType) -> str | None:
    key = "dr_domain_id"
    if storage_type in BLOCK_STORAGE_TYPES:
        text = item.required(
            key,
            need=f"; a {storage_type} domain is found by nothing else",
            next_step="Take it from the domain's page at the source, or from its recording.",
        ).strip()
    else:
        text = (item.attribute(key) or "").strip()
    if text and not GUID.fullmatch(text):
        item.error(key, f"expected the domain's id, a GUID, found {text!r}")
        return None
    return text.lower() or None


def _side(item: Section, role: SiteRole, storage_type: StorageType) -> StorageSide:
    prefix = f"dr_{role}_"
    is_iscsi = storage_type == "iscsi"
    side = StorageSide(
        name=_name(item, role, storage_type),
        data_center=item.required(f"{prefix}dc_name"),
        master=_master(item, role),
        addresses=_addresses(item, role, storage_type),
        path=_path(item, role, storage_type),
        vfs_type=_vfs_type(item, f"{prefix}vfs_type") if storage_type == "posixfs" else None,
        mount_options=item.attribute(f"{prefix}mount_options"),
        nfs_version=item.attribute(f"{prefix}version"),
        targets=item.texts(f"{prefix}target"),
        port=item.number(f"{prefix}port", least=1, most=65535) or DEFAULT_ISCSI_PORT,
        chap_username=item.secret(f"{prefix}username"),
        chap_password=item.secret(f"{prefix}password"),
        position=item.place(f"{prefix}name"),
    )
    if is_iscsi and is_blank(item.value(f"{prefix}target")):
        item.error(
            f"{prefix}target",
            f"{prefix}target is not filled in; an iscsi domain needs at least one target",
            next_step='Write a list of names, such as ["iqn.2017-10.com.example:444"].',
        )
    if is_iscsi and side.chap_password and not side.chap_username:
        item.warning(f"{prefix}password", f"{prefix}password stands alone, without a username")
    return side


def _name(item: Section, role: SiteRole, storage_type: StorageType) -> str:
    """Return the domain's name. For a block domain the role does without one (R66)."""
    key, other_key = f"dr_{role}_name", f"dr_{other_site(role)}_name"
    if storage_type in FILE_STORAGE_TYPES or item.has(key) or not item.has(other_key):
        return item.required(key)
    name = item.filled(other_key) or ""
    item.warning(key, f"{key} is missing; the domain keeps the name {name!r} of the other site")
    return name


def _master(item: Section, role: SiteRole) -> bool:
    """Return whether this is the master; the guide's one old key holds for both sites (R99)."""
    key = f"dr_{role}_master_domain"
    if item.has(key) or not item.has("dr_master_domain"):
        return item.flag(key, quoted_false_is_true_for_role=True) or False
    if role == "primary":
        item.warning(
            "dr_master_domain",
            "dr_master_domain is an old spelling, taken for both sites here",
            detail="The Ansible role no longer reads it, and would import no domain at all.",
            next_step="Write dr_primary_master_domain and dr_secondary_master_domain.",
        )
    return item.flag("dr_master_domain") or False


def _addresses(item: Section, role: SiteRole, storage_type: StorageType) -> tuple[str, ...]:
    key = f"dr_{role}_address"
    if storage_type == "fcp":
        return ()
    if storage_type in _ADDRESSED:
        address = item.required(key, need=f"; a {storage_type} domain needs one").strip()
    else:
        address = (item.attribute(key) or "").strip()
    if not address:
        return ()
    if _PLACEHOLDER.search(address):
        item.warning(key, f"the address {address} looks like a placeholder")
    elif re.search(r"[\s/]", address):
        item.error(key, f"expected a host name or an IP address, found {address!r}")
    return (address,)


def _vfs_type(item: Section, key: str) -> str:
    if is_not_set(item.value(key)):
        item.error(key, f"{key} is not filled in")
        return ""
    return item.required(key).strip()


def _path(item: Section, role: SiteRole, storage_type: StorageType) -> str | None:
    key = f"dr_{role}_path"
    if storage_type in BLOCK_STORAGE_TYPES:
        return None
    path = item.required(key).strip()
    if path and storage_type == "nfs" and not path.startswith("/"):
        item.error(
            key,
            f"expected the path of the export, beginning with /, found {path!r}",
            next_step="The server's address has a key of its own.",
        )
    return path


def _warn_of_what_the_role_misses(item: Section, storage_type: StorageType) -> None:
    """Warn once of the settings without which the role does not import the domain (B1.6)."""
    needed = ["dr_wipe_after_delete", "dr_backup", "dr_critical_space_action_blocker"]
    if storage_type != "nfs":
        needed.append("dr_warning_low_space")
    if storage_type in BLOCK_STORAGE_TYPES:
        needed.append("dr_discard_after_delete")
    if not item.has("dr_master_domain"):
        needed.extend(f"dr_{role}_master_domain" for role in SITE_ROLES)
    missing = [key for key in needed if not item.has(key)]
    if missing:
        item.findings.warning(
            item.position,
            f"missing here: {', '.join(missing)}",
            key=item.path,
            detail="The Ansible role would not import this domain. drplan leaves what is missing "
            "as the domain has it; a domain that is not said to be master is none.",
        )
