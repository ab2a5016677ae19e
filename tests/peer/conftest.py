"""The environments that ``./dev peer`` makes; without them everything here is skipped."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.peer.life_cycle import LifeCycle, live
from tests.peer.role import Ansible
from tests.peer.sites import served


def _environment(name: str) -> Ansible:
    folder = os.environ.get("DRPLAN_PEER")
    if folder is None:
        pytest.skip("the Ansible role takes minutes and an environment of its own: run ./dev peer")
    home = Path(folder) / name
    if not home.is_dir():
        pytest.skip(f"{home} is not there: run ./dev peer")
    return Ansible(home)


@pytest.fixture(scope="session")
def ansible() -> Ansible:
    """The Ansible on which the role reaches its end."""
    return _environment("ansible-11")


@pytest.fixture(scope="session")
def older_ansible() -> Ansible:
    """The Ansible whose role asks for a keyword that this Ansible has no more."""
    return _environment("ansible-10")


@pytest.fixture(scope="session")
def life_cycle(ansible: Ansible, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LifeCycle]:
    """Everything that the role does, once for all tests."""
    with served(tmp_path_factory.mktemp("life")) as sites:
        lived = live(ansible, sites)
        state = sites.steer("GET", "/state")
        assert state["crashes"] == []
        assert [site["no_rule"] for site in state["sites"]] == [[], []]
        yield lived
