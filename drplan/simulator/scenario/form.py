"""Entities in the form that real Engines send: order of members, links, actions, texts.

The form is that of recorded answers (wire-facts.md section 2): actions, name, description,
comment, links in an order of their own for every Engine, members alphabetically, references last.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from drplan.simulator.elements import Element
from drplan.wire.request import API_PREFIX

Value = str | int | bool | Element | None | Mapping[str, "Value"] | Sequence[tuple[str, "Value"]]
"""A member: a text, a structure, or a list of named entries; ``None`` leaves it out."""


def entity(
    path: str,
    tag: str,
    *,
    seed: str = "",
    actions: Iterable[str] = (),
    name: str | None = None,
    description: str | None = None,
    comment: str | None = None,
    links: Iterable[str] = (),
    members: Mapping[str, Value] | None = None,
    references: Mapping[str, Value] | None = None,
) -> Element:
    """The entity at ``path`` (without the API prefix).

    ``seed`` (an Engine's name) decides the order of actions and links. ``members`` are sorted;
    ``references`` come last, as they are given.
    """
    root = etree.Element(tag)
    root.set("href", API_PREFIX + path)
    root.set("id", path.rpartition("/")[2])
    verbs = _shuffled(actions, seed)
    if verbs:
        _add(root, "actions", [("link", link(f"{path}/{verb}", verb)) for verb in verbs])
    for key, text in (("name", name), ("description", description), ("comment", comment)):
        _add(root, key, text)
    for rel in _shuffled(links, seed):
        root.append(link(f"{path}/{rel}", rel))
    for key in sorted(members or {}):
        _add(root, key, (members or {})[key])
    for key, value in (references or {}).items():
        _add(root, key, value)
    return root


def link(path: str, rel: str) -> Element:
    """A link to a sub-collection or an action."""
    element = etree.Element("link")
    element.set("href", API_PREFIX + path)
    element.set("rel", rel)
    return element


def reference(tag: str, path: str) -> Element:
    """A reference with address and id."""
    element = etree.Element(tag)
    element.set("href", API_PREFIX + path)
    element.set("id", path.rpartition("/")[2])
    return element


def bare(tag: str, entity_id: str, members: Mapping[str, Value] | None = None) -> Element:
    """An element with an id and no address (``quota``, ``volume_group``, ``logical_unit``)."""
    element = etree.Element(tag)
    element.set("id", entity_id)
    for key in sorted(members or {}):
        _add(element, key, (members or {})[key])
    return element


def structure(tag: str, members: Mapping[str, Value]) -> Element:
    """An element of its own without an id."""
    element = etree.Element(tag)
    for key in sorted(members):
        _add(element, key, members[key])
    return element


def enabled(value: bool) -> Mapping[str, Value]:
    """The structure that Engines write for a switch."""
    return {"enabled": value}


def _add(parent: Element, tag: str, value: Value) -> None:
    if value is None:
        return
    if isinstance(value, etree._Element):
        parent.append(value)
        return
    child = etree.SubElement(parent, tag)
    if isinstance(value, bool):
        child.text = "true" if value else "false"
    elif isinstance(value, str | int):
        child.text = str(value)
    elif isinstance(value, Mapping):
        for key in sorted(value):
            _add(child, key, value[key])
    else:
        for key, entry in value:
            _add(child, key, entry)


def _shuffled(names: Iterable[str], seed: str) -> list[str]:
    """The names in the order that this Engine happens to have (wire-facts.md section 2)."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{seed}/{name}".encode()).digest())
