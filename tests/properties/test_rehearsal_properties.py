"""For random pairs of sites: a rehearsed plan does what it said, and leaves only what it foresaw."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from drplan.documents.mapping_file import read_mapping
from drplan.documents.plan_file import write_plan
from drplan.model.inventory import Inventory
from drplan.model.plan import Author, Plan
from drplan.plan.builder import build_plan
from drplan.plan.request import PlanRequest
from drplan.workflows.make_scenario import MakeRequest, make_scenario
from drplan.workflows.rehearse import Rehearsal, RehearsalRequest, rehearse
from drplan.workflows.sites import find_recorded_site, read_recorded_inventory
from tests.properties.random_scenarios import scenarios

# Without shrinking: a scenario is small and readable as it is, and each try takes half a second.
SLOW = settings(
    max_examples=40,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


def made(folder: Path, scenario: dict[str, Any]) -> None:
    """The recordings and the mapping of a scenario."""
    (folder / "scenario.yml").write_text(json.dumps(scenario), encoding="utf-8")
    make_scenario(MakeRequest(scenario=folder / "scenario.yml", out=folder))


def planned(folder: Path, target: Inventory | None = None) -> Plan:
    """The failover; with ``target`` that is how the target is, and not as recorded."""
    source = read_recorded_inventory(find_recorded_site(folder, "primary"))
    mapping = read_mapping(folder / "mapping.yml").mapping
    assert mapping is not None
    return build_plan(
        PlanRequest(
            mapping=mapping,
            source_inventory=source,
            target_inventory=target
            or read_recorded_inventory(find_recorded_site(folder, "secondary")),
            plan_id="p",
            timestamp="2026-03-14T02:10:00Z",
            author=Author(user="operator", host="jump"),
            drplan_version="0",
        )
    )


def rehearsed(folder: Path, plan: Plan) -> Rehearsal:
    """The rehearsal of a plan on the recordings."""
    write_plan(folder / "plan.json", plan)
    return rehearse(RehearsalRequest(plan=folder / "plan.json", cassettes=folder))


def check(scenario: dict[str, Any]) -> None:
    """Plan, rehearse, plan again, and compare."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made(folder, scenario)
        plan = planned(folder)
        rehearsal = rehearsed(folder, plan)
        again = planned(folder, rehearsal.fresh)
    outcomes = rehearsal.report.outcomes
    expected = {action.id for action in plan.actions() if action.expected_failure is not None}
    failed = {outcome.action for outcome in outcomes if outcome.status == "failed"}
    skipped = {outcome.action for outcome in outcomes if outcome.status == "skipped"}
    assert failed | (skipped & expected) == expected
    assert failed <= expected
    undone = {
        (outcome.address, outcome.operation)
        for outcome in outcomes
        if outcome.status in {"failed", "skipped"}
    }
    left = {(action.address, action.operation) for action in again.actions()}
    assert left == undone
    assert rehearsal.unexplained == ()
    surprises = [text for outcome in outcomes for text in outcome.surprises]
    assert surprises == []


@SLOW
@given(scenarios())
def test_a_second_plan_holds_only_what_the_first_expected_to_fail(
    scenario: dict[str, Any],
) -> None:
    """What failed is what was foreseen, and what remains is what failed and what needed it."""
    check(scenario)
