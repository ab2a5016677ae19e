"""``drplan plan``, as an operator runs it."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drplan.documents.plan_file import read_plan
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


def sites(folder: Path = DEMO) -> list[str | Path]:
    """The options that name a fixture."""
    return ["--mapping", folder / "mapping.yml", "--cassettes", folder, "--offline"]


def test_two_processes_make_the_same_plan(tmp_path: Path) -> None:
    """Same inputs, same digest; only id and times differ."""
    for name in ("one.json", "two.json"):
        drplan("plan", "failover", *sites(), "--out", tmp_path / name)
    one, two = (read_plan(tmp_path / name) for name in ("one.json", "two.json"))
    assert one.digest == two.digest
    assert one.plan_id != two.plan_id
    assert one.resource_changes == two.resource_changes


def test_the_plan_is_shown_and_saved_for_its_owner_alone(tmp_path: Path) -> None:
    """First and last things first: direction, counts, where it was saved."""
    out = tmp_path / "plan.json"
    done = drplan("plan", *sites(), "--out", out, "--ticket", "CHG1", "-m", "power loss")
    assert "FAILOVER  north -> south" in done.stdout.splitlines()[0]
    assert "Plan: 34 to add, 0 to change, 0 to destroy. Actions: 24 to invoke." in done.stdout
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    plan = read_plan(out)
    assert (plan.ticket, plan.message) == ("CHG1", "power loss")


def test_a_blocked_plan_is_shown_and_saved_all_the_same(tmp_path: Path) -> None:
    """Exit code 5; the rehearsal of it is worth having."""
    out = tmp_path / "plan.json"
    done = drplan("plan", *sites(TROUBLE), "--out", out, code=5)
    assert "domain-ids" in done.stdout
    assert not read_plan(out).applyable


def test_every_trap_is_named_before_anything_runs(tmp_path: Path) -> None:
    """The second fixture: what will fail, and what will be skipped because of it."""
    out = tmp_path / "plan.json"
    drplan("plan", *sites(TROUBLE), "--out", out, code=5)
    plan = read_plan(out)
    failing = {(a.address, a.operation) for a in plan.actions() if a.expected_failure}
    assert failing == {
        ("storage_domain.media-nfs", "import"),
        ("template.win11", "register"),
        ("vm.intranet", "register"),
        ("vm.monitor", "register"),
        ("vm.split", "register"),
        ("vm.vault", "register"),
        ("vm.report-big", "start"),
    }
    told = {item.summary for item in plan.diagnostics}
    assert {f"vm.{name} will be skipped" for name in ("films", "cutting", "desk-1")} <= told
    assert "vm.badge gets a new MAC address on nic1" in told
    assert "vm.ledger-db loses its network on nic1: app/app" in told
    assert "vm.ledger-db goes to cluster core" in told


def test_changes_are_told_by_the_exit_code_on_request() -> None:
    """2 with ``--detailed-exitcode``, as in Terraform; also spelled with one dash."""
    drplan("plan", *sites(), "-detailed-exitcode", code=2)


def test_json_is_a_stream_of_events() -> None:
    """Each line fits the schema; the first says the version, the last sums up."""
    done = drplan("plan", *sites(), "-json")
    events: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    schema = json.loads(schema_text("event"))
    for event in events:
        jsonschema.validate(event, schema)
    assert events[0]["type"] == "version"
    assert events[-1]["type"] == "change_summary"
    assert events[-1]["counts"] == {"total": 80, "add": 34, "invoke": 24}
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    kinds = {event["type"] for event in events}
    assert {"check_result", "planned_change", "planned_action_invocation", "diagnostic"} <= kinds


def test_a_part_can_be_planned() -> None:
    """``--target`` brings what the VM needs."""
    done = drplan("plan", *sites(), "--target", "vm.web-03", "--json")
    addresses = {
        event["action"]["address"]
        for line in done.stdout.splitlines()
        if "action" in (event := json.loads(line))
    }
    assert addresses == {
        "storage_domain.prod-nfs",
        "storage_domain.prod-gluster",
        "template.rhel9",
        "template.rhel9@2",
        "vm.web-03",
    }


def test_the_other_direction_reads_the_other_side() -> None:
    """The secondary is lost, the primary takes over."""
    done = drplan("plan", *sites(), "--from", "secondary", code=0)
    assert "south -> north" in done.stdout.splitlines()[0]


def test_without_offline_the_target_is_asked_and_a_password_is_needed() -> None:
    """Exit code 77 before anything is sent, and what to set."""
    done = drplan("plan", *sites()[:-1], code=77)
    assert "DRPLAN_SECONDARY_PASSWORD" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["migrate"], "not in this release"),
        (["--mode", "test"], "not in this release"),
        (["falover"], "falover"),
        (["--target", "a", "--exclude", "b"], "exclude each other"),
        (["--from", "primary", "--to", "primary"], "same site"),
        (["--summary", "--full"], "exclude each other"),
        (["--expires", "soon"], "is no duration"),
    ],
)
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str], message: str) -> None:
    """64, never 2: that means changes."""
    assert message in drplan("plan", *sites(), *arguments, code=64).stderr


def test_a_selector_that_fits_nothing_is_refused() -> None:
    """With a next step: whether it fits is known only once the sites are read."""
    done = drplan("plan", *sites(), "--target", "vm.wbe", code=65)
    assert "nothing in the plan fits" in done.stderr
    assert "Next:" in done.stderr


def test_a_mapping_that_cannot_be_used_leaves_no_file_behind(tmp_path: Path) -> None:
    """65, and nothing is half written."""
    broken = tmp_path / "mapping.yml"
    broken.write_text("dr_sites_primary_url: [", encoding="utf-8")
    out = tmp_path / "plan.json"
    drplan("plan", "--mapping", broken, "--cassettes", DEMO, "--offline", "--out", out, code=65)
    assert not out.exists()


def test_a_truncated_cassette_is_told_apart_from_an_empty_site(tmp_path: Path) -> None:
    """65: never a plan that knows only half."""
    for name in ("mapping.yml", "primary.yaml", "secondary.yaml"):
        shutil.copy(DEMO / name, tmp_path / name)
    whole = (tmp_path / "primary.yaml").read_bytes()
    (tmp_path / "primary.yaml").write_bytes(whole[: len(whole) // 2])
    out = tmp_path / "plan.json"
    drplan("plan", *sites(tmp_path), "--out", out, code=65)
    assert not out.exists()


def test_a_folder_that_is_not_there_is_a_clear_failure(tmp_path: Path) -> None:
    """1: nothing was written."""
    done = drplan("plan", *sites(), "--out", tmp_path / "gone" / "plan.json", code=1)
    assert "cannot be written" in done.stderr


def test_without_a_recording_of_the_source_somebody_must_choose(tmp_path: Path) -> None:
    """Then every VM is unexpected, and ``--unexpected`` says what to do with them."""
    for name in ("mapping.yml", "secondary.yaml"):
        shutil.copy(DEMO / name, tmp_path / name)
    done = drplan("plan", *sites(tmp_path), code=65)
    assert "primary" in done.stderr
    done = drplan("plan", *sites(tmp_path), "--unexpected", "register+start")
    assert "Plan: 5 to add" in done.stdout
