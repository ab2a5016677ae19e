"""Both fixtures, rehearsed, against what was written by hand from the Engine's rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from drplan.documents.plan_file import read_plan
from drplan.model.entities import Vm
from drplan.model.inventory import Inventory
from drplan.model.outcome import Fate, Outcome
from drplan.model.plan import Plan
from drplan.resources import fixture_folder
from drplan.workflows.rehearse import Rehearsal, RehearsalRequest, rehearse
from drplan.workflows.sites import find_recorded_site, read_recorded_inventory

KINDS = {
    "profile": "network",
    "affinity_group": "affinity group",
    "affinity_label": "affinity label",
}
FAILING_IMPORTS = {"path_in_use"}


@dataclass(frozen=True)
class Case:
    """A fixture, what is expected of it, and what its rehearsal gave."""

    expected: dict[str, Any]
    source: Inventory
    target: Inventory
    plan: Plan
    rehearsal: Rehearsal

    def address(self, entry: dict[str, Any]) -> str:
        """The address of a VM: with its data center where its name is not unique."""
        center, _, name = entry["vm"].partition("/")
        same = [vm for vm in self.source.vms if vm.name == name]
        return f"vm.{name}" if len(same) == 1 else f"vm.{center}/{name}"

    def fate(self, entry: dict[str, Any]) -> Fate:
        """What became of a VM."""
        wanted = self.address(entry)
        return next(fate for fate in self.rehearsal.report.fates if fate.address == wanted)

    def outcome(self, address: str, operation: str) -> Outcome | None:
        """How an action ended, if there was one."""
        return next(
            (
                outcome
                for outcome in self.rehearsal.report.outcomes
                if (outcome.address, outcome.operation) == (address, operation)
            ),
            None,
        )

    def source_vm(self, entry: dict[str, Any]) -> Vm:
        """The VM at the primary."""
        wanted = self.fate(entry).id
        return next(vm for vm in self.source.vms if vm.id == wanted)


def _case(name: str, folder: Path) -> Case:
    from drplan.cli.main import main

    fixture = fixture_folder(name)
    plan = folder / "plan.json"
    where = ["--mapping", fixture / "mapping.yml", "--cassettes", fixture, "--offline"]
    main([str(word) for word in ("plan", "failover", *where, "--out", plan)])
    return Case(
        expected=YAML(typ="safe", pure=True).load(fixture / "expected.yml"),
        source=read_recorded_inventory(find_recorded_site(fixture, "primary")),
        target=read_recorded_inventory(find_recorded_site(fixture, "secondary")),
        plan=read_plan(plan),
        rehearsal=rehearse(RehearsalRequest(plan=plan, cassettes=fixture)),
    )


@pytest.fixture(scope="module", params=["two-site", "two-site-trouble"])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Each fixture in turn."""
    return _case(request.param, tmp_path_factory.mktemp(request.param))


def test_every_vm_is_accounted_for(case: Case) -> None:
    """The report tells a fate for each VM of the primary, and for no other."""
    told = [fate.address for fate in case.rehearsal.report.fates]
    assert sorted(told) == sorted(case.address(entry) for entry in case.expected["vms"])


def test_vms_are_registered_where_expected(case: Case) -> None:
    """Registered or not, and in which cluster."""
    for entry in case.expected["vms"]:
        fate = case.fate(entry)
        assert fate.registered == entry["registered"], entry
        if entry["registered"]:
            assert fate.cluster == entry["cluster"], entry


def test_vnics_end_where_expected(case: Case) -> None:
    """Each vNIC's profile, and whether its MAC is the one it had."""
    for entry in case.expected["vms"]:
        if not entry["registered"]:
            continue
        fate = case.fate(entry)
        assert {nic.nic: nic.profile for nic in fate.nics} == entry["nics"], entry
        before = {nic.name: nic.mac for nic in case.source_vm(entry).nics or ()}
        changed = [nic.nic for nic in fate.nics if nic.mac != before[nic.nic]]
        assert changed == entry.get("new_macs", []), entry


