"""From recorded exchanges to a store: every entity in every answer of an Engine.

Any cassette of any client will do. Lists and single entities are merged, later answers win, a
later 404 deletes. What was followed (``follow=nics``) becomes entities of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lxml.etree import XMLSyntaxError

from drplan.errors import InvalidInput
from drplan.simulator import answers, elements, merging, storage_views
from drplan.simulator.catalogue import is_collection, kind_of
from drplan.simulator.dialect import sign_of_version_3
from drplan.simulator.elements import Element
from drplan.simulator.follow import Names, parse_names, segment_of
from drplan.simulator.membership import settle
from drplan.simulator.router import address
from drplan.simulator.store import Store, split
from drplan.wire.recording import Exchange
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

_OLD_PREFIX = "/api/"
_PARTIAL = ("search", "max", "from", "filter")


@dataclass(slots=True)
class Coverage:
    """Which collections were really seen, so that *empty* and *not recorded* differ.

    ``complete`` were listed as a whole, ``partial`` only under a search or a limit. Both hold
    collection paths such as ``/vms``, ``/vms/ID/nics``, ``/storagedomains/X/vms;unregistered``.
    """

    complete: set[str] = field(default_factory=set)
    partial: set[str] = field(default_factory=set)

    def seen(self, collection: str) -> bool:
        """Whether a whole list of the collection was recorded."""
        return collection in self.complete


@dataclass(frozen=True, slots=True)
class Loaded:
    """A store, and how much of an Engine it covers."""

    store: Store
    coverage: Coverage


def load(exchanges: Iterable[Exchange], *, where: str = "recording") -> Loaded:
    """Everything that the exchanges tell about one Engine.

    ``where`` names their source in messages. Raises ``InvalidInput`` for traffic of API version 3,
    for a body that is not whole, and where there is no answer of an Engine at all.
    """
    loader = _Loader(where)
    for exchange in exchanges:
        loader.take(exchange.request, exchange.response)
    return loader.finish()


class _Loader:
    def __init__(self, where: str) -> None:
        self.where = where
        self.store = Store()
        self.coverage = Coverage()
        self.asked = 0
        self.understood = 0
        self.json = 0

    def take(self, request: Request, response: Response) -> None:
        """One exchange: remember what it tells."""
        found = address(_with_new_prefix(request))
        if found is None:
            return
        self.asked += 1
        path, parameters = found
        if response.status == 404:
            self._gone(path, response)
        elif request.method == "DELETE" and response.status == 200:
            self._delete(path)
        elif response.status in {200, 201} and request.method != "DELETE":
            self._answered(request, response, path, parameters)

    def finish(self) -> Loaded:
        """The whole store, after what the parts say about each other was settled."""
        if not self.understood:
            raise self._nothing()
        settle(self.store)
        return Loaded(self.store, self.coverage)

    def _answered(
        self, request: Request, response: Response, path: str, parameters: Mapping[str, str]
    ) -> None:
        if response.media_type == "application/json":
            self.json += 1
            return
        if not _is_xml(response):
            return
        root = self._parse(request, response)
        sign = sign_of_version_3(request, root)
        if sign is not None:
            raise InvalidInput(
                f"the recording is of API version 3, which cannot be read: {sign}",
                where=f"{self.where}: {request.method} {request.target()}",
                next_step="Record the Engine again with a client of API version 4 (oVirt 4.0 on).",
            )
        if root.tag in {"action", "fault"}:
            return
        self.understood += 1
        follow = parse_names(parameters.get("follow", ""))
        if path == "/":
            self.store.put("/", root)
        elif is_collection(path) and request.method == "GET":
            self._collection(root, path, parameters, follow)
        else:
            self._entity(root, path if not is_collection(path) else None, path, follow)

    def _collection(
        self, root: Element, path: str, parameters: Mapping[str, str], follow: Names
    ) -> None:
        kind = kind_of(path)
        is_as_expected = kind is not None and root.tag == kind.root
        is_unregistered = "unregistered" in parameters
        collection = f"{path};unregistered" if is_unregistered else path
        if is_unregistered:
            self.store.drop(collection)
        is_partial = any(name in parameters for name in _PARTIAL)
        self._cover(collection, partial=is_partial)
        if not is_as_expected:
            self.store.set_root(collection, root.tag)
        entries = {entry.get("id") or str(n): entry for n, entry in enumerate(root, start=1)}
        for entity_id, entry in entries.items():
            self._entity(entry, f"{collection}/{entity_id}", collection, follow)
        if not is_partial:
            self.store.arrange(collection, entries)

    def _entity(self, entry: Element, own: str | None, collection: str, follow: Names) -> None:
        """Store one entity at its own address, and where it was listed if that is elsewhere."""
        _normalise(entry)
        told = _path_of(entry)
        path = own or told
        if path is None:
            return
        for name, deeper in follow.items():
            self._followed(entry, path, name, deeper)
        self._put(path, entry)
        if told is not None and told != path and ";" not in path and self._is_whole(entry, told):
            self._put(told, entry)

    def _is_whole(self, entry: Element, told: str) -> bool:
        """Whether an entity that was listed elsewhere may be stored at its own address.

        Not a mere reference, and not a template's attachment, whose address takes the template
        for a VM (wire-facts.md section 5).
        """
        owner = split(split(told)[0])[0]
        return len(entry) > 0 and (not owner or self.store.exists(owner))

    def _followed(self, entry: Element, path: str, name: str, deeper: Names) -> None:
        """Turn a followed member back into a link (it has one) or a plain reference."""
        member = entry.find(name)
        if member is None:
            return
        segment = segment_of(entry, name)
        if segment is None:
            told = _path_of(member)
            if told is not None and len(member):
                self._entity(member, told, split(told)[0], deeper)
                entry.replace(member, answers.link(name, told))
            return
        collection = f"{path}/{segment}"
        self._cover(collection, partial=False)
        for number, child in enumerate(member, start=1):
            self._entity(child, f"{collection}/{child.get('id') or number}", collection, deeper)
        entry.remove(member)

    def _put(self, path: str, entry: Element) -> None:
        entry = elements.copy_of(entry)
        if split(path)[0] == "/vms":
            extra = merging.split_all_content(entry)
            if extra is not None:
                self.store.put(f"{merging.ALL_CONTENT}/{split(path)[1]}", extra)
        old = self.store.find(path)
        self.store.put(path, entry if old is None else merging.merge(old, entry))
        if entry.tag == "storage_domain":
            self._one_domain(path, entry)

    def _one_domain(self, path: str, entry: Element) -> None:
        """What one view of a storage domain says is true of the other as well."""
        domain = split(path)[1]
        top = storage_views.top_path(domain)
        if path == top and elements.text_of(entry, "status") == "unattached":
            attached = storage_views.attached_path(self.store, domain)
            if attached is not None:
                self.store.delete(attached)
        elif path.startswith("/datacenters/") and self.store.value(top, "status"):
            self.store.set_value(top, "status", None)

    def _gone(self, path: str, response: Response) -> None:
        """A 404 without body: the entity does not exist, nor anything beneath it."""
        if response.body.strip() or path == "/":
            return
        self._delete(path if not is_collection(path) else split(path)[0])

    def _delete(self, path: str) -> None:
        """Forget an entity; a storage domain is detached or gone in all its views."""
        collection, entity_id = split(path)
        if collection == storage_views.TOP:
            view = storage_views.attached_path(self.store, entity_id)
            if view is not None:
                self.store.delete(view)
        elif storage_views.attached_path(self.store, entity_id) == path:
            storage_views.detach(self.store, entity_id)
        self.store.delete(path)

    def _cover(self, collection: str, *, partial: bool) -> None:
        self.store.declare(collection)
        (self.coverage.partial if partial else self.coverage.complete).add(collection)

    def _parse(self, request: Request, response: Response) -> Element:
        try:
            return elements.parse(response.body)
        except XMLSyntaxError as error:
            raise InvalidInput(
                f"an answer is not whole: {error.msg}",
                where=f"{self.where}: {request.method} {request.target()}",
                next_step="The recording was cut or changed; record the Engine again.",
            ) from error

    def _nothing(self) -> InvalidInput:
        if self.json:
            text = "the answers are JSON; only recordings in XML can be read"
        elif self.asked:
            text = "no answer holds any entity: every request failed"
        else:
            text = f"no request goes to an Engine's API ({API_PREFIX})"
        return InvalidInput(
            text, where=self.where, next_step="Give a recording of an oVirt Engine's API."
        )


def _is_xml(response: Response) -> bool:
    """Whether there is an XML body; some recordings keep no headers."""
    body = response.body.lstrip()
    if response.media_type is None:
        return body.startswith(b"<") and not body[:6].lower().startswith(b"<html")
    return bool(body) and response.media_type in {"application/xml", "text/xml"}


def _with_new_prefix(request: Request) -> Request:
    if request.path == "/api" or request.path.startswith(_OLD_PREFIX):
        path = API_PREFIX + request.path[len("/api") :]
        return Request(request.method, path, request.query, request.headers, request.body)
    return request


def _normalise(entry: Element) -> None:
    """Engines reached at ``/api`` write addresses without ``/ovirt-engine`` (wire-facts 3)."""
    for element in entry.iter():
        href = element.get("href")
        if href is not None and href.startswith(_OLD_PREFIX):
            element.set("href", API_PREFIX + href[len("/api") :])


def _path_of(entry: Element) -> str | None:
    """The path an entity says it has; ``None`` where it says none or one with another id."""
    href = entry.get("href") or ""
    if not href.startswith(API_PREFIX + "/"):
        return None
    path = href[len(API_PREFIX) :].partition("?")[0].partition(";")[0]
    return path if not is_collection(path) and split(path)[1] == entry.get("id") else None
