"""What a rehearsal does when something is wrong with itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drplan.cli.main import main
from drplan.model.event import Event
from drplan.resources import fixture_folder
from drplan.simulator.resources import vms
from drplan.workflows.rehearse import RehearsalRequest, rehearse

DEMO = fixture_folder("two-site")


class Ear:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def notice(self, event: Event) -> None:
        """Keep ``event``."""
        self.events.append(event)


@pytest.fixture(scope="module")
def plan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of the demo."""
    path = tmp_path_factory.mktemp("plan") / "plan.json"
    where = ["--mapping", str(DEMO / "mapping.yml"), "--cassettes", str(DEMO), "--offline"]
    assert main(["plan", "failover", *where, "--out", str(path)]) == 0
    return path


def test_a_rule_that_the_simulator_lacks_is_loud(
    plan: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A 501 is no failure of an action but a bug: exit code 70, after a summary."""
    routes = tuple(route for route in vms.ROUTES if not route.pattern.endswith("/start"))
    assert len(routes) == len(vms.ROUTES) - 1
    monkeypatch.setattr(vms, "ROUTES", routes)
    assert main(["rehearse", str(plan), "--cassettes", str(DEMO), "--json"]) == 70
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    summaries = [line for line in lines if line["type"] == "run_summary"]
    assert [line["success"] for line in summaries] == [False]


def test_a_listener_that_breaks_ends_the_run_with_its_error(plan: Path) -> None:
    """A terminal that went away is not taken for a failed action."""

    class Broken(Ear):
        def notice(self, event: Event) -> None:
            super().notice(event)
            if event.type == "apply_complete":
                raise BrokenPipeError

    ear = Broken()
    with pytest.raises(BrokenPipeError):
        rehearse(RehearsalRequest(plan=plan, cassettes=DEMO), [ear])
    assert ear.events[-1].type == "run_summary"
    assert ear.events[-1].success is False


def test_another_seed_tells_the_same_story(plan: Path) -> None:
    """Ids made by the Engine differ; times and ends do not."""
    stories = []
    for seed in (0, 1):
        report = rehearse(RehearsalRequest(plan=plan, cassettes=DEMO, seed=seed)).report
        stories.append(
            [(item.address, item.operation, item.status, item.ended_ms) for item in report.outcomes]
        )
    assert stories[0] == stories[1]
