"""Commands that ask a live Engine: simulated ones in another process, over HTTPS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from drplan.resources import fixture_folder
from tests.acceptance.command import run
from tests.acceptance.served import Sites, served

DEMO = fixture_folder("two-site")


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """The demo after the disaster: the primary is down, the secondary lives."""
    with served(DEMO, tmp_path_factory.mktemp("served"), "--down", "primary") as running:
        yield running


def test_an_inventory_is_read_from_the_engine(lost: Sites) -> None:
    """The same as the recording tells, but for the time it was taken."""
    live = run(
        *("inventory", "--mapping", lost.mapping, "--from", "secondary", "--json"),
        *("--passwords-file", lost.passwords),
    )
    recorded = run("inventory", "--cassettes", DEMO, "--from", "secondary", "--json")

    assert (live.returncode, live.stderr) == (0, "")
    now, then = json.loads(live.stdout), json.loads(recorded.stdout)
    assert now["taken"] > then["taken"]
    assert now["site"] == "south"
    for collection in ("vms", "storage_domains", "data_centers", "networks", "gaps"):
        assert now[collection] == then[collection]


def test_a_wrong_password_ends_with_77(lost: Sites) -> None:
    """The Engine's words are shown, the password is not."""
    done = run(
        *("inventory", "--mapping", lost.mapping, "--from", "secondary"),
        environment={"DRPLAN_SECONDARY_PASSWORD": "planted-secret"},
    )

    assert done.returncode == 77
    assert "Cannot authenticate user" in done.stderr
    assert "planted-secret" not in done.stderr + done.stdout


def test_a_failover_is_planned_from_the_target_itself(lost: Sites, tmp_path: Path) -> None:
    """Only the source is recorded; the plan is the one that the target's recording gives."""
    recorded, empty = tmp_path / "recorded", tmp_path / "empty"
    recorded.mkdir()
    empty.mkdir()
    (recorded / "primary.yaml").write_bytes((DEMO / "primary.yaml").read_bytes())
    words = ("plan", "--mapping", lost.mapping, "--passwords-file", lost.passwords)

    live = run(*words, "--cassettes", recorded, "--out", tmp_path / "live.json")
    offline = run(
        *(*words, "--cassettes", DEMO, "--offline", "--out", tmp_path / "offline.json"),
    )

    assert (live.returncode, offline.returncode) == (0, 0), live.stderr
    now, then = (
        json.loads((tmp_path / name).read_bytes()) for name in ("live.json", "offline.json")
    )
    assert now["target"]["engine"] == then["target"]["engine"]
    assert now["resource_changes"] == then["resource_changes"]
    text = (tmp_path / "live.json").read_text(encoding="utf-8") + live.stdout + live.stderr
    assert lost.password("secondary") not in text


def test_a_target_that_does_not_answer_ends_planning_with_69(lost: Sites, tmp_path: Path) -> None:
    """The primary is down, so nothing can be planned onto it; no plan is left behind."""
    done = run(
        *("plan", "--mapping", lost.mapping, "--cassettes", DEMO, "--to", "primary"),
        *("--passwords-file", lost.passwords, "--out", tmp_path / "plan.json", "--wait", "1"),
    )

    assert done.returncode == 69
    assert "cannot be reached" in done.stderr
    assert not (tmp_path / "plan.json").exists()
