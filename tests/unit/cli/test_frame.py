"""The frame around commands: how each end of a command becomes an exit code."""

from __future__ import annotations

import errno
import json
import stat
import sys
import types
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from drplan import errors, resources
from drplan.cli import main as frame
from drplan.cli.app import command_app
from drplan.cli.commands import COMMANDS, Command
from drplan.cli.main import main

Run = Callable[..., int]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command called ``try`` that ends in the given way."""

    def run_command(end: BaseException | int | None, *words: str) -> int:
        app = command_app()

        @app.command()
        def attempt(times: int = 1, *, json: bool = False) -> int | None:
            """Try it."""
            if isinstance(end, BaseException):
                raise end
            return end

        module = types.ModuleType("tried")
        module.app = app  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "tried", module)
        command = Command("try", "tried", "Try it", "Tools")
        monkeypatch.setattr(frame, "find_command", {"try": command}.get)
        return main(["try", *words])

    return run_command


@pytest.mark.parametrize(("result", "code"), [(None, 0), (0, 0), (3, 3)])
def test_what_a_command_returns_is_the_exit_code(run: Run, result: int | None, code: int) -> None:
    """A number is the exit code, nothing means done."""
    assert run(result) == code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.InvalidInput("x"), 65),
        (errors.NotRecorded("x"), 65),
        (errors.Refused("x"), 4),
        (errors.Blocked("x"), 5),
        (errors.RunFailed("x"), 1),
        (errors.EngineUnreachable("x"), 69),
        (errors.AnswerLost("x"), 69),
        (errors.LoginFailed("x"), 77),
        (errors.EngineFault(409, "r", "d"), 1),
        (KeyboardInterrupt(), 130),
        (BrokenPipeError(), 141),
        (OSError(errno.ENOSPC, "No space left on device", "plan.json"), 1),
        (ZeroDivisionError(), 70),
        (ExceptionGroup("tasks", [errors.Blocked("x")]), 5),
        (ExceptionGroup("tasks", [errors.Blocked("x"), ZeroDivisionError()]), 70),
        (
            BaseExceptionGroup(
                "tasks", [ZeroDivisionError(), BaseExceptionGroup("more", [KeyboardInterrupt()])]
            ),
            130,
        ),
    ],
)
def test_every_error_has_its_exit_code(run: Run, error: BaseException, code: int) -> None:
    """The exit codes are a contract."""
    assert run(error) == code


def test_an_error_says_what_where_and_what_next(
    run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """The block on stderr holds all the parts, and stdout stays empty."""
    run(
        errors.InvalidInput(
            "the mapping is invalid",
            where="mapping.yml",
            next_step="mend it",
            findings=["3:1: unknown key\n  did you mean dr_cluster_mappings?", "9:5: no value"],
        )
    )

    out, err = capsys.readouterr()
    assert not out
    assert err == (
        "Error: the mapping is invalid\n"
        "  mapping.yml\n"
        "\n"
        "  3:1: unknown key\n"
        "    did you mean dr_cluster_mappings?\n"
        "  9:5: no value\n"
        "\n"
        "Next: mend it\n"
    )


def test_with_json_an_error_is_one_event(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs read the diagnostic from stdout, and stderr stays empty."""
    assert run(errors.Blocked("split brain", where="site b"), "--json") == 5

    out, err = capsys.readouterr()
    event = json.loads(out)
    assert not err
    assert event["type"] == "diagnostic"
    assert event["diagnostic"]["summary"] == "split brain"
    assert event["diagnostic"]["where"] == "site b"
    schema = json.loads(resources.schema_text("event"))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(event)) == []


def test_an_error_cannot_steer_the_terminal(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Names inside an error are made harmless."""
    run(errors.Blocked("\x1b[2Jgone"))

    assert "\x1b" not in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--nope"], ["--times", "many"], ["extra"]])
def test_a_usage_error_is_64(
    run: Run, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """A mistyped option never looks like "changes present", which is 2."""
    assert run(0, *words) == 64
    assert "Next: drplan try --help" in capsys.readouterr().err


def test_a_bug_is_one_line_without_traceback(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """People are asked for a report, and are not shown a traceback."""
    run(ZeroDivisionError("a secret"))

    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "ZeroDivisionError" in err
    assert "report" in err
    assert "secret" not in err


def test_a_bug_leaves_its_traceback_in_the_log(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """The log holds the traceback, only its owner may read it, and the message names it."""
    log = tmp_path / "debug.log"
    monkeypatch.setenv("DRPLAN_LOG_PATH", str(log))

    run(ZeroDivisionError("why"))

    assert "Traceback" in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert str(log) in capsys.readouterr().err


def test_a_log_that_cannot_be_written_hides_nothing(
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Trouble with the log is said, and the bug is reported all the same."""
    monkeypatch.setenv("DRPLAN_LOG_PATH", str(tmp_path))

    assert run(ZeroDivisionError()) == 70

    err = capsys.readouterr().err
    assert "cannot be written" in err
    assert "ZeroDivisionError" in err


def test_debugging_shows_the_traceback(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DRPLAN_LOG=debug shows the traceback on stderr."""
    monkeypatch.setenv("DRPLAN_LOG", "debug")

    run(ZeroDivisionError())

    assert "Traceback" in capsys.readouterr().err


def test_no_color_lasts_as_long_as_the_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--no-color`` does not outlive the command line that has it."""
    assert run(0, "--no-color") == 0
    assert "NO_COLOR" not in frame.os.environ

    monkeypatch.setenv("NO_COLOR", "yes")
    assert run(0, "--no-color") == 0
    assert frame.os.environ["NO_COLOR"] == "yes"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_of_the_table_explains_itself(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each command exists, and its help says how it is used and what it is for."""
    assert main([command.name, "--help"]) == 0

    out = capsys.readouterr().out
    assert out.startswith(f"Usage: drplan {command.name}")
    assert "--help" in out
    assert "\x1b" not in out
