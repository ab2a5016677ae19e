"""`drplan rehearse`, as an operator runs it."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from drplan.documents.journal_file import read_journal
from drplan.documents.plan_file import read_plan
from drplan.model.event import JOURNALLED
from drplan.model.plan import Plan
from drplan.resources import fixture_folder, schema_text

DEMO = fixture_folder("two-site")
TROUBLE = fixture_folder("two-site-trouble")


def drplan(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the program as a process of its own, and check its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "drplan", *map(str, arguments)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == code, done.stdout[-2000:] + done.stderr
    assert "Traceback" not in done.stderr
    return done


def made(folder: Path, fixture: Path, *, code: int = 0) -> Path:
    """A plan of a fixture's failover; 5 where a check blocks it, and it is written all the same."""
    path = folder / "plan.json"
    drplan(
        "plan",
        "failover",
        "--mapping",
        fixture / "mapping.yml",
        "--cassettes",
        fixture,
        "--offline",
        "--out",
        path,
        code=code,
    )
    return path


@pytest.fixture(scope="module")
def demo_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of the demo."""
    return made(tmp_path_factory.mktemp("demo"), DEMO)


@pytest.fixture(scope="module")
def trouble_plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan that runs into every trap."""
    return made(tmp_path_factory.mktemp("trouble"), TROUBLE, code=5)


@pytest.fixture(scope="module")
def stream(demo_plan: Path) -> list[dict[str, Any]]:
    """The events of the demo's rehearsal."""
    done = drplan("rehearse", demo_plan, "--cassettes", DEMO, "--json")
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_demo_ends_well_and_tells_every_vms_fate(demo_plan: Path) -> None:
    """First and last line name direction and target; each VM of the plan is in the table."""
    done = drplan("rehearse", demo_plan, "--cassettes", DEMO)
    lines = done.stdout.strip().splitlines()
    for line in (lines[0], lines[-1]):
        assert "north -> south" in line
        assert "FAILOVER" in line
    assert "\x1b" not in done.stdout
    assert "nothing left to do" in done.stdout
    table = done.stdout.partition("UP AFTER")[2]
    for vm in read_plan(demo_plan).planned_values.vms:
        assert f"{vm.address} " in table, vm.address


def test_two_processes_give_the_same_forecast(demo_plan: Path, tmp_path: Path) -> None:
    """Same plan, same recordings: the same report, byte for byte."""
    reports = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.json"
        drplan("rehearse", demo_plan, "--cassettes", DEMO, "--report", path)
        reports.append(path.read_bytes())
    assert reports[0] == reports[1]
    assert json.loads(reports[0])["success"] is True


def test_the_stream_begins_with_its_version_and_ends_with_a_summary(
    stream: list[dict[str, Any]],
) -> None:
    """Numbers count up, every line keeps to the published schema, the summary is last."""
    assert stream[0]["type"] == "version"
    assert stream[-1]["type"] == "run_summary"
    assert stream[-1]["success"] is True
    assert [event["seq"] for event in stream] == list(range(1, len(stream) + 1))
    validator = jsonschema.Draft202012Validator(json.loads(schema_text("event")))
    for event in stream:
        validator.validate(event)


def test_no_ordinary_start_is_sent_while_a_highly_available_one_is_ready(
    demo_plan: Path, stream: list[dict[str, Any]]
) -> None:
    """A start is ready once all it depends on is done and all it comes after has ended."""
    plan = read_plan(demo_plan)
    available = {vm.address for vm in plan.planned_values.vms if vm.high_availability}
    starts = {action.id: action for action in plan.actions() if action.operation == "start"}
    urgent = {key for key, action in starts.items() if action.address in available}
    assert urgent
    assert urgent != starts.keys()
    done: set[str] = set()
    ended: set[str] = set()
    sent: set[str] = set()
    for event in stream:
        if event["type"] == "gate_passed":
            done.add(event["gate"])
            ended.add(event["gate"])
        name = event.get("action", {}).get("id")
        if event["type"] == "outcome":
            ended.add(name)
            if event["outcome"]["status"] in {"done", "converged"}:
                done.add(name)
        if event["type"] == "sent" and name in starts:
            sent.add(name)
            if name not in urgent:
                ready = {
                    key
                    for key in urgent - sent
                    if done.issuperset(starts[key].depends_on)
                    and ended.issuperset(starts[key].after)
                }
                assert not ready, (name, ready)


def test_whatever_goes_on_says_so_every_ten_seconds(stream: list[dict[str, Any]]) -> None:
    """Between two signs of an action in flight lie at most ten seconds."""
    last: dict[str, int] = {}
    heartbeats = 0
    for event in stream:
        name = event.get("action", {}).get("id")
        if event["type"] in {"apply_start", "action_start"}:
            last[name] = event["elapsed_ms"]
        elif event["type"] in {"apply_progress", "action_progress"}:
            heartbeats += 1
            assert event["elapsed_ms"] - last[name] <= 10_020
            last[name] = event["elapsed_ms"]
        elif event["type"] in {"apply_complete", "action_complete"}:
            assert event["elapsed_ms"] - last.pop(name) <= 10_020
    assert heartbeats
    assert not last


