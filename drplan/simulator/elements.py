"""XML elements in the Engine's form: parsed, written, read and changed without losing anything.

An empty text (``<description></description>``) and an empty structure (``<codename/>``) are two
different things to a real Engine (wire-facts.md section 2). libxml2 makes them one, so empty texts
are marked before parsing and written out again.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TypeAlias

from lxml import etree

Element: TypeAlias = etree._Element

DECLARATION = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
INDENT = "    "

_MARK = "\ue000"
_PARSER = etree.XMLParser(
    remove_blank_text=True, resolve_entities=False, no_network=True, remove_comments=True
)

# Where a member stands among its siblings: wire-facts.md section 2, "Order inside an entity".
_FIRST = {"actions": 0, "name": 1, "description": 2, "comment": 3, "link": 4}
_MEMBER = 5
_REFERENCE = 6


def parse(data: bytes) -> Element:
    """The root element of ``data``; raises ``lxml.etree.XMLSyntaxError`` for anything else."""
    root = etree.fromstring(_with_marks(data), _PARSER)
    if _MARK.encode() in data or b"></" in data:
        for element in root.iter():
            if element.text == _MARK:
                element.text = ""
    return root


def _with_marks(data: bytes) -> bytes:
    """``data`` with a mark in every element that is written with an empty text.

    Much the largest part of reading thousands of entities: no regular expression is as fast.
    """
    end = data.find(b"></")
    if end < 0:
        return data
    mark = _MARK.encode()
    parts: list[bytes] = []
    done = 0
    while end >= 0:
        begin = data.rfind(b"<", done, end)
        opens = begin >= 0 and data[begin + 1 : begin + 2] not in {b"/", b"?", b"!"}
        if opens and data[end - 1 : end] != b"/":
            parts += (data[done : end + 1], mark)
            done = end + 1
        end = data.find(b"></", end + 1)
    parts.append(data[done:])
    return b"".join(parts)


def serialise(element: Element, *, level: int = 0) -> bytes:
    """``element`` indented as the Engine does, without declaration; ``level`` of a list entry is 1."""
    copy = copy_of(element)
    etree.indent(copy, space=INDENT, level=level)
    return etree.tostring(copy, encoding="unicode").rstrip().encode()


def document(element: Element) -> bytes:
    """A whole body: declaration, indented element, a newline at the end."""
    return DECLARATION + serialise(element) + b"\n"


def make(tag: str, text: str | None = None, **attributes: str) -> Element:
    """A new element; the attributes are written in the order given (``href`` before ``id``)."""
    element = etree.Element(tag)
    for name, value in attributes.items():
        element.set(name, value)
    element.text = text
    return element


def text_of(element: Element, path: str) -> str | None:
    """The text of the member at ``path`` (``cpu/architecture``); ``None`` where it is absent."""
    found = element.find(path)
    return None if found is None else (found.text or "")


def reference(element: Element, path: str) -> str | None:
    """The id that the member at ``path`` refers to; ``None`` where it is absent."""
    found = element.find(path)
    return None if found is None else found.get("id")


def set_text(element: Element, path: str, text: str | None) -> None:
    """Give the member at ``path`` that text, in its place; ``None`` removes the member."""
    head, _, rest = path.partition("/")
    child = element.find(head)
    if child is None:
        if text is None:
            return
        child = etree.Element(head)
        if not rest:
            child.text = text
        place(element, child)
    if rest:
        set_text(child, rest, text)
    elif text is None:
        element.remove(child)
    else:
        child.text = text


def replace(element: Element, child: Element) -> None:
    """Put ``child`` where the member of that name stands, or in the place of a new one."""
    old = element.find(child.tag)
    if old is None:
        place(element, child)
    else:
        element.replace(old, child)


def remove(element: Element, tag: str) -> None:
    """Remove every member of that name."""
    for child in element.findall(tag):
        element.remove(child)


def place(element: Element, child: Element) -> None:
    """Insert ``child`` where a real Engine would write it.

    Actions, name, description, comment, links, own members alphabetically, then references.
    """
    group = _group(child)
    for index, sibling in enumerate(element):
        other = _group(sibling)
        if other > group or (other == group >= _MEMBER and sibling.tag > child.tag):
            element.insert(index, child)
            return
    element.append(child)


def _group(element: Element) -> int:
    return _FIRST.get(element.tag, _REFERENCE if element.get("id") else _MEMBER)


def copy_of(element: Element) -> Element:
    """An independent copy, without what follows the element."""
    copy = deepcopy(element)
    copy.tail = None
    return copy
