"""Reads ``expected.yml``: what a failover must give, written by hand from the Engine's rules."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


@dataclass(frozen=True)
class ExpectedDomain:
    """A storage domain of the primary. ``data_center`` is the target's, where it is imported."""

    address: str
    data_center: str | None
    why: str | None


@dataclass(frozen=True)
class Expected:
    """A VM or template of the primary.

    ``outcome`` is how its registration ends: ``done``, ``fails``, ``skipped`` or ``left_out``.
    ``start`` is how its start ends: ``done``, ``fails`` or ``none``. ``nics`` are profiles by NIC,
    ``new_macs`` the NICs whose address changes, ``dropped`` pairs of kind and name.
    """

    address: str
    outcome: str
    start: str
    cluster: str | None
    nics: dict[str, str | None]
    new_macs: frozenset[str]
    dropped: frozenset[tuple[str, str]]
    why: str | None


@dataclass(frozen=True)
class Expectation:
    """All that is expected of a failover."""

    domains: tuple[ExpectedDomain, ...]
    templates: tuple[Expected, ...]
    vms: tuple[Expected, ...]


def read_expectation(path: Path) -> Expectation:
    """The expectation in the file at ``path``."""
    document = YAML(typ="safe", pure=True).load(path)
    names = Counter(entry["vm"].partition("/")[2] for entry in document["vms"])
    return Expectation(
        domains=tuple(map(_domain, document["domains"])),
        templates=tuple(
            _entity(f"template.{entry['template'].removesuffix('@1')}", entry)
            for entry in document["templates"]
        ),
        vms=tuple(_entity(_vm_address(entry["vm"], names), entry) for entry in document["vms"]),
    )


def _vm_address(text: str, names: Counter[str]) -> str:
    """``vm.NAME``, with its data center where the primary has several of that name."""
    name = text.partition("/")[2]
    return f"vm.{name}" if names[name] == 1 else f"vm.{text}"


def _domain(entry: dict[str, Any]) -> ExpectedDomain:
    return ExpectedDomain(
        address=f"storage_domain.{entry['domain']}",
        data_center=entry["data_center"] if entry["imported"] else None,
        why=entry.get("why"),
    )


def _entity(address: str, entry: dict[str, Any]) -> Expected:
    return Expected(
        address=address,
        outcome="done" if entry["registered"] else entry["outcome"],
        start=_start(entry),
        cluster=entry.get("cluster"),
        nics=entry.get("nics", {}),
        new_macs=frozenset(entry.get("new_macs", ())),
        dropped=frozenset((item["what"], item["name"]) for item in entry.get("dropped", ())),
        why=entry.get("why"),
    )


def _start(entry: dict[str, Any]) -> str:
    if entry.get("start") == "fails":
        return "fails"
    return "done" if entry.get("power") == "up" else "none"
