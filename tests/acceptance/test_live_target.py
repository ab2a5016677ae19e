"""Commands that ask a live Engine: simulated ones in another process, over HTTPS."""

from __future__ import annotations

import json
from collections.abc import Iterator

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
