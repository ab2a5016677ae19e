"""Which HTTP methods an address of the API has: any other is 405 with ``Allow``.

A collection is listed and added to, an entity is read, changed and removed, an action is posted.
The REST framework answers such a request itself, before any resource; there is no fault.
"""

from __future__ import annotations

from typing import Final

from drplan.simulator.catalogue import is_collection, kind_of
from drplan.simulator.handling import Answer
from drplan.simulator.router import Router
from drplan.simulator.store import split

_READ: Final = ("GET", "HEAD", "OPTIONS")
_COLLECTION: Final = (*_READ, "POST")
_ENTITY: Final = (*_READ, "PUT", "DELETE")
_ACTION: Final = ("OPTIONS", "POST")


def refuse_method(router: Router, method: str, path: str) -> Answer | None:
    """The answer to a method that the address does not have; ``None`` where it has it."""
    allowed = _allowed(router, path)
    if allowed is None or method in allowed:
        return None
    return Answer(405, b"", None, (("Allow", ", ".join(sorted(allowed))),))


def _allowed(router: Router, path: str) -> tuple[str, ...] | None:
    """The methods of an address; ``None`` for one that is not known."""
    posted = router.find("POST", path)
    if posted is not None and posted[0].is_action:
        return _ACTION
    if path == "/":
        return _READ
    if is_collection(path):
        return _COLLECTION if kind_of(path) is not None else None
    return _ENTITY if kind_of(split(path)[0]) is not None else None
