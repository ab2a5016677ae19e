"""Clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from drplan.clock import OffsetClock, SystemClock, fixed_clock

START = datetime(2026, 8, 22, 3, 14, tzinfo=UTC)


def test_the_system_clock_tells_utc() -> None:
    """The time of day is aware, and measuring never goes back."""
    clock = SystemClock()
    before = clock.monotonic()

    assert clock.now().utcoffset() == timedelta(0)
    assert clock.monotonic() >= before


def test_an_offset_clock_advances_with_what_drives_it() -> None:
    """Both readings follow the seconds that it is given."""
    seconds = [0.0]
    clock = OffsetClock(START, lambda: seconds[0])

    seconds[0] = 90.5

    assert clock.now() == START + timedelta(seconds=90.5)
    assert clock.monotonic() == 90.5


def test_another_zone_is_told_in_utc() -> None:
    """A start in another zone is the same moment, told in UTC."""
    start = datetime(2026, 8, 22, 5, 14, tzinfo=timezone(timedelta(hours=2)))

    assert fixed_clock(start).now().isoformat() == "2026-08-22T03:14:00+00:00"


def test_a_start_without_a_zone_is_refused() -> None:
    """A naive time of day means nothing on another machine."""
    with pytest.raises(ValueError, match="zone"):
        fixed_clock(datetime(2026, 8, 22))
