"""Both fixtures: what the plan says before anything runs, against what was written by hand.

How the rehearsals end is compared in ``test_rehearsal_as_expected.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance.command import Failover
from tests.acceptance.expected import Expectation, Expected, read_expectation

REASONS = {
    "hosted_engine": "hosted-engine VM|the VM that the Engine runs in",
    "iso": "ISO domain",
    "image": "image repository",
    "local_storage": "local storage",
    "not_mapped": "no entry of dr_import_storages names it|which no mapping names",
    "was_down": "was down at the source",
    "no_cluster": "relevant Cluster doesn't exist",
    "name_taken": "Name already exists",
    "disk_domain_missing": "Storage Domain doesn't exist",
    "lun_not_visible": "LUN is not visible",
    "path_in_use": "Storage connection",
    "memory": "memory",
    "template_missing": "template.",
    "domain_not_imported": "storage_domain.",
}
"""How the program words what ``expected.yml`` gives as one word; alternatives between bars."""

KINDS = {"network": "profile"}
"""What the plan calls lost, where ``expected.yml`` has another word for it."""


@dataclass(frozen=True)
class Case:
    """A fixture's failover beside what is expected of it."""

    failover: Failover
    expected: Expectation
    plan: dict[str, Any]
    report: dict[str, Any]

    def action(self, address: str, operation: str) -> dict[str, Any] | None:
        """The one action that does this, or nothing where the plan has none."""
        found = [
            action
            for action in self.actions
            if (action["address"], action["change"]["operation"]) == (address, operation)
        ]
        assert len(found) < 2, found
        return found[0] if found else None

    @property
    def actions(self) -> list[dict[str, Any]]:
        """All actions of the plan."""
        return [*self.plan["resource_changes"], *self.plan["action_invocations"]]

    def not_done(self, address: str, operation: str) -> str:
        """Why the plan does not do this; empty where it does not say so."""
        return " ".join(
            item["detail"]
            for item in self.plan["not_done"]
            if (item["address"], item["operation"]) == (address, operation)
        )

    def warnings_of(self, action: dict[str, Any]) -> str:
        """The plan's findings that an action refers to, as one text."""
        marks = action.get("diagnostics", [])
        return " ".join(
            f"{finding['summary']} {finding.get('detail', '')}"
            for finding in self.plan["diagnostics"]
            if finding["id"] in marks
        )

    def doomed(self, action: dict[str, Any]) -> set[str]:
        """The addresses with an expected failure that an action needs, at any distance."""
        by_id = {item["id"]: item for item in self.actions}
        needs = [by_id[name] for name in action.get("depends_on", []) if name in by_id]
        found = {need["address"] for need in needs if "expected_failure" in need}
        return found.union(*map(self.doomed, needs))


@pytest.fixture(scope="module", params=["demo", "trouble"])
def case(request: pytest.FixtureRequest) -> Case:
    """Each fixture in turn."""
    failover: Failover = request.getfixturevalue(request.param)
    return Case(
        failover,
        read_expectation(failover.folder / "expected.yml"),
        failover.plan_document,
        failover.report_document,
    )


def is_worded(why: str | None, text: str) -> bool:
    """Whether a text gives the reason that ``expected.yml`` has a word for."""
    assert why is not None
    return any(words in text for words in REASONS[why].split("|"))


def ending(case: Case, outcome: str) -> Iterator[tuple[Expected, dict[str, Any]]]:
    """The VMs and templates whose registration should end so, with their action in the plan."""
    for entity in (*case.expected.templates, *case.expected.vms):
        if entity.outcome == outcome:
            action = case.action(entity.address, "register")
            assert action is not None, entity
            yield entity, action


def test_every_vm_and_template_of_the_primary_is_spoken_of(case: Case) -> None:
    """Nothing of the source is passed over in silence, and nothing is invented."""
    told = {action["address"] for action in case.actions}
    told |= {item["address"] for item in case.plan["not_done"]}
    wanted = {entity.address for entity in (*case.expected.templates, *case.expected.vms)}
    wanted |= {domain.address for domain in case.expected.domains}
    assert told == wanted


def test_what_goes_well_is_predicted_in_every_detail(case: Case) -> None:
    """The cluster, the profile of each vNIC, which address changes, and what is lost."""
    count = 0
    for entity, action in ending(case, "done"):
        count += 1
        assert "expected_failure" not in action, entity
        predicted = action["predicts"]
        assert predicted["cluster"] == entity.cluster, entity
        nics = predicted.get("nics", [])
        assert {nic["nic"]: nic.get("target") for nic in nics} == entity.nics, entity
        changing = {nic["nic"] for nic in nics if nic.get("mac_outcome", "kept") != "kept"}
        assert changing == entity.new_macs, entity
        dropped = {
            (KINDS.get(item["kind"], item["kind"]), item["name"])
            for item in predicted.get("dropped", [])
        }
        assert dropped == entity.dropped, entity
    assert count > 5


def test_what_is_lost_or_changed_is_a_warning_on_its_action(case: Case) -> None:
    """A reader of the warnings alone learns of every loss, except what was mapped away."""
    for entity, action in ending(case, "done"):
        text = case.warnings_of(action)
        mapped_away = {
            item["from"]
            for item in action["change"].get("mapped", [])
            if item["path"].endswith("vnic_profile") and item.get("to") is None
        }
        for kind, name in entity.dropped:
            assert name in text or (kind == "profile" and name in mapped_away), entity
        for nic in entity.new_macs:
            assert f"new MAC address on {nic}" in text, entity


