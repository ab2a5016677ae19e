"""The bodies of answers: entities, collections, actions, faults, error pages, nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from lxml.etree import XMLSyntaxError

from drplan.simulator import elements
from drplan.simulator.elements import DECLARATION, Element
from drplan.simulator.faults import Refusal
from drplan.simulator.handling import Answer, Call
from drplan.wire.request import API_PREFIX

if TYPE_CHECKING:
    from drplan.simulator.store import Store

HTML = "text/html"
NO_RULE = "Simulator has no rule for"


def href(path: str) -> str:
    """The address of a path as the Engine writes it."""
    return API_PREFIX + path.replace(";unregistered", "")


def entity(store: Store, path: str, *, status: int = 200) -> Answer:
    """The entity at ``path``; a created one (201) also tells its ``Location``."""
    headers = (("Location", href(path)),) if status == 201 else ()
    return Answer(status, elements.document(store.element(path)), headers=headers)


def element(root: Element, *, status: int = 200) -> Answer:
    """Any element as the body."""
    return Answer(status, elements.document(root))


def collection(root: str, entries: Iterable[bytes]) -> Answer:
    """A collection from list entries (``Store.body``); a lone root where it is empty."""
    indent = elements.INDENT.encode()
    lines = b"".join(indent + entry + b"\n" for entry in entries)
    name = root.encode()
    if not lines:
        return Answer(200, DECLARATION + b"<" + name + b"/>\n")
    return Answer(200, DECLARATION + b"<" + name + b">\n" + lines + b"</" + name + b">\n")


def action(
    call: Call,
    *members: Element,
    status: str = "complete",
    job: str | None = None,
    code: int | None = None,
) -> Answer:
    """The answer of an action: an echo of what was sent, ``job``, status, further members.

    200 for a complete one, 202 otherwise, unless ``code`` says different.
    """
    root = _echo(call)
    if job:
        elements.replace(root, elements.make("job", href=href(f"/jobs/{job}"), id=job))
    for member in members:
        elements.replace(root, member)
    elements.set_text(root, "status", status)
    return Answer(code or (200 if status == "complete" else 202), elements.document(root))


def link(tag: str, path: str) -> Element:
    """A reference to an entity: ``<vm href=… id=…/>``."""
    return elements.make(tag, href=href(path), id=path.rpartition("/")[2])


def refusal(call: Call, refused: Refusal) -> Answer:
    """The answer for a ``Refusal``, in the shape that the route and the refusal ask for."""
    if refused.shape == "empty":
        return empty(refused.status)
    if refused.shape == "html":
        return page(refused.status, refused.detail)
    fault = elements.make("fault")
    elements.set_text(fault, "detail", refused.detail)
    elements.set_text(fault, "reason", refused.reason)
    if refused.shape == "command" and call.is_action:
        root = _echo(call)
        elements.replace(root, fault)
        elements.set_text(root, "status", "failed")
        return Answer(refused.status, elements.document(root))
    return Answer(refused.status, elements.document(fault))


def empty(status: int) -> Answer:
    """An answer without body and without ``Content-Type``, as every 404 for an entity is."""
    return Answer(status, b"", None)


def page(status: int, text: str, *, headers: Mapping[str, str] | None = None) -> Answer:
    """A small HTML page, as the application server sends for what the API does not map."""
    body = f"<html><head><title>Error</title></head><body>{status} - {escape(text)}</body></html>\n"
    return Answer(status, body.encode(), HTML, tuple((headers or {}).items()))


def unauthorised() -> Answer:
    """No or wrong credentials: HTML, and the realm to log in to."""
    return page(401, "Unauthorized", headers={"WWW-Authenticate": 'Basic realm="RESTAPI"'})


def no_rule(call_text: str) -> Answer:
    """The simulator's own loud answer for what it does not imitate (501)."""
    return Answer(501, f"{NO_RULE} {call_text}\n".encode(), "text/plain")


def _echo(call: Call) -> Element:
    """What the client sent as ``<action>``, without the flags that only steer the call."""
    if not call.is_action or not call.request.body:
        return elements.make("action")
    try:
        sent = elements.parse(call.request.body)
    except XMLSyntaxError:
        return elements.make("action")
    return sent if sent.tag == "action" else elements.make("action")
