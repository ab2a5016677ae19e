"""Random sites: whatever a scenario says, the recordings that are made of it lose nothing."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings

from drplan.simulator.loading import load
from drplan.simulator.scenario.builders import build_engine
from drplan.simulator.scenario.reader import read_scenario
from drplan.simulator.scenario.site import Site
from drplan.wire.cassette import read_cassette
from drplan.workflows.make_scenario import MakeRequest, make_scenario
from tests.properties.random_scenarios import scenarios


@given(scenarios())
@settings(max_examples=10)
def test_what_is_recorded_of_a_site_is_the_site(scenario: dict[str, Any]) -> None:
    """Made, recorded, written, read and loaded, every entity is the same to the byte."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "scenario.yml").write_text(json.dumps(scenario), encoding="utf-8")
        make_scenario(MakeRequest(folder / "scenario.yml", folder))
        read, _ = read_scenario(folder / "scenario.yml")
        sites = (Site.of(read, "primary"), Site.of(read, "secondary"))
        for site, other in (sites, reversed(sites)):
            built = build_engine(site, other)

            loaded = load(read_cassette(folder / f"{site.role}.yaml").exchanges).store

            paths = {path for c in loaded.collections() for path in loaded.members(c)}
            assert paths
            assert all(loaded.body(path) == built.body(path) for path in paths)
