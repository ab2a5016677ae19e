"""Whole plans of the fixtures, as a list that people can compare.

A case is a file of ``plan/``. After a change that is meant, ``DRPLAN_UPDATE_GOLDENS=1`` writes what is
planned now; look at the difference before committing.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from drplan.documents.mapping_file import load_mapping
from drplan.model.action import Action
from drplan.model.plan import Author, Plan
from drplan.plan.builder import build_plan
from drplan.plan.request import PlanRequest
from drplan.resources import fixture_folder
from drplan.workflows.sites import find_recorded_site, read_recorded_inventory

FOLDER = Path(__file__).parent / "plan"


def planned(fixture: str) -> Plan:
    """The failover of a fixture, an hour after it was recorded."""
    folder = fixture_folder(fixture)
    mapping, _ = load_mapping(folder / "mapping.yml")
    return build_plan(
        PlanRequest(
            mapping=mapping,
            source_inventory=read_recorded_inventory(find_recorded_site(folder, "primary")),
            target_inventory=read_recorded_inventory(find_recorded_site(folder, "secondary")),
            plan_id="plan",
            timestamp="2026-03-14T02:00:00Z",
            author=Author(user="operator", host="jump"),
            drplan_version="0",
        )
    )


def listed(plan: Plan) -> Iterator[str]:
    """Everything that decides what happens, a line each."""
    for action in plan.actions():
        yield from lines_of(action)
    yield ""
    for item in plan.not_done:
        yield f"not done: {item.address} {item.operation}: {item.reason}"
    yield ""
    for check in plan.checks:
        yield f"check {check.name}: {check.status}{' BLOCKS' if check.blocks else ''} {check.detail}"
    yield ""
    for diagnostic in plan.diagnostics:
        yield f"{diagnostic.id} {diagnostic.summary}: {diagnostic.detail}"


def lines_of(action: Action) -> Iterator[str]:
    """One action: what, when, after what, and what is foreseen."""
    queue = f"{action.limit_class} {action.limit_scope}".strip()
    yield (
        f"{action.id} {action.address} {action.operation} ({queue}, priority {action.priority},"
        f" {action.confidence})"
    )
    for title, values in (
        ("needs", action.depends_on),
        ("after", action.after),
        ("alone", action.exclusive),
        ("told", action.diagnostics),
    ):
        if values:
            yield f"     {title} {', '.join(values)}"
    if action.expected_failure:
        yield f"     fails {action.expected_failure}"
    for mapped in action.change.mapped:
        yield f"     {mapped.path}: {mapped.source} -> {mapped.target} ({mapped.where})"
    if action.predicts is not None:
        for nic in action.predicts.nics:
            yield f"     {nic.nic}: {nic.target} {nic.outcome}, {nic.mac_outcome} {nic.mac or ''}"
        for item in action.predicts.dropped:
            yield f"     loses {item.kind} {item.name}"


@pytest.mark.parametrize("fixture", ["two-site", "two-site-trouble"])
def test_the_plan_of_a_fixture_is_the_expected_one(fixture: str) -> None:
    """Every action, its edges and predictions, every check and warning."""
    found = "\n".join(line.rstrip() for line in listed(planned(fixture))) + "\n"
    expected = FOLDER / f"{fixture}.txt"
    if os.environ.get("DRPLAN_UPDATE_GOLDENS"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
