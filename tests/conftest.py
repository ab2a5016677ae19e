"""What holds for every test."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings

# The same examples on every machine, and no complaint about a machine that is slow.
settings.register_profile(
    "drplan",
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("drplan")


_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_SETTINGS = (
    *("NO_COLOR", "CLICOLOR_FORCE", "FORCE_COLOR"),
    *("DRPLAN_LOG", "DRPLAN_LOG_PATH", "DRPLAN_INPUT"),
    *("DRPLAN_PRIMARY_PASSWORD", "DRPLAN_SECONDARY_PASSWORD"),
    *_PROXIES,
    *(name.upper() for name in _PROXIES),
)


@pytest.fixture(autouse=True)
def _no_settings_of_the_person_who_runs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests do not depend on how the terminal of this person is set."""
    for name in _SETTINGS:
        monkeypatch.delenv(name, raising=False)