def test_what_fails_is_foreseen_with_its_reason(case: Case) -> None:
    """Exactly these actions carry an expected failure, each in the Engine's words."""
    foreseen = {
        (action["address"], action["change"]["operation"]): action["expected_failure"]
        for action in case.actions
        if "expected_failure" in action
    }
    wanted = {(entity.address, "register"): entity.why for entity, _ in ending(case, "fails")}
    wanted |= {(vm.address, "start"): vm.why for vm in case.expected.vms if vm.start == "fails"}
    wanted |= {
        (domain.address, "import"): domain.why
        for domain in case.expected.domains
        if domain.data_center is None and case.action(domain.address, "import") is not None
    }
    assert foreseen.keys() == wanted.keys()
    for key, why in wanted.items():
        assert is_worded(why, foreseen[key]), (key, foreseen[key])
    assert case.plan["summary"]["expected_failures"] == len(wanted)


def test_what_will_be_skipped_is_said_with_what_it_needs(case: Case) -> None:
    """Nothing fails by itself there: a domain or template that it needs does."""
    for entity, action in ending(case, "skipped"):
        assert "expected_failure" not in action
        needs = case.doomed(action)
        assert len(needs) == 1, entity
        assert is_worded(entity.why, needs.pop()), entity
        assert "will be skipped" in case.warnings_of(action), entity


def test_what_is_left_out_is_said_with_the_reason(case: Case) -> None:
    """There is no action, and the plan tells why."""
    for vm in case.expected.vms:
        if vm.outcome == "left_out":
            assert case.action(vm.address, "register") is None, vm
            assert case.action(vm.address, "start") is None, vm
            assert is_worded(vm.why, case.not_done(vm.address, "register")), vm
    for domain in case.expected.domains:
        if domain.data_center is None and domain.why != "path_in_use":
            assert case.action(domain.address, "import") is None, domain
            assert is_worded(domain.why, case.not_done(domain.address, "import")), domain


def test_domains_go_to_the_expected_data_center(case: Case) -> None:
    """Each is imported, attached there and seen to be active."""
    for domain in case.expected.domains:
        if domain.data_center is not None:
            attach = case.action(domain.address, "attach")
            assert attach is not None, domain
            assert attach["change"]["after"]["data_center"]["name"] == domain.data_center
            assert case.action(domain.address, "import") is not None
            assert case.action(domain.address, "activate") is not None


def test_who_ran_is_started_and_who_was_down_is_not(case: Case) -> None:
    """Of the VMs that are registered; the plan says why one stays down."""
    for vm in case.expected.vms:
        if vm.outcome != "done":
            continue
        start = case.action(vm.address, "start")
        assert (start is not None) == (vm.start != "none"), vm
        if vm.start == "none":
            assert is_worded(vm.why, case.not_done(vm.address, "start")), vm


def test_the_report_gives_the_expected_reason(case: Case) -> None:
    """Who is not up after the rehearsal, and why, agrees with what was written by hand."""
    fates = {fate["address"]: fate for fate in case.report["fates"]}
    for vm in case.expected.vms:
        if vm.why is not None:
            assert is_worded(vm.why, fates[vm.address]["reason"]), (vm, fates[vm.address])


def test_the_demo_is_planned_and_rehearsed_without_a_failure(demo: Failover) -> None:
    """Both end with 0, and the plan expects nothing to fail."""
    assert (demo.planned.returncode, demo.planned.stderr) == (0, "")
    assert (demo.rehearsed.returncode, demo.rehearsed.stderr) == (0, "")
    assert "Expected to fail" not in demo.planned.stdout
    assert "BLOCKS" not in demo.planned.stdout


def test_each_trap_is_named_before_anything_runs(trouble: Failover) -> None:
    """`plan` ends with 5 for the domain that stands in another's place, and lists what will fail."""
    assert (trouble.planned.returncode, trouble.planned.stderr) == (5, "")
    text = trouble.planned.stdout
    blocking = [line.split()[1] for line in text.splitlines() if line.startswith("  BLOCKS ")]
    assert blocking == ["domain-ids"]
    listed = text.partition("\nExpected to fail: ")[2].partition("\n\n")[0]
    names = [line.split(":")[0].strip() for line in listed.splitlines() if line[:3].strip()]
    expected = read_expectation(trouble.folder / "expected.yml")
    failing = {vm.address for vm in expected.vms if "fails" in {vm.outcome, vm.start}}
    failing |= {item.address for item in expected.templates if item.outcome == "fails"}
    failing |= {item.address for item in expected.domains if item.why == "path_in_use"}
    assert sorted(names[1:]) == sorted(failing)


def test_the_rehearsal_of_trouble_ends_with_3_and_only_foreseen_failures(
    trouble: Failover,
) -> None:
    """The report's failures are those that the plan had named, and the exit code says partial."""
    assert (trouble.rehearsed.returncode, trouble.rehearsed.stderr) == (3, "")
    failures = [item for item in trouble.report_document["outcomes"] if "failure" in item]
    assert all(item["failure"]["expected"] for item in failures)
    assert len(failures) == trouble.plan_document["summary"]["expected_failures"]