def test_the_limits_of_the_plan_are_kept(demo_plan: Path, stream: list[dict[str, Any]]) -> None:
    """Never are more actions of a class and scope in flight than the plan allows."""
    plan = read_plan(demo_plan)
    actions = {action.id: action for action in plan.actions()}
    limits = msgspec.to_builtins(plan.limits)
    flying: set[str] = set()
    for event in stream:
        name = event.get("action", {}).get("id")
        if event["type"] in {"apply_start", "action_start"}:
            mine = (actions[name].limit_class, actions[name].limit_scope)
            same = [
                key
                for key in flying
                if (actions[key].limit_class, actions[key].limit_scope) == mine
            ]
            assert len(same) < limits[mine[0]]
            keys = {key for other in flying for key in actions[other].exclusive}
            assert keys.isdisjoint(actions[name].exclusive)
            flying.add(name)
        elif event["type"] == "outcome":
            flying.discard(name)


def expected_failures(plan: Plan) -> set[tuple[str, str]]:
    """What the plan says will fail."""
    return {
        (action.address, action.operation)
        for action in plan.actions()
        if action.expected_failure is not None
    }


def test_every_trap_fails_as_the_plan_foresaw(trouble_plan: Path, tmp_path: Path) -> None:
    """The rehearsal exits 3, and fails in exactly what the plan named before."""
    path = tmp_path / "report.json"
    done = drplan("rehearse", trouble_plan, "--cassettes", TROUBLE, "--report", path, code=3)
    report = json.loads(path.read_bytes())
    failed = {
        (item["address"], item["operation"])
        for item in report["outcomes"]
        if item["status"] == "failed"
    }
    assert failed == expected_failures(read_plan(trouble_plan))
    assert failed
    assert all(item["failure"]["expected"] for item in report["outcomes"] if "failure" in item)
    for address, _ in failed:
        assert address in done.stdout
    assert "the plan is blocked" in done.stdout
    told = {item["address"] for item in report["outcomes"] if item["status"] != "done"}
    assert {change["address"] for change in report["remaining"]} <= told


def test_a_folder_for_the_run_is_filled(demo_plan: Path, tmp_path: Path) -> None:
    """Plan, journal and report are there, for the owner alone, and the journal's chain holds."""
    folder = tmp_path / "run"
    drplan("rehearse", demo_plan, "--cassettes", DEMO, "--run-dir", folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for name in ("plan.json", "journal.jsonl", "report.json"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name
    assert (folder / "plan.json").read_bytes() == demo_plan.read_bytes()
    journal = read_journal(folder / "journal.jsonl")
    assert not journal.torn
    assert {event.type for event in journal.events} <= JOURNALLED
    assert journal.events[-1].type == "run_summary"
    before = (folder / "journal.jsonl").read_bytes()
    again = drplan("rehearse", demo_plan, "--cassettes", DEMO, "--run-dir", folder, code=1)
    assert "not empty" in again.stderr
    assert (folder / "journal.jsonl").read_bytes() == before


def test_one_at_a_time_comes_to_the_same_end(demo_plan: Path, tmp_path: Path) -> None:
    """A sequential run takes longer and leaves the same VMs in the same places, up or down."""
    reports = []
    for option in ((), ("--sequential",)):
        path = tmp_path / f"report{len(reports)}.json"
        drplan("rehearse", demo_plan, "--cassettes", DEMO, "--report", path, *option)
        reports.append(json.loads(path.read_bytes()))
    plain, sequential = reports
    assert sequential["duration_ms"] > plain["duration_ms"]
    ends = [
        [(fate["address"], fate["registered"], fate.get("status")) for fate in report["fates"]]
        for report in reports
    ]
    assert ends[0] == ends[1]


def test_an_altered_plan_is_refused(demo_plan: Path, tmp_path: Path) -> None:
    """One changed byte is enough, and nothing is run."""
    path = tmp_path / "plan.json"
    path.write_text(demo_plan.read_text().replace('"register": 16', '"register": 17'))
    done = drplan("rehearse", path, "--cassettes", DEMO, code=4)
    assert "altered" in done.stderr


def test_recordings_of_another_target_are_refused(demo_plan: Path, tmp_path: Path) -> None:
    """A plan is rehearsed on the Engine that it was made for."""
    (tmp_path / "primary.yaml").write_bytes((DEMO / "primary.yaml").read_bytes())
    (tmp_path / "secondary.yaml").write_bytes((TROUBLE / "secondary.yaml").read_bytes())
    done = drplan("rehearse", demo_plan, "--cassettes", tmp_path, "--json", code=4)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert not any(event["type"] == "sent" for event in events)
    assert [event["type"] for event in events[-2:]] == ["diagnostic", "run_summary"]
    assert events[-1]["success"] is False


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"interactions: [", "secondary.yaml"), (None, "no cassette of secondary")],
)
def test_recordings_that_cannot_be_used_are_named(
    demo_plan: Path, tmp_path: Path, content: bytes | None, says: str
) -> None:
    """Missing, empty or broken: one message, exit code 65."""
    (tmp_path / "primary.yaml").write_bytes((DEMO / "primary.yaml").read_bytes())
    if content is not None:
        (tmp_path / "secondary.yaml").write_bytes(content)
    done = drplan("rehearse", demo_plan, "--cassettes", tmp_path, code=65)
    assert str(tmp_path) in done.stderr
    assert says in done.stderr


def test_something_that_is_no_plan_is_named(tmp_path: Path) -> None:
    """A mapping in the place of the plan is recognised."""
    done = drplan("rehearse", DEMO / "mapping.yml", "--cassettes", DEMO, code=65)
    assert "not a plan" in done.stderr


def test_a_missing_option_is_a_usage_error(demo_plan: Path) -> None:
    """64, never 2."""
    drplan("rehearse", demo_plan, code=64)
