"""The command line as people and scripts meet it: real processes, bytes and exit codes."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from drplan import __version__
from drplan.cli.commands import COMMANDS

DRPLAN = [sys.executable, "-m", "drplan"]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run drplan with ``words``, its output piped."""
    return subprocess.run(
        [*DRPLAN, *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def on_a_terminal(*words: str, **environment: str) -> bytes:
    """Run drplan with ``words`` on a terminal of its own, and give what the terminal received."""
    main, side = pty.openpty()
    with subprocess.Popen(
        [*DRPLAN, *words],
        env=os.environ | {"TERM": "xterm-256color"} | environment,
        stdin=side,
        stdout=side,
        stderr=side,
    ):
        os.close(side)
        received = b""
        # Linux ends a terminal whose last writer has gone with EIO.
        try:
            while chunk := os.read(main, 4096):
                received += chunk
        except OSError:
            pass
    os.close(main)
    return received


@pytest.mark.parametrize("word", ["version", "--version", "-V"])
def test_the_version_is_one_line(word: str) -> None:
    """Monitoring reads the version from one line."""
    result = run(word)

    assert (result.returncode, result.stdout, result.stderr) == (0, f"drplan {__version__}\n", "")


def test_the_version_can_be_read_by_programs() -> None:
    """``version --json`` is one JSON object."""
    facts = json.loads(run("version", "--json").stdout)

    assert facts["version"] == __version__
    assert set(facts) == {"version", "python", "platform"}


def test_the_version_is_told_without_typer() -> None:
    """What must be quick imports neither typer nor any room of the house."""
    code = (
        "import sys; from drplan.cli.main import main; main(['version']); main(['--help']);"
        "print(*sorted(name.split('.')[0] for name in sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    loaded = set(result.stdout.splitlines()[-1].split())
    assert "drplan" in loaded
    assert not loaded & {"typer", "rich", "msgspec", "ovirtsdk4", "trio", "vcr", "jsonschema"}


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"], ["-help"]])
def test_the_help_names_every_command(words: list[str]) -> None:
    """The help lists all commands with what they do, and the exit codes."""
    result = run(*words)

    assert result.returncode == 0
    for command in COMMANDS:
        assert f"  {command.name} " in result.stdout
        assert command.summary in result.stdout
    assert "Exit codes:" in result.stdout


def test_help_can_be_asked_for_a_command() -> None:
    """``help schema`` and ``schema --help`` are the same."""
    assert run("help", "schema").stdout == run("schema", "--help").stdout


def test_without_a_command_the_help_is_shown() -> None:
    """No command at all is a usage error, with the help on stderr."""
    result = run()

    assert result.returncode == 64
    assert not result.stdout
    assert "Usage: drplan" in result.stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["scheme"], "did you mean drplan schema?"),
        (["qqqq"], "there is no command qqqq"),
        (["--nope"], "--nope"),
        (["schema", "--nope"], "--nope"),
        (["schema", "plan", "extra"], "extra"),
        (["schema", "nothing"], "there is no schema nothing"),
        (["version", "extra"], "extra"),
    ],
)
def test_usage_errors_are_64_and_say_where_the_help_is(words: list[str], expected: str) -> None:
    """A usage error is never 2, writes nothing to stdout, and shows no traceback."""
    result = run(*words)

    assert result.returncode == 64
    assert not result.stdout
    assert expected in result.stderr
    assert "Next: " in result.stderr
    assert "Traceback" not in result.stderr


def test_with_json_a_usage_error_is_an_event() -> None:
    """Programs that asked for JSON get JSON."""
    result = run("schema", "nothing", "-json")

    assert result.returncode == 64
    assert json.loads(result.stdout)["type"] == "diagnostic"
    assert not result.stderr


@pytest.mark.parametrize("words", [["--help"], ["schema", "--help"], ["schema", "--nope"]])
def test_no_escape_byte_without_colours(words: list[str]) -> None:
    """With NO_COLOR a terminal receives no escape byte; nor does a pipe."""
    piped = run(*words)

    assert b"\x1b" not in on_a_terminal(*words, NO_COLOR="1")
    assert b"\x1b" not in on_a_terminal(*words, "--no-color")
    assert "\x1b" not in piped.stdout + piped.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    """``drplan schema plan | head -1`` ends quietly."""
    with subprocess.Popen(
        [*DRPLAN, "schema", "plan"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        complaint = process.stderr.read()

    assert process.returncode == 141
    assert not complaint


@pytest.mark.parametrize("words", [["version"], ["version", "--json"], ["schema", "plan"]])
def test_a_full_disk_is_explained(words: list[str]) -> None:
    """Output that cannot be written is an error with one clear message."""
    with Path("/dev/full").open("wb") as full:
        result = subprocess.run(
            [*DRPLAN, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )

    assert result.returncode == 1
    assert "the disk is full" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_closed_stdout_is_no_error() -> None:
    """``drplan version >&-`` does not fail."""
    result = subprocess.run(
        ["sh", "-c", '"$0" -m drplan version >&-', sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (result.returncode, result.stderr) == (0, "")


def test_ctrl_c_ends_a_command_quietly(tmp_path: Path) -> None:
    """An interrupted command says so in one line and ends with 130."""
    pipe = tmp_path / "plan.json"
    os.mkfifo(pipe)
    # A run in the background ignores the signal, and hands that down.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from drplan.cli.main import run; run()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, "show", pipe], stderr=subprocess.PIPE, text=True
    ) as process:
        # Opening the pipe succeeds when the command is about to read from it.
        with pipe.open("w"):
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
        assert process.stderr is not None
        complaint = process.stderr.read()

    assert (process.returncode, complaint) == (130, "Interrupted.\n")


def test_a_poor_locale_does_not_break_the_output() -> None:
    """Where the locale has no umlauts, the schema still comes out as UTF-8 JSON."""
    result = subprocess.run(
        [*DRPLAN, "schema", "plan"],
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"},
        capture_output=True,
        check=True,
    )

    assert json.loads(result.stdout.decode("utf-8"))["$schema"]


def test_the_schemas_are_listed_and_printed() -> None:
    """Each listed name prints a JSON Schema."""
    names = run("schema").stdout.split()

    assert json.loads(run("schema", "--json").stdout) == {"schemas": names}
    for name in names:
        assert json.loads(run("schema", name).stdout)["$schema"]
