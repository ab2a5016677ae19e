"""How a run that ended is told, and the exit code that it ends with."""

from __future__ import annotations

import contextlib
import signal
from typing import TYPE_CHECKING

from drplan.cli import exit_codes, terminal

if TYPE_CHECKING:
    from drplan.workflows.undertaking import Ended


def tell(ended: Ended, *, as_json: bool) -> int:
    """Print the end table, what the site has, and the one next step. Gives the exit code."""
    from drplan.cli import paper
    from drplan.report.renderer import render_report

    if ended.report is not None and not as_json:
        with contextlib.suppress(OSError):
            # The terminal may be gone; the report is in the run's folder all the same.
            terminal.write("")
            paper.show(render_report(ended.report, "text", width=paper.width()))
    elif ended.signal is not None:
        terminal.write_error(
            f"Left at once. What was in flight goes on at the Engine.\n\n"
            f"Next: drplan resume {ended.folder.path}"
        )
    return exit_code(ended)


def exit_code(ended: Ended) -> int:
    """The exit code of a run that began."""
    if ended.signal is not None:
        return exit_codes.TERMINATED if ended.signal == signal.SIGTERM else exit_codes.INTERRUPTED
    if ended.report is None:
        return exit_codes.PARTIAL
    if ended.report.success:
        return exit_codes.DONE
    if ended.declined:
        return exit_codes.DECLINED
    record = ended.report.record
    stopped = record is not None and record.stopped is not None
    failed = any(outcome.status == "failed" for outcome in ended.report.outcomes)
    return exit_codes.STOPPED if stopped and not failed else exit_codes.PARTIAL
