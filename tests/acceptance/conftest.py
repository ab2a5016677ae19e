"""Both fixtures, planned and rehearsed once for all who look at the result."""

from __future__ import annotations

import pytest

from tests.acceptance.command import Failover, failover


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Failover:
    """The failover that goes well."""
    return failover("two-site", tmp_path_factory.mktemp("two-site"))


@pytest.fixture(scope="session")
def trouble(tmp_path_factory: pytest.TempPathFactory) -> Failover:
    """The failover that runs into every trap."""
    return failover("two-site-trouble", tmp_path_factory.mktemp("two-site-trouble"))