def test_vms_are_up_or_down_as_expected(case: Case) -> None:
    """The power state in the end."""
    for entry in case.expected["vms"]:
        if entry["registered"]:
            assert case.fate(entry).status == entry["power"], entry


def test_what_is_lost_is_what_was_expected(case: Case) -> None:
    """Nothing more and nothing less, and the Engine's event tells what it should."""
    for entry in case.expected["vms"]:
        fate = case.fate(entry)
        lost = {re.sub(r" \(.*\)$", "", text) for text in fate.dropped}
        expected = {
            f"{KINDS.get(item['what'], item['what'])} {item['name']}"
            for item in entry.get("dropped", [])
        }
        assert lost == expected, entry
        register = case.outcome(fate.address, "register")
        told = " ".join(register.engine_events) if register else ""
        for item in entry.get("dropped", []):
            assert (item["name"] in told) == item["event"], entry


def test_what_fails_is_what_was_expected(case: Case) -> None:
    """Failed actions are exactly those named, each foreseen by the plan; the rest follows."""
    failing = {
        (case.address(entry), "register")
        for entry in case.expected["vms"]
        if entry.get("outcome") == "fails"
    }
    failing |= {
        (case.address(entry), "start")
        for entry in case.expected["vms"]
        if entry.get("start") == "fails"
    }
    failing |= {
        (f"template.{entry['template'].removesuffix('@1')}", "register")
        for entry in case.expected["templates"]
        if entry.get("outcome") == "fails"
    }
    failing |= {
        (f"storage_domain.{entry['domain']}", "import")
        for entry in case.expected["domains"]
        if entry.get("why") in FAILING_IMPORTS
    }
    outcomes = case.rehearsal.report.outcomes
    failed = {(o.address, o.operation) for o in outcomes if o.status == "failed"}
    foreseen = {
        (action.address, action.operation)
        for action in case.plan.actions()
        if action.expected_failure is not None
    }
    assert failed == failing == foreseen
    assert case.rehearsal.report.success == (not failing)
    for entry in case.expected["vms"]:
        register = case.outcome(case.address(entry), "register")
        if entry.get("outcome") == "skipped":
            assert register is not None
            assert register.status == "skipped", entry
        if entry.get("outcome") == "left_out":
            assert register is None, entry


def test_domains_and_templates_end_as_expected(case: Case) -> None:
    """Attached to the expected data center and active; registered in the expected cluster."""
    fresh = case.rehearsal.fresh
    centers = {center.id: center.name for center in fresh.data_centers}
    active = {
        domain.name: [centers[key] for key in domain.data_center_ids]
        for domain in fresh.storage_domains
        if domain.status == "active"
    }
    for entry in case.expected["domains"]:
        wanted = [entry["data_center"]] if entry["imported"] else None
        assert active.get(entry["domain"]) == wanted, entry
    clusters = {cluster.id: cluster.name for cluster in fresh.clusters}
    registered = {
        f"{item.name}@{item.version_number or 1}": clusters.get(item.cluster_id or "")
        for item in fresh.templates
    }
    for entry in case.expected["templates"]:
        wanted_cluster = entry["cluster"] if entry["registered"] else None
        assert registered.get(entry["template"]) == wanted_cluster, entry


def test_what_was_there_before_is_untouched(case: Case) -> None:
    """The secondary's own VMs are as they were."""
    before = {vm.id: vm for vm in case.target.vms}
    after = {vm.id: vm for vm in case.rehearsal.fresh.vms}
    for name in case.expected["unchanged"]:
        (vm,) = [vm for vm in before.values() if vm.name == name]
        assert after[vm.id] == vm


def test_nothing_is_left_unexplained(case: Case) -> None:
    """What a fresh look still finds is what failed or was skipped, and nothing surprised."""
    assert case.rehearsal.unexplained == ()
    assert [text for o in case.rehearsal.report.outcomes for text in o.surprises] == []
    assert case.rehearsal.report.unexpected == ()
