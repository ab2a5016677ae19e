"""What ``drplan simulator serve`` tells its user when clients can come."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from drplan.cli import terminal
from drplan.workflows.serve_simulator import Ready


def show_ready(ready: Ready, *, as_json: bool) -> None:
    """Say where the Engines are and how to log in; at once, also into a pipe."""
    if as_json:
        terminal.write_json(json.dumps(_facts(ready)))
        return
    for line in _lines(ready):
        terminal.write(line)
    sys.stdout.flush()


def _facts(ready: Ready) -> dict[str, object]:
    return {
        "type": "simulator_ready",
        "sites": {
            site.role: {
                "url": site.url,
                "user": site.user,
                "password": site.password,
                "up": site.is_up,
            }
            for site in ready.served.sites
        },
        "ca_file": str(ready.served.ca_file),
        "files": [str(path) for path in ready.files],
    }


def _lines(ready: Ready) -> Iterator[str]:
    for site in ready.served.sites:
        yield f"{site.role}: {site.url}{'' if site.is_up else '   (down)'}"
        yield f"  user {site.user}   password {site.password}"
    yield f"certificate authority: {ready.served.ca_file}"
    for path in ready.files:
        yield f"wrote {path}"
    yield "Ready. Ctrl-C ends the simulation."
