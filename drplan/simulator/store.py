"""Every entity of one Engine, as the XML that it sends.

An entity is known by its *path*: its address without the API prefix, such as ``/vms/ID`` or
``/datacenters/D/storagedomains/X``. The path without its last part is the *collection*
(``/vms``, ``/vms/ID/nics``); its members keep their order. Unregistered entities live in
collections of their own, marked by a parameter: ``/storagedomains/X/vms;unregistered``.

Bodies are kept as bytes, in the form of a list entry, and parsed on demand: ten thousand real VMs
fit in memory. Fields that change all the time (a VM's status) may be kept beside the body with
``set_value``; they are laid over it whenever it is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from drplan.simulator import elements
from drplan.simulator.elements import Element


def split(path: str) -> tuple[str, str]:
    """The collection of a path and the id in it."""
    collection, _, entity_id = path.rpartition("/")
    return collection, entity_id


class Store:
    """The entities of one Engine by path, and the collections they stand in."""

    def __init__(self) -> None:
        self._bodies: dict[str, bytes] = {}
        self._members: dict[str, dict[str, None]] = {}
        self._children: dict[str, dict[str, None]] = {}
        self._live: dict[str, dict[str, str | None]] = {}
        self._roots: dict[str, str] = {}
        self._known: dict[tuple[str, str, bool], str | None] = {}
        self._asked: dict[str, list[tuple[str, str, bool]]] = {}
        self._many: dict[tuple[str, str], tuple[str, ...]] = {}
        self._many_asked: dict[str, list[tuple[str, str]]] = {}

    # --- entities -------------------------------------------------------------------------

    def exists(self, path: str) -> bool:
        """Whether an entity has that path."""
        return path in self._bodies

    def find(self, path: str) -> Element | None:
        """The entity as an element of its own, or ``None``; changing it changes nothing here."""
        body = self._bodies.get(path)
        if body is None:
            return None
        element = elements.parse(body)
        for tag, text in self._live.get(path, {}).items():
            elements.set_text(element, tag, text)
        return element

    def element(self, path: str) -> Element:
        """The entity as an element of its own; raises ``KeyError`` where there is none."""
        element = self.find(path)
        if element is None:
            raise KeyError(path)
        return element

    def body(self, path: str) -> bytes:
        """The entity as a list entry: indented for level 1, its first line without indentation."""
        if self._live.get(path):
            return elements.serialise(self.element(path), level=1)
        return self._bodies[path]

    def put(self, path: str, element: Element) -> None:
        """Store a new entity, or another state of one that is there (its place is kept)."""
        collection, entity_id = split(path)
        self.declare(collection)
        self._members[collection].setdefault(entity_id)
        self._bodies[path] = elements.serialise(element, level=1)
        self._live.pop(path, None)
        self._forget(path)

    @contextmanager
    def edit(self, path: str) -> Iterator[Element]:
        """Change an entity: what is done to the element in the block is stored after it.

        ::

            with store.edit("/vms/ID") as vm:
                elements.set_text(vm, "description", "moved")
        """
        element = self.element(path)
        yield element
        self.put(path, element)

    def delete(self, path: str) -> None:
        """Forget an entity and everything beneath it; nothing happens where there is none."""
        collection, entity_id = split(path)
        self._members.get(collection, {}).pop(entity_id, None)
        self._bodies.pop(path, None)
        self._live.pop(path, None)
        self._forget(path)
        for child in tuple(self._children.pop(path, {})):
            self.drop(child)

    # --- single values --------------------------------------------------------------------

    def value(self, path: str, tag: str) -> str | None:
        """The text of a member (``status``, ``cpu/architecture``), ``None`` where it is absent."""
        live = self._live.get(path)
        if live and tag in live:
            return live[tag]
        return self._lookup(path, tag, reference=False)

    def reference(self, path: str, tag: str) -> str | None:
        """The id a member refers to (``cluster``, ``lease/storage_domain``), or ``None``."""
        return self._lookup(path, tag, reference=True)

    def references(self, path: str, tag: str) -> tuple[str, ...]:
        """The ids of all members at that place (``storage_domains/storage_domain``), in order."""
        key = (path, tag)
        if key not in self._many:
            body = self._bodies.get(path)
            if body is None:
                return ()
            found = elements.parse(body).findall(tag)
            self._many[key] = tuple(entry.get("id") or "" for entry in found)
            self._many_asked.setdefault(path, []).append(key)
        return self._many[key]

    def set_value(self, path: str, tag: str, text: str | None) -> None:
        """Change the text of one direct member without touching the body; ``None`` removes it."""
        if path not in self._bodies:
            raise KeyError(path)
        self._live.setdefault(path, {})[tag] = text

    # --- collections ----------------------------------------------------------------------

    def declare(self, collection: str) -> None:
        """Make a collection known, though it may be empty."""
        if collection not in self._members:
            self._members[collection] = {}
            parent = collection.partition(";")[0].rpartition("/")[0]
            if parent:
                self._children.setdefault(parent, {})[collection] = None

    def set_root(self, collection: str, root: str) -> None:
        """Note how a recorded collection calls its root element, where that is not in the books."""
        self._roots[collection] = root

    def root_of(self, collection: str) -> str | None:
        """The root element a collection was recorded with, where it was noted."""
        return self._roots.get(collection)

    def is_declared(self, collection: str) -> bool:
        """Whether the collection was ever loaded or written."""
        return collection in self._members

    def collections(self) -> tuple[str, ...]:
        """Every declared collection, in the order in which they became known."""
        return tuple(self._members)

    def members(self, collection: str) -> tuple[str, ...]:
        """The paths of a collection's entities, in order; empty for an unknown collection."""
        return tuple(f"{collection}/{entity_id}" for entity_id in self._members.get(collection, ()))

    def arrange(self, collection: str, ids: Iterable[str]) -> None:
        """Put the members with these ids first, in this order; the others keep theirs."""
        members = self._members[collection]
        first = {entity_id: None for entity_id in ids if entity_id in members}
        self._members[collection] = {**first, **members}

    def named(self, collection: str, name: str) -> tuple[str, ...]:
        """The paths of the entities with that name: names are not unique."""
        return tuple(path for path in self.members(collection) if self.value(path, "name") == name)

    def drop(self, collection: str) -> None:
        """Forget a collection with all its members."""
        for path in self.members(collection):
            self.delete(path)
        self._members.pop(collection, None)
        self._roots.pop(collection, None)

    # --- as a whole -----------------------------------------------------------------------

    def copy(self) -> Store:
        """An independent copy; cheap, because bodies are never changed in place."""
        other = Store()
        other._bodies = dict(self._bodies)
        other._members = {name: dict(ids) for name, ids in self._members.items()}
        other._children = {name: dict(ids) for name, ids in self._children.items()}
        other._roots = dict(self._roots)
        other._live = {path: dict(fields) for path, fields in self._live.items()}
        return other

    def __len__(self) -> int:
        return len(self._bodies)

    def _lookup(self, path: str, tag: str, *, reference: bool) -> str | None:
        key = (path, tag, reference)
        if key not in self._known:
            body = self._bodies.get(path)
            if body is None:
                return None
            read = elements.reference if reference else elements.text_of
            self._known[key] = read(elements.parse(body), tag)
            self._asked.setdefault(path, []).append(key)
        return self._known[key]

    def _forget(self, path: str) -> None:
        for key in self._asked.pop(path, ()):
            del self._known[key]
        for many in self._many_asked.pop(path, ()):
            del self._many[many]
