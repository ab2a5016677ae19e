"""Reads a mapping file: the role's var file as it is in the field, with drplan's own section.

Nothing is raised for a file that is wrong. All that is wrong is found in one reading, each with
file, line and column, so that it can be put right in one go.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping as MappingType
from pathlib import Path

import msgspec

from drplan.documents.mapping import keys
from drplan.documents.mapping.compose import compose, decode
from drplan.documents.mapping.extras import read_extras, read_site_names
from drplan.documents.mapping.findings import Findings
from drplan.documents.mapping.luns import read_luns
from drplan.documents.mapping.names import read_names
from drplan.documents.mapping.networks import read_networks
from drplan.documents.mapping.nodes import MapNode
from drplan.documents.mapping.section import Section
from drplan.documents.mapping.sense import check_sense
from drplan.documents.mapping.sites import read_settings, read_site
from drplan.documents.mapping.storages import read_storages
from drplan.documents.mapping.values import Reading
from drplan.errors import InvalidInput
from drplan.model.diagnostic import Diagnostic
from drplan.model.mapping import Mapping


class MappingReading(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reading a file: the mapping, unless there are errors, and all findings."""

    mapping: Mapping | None
    diagnostics: tuple[Diagnostic, ...] = ()


def read_mapping(path: Path, environ: MappingType[str, str] | None = None) -> MappingReading:
    """Read a mapping file. The findings are in the order of the file.

    ``environ`` is where ``{{ lookup('env', …) }}`` looks; the process's environment by default.
    A file that cannot be opened is a finding like any other.
    """
    findings = Findings(str(path))
    try:
        data = path.read_bytes()
    except OSError as fault:
        findings.error(
            None,
            f"the mapping file {path} cannot be read: {fault.strerror or fault}",
            next_step="Give the path of the mapping with --mapping.",
        )
        return MappingReading(mapping=None, diagnostics=findings.in_order())
    return parse_mapping(data, str(path), os.environ if environ is None else environ)


def load_mapping(
    path: Path, environ: MappingType[str, str] | None = None
) -> tuple[Mapping, tuple[Diagnostic, ...]]:
    """Return a mapping that can be used, with the warnings about it.

    Raises :class:`InvalidInput`, which carries all findings as lines, if there are errors.
    """
    reading = read_mapping(path, environ)
    if reading.mapping is not None:
        return reading.mapping, reading.diagnostics
    errors = [finding for finding in reading.diagnostics if finding.severity == "error"]
    raise InvalidInput(
        "the mapping cannot be used",
        where=str(path),
        findings=[one_line(finding) for finding in errors],
        next_step=f"correct it, and check it with drplan validate --mapping {path}",
    )


def one_line(finding: Diagnostic) -> str:
    """Return a finding as one line: where, which key, what, and the remedy."""
    place = f"{finding.range}: " if finding.range else ""
    remedy = f" ({finding.next_step.rstrip('.')})" if finding.next_step else ""
    return f"{place}{headline(finding)}{remedy}"


def headline(finding: Diagnostic) -> str:
    """Return what a finding says, led by its key; the key's last part is not said twice."""
    path, _, last = (finding.key or "").rpartition(".")
    if not finding.summary.startswith(f"{last} "):
        path = finding.key or ""
    return f"{path}: {finding.summary}" if path else finding.summary


def parse_mapping(data: bytes, filename: str, environ: MappingType[str, str]) -> MappingReading:
    """Read a mapping from the bytes of a file; ``filename`` is what findings call it."""
    findings = Findings(filename)
    text = decode(data, findings)
    root = compose(text, findings, keys.ALL) if text is not None else None
    mapping = None
    if root is not None:
        mapping = _mapping(root, filename, hashlib.sha256(data).hexdigest(), findings, environ)
        check_sense(mapping, findings)
    return MappingReading(
        mapping=None if findings.has_errors else mapping, diagnostics=findings.in_order()
    )


def _mapping(
    root: MapNode, filename: str, sha256: str, findings: Findings, environ: MappingType[str, str]
) -> Mapping:
    top = Section(root, keys.TOP_LEVEL, Reading(findings, environ))
    top.report_unknown_keys(where="in a mapping file")
    extras = top.section("drplan", keys.DRPLAN, role_reads=False)
    names = read_site_names(extras)
    return Mapping(
        file=filename,
        sha256=sha256,
        primary=read_site(top, "primary", names["primary"]),
        secondary=read_site(top, "secondary", names["secondary"]),
        storages=read_storages(top),
        clusters=read_names(top, "dr_cluster_mappings"),
        affinity_groups=read_names(top, "dr_affinity_group_mappings"),
        affinity_labels=read_names(top, "dr_affinity_label_mappings"),
        domains=read_names(top, "dr_domain_mappings"),
        roles=read_names(top, "dr_role_mappings"),
        networks=read_networks(top),
        luns=read_luns(top),
        settings=read_settings(top),
        drplan=read_extras(extras),
    )
