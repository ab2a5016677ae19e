"""What a handler is: the call it gets, the answer it gives, the waits it may make.

A handler is a function of one ``Call``. Either it returns an ``Answer`` at once, or it is a
generator (a *process*): it yields waits and returns the answer in the end. Between two yields no
other request can change anything. A handler raises a ``faults.Refusal`` to say no.

Waits: a number (seconds of virtual time), ``Until(condition)`` (asked again every second, as the
Engine's own pollers do), ``Turn(name)`` (the place in a fair queue, such as the SPM's).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from lxml.etree import XMLSyntaxError

from drplan.simulator import elements
from drplan.simulator.elements import Element
from drplan.simulator.faults import Refusal
from drplan.wire.request import Request

if TYPE_CHECKING:
    from drplan.simulator.core import Engine
    from drplan.simulator.store import Store

_TRUE = {"", "t", "true", "y", "yes", "1"}


@dataclass(frozen=True, slots=True)
class Until:
    """Wait until ``condition()`` holds, asking every ``every`` seconds.

    Goes on after ``at_most`` seconds in any case; the handler looks again for itself.
    """

    condition: Callable[[], bool]
    every: float = 1.0
    at_most: float | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """Wait for the turn in the queue ``name``; give it back with ``engine.turns.release(name)``."""

    name: str


Wait: TypeAlias = float | Until | Turn


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer; the core adds the headers that every answer has.

    ``after`` is how many seconds the answer takes; ``None`` is the usual time of a read or write
    for a plain function, and none for a process, which has waited for itself.
    """

    status: int = 200
    body: bytes = b""
    media_type: str | None = "application/xml"
    headers: tuple[tuple[str, str], ...] = ()
    after: float | None = None


Process: TypeAlias = Generator[Wait, None, Answer]
Background: TypeAlias = Generator[Wait, None, None]


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way to a handler.

    ``path`` is the address without the API prefix and without matrix parameters. ``ids`` are the
    parts of it that stood for placeholders of the route. ``parameters`` are query and matrix
    parameters together; where one is given twice the first counts.
    """

    engine: Engine
    request: Request
    path: str
    ids: Mapping[str, str]
    parameters: Mapping[str, str]
    correlation_id: str
    is_action: bool = False

    @property
    def store(self) -> Store:
        """The Engine's entities."""
        return self.engine.store

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean parameter: t, true, y, yes, 1, or the bare name (engine-storage.md 1.3)."""
        value = self.parameters.get(name)
        return default if value is None else value.lower() in _TRUE

    def body(self) -> Element:
        """The request's body as an element; refuses what is not XML (400)."""
        try:
            return elements.parse(self.request.body)
        except XMLSyntaxError as error:
            raise Refusal(
                400,
                "For correct usage, see: https://localhost/ovirt-engine/apidoc",
                reason="Request syntactically incorrect.",
                shape="plain",
            ) from error


Handler: TypeAlias = Callable[[Call], Answer | Process]


@dataclass(frozen=True, slots=True)
class Route:
    """A method and an address pattern (``/vms/{vm}/start``) with the handler for them.

    ``is_action`` makes refusals come inside an ``<action>`` (``doAction`` operations).
    """

    method: str
    pattern: str
    handler: Handler
    is_action: bool = False
    parts: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.pattern.strip("/").split("/")))
