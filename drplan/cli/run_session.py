"""One run at a terminal or off it: its display, the person who is asked, and its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drplan.cli.person import TerminalPerson
from drplan.cli.progress import JsonProgress
from drplan.cli.run_display import LiveRun, PlainRun, Sturdy, run_display
from drplan.cli.run_end import tell
from drplan.errors import DrplanError

if TYPE_CHECKING:
    from drplan.apply.stream import Listener
    from drplan.workflows.undertaking import Ended


@dataclass(frozen=True)
class RunSession:
    """Where a run is shown, and who can be asked."""

    display: JsonProgress | LiveRun | PlainRun
    person: TerminalPerson | None

    def run(self, carry_out: Callable[[Sequence[Listener]], Ended]) -> int:
        """Carry out, show, and tell the end. Gives the exit code."""
        as_json = isinstance(self.display, JsonProgress)
        with Sturdy(self.display) as sturdy:
            try:
                ended = carry_out([sturdy])
            except DrplanError as error:
                if isinstance(self.display, JsonProgress) and self.display.is_over:
                    # The stream has told why, and its summary is the last line.
                    return error.exit_code
                raise
        return tell(ended, as_json=as_json)


@contextmanager
def run_session(*, as_json: bool, asking: bool) -> Iterator[RunSession]:
    """The display that fits, and somebody to ask where there is one."""
    display = run_display(as_json=as_json)
    if not asking:
        yield RunSession(display, None)
    elif isinstance(display, LiveRun):
        yield RunSession(display, TerminalPerson(display.aside))
    else:
        yield RunSession(display, TerminalPerson())
