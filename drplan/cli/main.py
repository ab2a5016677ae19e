"""The frame around every command: finds it, runs it, and turns its end into an exit code.

``version`` and ``--help`` answer before typer is imported. Of the commands only the one that was
asked for is imported.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

from drplan.cli import exit_codes
from drplan.cli.arguments import Arguments, read_arguments
from drplan.cli.commands import COMMANDS, Command, find_command
from drplan.cli.failure import report, report_system_error, usage_error
from drplan.cli.terminal import write, write_error


def run() -> NoReturn:
    """Run the program on its command line, and end the process."""
    _never_fail_on_a_character()
    code = main(sys.argv[1:])
    sys.exit(_flushed(code))


def main(raw: list[str]) -> int:
    """Run one command line. Gives the exit code; never ends the process, never raises."""
    arguments = read_arguments(raw)
    with _colours(off=arguments.no_color):
        try:
            return _dispatch(arguments)
        except (Exception, KeyboardInterrupt, BaseExceptionGroup) as error:  # noqa: BLE001 - the one place where a bug becomes a message
            return report(error, as_json=arguments.as_json)


def _dispatch(arguments: Arguments) -> int:
    match arguments.words:
        case []:
            from drplan.cli.help import help_text

            write_error(help_text())
            return exit_codes.USAGE
        case ["-h" | "--help", *_] | ["help"]:
            from drplan.cli.help import help_text

            write(help_text())
            return exit_codes.DONE
        case ["-V" | "--version" | "version", *rest]:
            from drplan.cli.version import print_version

            return print_version(rest, as_json=arguments.as_json)
        case ["help", name, *_]:
            return _run_named(name, ["--help"], as_json=arguments.as_json)
        case [name, *rest]:
            return _run_named(name, rest, as_json=arguments.as_json)
    raise AssertionError(arguments.words)


def _run_named(name: str, rest: list[str], *, as_json: bool) -> int:
    command = find_command(name)
    if command is None:
        return _unknown(name, as_json=as_json)
    if command.name == "version":
        from drplan.cli.version import print_version

        return print_version(rest, as_json=as_json)
    return _run_command(command, rest, as_json=as_json)


def _unknown(name: str, *, as_json: bool) -> int:
    if name.startswith("-"):
        summary = f"drplan does not know the option {name} before a command"
        return usage_error(summary, "drplan", as_json=as_json)
    from difflib import get_close_matches

    near = get_close_matches(name, [command.name for command in COMMANDS], n=1)
    hint = f"did you mean drplan {near[0]}?" if near else None
    return usage_error(f"there is no command {name}", "drplan", as_json=as_json, hint=hint)


def _run_command(command: Command, rest: list[str], *, as_json: bool) -> int:
    """Import the command's module and hand it the rest of the command line."""
    from importlib import import_module

    import typer
    import typer.main

    prog = f"drplan {command.name}"
    runnable = typer.main.get_command(import_module(command.module).app)
    # Not runnable.main(): it ends the process where the reader of a pipe has gone, and swallows
    # Ctrl-C. Both are for the frame to decide.
    try:
        with runnable.make_context(prog, rest) as context:
            result = runnable.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.Abort:
        write_error("Interrupted.")
        return exit_codes.INTERRUPTED
    except typer.TyperException as error:
        # Typer's own code for a usage error is 2, which here means "changes present".
        summary = error.format_message().rstrip(".")
        return usage_error(summary[:1].lower() + summary[1:], prog, as_json=as_json)
    return result if isinstance(result, int) else exit_codes.DONE


@contextlib.contextmanager
def _colours(*, off: bool) -> Iterator[None]:
    """Let ``--no-color`` mean ``NO_COLOR`` while the command runs."""
    before = os.environ.get("NO_COLOR")
    if off:
        os.environ["NO_COLOR"] = "1"
    try:
        yield
    finally:
        if off and before is None:
            del os.environ["NO_COLOR"]
        elif off and before is not None:
            os.environ["NO_COLOR"] = before


def _never_fail_on_a_character() -> None:
    """Where the locale cannot show a character, show its code rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _flushed(code: int) -> int:
    """Write out what is buffered. Where nobody reads it any more, end quietly."""
    if sys.stdout is None:
        return code
    try:
        sys.stdout.flush()
    except OSError as error:
        # Otherwise Python complains once more when it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return exit_codes.PIPE_CLOSED
        if code == exit_codes.DONE:
            return report_system_error(error, as_json=False) or exit_codes.FAILED
    return code
