"""``follow=nics,disk_attachments.disk``: the Engine walks links and puts what it finds in place.

A name must be a sub-collection that the object links to, or a reference with an address, on every
object of the list; anything else ends in an uncaught exception and an HTML page with status 500
(engine-storage.md 1.3, engine-entities.md 6, wire-facts.md 4).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from drplan.simulator import elements
from drplan.simulator.elements import Element
from drplan.simulator.faults import crashed
from drplan.wire.request import API_PREFIX

if TYPE_CHECKING:
    from drplan.simulator.store import Store


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one level, each with the names to follow beneath it."""

    deeper: dict[str, Names] = field(default_factory=dict)

    def items(self) -> tuple[tuple[str, Names], ...]:
        """Name by name, in the order in which they were asked for."""
        return tuple(self.deeper.items())

    def __bool__(self) -> bool:
        return bool(self.deeper)


@dataclass(slots=True)
class Follower:
    """Puts followed links into elements, and counts the entities that it had to look up."""

    store: Store
    list_entries: Callable[[str], list[Element]]
    find_entity: Callable[[str], Element | None]
    looked_up: int = 0

    def follow(self, element: Element, names: Names) -> None:
        """Walk the names from ``element``; refuses what cannot be followed (500, HTML)."""
        for name, deeper in names.items():
            segment = segment_of(element, name)
            if segment is None:
                self._reference(element, name, deeper)
            else:
                self._collection(element, name, segment, deeper)

    def _collection(self, element: Element, name: str, segment: str, deeper: Names) -> None:
        entries = self.list_entries(f"{_path(element)}/{segment}")
        container = elements.make(name)
        for entry in entries:
            self.follow(entry, deeper)
            container.append(entry)
        self.looked_up += 1 + len(entries)
        elements.replace(element, container)

    def _reference(self, element: Element, name: str, deeper: Names) -> None:
        member = element.find(name)
        if member is None or member.get("href") is None:
            raise crashed(f"java.lang.IllegalStateException: cannot follow '{name}'")
        self.looked_up += 1
        found = self.find_entity(_path(member))
        if found is None:
            return
        found.tag = member.tag
        self.follow(found, deeper)
        element.replace(member, found)


def parse_names(text: str) -> Names:
    """``nics,disk_attachments.disk`` as a tree; blanks and empty names are dropped."""
    tree = Names()
    for chain in text.split(","):
        level = tree
        for name in filter(None, (part.strip() for part in chain.split("."))):
            level = level.deeper.setdefault(name, Names())
    return tree


def segment_of(element: Element, name: str) -> str | None:
    """The address part of the sub-collection that a name means: its ``rel``, or ``None``."""
    wanted = name.replace("_", "")
    rels = (link.get("rel") for link in element.findall("link"))
    return next((rel for rel in rels if rel == wanted), None)


def _path(element: Element) -> str:
    return (element.get("href") or "")[len(API_PREFIX) :]
