"""The life of two sites under the role: mapping, failover, clean-up of the returned site, failback.

What the role is known to do is written in the tests; here is only what is done, and what is found.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from drplan.documents.mapping_file import load_mapping
from drplan.model.inventory import Inventory
from tests.peer.role import Ansible, Played
from tests.peer.sites import Sites

PAST_LEASES: Final = 200
"""Seconds after which the lost site's hosts count as dead (140, engine-storage.md 12)."""


@dataclass(frozen=True)
class Stage:
    """One run of the role: how it ended, what it sent, what both Engines then hold."""

    played: Played
    writes: Mapping[str, tuple[str, ...]]
    primary: Inventory | None
    secondary: Inventory
    report: str = ""


@dataclass(frozen=True)
class LifeCycle:
    """All stages, in their order."""

    before: Mapping[str, Inventory]
    generated: Played
    generated_file: Path
    validated: Played
    failover: Stage
    clean_with_unknown_vm: Stage
    clean_active: Stage
    clean_inactive: Stage
    clean_in_maintenance: Stage
    failback: Stage


def live(ansible: Ansible, sites: Sites) -> LifeCycle:
    """Run everything once, in the order of the guide."""
    before = {role: sites.inventory(role, f"before-{role}") for role in ("primary", "secondary")}
    generated_file = sites.folder / "generated.yml"
    generated = ansible.play(
        "generate_mapping",
        sites.folder,
        {
            "site": sites.of("primary", "url"),
            "username": sites.of("primary", "user"),
            "password": sites.of("primary", "password"),
            "ca": sites.ca_file,
            "var_file": str(generated_file),
        },
    )
    passwords = (sites.of("primary", "password"), sites.of("secondary", "password"))
    validated = ansible.validate(sites.folder, sites.mapping, passwords)
    sites.steer("POST", "/sites/primary/down")
    sites.steer("POST", f"/time/skip?seconds={PAST_LEASES}")
    failover = _stage(ansible, sites, "fail_over", "failover", primary_is_up=False)
    sites.steer("POST", "/sites/primary/up")
    first = _stage(ansible, sites, "clean_engine", "clean-1")
    _order(sites, "{event: host_returns, host: north-h3, site: primary}")
    second = _stage(ansible, sites, "clean_engine", "clean-2")
    names = [str(it.side("primary").name) for it in load_mapping(sites.mapping)[0].storages]
    for name in names:
        _order(sites, f"{{event: domain_goes_inactive, storage_domain: {name}, site: primary}}")
    third = _stage(ansible, sites, "clean_engine", "clean-3")
    for name in names:
        _order(sites, f"{{event: domain_recovers, storage_domain: {name}, site: primary}}")
    sites.deactivate("primary", names)
    fourth = _stage(ansible, sites, "clean_engine", "clean-4")
    back: dict[str, Any] = {"dr_target_host": "primary", "dr_source_map": "secondary"}

    def administrators_turn_replication_round() -> None:
        sites.steer("POST", "/storage/reverse")
        sites.steer("POST", "/storage/promote")

    failback = _stage(
        *(ansible, sites, "fail_back", "failback"),
        more=back,
        at_pause=administrators_turn_replication_round,
    )
    return LifeCycle(
        *(before, generated, generated_file, validated, failover),
        *(first, second, third, fourth, failback),
    )


def _order(sites: Sites, event: str) -> None:
    sites.steer("POST", "/faults", event)


def _stage(
    ansible: Ansible,
    sites: Sites,
    tag: str,
    name: str,
    *,
    primary_is_up: bool = True,
    more: Mapping[str, Any] | None = None,
    at_pause: Callable[[], None] | None = None,
) -> Stage:
    folder = sites.folder / f"role-{name}"
    folder.mkdir()
    since = {role: sites.requests(role) for role in ("primary", "secondary")}
    played, report = play(ansible, sites, tag, folder, more=more, at_pause=at_pause)
    return Stage(
        played=played,
        writes={role: tuple(sites.writes(role, count)) for role, count in since.items()},
        primary=sites.inventory("primary", f"{name}-primary") if primary_is_up else None,
        secondary=sites.inventory("secondary", f"{name}-secondary"),
        report=report,
    )


def play(
    ansible: Ansible,
    sites: Sites,
    tag: str,
    folder: Path,
    *,
    more: Mapping[str, Any] | None = None,
    at_pause: Callable[[], None] | None = None,
) -> tuple[Played, str]:
    """Run one part of the role with the served mapping; how it ended, and its report.

    The role keeps its report in the machine's folder for temporary files; it is taken from there.
    """
    report = Path("/tmp") / f"drplan-peer-{os.getpid()}-{folder.name}.log"
    variables = {
        "dr_report_file": report.name,
        "dr_running_vms": str(sites.folder / "running-vms"),
        "dr_clean_orphaned_vms": True,
        "dr_clean_orphaned_disks": True,
        "dr_cleanup_delay_maintenance": 1,
        **(more or {}),
    }
    files = (sites.mapping, sites.passwords)
    try:
        played = ansible.play(tag, folder, variables, files=files, at_pause=at_pause)
        return played, report.read_text() if report.exists() else ""
    finally:
        report.unlink(missing_ok=True)
