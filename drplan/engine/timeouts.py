"""How long an answer may take, by the kind of call.

A timeout ends the waiting and nothing else: the Engine goes on with what it began (storage sheet
12). After a write that means to look, never to send again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from drplan.wire.request import Request

_LONG_ACTIONS = frozenset(
    {
        "activate",
        "deactivate",
        "discoveriscsi",
        "iscsidiscover",
        "iscsilogin",
        "unregisteredstoragedomainsdiscover",
        "updateovfstore",
    }
)
_DOMAIN = re.compile(r"/storagedomains(/[^/]+)?")
_STORAGE_OF_A_HOST = re.compile(r"/hosts/[^/]+/storage")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds without a sign of life after which a call is given up.

    ``slow_read`` is for reads that make hosts scan storage: 180 s for each call of the Engine to a
    host. ``long_write`` is for what connects, attaches, activates, deactivates and detaches domains:
    longer than the 3600 s that the web server before the Engine waits, so that its word is heard.
    """

    connect: float = 20.0
    send: float = 60.0
    login: float = 60.0
    read: float = 120.0
    slow_read: float = 600.0
    write: float = 600.0
    long_write: float = 3660.0

    def of(self, request: Request) -> float:
        """Seconds to wait for the next part of the answer to ``request``."""
        if request.is_write:
            return self.long_write if _is_long(request) else self.write
        return self.slow_read if _scans(request) else self.read


def _is_long(request: Request) -> bool:
    last = request.path.rstrip("/").rpartition("/")[2]
    if request.method == "POST" and last in _LONG_ACTIONS:
        return True
    domain = _DOMAIN.search(request.path)
    if domain is None or domain.end() != len(request.path.rstrip("/")):
        return False
    # POST to a collection imports or attaches, DELETE of a member detaches or removes.
    return request.method == ("DELETE" if domain[1] else "POST")


def _scans(request: Request) -> bool:
    asked = {name for name, _ in request.query}
    return "unregistered" in asked or _STORAGE_OF_A_HOST.search(request.path) is not None
