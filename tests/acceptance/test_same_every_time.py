"""The same inputs give the same plan and the same forecast: in another process, place and mood."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from drplan.resources import fixture_folder
from tests.acceptance.command import Failover, inputs, run

WITH_HYPOTHESIS = (
    sys.executable,
    "-W",
    "ignore",
    "-c",
    "import hypothesis; from drplan.cli.main import run; run()",
)
"""Hypothesis takes the chance out of trio's order of tasks, and so hides what depends on it."""

ELSEWHERE = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "USER": "another"}

MAY_DIFFER = {"plan_id", "timestamp", "valid_until", "created_by", "seal", "mapping"}


def content(plan: Path) -> dict[str, Any]:
    """What a plan says, without who made it, when, and under which name of the mapping.

    The findings speak of the age of the source's inventory, which grows while tests run.
    """
    document = json.loads(plan.read_bytes())
    document["checks"] = [it for it in document["checks"] if it["name"] != "inventory-age"]
    document["diagnostics"] = [
        it for it in document["diagnostics"] if "inventory-age" not in it.get("detail", "")
    ]
    return {key: value for key, value in document.items() if key not in MAY_DIFFER}


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's plan, made from copies, in another folder, with relative paths and Hypothesis."""
    folder = tmp_path_factory.mktemp("moved")
    for name in ("mapping.yml", "primary.yaml", "secondary.yaml"):
        shutil.copy(fixture_folder("two-site") / name, folder / name)
    words = ("plan", *inputs(Path()), "--out", "plan.json")
    done = run(*words, cwd=folder, environment=ELSEWHERE, program=WITH_HYPOTHESIS)
    assert (done.returncode, done.stderr) == (0, "")
    return folder / "plan.json"


def test_another_process_gives_the_same_digest(demo: Failover, moved: Path) -> None:
    """Another hash seed, folder, time zone, locale and user: the same digest and content."""
    here, there = demo.plan_document, json.loads(moved.read_bytes())
    assert here["digest"] == there["digest"]
    assert here["plan_id"] != there["plan_id"]
    assert content(demo.plan) == content(moved)


def test_another_process_gives_the_same_report(demo: Failover, tmp_path: Path) -> None:
    """The rehearsal of one plan, twice: the reports are equal, byte for byte."""
    words = ("rehearse", demo.plan, "--cassettes", demo.folder, "--report", tmp_path / "r.json")
    done = run(*words, "--json", environment=ELSEWHERE, program=WITH_HYPOTHESIS)

    assert done.returncode == 0
    assert done.stdout == demo.rehearsed.stdout
    assert (tmp_path / "r.json").read_bytes() == demo.report.read_bytes()


def test_a_plan_made_again_has_the_same_forecast(demo: Failover, moved: Path) -> None:
    """Another id and another time of making: every outcome, fate and duration is the same."""
    report = moved.with_name("report.json")
    done = run("rehearse", moved, "--cassettes", moved.parent, "--report", report)
    assert done.returncode == 0
    again, before = json.loads(report.read_bytes()), demo.report_document
    assert again.pop("plan_id") != before.pop("plan_id")
    assert (again.pop("started"), before.pop("started")) != ("", "")
    assert again == before


def test_nothing_is_left_to_do_afterwards(demo: Failover) -> None:
    """The target, read again after the rehearsal, is as it was wanted."""
    report = demo.report_document
    assert report["success"] is True
    assert report["remaining"] == []
    assert report["unexpected"] == []
    wanted = demo.plan_document["planned_values"]["vms"]
    planned = {vm["address"]: vm.get("power", "down") for vm in wanted}
    ended = {fate["address"]: fate for fate in report["fates"] if fate["registered"]}
    assert {address: fate["status"] for address, fate in ended.items()} == planned


def test_a_part_is_rehearsed_to_its_end(tmp_path: Path) -> None:
    """``-target`` spelled as in Terraform: with what the VM needs, and nothing left to do."""
    plan, report = tmp_path / "plan.json", tmp_path / "report.json"
    fixture = fixture_folder("two-site")
    words = ("plan", *inputs(fixture), f"-out={plan}", "-target=vm.web-01")
    assert run(*words).returncode == 0
    addresses = {
        action["address"]
        for kind in ("resource_changes", "action_invocations")
        for action in json.loads(plan.read_bytes())[kind]
    }
    assert addresses == {
        "storage_domain.prod-nfs",
        "storage_domain.prod-gluster",
        "template.rhel9",
        "vm.web-01",
    }
    done = run("rehearse", plan, "--cassettes", fixture, "--report", report)
    assert done.returncode == 0
    assert json.loads(report.read_bytes())["remaining"] == []


def test_what_is_left_out_takes_along_what_needs_it(tmp_path: Path) -> None:
    """``--exclude`` of a domain leaves out its template and VMs, says so, and nothing else."""
    plan = tmp_path / "plan.json"
    words = ("--out", plan, "-exclude", "storage_domain.branch-posix")
    assert run("plan", *inputs(fixture_folder("two-site")), *words).returncode == 0
    document = json.loads(plan.read_bytes())
    left_out = {it["address"] for it in document["not_done"] if it["reason"] == "excluded"}
    assert left_out == {
        "storage_domain.branch-posix",
        "template.pos-image",
        "vm.pos-1",
        "vm.pos-2",
        "vm.pbx",
        "vm.branch/wiki",
        "vm.signage",
    }
    addresses = {action["address"] for action in document["resource_changes"]}
    assert not left_out & addresses
    assert "vm.production/wiki" in addresses


def test_the_environment_of_the_test_reaches_the_program() -> None:
    """The hash seed of another process is another one, else the tests above prove nothing."""
    code = "print(hash('drplan'))"
    program = (sys.executable, "-c", code)
    assert run(program=program, environment=ELSEWHERE).stdout != (
        run(program=program, environment={"PYTHONHASHSEED": "0"}).stdout
    )
