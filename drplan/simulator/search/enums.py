"""Enumerations as searches spell them: the Engine's own constants, without underscores for statuses.

The spelling of the API (``powering_up``) is invalid in a search and gives an empty list, so is a
number (engine-entities.md 7.2).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Spellings: TypeAlias = Mapping[str, frozenset[str]]
"""From the constant in lower case to the values on the wire that it stands for."""


def _plain(values: str) -> dict[str, frozenset[str]]:
    return {value: frozenset({value}) for value in values.split()}


def _joined(values: str) -> dict[str, frozenset[str]]:
    return {value.replace("_", ""): frozenset({value}) for value in values.split()}


def _also(base: Mapping[str, frozenset[str]], more: Iterable[tuple[str, str]]) -> Spellings:
    return {**base, **{name: frozenset(wire.split()) for name, wire in more}}


VM_STATUSES = _also(
    _joined(
        "unassigned down up powering_up paused unknown not_responding wait_for_launch "
        "reboot_in_progress saving_state restoring_state suspended image_locked powering_down"
    ),
    [("migratingfrom", "migrating"), ("migratingto", "migrating"), ("imageillegal", "")],
)
VM_TYPES: Spellings = _joined("desktop server high_performance")
HOST_STATUSES: Spellings = _joined(
    "unassigned down maintenance up non_responsive error installing install_failed reboot "
    "preparing_for_maintenance non_operational pending_approval initializing connecting "
    "installing_os kdumping"
)
DOMAIN_STATUSES = _also(
    _joined(
        "unknown unattached active inactive locked maintenance preparing_for_maintenance "
        "detaching activating"
    ),
    [("uninitialized", "")],
)
DATA_CENTER_STATUSES = _also(
    _joined("uninitialized up maintenance not_operational contend"),
    [("nonresponsive", "problematic")],
)
TEMPLATE_STATUSES: Spellings = _plain("ok locked illegal")
DISK_STATUSES = _also(_plain("ok locked illegal"), [("unassigned", "")])
DISK_TYPES: Spellings = _plain("image lun cinder managed_block_storage")
CONTENT_TYPES: Spellings = _plain(
    "data ovf_store memory_dump_volume memory_metadata_volume iso hosted_engine "
    "hosted_engine_sanlock hosted_engine_metadata hosted_engine_configuration backup_scratch"
)
STORAGE_TYPES = _also(
    _plain("nfs fcp iscsi localfs posixfs glusterfs glance cinder managed_block_storage"),
    [("unknown", ""), ("all", "")],
)
SEVERITIES: Spellings = _plain("normal warning error alert")
FLAGS: Spellings = _plain("true false")
