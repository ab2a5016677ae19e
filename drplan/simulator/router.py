"""From a request to the handler that answers it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from drplan.simulator.handling import Route
from drplan.wire.request import API_PREFIX, Request


class Router:
    """Routes by method and number of parts; literal parts win over placeholders."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes: dict[tuple[str, int], list[Route]] = {}
        for route in routes:
            self._routes.setdefault((route.method, len(route.parts)), []).append(route)
        for found in self._routes.values():
            found.sort(key=_vagueness)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The most literal route for a path, with the ids in it; ``None`` where none fits."""
        parts = path.strip("/").split("/")
        for route in self._routes.get((method, len(parts)), ()):
            ids = matches(route.parts, parts)
            if ids is not None:
                return route, ids
        return None


def address(request: Request) -> tuple[str, dict[str, str]] | None:
    """Path without prefix, and all parameters; ``None`` for an address outside the API.

    Parameters come as query (``?max=5``) or matrix (``;max=5``); a bare name is an empty value
    (engine-storage.md 1.3).
    """
    path = request.path
    if path != API_PREFIX and not path.startswith((API_PREFIX + "/", API_PREFIX + ";")):
        return None
    parameters: dict[str, str] = {}
    parts = []
    for part in path[len(API_PREFIX) :].split("/"):
        name, *matrix = part.split(";")
        parts.append(unquote(name))
        for pair in matrix:
            key, _, value = pair.partition("=")
            parameters.setdefault(unquote(key), unquote(value))
    for key, value in request.query:
        parameters.setdefault(key, value)
    cleaned = "/".join(parts).rstrip("/")
    return cleaned or "/", parameters


def matches(pattern: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    """The parts that stand for ``{placeholders}``; ``None`` where the pattern does not fit."""
    if len(pattern) != len(parts):
        return None
    ids: dict[str, str] = {}
    for wanted, given in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            ids[wanted[1:-1]] = given
        elif wanted != given:
            return None
    return ids


def _vagueness(route: Route) -> tuple[bool, ...]:
    return tuple(part.startswith("{") for part in route.parts)
