"""The committed fixtures: they are what the scenarios make, and loading them loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from drplan.resources import fixture_folder
from drplan.simulator.loading import load
from drplan.simulator.scenario.builders import build_engine
from drplan.simulator.scenario.reader import read_scenario
from drplan.simulator.scenario.site import Site
from drplan.wire.cassette import read_cassette
from drplan.workflows.make_scenario import MakeRequest, make_scenario

FIXTURES = ("two-site", "two-site-trouble")


@pytest.mark.parametrize("name", FIXTURES)
def test_committed_fixtures_are_what_the_scenario_makes(name: str, tmp_path: Path) -> None:
    """Made again, every file is the same to the byte."""
    folder = fixture_folder(name)

    made = make_scenario(MakeRequest(folder / "scenario.yml", tmp_path))

    expected = {"mapping.yml", "primary.yaml", "secondary.yaml"}
    expected |= {"storage.yml"} if name == "two-site-trouble" else set()
    assert {file.name for file in made.files} == expected
    for file in made.files:
        assert file.read_bytes() == (folder / file.name).read_bytes(), file.name


@pytest.mark.parametrize("name", FIXTURES)
@pytest.mark.parametrize("role", ["primary", "secondary"])
def test_loading_a_recording_gives_the_engine_that_was_recorded(name: str, role: str) -> None:
    """Every entity comes back to the byte; only what nobody asks for is not in the recording."""
    scenario, _ = read_scenario(fixture_folder(name) / "scenario.yml")
    sites = [Site.of(scenario, "primary"), Site.of(scenario, "secondary")]
    built = build_engine(*(sites if role == "primary" else reversed(sites)))

    loaded = load(read_cassette(fixture_folder(name) / f"{role}.yaml").exchanges).store

    paths = {p for c in built.collections() for p in built.members(c)}
    recorded = {p for c in loaded.collections() for p in loaded.members(c)}
    assert recorded <= paths
    assert {loaded.body(p) == built.body(p) for p in recorded} == {True}
    assert {path.split("/")[-2] for path in paths - recorded} <= {
        "files",
        "storageconnections",
        "tags",
    }


def test_the_scenario_in_the_documentation_works(tmp_path: Path) -> None:
    """What docs/simulator.md shows as the smallest scenario can be made."""
    page = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text()
    example = page.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "tiny.yml").write_text(example)

    made = make_scenario(MakeRequest(tmp_path / "tiny.yml", tmp_path / "out"))

    assert [(site.name, site.vms) for site in made.sites] == [("here", 1), ("there", 0)]
