"""Mapping texts for tests: the least that is valid, and ways to vary one thing."""

from __future__ import annotations

from collections.abc import Mapping as MappingType

from drplan.documents.mapping_file import MappingReading, parse_mapping
from drplan.model.diagnostic import Diagnostic
from drplan.model.mapping import Mapping, StorageMapping

SITES = """\
dr_sites_primary_url: https://engine1.example.com/ovirt-engine/api
dr_sites_primary_username: admin@internal
dr_sites_primary_ca_file: ca1.pem
dr_sites_secondary_url: https://engine2.example.com/ovirt-engine/api
dr_sites_secondary_username: admin@internal
dr_sites_secondary_ca_file: ca2.pem
"""

NFS = {
    "dr_domain_type": "nfs",
    "dr_storage_domain_type": "data",
    "dr_wipe_after_delete": "false",
    "dr_backup": "false",
    "dr_critical_space_action_blocker": "5",
    "dr_warning_low_space": "10",
    "dr_primary_name": "data01",
    "dr_primary_master_domain": "true",
    "dr_primary_dc_name": "Default",
    "dr_primary_address": "nfs1.example.com",
    "dr_primary_path": "/export/data01",
    "dr_secondary_name": "data01",
    "dr_secondary_master_domain": "true",
    "dr_secondary_dc_name": "Default",
    "dr_secondary_address": "nfs2.example.com",
    "dr_secondary_path": "/export/data01",
}

_BLOCK = {
    "dr_storage_domain_type": "data",
    "dr_domain_id": "aa92cc71-1b88-4998-a755-970ef8a638ea",
    "dr_wipe_after_delete": "false",
    "dr_backup": "false",
    "dr_discard_after_delete": "false",
    "dr_critical_space_action_blocker": "5",
    "dr_warning_low_space": "10",
    "dr_primary_name": "san01",
    "dr_primary_master_domain": "true",
    "dr_primary_dc_name": "Default",
    "dr_secondary_name": "san01",
    "dr_secondary_master_domain": "true",
    "dr_secondary_dc_name": "Default",
}
FCP = {"dr_domain_type": "fcp", **_BLOCK}
ISCSI = {
    "dr_domain_type": "iscsi",
    **_BLOCK,
    "dr_primary_address": "10.0.1.10",
    "dr_primary_target": '["iqn.2017-10.com.example:1"]',
    "dr_secondary_address": "10.0.2.10",
    "dr_secondary_target": '["iqn.2017-10.com.example:2"]',
}


def item(values: MappingType[str, str | None], **changes: str | None) -> str:
    """Return one list item; a change to ``None`` takes a key out."""
    lines = [f"{key}: {value}" for key, value in {**values, **changes}.items() if value is not None]
    return "- " + "\n  ".join(lines) + "\n"


def storages(*items: str) -> str:
    """Return a whole mapping with the given storage domains."""
    return SITES + "dr_import_storages:\n" + "".join(items)


def with_text(text: str) -> str:
    """Return a whole valid mapping with a text added at the top level."""
    return storages(item(NFS)) + text


def read(text: str | bytes, environ: MappingType[str, str] | None = None) -> MappingReading:
    """Read a mapping from its text."""
    data = text.encode() if isinstance(text, str) else text
    return parse_mapping(data, "mapping.yml", environ or {})


def valid(text: str) -> Mapping:
    """Return the mapping of a text that has to be valid, warnings allowed."""
    reading = read(text)
    assert reading.mapping is not None, reading.diagnostics
    return reading.mapping


def storage(**changes: str | None) -> StorageMapping:
    """Return the NFS domain as it is read with some changes."""
    return valid(storages(item(NFS, **changes))).storages[0]


def findings(text: str | bytes, severity: str | None = None) -> list[Diagnostic]:
    """Return what is found in a text."""
    return [
        finding
        for finding in read(text).diagnostics
        if severity is None or finding.severity == severity
    ]


def only(text: str | bytes) -> Diagnostic:
    """Return the one finding that a text has to have."""
    (finding,) = read(text).diagnostics
    return finding


def place(finding: Diagnostic) -> tuple[int, int]:
    """Return the line and column of a finding."""
    assert finding.range is not None
    return (finding.range.start.line, finding.range.start.column)
