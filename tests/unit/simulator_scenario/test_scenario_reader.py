"""Reading scenario files: what is taken, and how a wrong one is explained."""

from __future__ import annotations

from pathlib import Path

import pytest

from drplan.errors import InvalidInput
from drplan.resources import fixture_folder
from drplan.simulator.scenario.reader import read_scenario

SMALL = """\
format: 1
name: small
taken: "2026-03-14T02:00:00.000+01:00"
primary:
  name: a
  engine: {host: a.example.org}
secondary:
  name: b
  engine: {host: b.example.org}
mapping: {}
"""


def scenario_file(folder: Path, text: str) -> Path:
    """A scenario file with that text."""
    path = folder / "scenario.yml"
    path.write_text(text)
    return path


def test_names_are_the_text_of_the_file(tmp_path: Path) -> None:
    """A name that looks like a number or a truth value stays the text that was written."""
    text = SMALL.replace("name: a\n", "name: no\n").replace("name: b\n", "name: 0755\n")

    scenario, _ = read_scenario(scenario_file(tmp_path, text))

    assert (scenario.primary.name, scenario.secondary.name) == ("no", "0755")


def test_numbers_and_truth_values_are_read_where_fields_want_them(tmp_path: Path) -> None:
    """A field that is a number or a switch takes the plain word for it."""
    text = SMALL.replace(
        "  engine: {host: a.example.org}\n",
        "  engine: {host: a.example.org}\n"
        "  data_centers: [{name: dc, networks: [{name: n, vlan: 7, management: true}]}]\n",
    )

    scenario, _ = read_scenario(scenario_file(tmp_path, text))

    network = scenario.primary.data_centers[0].networks[0]
    assert (network.vlan, network.management) == (7, True)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("name: small", "nmae: small", 2, "nmae is not a key"),
        ("engine: {host: a.example.org}", "engine: {hots: x}", 6, "hots is not a key"),
        ("format: 1", "format: 2", 1, "format 2"),
        ("format: 1", "format: one", 1, "expected `int`"),
        ("mapping: {}", "mapping: [1]", 10, "expected `object`"),
        ("mapping: {}", "mapping: ]", 10, "not YAML"),
        ("mapping: {}", "mapping: {}\nname: again", 11, "name is there twice"),
    ],
)
def test_mistakes_are_shown_at_their_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    """A wrong scenario is refused with the file, the line and what is wrong there."""
    path = scenario_file(tmp_path, SMALL.replace(old, new, 1))

    with pytest.raises(InvalidInput) as caught:
        read_scenario(path)

    assert caught.value.where == f"{path}:{line}"
    assert words in caught.value.summary


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n"])
def test_a_file_that_is_no_scenario_is_refused(tmp_path: Path, text: str) -> None:
    """An empty file, a list or a sentence is not taken for a scenario."""
    with pytest.raises(InvalidInput, match="holds no scenario"):
        read_scenario(scenario_file(tmp_path, text))


def test_a_missing_part_is_named(tmp_path: Path) -> None:
    """A scenario without a site says which one it lacks."""
    text = SMALL.partition("secondary:")[0]

    with pytest.raises(InvalidInput, match="missing required field `secondary`"):
        read_scenario(scenario_file(tmp_path, text))


@pytest.mark.parametrize("name", ["two-site", "two-site-trouble"])
def test_the_shipped_scenarios_can_be_read(name: str) -> None:
    """Both fixtures describe two sites with VMs."""
    scenario, _ = read_scenario(fixture_folder(name) / "scenario.yml")

    assert scenario.name == name
    assert scenario.primary.vms
    assert scenario.secondary.vms
