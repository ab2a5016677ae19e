"""The lines of a run's progress."""

from __future__ import annotations

import json

import pytest

from drplan.cli.progress import JsonProgress, LiveProgress, PlainProgress, progress, progress_line
from drplan.model.event import ActionReference, Event, EventType


def event(kind: EventType, message: str, **fields: object) -> Event:
    """An event of ``vm.db01``'s registration."""
    return Event(
        message=message,
        timestamp="2026-03-01T00:00:00.000Z",
        type=kind,
        seq=1,
        action=ActionReference(id="r1", address="vm.db01", operation="register"),
        **fields,
    )


def test_a_line_has_time_place_and_words() -> None:
    """Minutes since the run began, the place among all actions, what goes on."""
    line = progress_line(
        event("apply_start", "vm.db01: Registering...", position=3, total=88, elapsed_ms=221_000)
    )
    assert line is not None
    assert line.split() == ["+03m41s", "[3/88]", "vm.db01:", "Registering..."]


def test_hours_are_told_as_hours() -> None:
    """A long run does not count minutes beyond sixty."""
    line = progress_line(event("apply_complete", "done", elapsed_ms=7_384_000))
    assert line is not None
    assert line.startswith("+2h03m04s")


def test_the_journals_events_are_not_for_eyes() -> None:
    """Intent, sent and accepted have no line."""
    assert progress_line(event("intent", "about to send")) is None


def test_a_hostile_name_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of a name are spelled out."""
    with PlainProgress() as display:
        display.notice(event("apply_start", "vm.x\x1b[2J: Registering..."))
    written = capsys.readouterr().out
    assert "\x1b" not in written
    assert "Registering" in written


def test_every_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    """Also those that have no line for people."""
    with JsonProgress() as display:
        display.notice(event("intent", "a"))
        display.notice(event("apply_start", "b"))
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["intent", "apply_start"]
    assert lines[0]["@message"] == "a"


def test_without_a_terminal_the_lines_are_plain() -> None:
    """Into a pipe goes no display that moves the cursor."""
    assert type(progress(as_json=False)) is PlainProgress
    assert type(progress(as_json=True)) is JsonProgress


def test_the_live_display_keeps_what_has_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ended actions stay as lines; those in flight stand beneath and go away."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    monkeypatch.setenv("TERM", "xterm")
    with LiveProgress() as display:
        display.notice(event("apply_start", "vm.db01: Registering..."))
        display.notice(event("apply_complete", "vm.db01: Registered after 14s"))
    written = capsys.readouterr().out
    assert "vm.db01: Registered after 14s" in written
