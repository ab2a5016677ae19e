"""How a command that failed says so: on stderr for people, one line of JSON on stdout for programs.

Bugs keep their traceback out of sight: it goes where ``DRPLAN_LOG_PATH`` says, or to stderr
with ``DRPLAN_LOG=debug``.
"""

from __future__ import annotations

import errno
import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drplan.cli import exit_codes
from drplan.cli.terminal import write_error, write_json
from drplan.errors import DrplanError
from drplan.files import cannot_write


def report(error: BaseException, *, as_json: bool) -> int:
    """Say how a command ended that did not end well. Gives the exit code."""
    match _foremost(error):
        case DrplanError() as known:
            return report_error(known, as_json=as_json)
        case KeyboardInterrupt():
            write_error("Interrupted.")
            return exit_codes.INTERRUPTED
        case BrokenPipeError():
            return exit_codes.PIPE_CLOSED
        case OSError() as refused:
            code = report_system_error(refused, as_json=as_json)
            return report_bug(refused, as_json=as_json) if code is None else code
        case bug:
            return report_bug(bug, as_json=as_json)


def report_error(error: DrplanError, *, as_json: bool) -> int:
    """Say what is wrong, where, and what to do next. Gives the exit code."""
    if as_json:
        _diagnostic(
            error.summary,
            where=error.where,
            next_step=error.next_step,
            findings=list(error.findings),
        )
    else:
        write_error(_block(error))
    return error.exit_code


def usage_error(summary: str, command: str, *, as_json: bool, hint: str | None = None) -> int:
    """Say that the command line was not understood, and where its help is."""
    next_step = hint or f"{command} --help"
    if as_json:
        _diagnostic(summary, where=None, next_step=next_step, findings=[])
    else:
        write_error(f"Error: {summary}\n\nNext: {next_step}")
    return exit_codes.USAGE


def report_system_error(error: OSError, *, as_json: bool) -> int | None:
    """Explain what the system refused, where that is the user's to mend; else ``None``."""
    mendable = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.EMFILE}
    if error.errno not in mendable:
        return None
    place = Path(str(error.filename)) if error.filename is not None else Path("output")
    return report_error(cannot_write(place, error), as_json=as_json)


def report_bug(error: BaseException, *, as_json: bool) -> int:
    """Ask for a report of what must not have happened; keep the traceback for it."""
    summary = f"drplan has a bug: {type(error).__name__} in {_place(error)}"
    trace = "".join(traceback.format_exception(error))
    kept = _keep(trace)
    next_step = (
        f"please report it, with the file {kept}"
        if kept
        else "please report it; DRPLAN_LOG=debug shows the details"
    )
    if as_json:
        _diagnostic(summary, where=None, next_step=next_step, findings=[])
    else:
        write_error(f"Error: {summary}; {next_step}")
    return exit_codes.BUG


def _foremost(error: BaseException) -> BaseException:
    """The one error to speak of; an event loop puts what its tasks raised into groups.

    Ctrl-C explains all the rest. A bug is never hidden behind an error that was foreseen.
    """
    leaves = list(_leaves(error))
    interrupts = [leaf for leaf in leaves if isinstance(leaf, KeyboardInterrupt)]
    bugs = [leaf for leaf in leaves if not isinstance(leaf, DrplanError)]
    return (interrupts or bugs or leaves)[0]


def _leaves(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error


def _block(error: DrplanError) -> str:
    lines = [f"Error: {error.summary}"]
    if error.where:
        lines.append(f"  {error.where}")
    if error.findings:
        lines += ["", *(f"  {line}" for text in error.findings for line in text.splitlines())]
    if error.next_step:
        lines += ["", f"Next: {error.next_step}"]
    return "\n".join(lines)


def _diagnostic(
    summary: str, *, where: str | None, next_step: str | None, findings: list[str]
) -> None:
    import json
    from datetime import UTC, datetime

    event: dict[str, Any] = {
        "@level": "error",
        "@message": f"Error: {summary}",
        "@module": "drplan.ui",
        "@timestamp": datetime.now(UTC).isoformat(timespec="microseconds"),
        "type": "diagnostic",
        "seq": 1,
        "diagnostic": {
            "severity": "error",
            "summary": summary,
            "where": where,
            "findings": findings,
            "next_step": next_step or "",
        },
    }
    try:
        write_json(json.dumps(event, ensure_ascii=False))
    except OSError:
        write_error(f"Error: {summary}")


def _place(error: BaseException) -> str:
    """The innermost line of drplan's own that was running."""
    frames = list(traceback.extract_tb(error.__traceback__))
    own = str(Path(__file__).parent.parent)
    frames = [frame for frame in frames if frame.filename.startswith(own)] or frames
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"


def _keep(trace: str) -> str | None:
    """Put the traceback where the operator asked for it. Gives the path of the file, if any."""
    if os.environ.get("DRPLAN_LOG", "").lower() in {"debug", "trace"}:
        write_error(trace)
    path = os.environ.get("DRPLAN_LOG_PATH")
    if not path:
        return None
    try:
        with open(path, "a", encoding="utf-8", opener=_private) as log:
            log.write(trace)
    except OSError as error:
        write_error(f"The log {path} cannot be written: {error.strerror}")
        return None
    return path


def _private(path: str, flags: int) -> int:
    """Open a log that only its owner may read: a traceback can hold values."""
    return os.open(path, flags, 0o600)
