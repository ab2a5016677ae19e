"""The mapping file that a scenario makes."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from ruamel.yaml import YAML

from drplan.documents.mapping_file import read_mapping
from drplan.model.mapping import Mapping
from drplan.resources import fixture_folder
from drplan.simulator.scenario import mapping_file
from drplan.simulator.scenario.definition import Scenario
from drplan.simulator.scenario.mapping_file import mapping_text
from drplan.simulator.scenario.reader import read_scenario
from drplan.simulator.scenario.site import Site


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    """The demo's scenario."""
    return read_scenario(fixture_folder("two-site") / "scenario.yml")[0]


@pytest.fixture
def mapping(scenario: Scenario, tmp_path: Path) -> Mapping:
    """The demo's mapping, as drplan reads it; it has no findings."""
    path = tmp_path / "mapping.yml"
    path.write_text(mapping_text(scenario))
    reading = read_mapping(path)
    assert reading.diagnostics == ()
    assert reading.mapping is not None
    return reading.mapping


def test_mapped_domains_are_there_and_the_others_are_comments(
    scenario: Scenario, mapping: Mapping
) -> None:
    """Local, ISO and hosted-engine domains stand in the file with the reason, commented out."""
    text = mapping_text(scenario)

    types = {entry.primary.name: entry.storage_type for entry in mapping.storages}
    assert types == {
        "prod-nfs": "nfs",
        "prod-gluster": "glusterfs",
        "prod-iscsi": "iscsi",
        "prod-fcp": "fcp",
        "branch-posix": "posixfs",
    }
    for name in ("engine-vault", "iso-library", "lab-local"):
        assert f"#  dr_primary_name: {name}\n" in text


def test_block_domains_are_known_by_their_id(scenario: Scenario, mapping: Mapping) -> None:
    """The role's file has an id for block domains and none for others."""
    primary = Site.of(scenario, "primary")

    ids = {entry.primary.name: entry.domain_id for entry in mapping.storages}

    iscsi, fcp = (primary.domains[name][1] for name in ("prod-iscsi", "prod-fcp"))
    assert ids.pop("prod-iscsi") == primary.domain_id(iscsi)
    assert ids.pop("prod-fcp") == primary.domain_id(fcp)
    assert set(ids.values()) == {None}


def test_a_profile_is_mapped_to_the_id_that_it_has(scenario: Scenario, mapping: Mapping) -> None:
    """The secondary's profile stands there by names and by id."""
    secondary = Site.of(scenario, "secondary")
    dc = secondary.center("dr-production")

    app = mapping.networks[0].secondary

    assert (app.network, app.profile, app.data_center) == ("dr-app", "dr-app", "dr-production")
    assert app.profile_id == secondary.profile_id(dc, secondary.network(dc, "dr-app"), "dr-app")


def test_no_profile_on_purpose_is_written_as_empty_names(mapping: Mapping) -> None:
    """That is how the Engine is told so (entities sheet 1.5)."""
    backup = mapping.networks[1].secondary

    assert (backup.network, backup.profile, backup.profile_id) == ("", "", None)


def test_an_empty_vnic_mapping_is_left_empty(scenario: Scenario, tmp_path: Path) -> None:
    """Several data centers may want every vNIC matched by its names (R20)."""
    empty = msgspec.structs.replace(scenario.mapping, networks=None)
    path = tmp_path / "mapping.yml"
    path.write_text(mapping_text(msgspec.structs.replace(scenario, mapping=empty)))

    reading = read_mapping(path)

    assert "dr_network_mappings:\n\n" in path.read_text()
    assert reading.mapping is not None
    assert reading.mapping.networks == ()


def test_variables_and_the_section_of_drplan_are_written(
    scenario: Scenario, tmp_path: Path
) -> None:
    """What the scenario gives for them comes back as the mapping's settings."""
    changed = msgspec.structs.replace(
        scenario.mapping,
        variables={"dr_partial_import": "False"},
        drplan={"sites": {"primary": {"name": "x"}}, "start": {"barrier": "true"}},
    )
    path = tmp_path / "mapping.yml"
    path.write_text(mapping_text(msgspec.structs.replace(scenario, mapping=changed)))

    mapping = read_mapping(path).mapping

    assert mapping is not None
    assert mapping.settings.partial_import is False
    assert mapping.primary.name == "x"
    assert mapping.drplan.start.barrier is True


@pytest.mark.parametrize(
    "name",
    [
        "no",
        "1.10",
        "0755",
        "12:34",
        "a: b",
        "x #y",
        'say "hi"',
        "back\\slash",
        "",
        "~",
        "2026-03-14",
    ],
)
def test_names_survive_both_readings_of_yaml(name: str) -> None:
    """A name comes back as it was, whether YAML is read as 1.1 or as 1.2."""
    written = mapping_file.text(name)

    for version in ("1.1", "1.2"):
        document = f"%YAML {version}\n---\nname: {written}\n"
        assert YAML(typ="safe", pure=True).load(document) == {"name": name}
