"""Check a mapping file, offline: everything that is wrong with it, in one go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from drplan.documents.mapping_file import read_mapping
from drplan.model.diagnostic import Diagnostic
from drplan.model.mapping import Mapping

FORMAT_VERSION = "1.0"


@dataclass(frozen=True)
class ValidateRequest:
    """Which mapping to check."""

    mapping: Path


class MappingCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries of each kind a mapping has."""

    storage_domains: int
    clusters: int
    affinity_groups: int
    affinity_labels: int
    domains: int
    roles: int
    networks: int
    luns: int


class Validation(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the check. ``counts`` is ``None`` where the file cannot be used."""

    format_version: str = FORMAT_VERSION
    file: str
    valid: bool
    error_count: int
    warning_count: int
    counts: MappingCounts | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


def validate(request: ValidateRequest) -> Validation:
    """Check the mapping. A file that cannot be read is a finding, not an exception."""
    reading = read_mapping(request.mapping)
    errors = sum(finding.severity == "error" for finding in reading.diagnostics)
    return Validation(
        file=str(request.mapping),
        valid=reading.mapping is not None,
        error_count=errors,
        warning_count=len(reading.diagnostics) - errors,
        counts=_counts(reading.mapping) if reading.mapping else None,
        diagnostics=reading.diagnostics,
    )


def _counts(mapping: Mapping) -> MappingCounts:
    return MappingCounts(
        storage_domains=len(mapping.storages),
        clusters=len(mapping.clusters),
        affinity_groups=len(mapping.affinity_groups),
        affinity_labels=len(mapping.affinity_labels),
        domains=len(mapping.domains),
        roles=len(mapping.roles),
        networks=len(mapping.networks),
        luns=len(mapping.luns),
    )
