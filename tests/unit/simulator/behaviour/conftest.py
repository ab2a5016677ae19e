"""What every test of a rule starts from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.simulator.behaviour.living_sites import LivingSite
from tests.unit.simulator.behaviour.worlds import World


@pytest.fixture
def world() -> Iterator[World]:
    """An empty world; in the end nothing unimplemented may have been asked for."""
    made = World()
    yield made
    assert [what for engine in made.engines for what in engine.unimplemented] == []


@pytest.fixture
def site() -> Iterator[LivingSite]:
    """A working site; in the end nothing unimplemented may have been asked for."""
    made = LivingSite().plain()
    yield made
    if made.engine is not None:
        assert made.engine.unimplemented == []


@pytest.fixture
def alive(site: LivingSite) -> LivingSite:
    """The working site, started."""
    return site.begin()
