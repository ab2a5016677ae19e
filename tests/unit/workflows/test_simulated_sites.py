"""Both sites of a mapping as Engines with shared storage."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from drplan.documents.mapping_file import load_mapping
from drplan.errors import InvalidInput
from drplan.model.mapping import SITE_ROLES, Mapping, SiteRole
from drplan.resources import fixture_folder
from drplan.simulator.core import Engine
from drplan.simulator.host_ids import free_at
from drplan.workflows.simulated_sites import simulate_sites
from drplan.workflows.sites import RecordedSite, find_recorded_site

START = datetime(2026, 3, 14, tzinfo=UTC)


@cache
def recorded(name: str) -> tuple[Mapping, dict[SiteRole, RecordedSite]]:
    """A fixture's mapping and recordings."""
    folder = fixture_folder(name)
    mapping, _ = load_mapping(folder / "mapping.yml")
    return mapping, {role: find_recorded_site(folder, role) for role in SITE_ROLES}


def engines(name: str = "two-site", **options: str) -> dict[SiteRole, Engine]:
    """The Engines of a fixture."""
    mapping, sites = recorded(name)
    folder = fixture_folder(name)
    return simulate_sites(mapping, sites, folder=folder, start=START, **options)  # type: ignore[arg-type]


def test_both_engines_share_time_and_storage() -> None:
    """What happens at one site is in order with the other, on one array."""
    made = engines()

    assert made["primary"].timeline is made["secondary"].timeline
    assert made["primary"].array is made["secondary"].array
    assert made["primary"].name == "primary"


def test_each_mapped_domain_lies_at_both_sites() -> None:
    """The original where the primary has it, the replica where the mapping puts it."""
    mapping, _ = recorded("two-site")
    made = engines()
    array = made["primary"].array

    for storage in mapping.storages:
        if storage.storage_type in {"iscsi", "fcp"}:
            copies = [it for it in array.block_copies if it.id == storage.domain_id]
            assert len(copies) == 2
            assert not set(copies[0].lun_ids) & set(copies[1].lun_ids)
            continue
        for side in (storage.primary, storage.secondary):
            export = array.export(side.address, side.path)
            assert [it.name for it in export.domains] == [storage.primary.name]


@pytest.mark.parametrize("down", [None, "primary"])
def test_leases_are_held_while_the_other_site_lives(down: str | None) -> None:
    """A site that was lost before the start holds nothing any more."""
    mapping, _ = recorded("two-site")
    made = engines(**({"down": down} if down else {}))
    side = next(it.secondary for it in mapping.storages if it.storage_type == "nfs")
    replica = made["secondary"].array.export(side.address, side.path).domains[0]

    assert made["primary"].is_down is (down == "primary")
    assert (free_at(made["secondary"], replica) <= 0) is (down == "primary")


def test_what_storage_yml_says_is_so_behind_the_secondary() -> None:
    """Where the secondary has a domain of its own there is no replica; a LUN can be missing."""
    mapping, _ = recorded("two-site-trouble")
    made = engines("two-site-trouble")["secondary"]
    media = next(it.secondary for it in mapping.storages if it.primary.name == "media-nfs")

    standing = made.array.export(media.address, media.path).domains

    assert [made.store.exists(f"/storagedomains/{it.id}") for it in standing] == [True]
    assert mapping.luns[0].secondary.logical_unit_id not in made.array.luns


@pytest.mark.parametrize("state", ["absent", "empty"])
def test_a_replica_can_be_missing_or_empty(tmp_path: Path, state: str) -> None:
    """The export refuses the mount, or it mounts and holds nothing; the original is as it was."""
    mapping, sites = recorded("two-site")
    storage = next(it for it in mapping.storages if it.storage_type == "nfs")
    here, there = storage.primary, storage.secondary
    whole = engines()["primary"].array.export(here.address, here.path).domains
    (tmp_path / "storage.yml").write_text(
        f"format: 1\nreplicas:\n- domain: {whole[0].id}\n  state: {state}\n"
    )

    array = simulate_sites(mapping, sites, folder=tmp_path, start=START)["primary"].array

    replica = array.export(there.address, there.path)
    assert replica.mount == ("refuses" if state == "absent" else "mounts")
    assert state == "absent" or replica.domains == []
    assert array.export(here.address, here.path).mount == "mounts"


def test_a_version_is_told_and_followed() -> None:
    """The API root says it, and so do the rules."""
    made = engines(version="4.4.10.7-1.el8")

    for engine in made.values():
        assert engine.version == (4, 4, 10, 7)
        root = engine.store.element("/")
        assert root.findtext("product_info/version/full_version") == "4.4.10.7-1.el8"
        assert root.findtext("product_info/version/build") == "10"


@pytest.mark.parametrize("version", ["newest", "4.5", "", "4.5.6 "])
def test_what_is_no_version_is_refused(version: str) -> None:
    """The message says how one is written."""
    with pytest.raises(InvalidInput) as refused:
        engines(version=version)

    assert "4.4.10" in (refused.value.next_step or "")
