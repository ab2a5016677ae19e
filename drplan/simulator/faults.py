"""How an Engine says no: messages, statuses, and the exception that carries them to the answer.

A command that is refused has a list of messages. The status of the answer follows from their kinds
(engine-storage.md 1.5, point 3); the detail is the list in brackets, with the values put in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Shape = Literal["command", "plain", "html", "empty"]

OPERATION_FAILED = "Operation Failed"


class Kind(StrEnum):
    """The Engine's error type of a message; it decides the HTTP status."""

    BAD_PARAMETERS = "bad_parameters"
    CONFLICT = "conflict"
    INTERNAL = "internal"
    NO_PERMISSION = "no_permission"
    UNTYPED = "untyped"


# In the order in which one kind wins over the others (engine-storage.md 1.5, point 3).
_STATUS = (
    (Kind.BAD_PARAMETERS, 400),
    (Kind.CONFLICT, 409),
    (Kind.INTERNAL, 500),
    (Kind.NO_PERMISSION, 403),
)


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the Engine: its validation key, its kind, and its English text.

    The text may hold ``${variables}``; those that the command does not set stay literally.
    """

    key: str
    kind: Kind
    text: str


class Refusal(Exception):
    """Raised by a handler or process: the request is answered with a fault.

    ``shape`` is ``command`` (in an ``<action>`` for actions, bare otherwise), ``plain`` (always
    bare), ``html`` (an error page of the application server) or ``empty`` (404 without body).
    """

    def __init__(
        self, status: int, detail: str, *, reason: str = OPERATION_FAILED, shape: Shape = "command"
    ) -> None:
        super().__init__(detail or f"{status}")
        self.status = status
        self.detail = detail
        self.reason = reason
        self.shape: Shape = shape


def refuse(*messages: Message, **values: str) -> Refusal:
    """The refusal of a command that is not valid.

    ``raise refuse(OBJECT_LOCKED, action="attach", type="Storage")``. Without messages the detail is ``[]`` with 400: a command that failed without saying why.
    """
    texts = ", ".join(fill(message.text, values) for message in messages)
    return Refusal(status_of(messages), f"[{texts}]")


def failed(text: str, *, status: int = 400) -> Refusal:
    """A command that failed while it ran: a host's own error text, normally 400."""
    return Refusal(status, f"[{text}]")


def query_failed(text: str, *, status: int = 400) -> Refusal:
    """A failed query (a look-up inside a command, a GET): one text without brackets."""
    return Refusal(status, text, shape="plain")


def not_found(what: str) -> Refusal:
    """A reference that leads nowhere: ``not_found("Hosts: name=host9")``, 404 with a fault."""
    return Refusal(404, f"Entity not found: {what}", shape="plain")


def missing() -> Refusal:
    """The entity of the address does not exist: 404 with an empty body."""
    return Refusal(404, "", shape="empty")


def incomplete(detail: str) -> Refusal:
    """A mandatory element is missing: ``incomplete("StorageDomain [host.id|name] required for add")``."""
    return Refusal(400, detail, reason="Incomplete parameters", shape="plain")


def crashed(what: str) -> Refusal:
    """An exception that nothing maps: 500 with the application server's HTML page."""
    return Refusal(500, what, shape="html")


def status_of(messages: tuple[Message, ...]) -> int:
    """The HTTP status for several messages: 400 wins over 409 over 500 over 403; none is 400."""
    kinds = {message.kind for message in messages}
    return next((status for kind, status in _STATUS if kind in kinds), 400)


def fill(text: str, values: Mapping[str, str]) -> str:
    """``text`` with its ``${variables}`` replaced where a value is given."""
    return re.sub(r"\$\{(\w+)\}", lambda m: values.get(m[1], m[0]), text)


# Messages that more than one resource needs; each resource keeps its own beside its rules.
OBJECT_LOCKED = Message(
    "ACTION_TYPE_FAILED_OBJECT_LOCKED",
    Kind.CONFLICT,
    "Cannot ${action} ${type}. Related operation is currently in progress. Please try again later.",
)
STORAGE_DOMAIN_NOT_EXIST = Message(
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_EXIST",
    Kind.BAD_PARAMETERS,
    "Cannot ${action} ${type}. Storage Domain doesn't exist.",
)
GENERAL_VALIDATION_FAILURE = Message(
    "CAN_DO_ACTION_GENERAL_FAILURE", Kind.INTERNAL, "General command validation failure."
)
NOT_AUTHORIZED = Message(
    "USER_NOT_AUTHORIZED_TO_PERFORM_ACTION",
    Kind.NO_PERMISSION,
    "User is not authorized to perform this action.",
)
