"""The notes on storage that is not a clean replica."""

from __future__ import annotations

from pathlib import Path

import pytest

from drplan.errors import InvalidInput
from drplan.resources import fixture_folder
from drplan.simulator.replication import LunPlacement, Placement
from drplan.simulator.scenario.reader import read_scenario
from drplan.simulator.scenario.site import Site
from drplan.simulator.scenario.storage import Finding, StorageNotes, read_storage, storage_text

EXPECTED = Placement(domain="d1", storage_type="nfs", address="nas", path="/x")


def notes(folder: Path, text: str) -> StorageNotes:
    """What is read from a storage file with that text."""
    (folder / "storage.yml").write_text(text)
    return read_storage(folder)


def test_a_folder_without_notes_has_clean_replicas(tmp_path: Path) -> None:
    """Nothing is changed then."""
    found = read_storage(tmp_path)

    assert found.placements([EXPECTED]) == (EXPECTED,)
    assert found.luns([LunPlacement(lun_id="l1", size=1)]) == (LunPlacement(lun_id="l1", size=1),)


def test_a_scenario_without_deviations_writes_no_notes() -> None:
    """The demo's storage is as the mapping says."""
    scenario, _ = read_scenario(fixture_folder("two-site") / "scenario.yml")

    assert storage_text(scenario) is None


@pytest.mark.parametrize("state", ["absent", "read_only"])
def test_a_replica_gets_the_state_that_is_noted(tmp_path: Path, state: str) -> None:
    """The others stay as they are."""
    other = Placement(domain="d2", storage_type="fcp")

    found = notes(tmp_path, f"format: 1\nreplicas: [{{domain: d1, state: {state}}}]\n")

    first, second = found.placements([EXPECTED, other])
    assert (first.state, first.path) == (state, "/x")
    assert second == other


def test_an_empty_share_mounts_and_holds_nothing() -> None:
    """That is another thing than a share that is not there."""
    found = StorageNotes(replicas=(Finding(domain="d1", state="empty"),))

    (placement,) = found.placements([EXPECTED])

    assert (placement.empty, placement.state) == (True, "read_write")


def test_an_occupied_place_keeps_what_is_there() -> None:
    """No replica is placed where the target has a domain of its own."""
    found = StorageNotes(replicas=(Finding(domain="d1", state="occupied"),))

    assert found.placements([EXPECTED]) == ()


def test_the_notes_of_the_second_fixture_are_those_of_its_scenario() -> None:
    """The domain is noted by its id, the LUN by its own."""
    folder = fixture_folder("two-site-trouble")
    scenario, _ = read_scenario(folder / "scenario.yml")
    primary = Site.of(scenario, "primary")

    found = read_storage(folder)

    media = primary.domain_id(primary.domains["media-nfs"][1])
    assert [(n.domain, n.lun, n.state) for n in found.replicas] == [
        (media, None, "occupied"),
        (None, "3600a0980000000000000000000007901", "absent"),
    ]
    assert found.luns([LunPlacement(lun_id="3600a0980000000000000000000007901", size=1)]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "replicas: [{domain: d1, state: gone}]\n",
        "replicas: ]\n",
        "just words\n",
        "format: 2\n",
        "replica: []\n",
    ],
)
def test_notes_that_cannot_be_read_are_refused(tmp_path: Path, text: str) -> None:
    """A wrong file is named, whatever is wrong with it."""
    with pytest.raises(InvalidInput) as caught:
        notes(tmp_path, text)

    assert caught.value.where == str(tmp_path / "storage.yml")
