"""Rules about storage domains that need no store: names, formats, master, attach preconditions.

Storage sheet 3.3 (add and import) and 5.2 (attach); the order of the checks is the Engine's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from drplan.simulator.rules.messages import Finding

NAME_LENGTH = 50
_NAME = re.compile(r"[0-9a-zA-Z_-]+\Z")

_STATUS_NAMES = {
    "active": "Active",
    "inactive": "Inactive",
    "locked": "Locked",
    "maintenance": "Maintenance",
    "preparing_for_maintenance": "PreparingForMaintenance",
    "detaching": "Detaching",
    "activating": "Activating",
    "unattached": "Unattached",
    "unknown": "Unknown",
}
IN_PROCESS = frozenset({"locked", "preparing_for_maintenance", "detaching", "activating"})
ACTIVATABLE = frozenset({"inactive", "unknown", "maintenance", "preparing_for_maintenance"})


def status_name(wire: str | None) -> str:
    """The Java enum name of a wire status, as the Engine's texts have it (storage sheet 6.1)."""
    return _STATUS_NAMES.get(wire or "unknown", "Unknown")


def validate_name(name: str) -> list[Finding]:
    """Name characters (VALIDATION_STORAGE_DOMAIN_NAME_INVALID, with its second message)."""
    if _NAME.match(name):
        return []
    return [
        Finding("VALIDATION_STORAGE_DOMAIN_NAME_INVALID"),
        Finding(
            "ACTION_TYPE_FAILED_ATTRIBUTE_PATH", {"path": "storageDomain.storageStaticData.name"}
        ),
    ]


def validate_new(name: str, *, discard_after_delete: bool, is_block: bool) -> list[Finding]:
    """Name length and discard: what is checked before the host is asked."""
    if len(name) > NAME_LENGTH:
        return [Finding("ACTION_TYPE_FAILED_NAME_LENGTH_IS_TOO_LONG")]
    if discard_after_delete and not is_block:
        return [Finding("ACTION_TYPE_FAILED_DISCARD_AFTER_DELETE_SUPPORTED_ONLY_BY_BLOCK_DOMAINS")]
    return []


def format_of_version(major: int, minor: int) -> str:
    """The storage format of a compatibility level: 4.3 and later v5, before v4 (sheet 5.2)."""
    return "v5" if (major, minor) >= (4, 3) else "v4"


def format_number(storage_format: str) -> int:
    """The number of a format: ``v5`` is 5."""
    return int(storage_format.removeprefix("v"))


@dataclass(frozen=True, slots=True)
class Center:
    """What the attach rules need of a data center."""

    status: str
    storage_format: str
    is_local: bool
    domain_types: tuple[str, ...]
    has_active_master: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the attach rules need of the domain."""

    type: str
    storage_format: str
    is_local: bool
    is_attached: bool


def validate_attach(center: Center, domain: Candidate) -> list[Finding]:
    """The checks of attach after "domain exists", in their order; the first that fails ends them.

    Storage sheet 5.2, StorageDomainToPoolRelationValidator.
    """
    if domain.type == "data":
        found = _validate_data(center, domain)
        if found:
            return found
    if domain.type == "iso" and "iso" in center.domain_types:
        return [Finding("ERROR_CANNOT_ATTACH_MORE_THAN_ONE_ISO_DOMAIN")]
    if domain.type == "export" and "export" in center.domain_types:
        return [Finding("ERROR_CANNOT_ATTACH_MORE_THAN_ONE_EXPORT_DOMAIN")]
    if center.status == "uninitialized":
        if domain.type != "data":
            return [Finding("ERROR_CANNOT_ADD_STORAGE_POOL_WITHOUT_DATA_DOMAIN")]
        return []
    if not center.has_active_master:
        return [Finding("ACTION_TYPE_FAILED_MASTER_STORAGE_DOMAIN_NOT_ACTIVE")]
    return []


def _validate_data(center: Center, domain: Candidate) -> list[Finding]:
    if format_number(domain.storage_format) > format_number(center.storage_format):
        illegal = {"storageFormat": domain.storage_format.upper()}
        return [Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_FORMAT_ILLEGAL", illegal)]
    if domain.is_attached:
        return [Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL")]
    if domain.is_local != center.is_local:
        return [Finding("ERROR_CANNOT_ATTACH_STORAGE_DOMAIN_STORAGE_TYPE_NOT_MATCH")]
    return []


def validate_activate(
    center_status: str, status: str, *, is_master: bool, master_active: bool
) -> Sequence[Finding]:
    """The checks of activate between "domain exists" and "an Up host" (storage sheet 6.1)."""
    if center_status == "uninitialized":
        return [Finding("ACTION_TYPE_FAILED_STORAGE_POOL_STATUS_ILLEGAL")]
    if status in IN_PROCESS - ACTIVATABLE:
        return [Finding("ACTION_TYPE_FAILED_OBJECT_LOCKED")]
    if status not in ACTIVATABLE:
        name = {"status": status_name(status)}
        return [Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL2", name)]
    if not is_master and not master_active:
        return [Finding("ACTION_TYPE_FAILED_MASTER_STORAGE_DOMAIN_NOT_ACTIVE")]
    return []
