"""``drplan version``: answers without typer, because monitoring asks it often."""

from __future__ import annotations

import os
import sys

from drplan import __version__
from drplan.cli import exit_codes
from drplan.cli.failure import usage_error
from drplan.cli.terminal import write, write_json

_HELP = """\
Usage: drplan version [OPTIONS]

Print the version of drplan.

Options:
  --json        One JSON object: version, Python, platform
  -h, --help    Show this message
"""


def print_version(words: list[str], *, as_json: bool) -> int:
    """Answer ``version`` with the further ``words`` of its command line."""
    unknown = [word for word in words if word not in {"--json", "-h", "--help"}]
    if unknown:
        return usage_error(f"version does not know {unknown[0]}", "drplan version", as_json=as_json)
    if {"-h", "--help"} & set(words):
        write(_HELP)
    elif as_json:
        import json

        write_json(json.dumps(_facts(), sort_keys=True))
    else:
        write(f"drplan {__version__}")
    return exit_codes.DONE


def _facts() -> dict[str, str]:
    return {
        "version": __version__,
        "python": ".".join(str(part) for part in sys.version_info[:3]),
        "platform": f"{sys.platform} {os.uname().machine}",
    }
