"""What reaches the terminal."""

from __future__ import annotations

import io
import sys

import pytest

from drplan.cli import terminal


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.mark.parametrize(
    ("environment", "stream", "expected"),
    [
        ({}, Screen(), True),
        ({}, io.StringIO(), False),
        ({"NO_COLOR": "1"}, Screen(), False),
        ({"NO_COLOR": ""}, Screen(), True),
        ({"CLICOLOR_FORCE": "1"}, io.StringIO(), True),
        ({"CLICOLOR_FORCE": "0"}, io.StringIO(), False),
        ({"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, Screen(), False),
        ({"TERM": "dumb"}, Screen(), False),
    ],
)
def test_colours_are_written_only_where_they_are_welcome(
    monkeypatch: pytest.MonkeyPatch,
    environment: dict[str, str],
    stream: io.StringIO,
    expected: bool,
) -> None:
    """NO_COLOR wins, then CLICOLOR_FORCE, then the terminal decides."""
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert terminal.colour_wanted(stream) is expected
    terminal.rich_console(stream).print("text", style="bold red")
    assert ("\x1b" in stream.getvalue()) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("db01", "db01"),
        ("Zürich\tB\n", "Zürich\tB\n"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\rb", "a\\rb"),
        ("\x9b31m", "\\x9b31m"),
        ("abc\u202etxt", "abc\\u202etxt"),
    ],
)
def test_names_cannot_steer_the_terminal(name: str, expected: str) -> None:
    """Control characters in names that come from an Engine are spelled out."""
    assert terminal.harmless(name) == expected


def test_rich_takes_names_for_what_they_are() -> None:
    """A name that looks like markup or emoji is printed as it is."""
    stream = io.StringIO()

    terminal.rich_console(stream).print("[bold]db01[/bold] :smile:")

    assert stream.getvalue() == "[bold]db01[/bold] :smile:\n"


def test_a_line_end_is_added_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A text ends its line, whether or not it says so."""
    terminal.write("one")
    terminal.write("two\n")
    terminal.write_json('{"a": 1}')

    assert capsys.readouterr().out == 'one\ntwo\n{"a": 1}\n'


def test_a_stream_that_was_closed_before_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without stdout the program still does its work."""
    monkeypatch.setattr(sys, "stdout", None)

    terminal.write("text")
    terminal.write_json("{}")

    assert not terminal.is_interactive()
