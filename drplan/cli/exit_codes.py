"""The exit codes: a public contract, the same for every command.

64 to 77 are the numbers of sysexits.h. They keep 2 free, which means "changes present" to
everybody who has used such a tool before; so a mistyped option never looks like a change.
"""

from typing import Final

DONE: Final = 0
"""Done; with ``--detailed-exitcode`` also: no changes."""
FAILED: Final = 1
"""Failed before the first write."""
CHANGES: Final = 2
"""Changes present; only with ``--detailed-exitcode``."""
PARTIAL: Final = 3
"""Some actions failed or were skipped."""
REFUSED: Final = 4
"""The plan is stale, used, altered, for another Engine, or of a newer format."""
BLOCKED: Final = 5
"""A check failed."""
DECLINED: Final = 6
"""The operator said no."""
LOCKED: Final = 7
"""Somebody else holds the lock."""
STOPPED: Final = 8
"""Stopped on request, and resumable."""
USAGE: Final = 64
"""The command line was not understood."""
INVALID: Final = 65
"""A file is invalid."""
UNREACHABLE: Final = 69
"""An Engine did not answer."""
BUG: Final = 70
"""A bug in drplan."""
LOGIN: Final = 77
"""Wrong credentials, or no permission."""
INTERRUPTED: Final = 130
"""Ctrl-C, as for any program."""
PIPE_CLOSED: Final = 141
"""Whoever read the output has gone, as for any program."""
