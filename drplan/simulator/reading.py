"""Answers every GET: the API root, collections, entities, with their parameters."""

from __future__ import annotations

from dataclasses import replace

from drplan.simulator import answers, elements, merging
from drplan.simulator.catalogue import SEARCHABLE, TOP, is_collection, kind_of
from drplan.simulator.elements import Element
from drplan.simulator.faults import Refusal, missing, query_failed
from drplan.simulator.follow import Follower, Names, parse_names
from drplan.simulator.handling import Answer, Call, Route
from drplan.simulator.membership import derived, is_derived
from drplan.simulator.search import SearchFailed, UnknownToSimulator, search
from drplan.simulator.store import Store, split
from drplan.simulator.subcollections import is_known

_UNREGISTERED = frozenset({"vms", "templates", "disks"})
_AT_HOME = frozenset({"clusters", "networks"})


def read(call: Call) -> Answer:
    """Whatever the address names."""
    other = _other_form(call)
    if other is not None:
        return call.engine.no_rule(other)
    if call.path == "/":
        return _root(call)
    call = _at_home(call)
    if is_collection(call.path):
        return _list(call)
    return _single(call)


def _other_form(call: Call) -> str | None:
    """What the client asks for that this Engine does not speak: API version 3, JSON.

    Refuses versions that no Engine has (engine-storage.md 1.2).
    """
    version = (call.request.header("Version") or "4").strip()
    if version not in {"3", "4"}:
        raise Refusal(
            400, f"Version {version} is not supported", reason="Bad Request", shape="plain"
        )
    if version == "3":
        return "API version 3"
    accepted = call.request.header("Accept") or "*/*"
    return None if "xml" in accepted or "*/*" in accepted else f"answers as {accepted}"


def _at_home(call: Call) -> Call:
    """Beneath a data center, clusters and networks have the sub-collections that they have at home.

    BackendDataCenterClusterResource extends BackendClusterResource, the network's likewise. The
    generator of the Ansible role reads affinity groups at that address.
    """
    parts = call.path.strip("/").split("/")
    if len(parts) < 5 or parts[0] != "datacenters" or parts[2] not in _AT_HOME:
        return call
    if call.store.is_declared(call.path):
        return call
    return replace(call, path="/" + "/".join(parts[2:]))


def _root(call: Call) -> Answer:
    """The API root as recorded, or one that only links: then the version stays unknown."""
    root = call.store.find("/")
    if root is None:
        root = elements.make("api")
        for name in TOP:
            root.append(elements.make("link", href=answers.href(f"/{name}"), rel=name))
    elements.set_text(root, "time", call.engine.timestamp())
    return answers.element(root)


# --- single entities ------------------------------------------------------------------------


def _single(call: Call) -> Answer:
    element = find_entity(call.store, call.path)
    if element is None:
        collection = split(call.path)[0]
        if kind_of(collection) is None and not call.store.is_declared(collection):
            return call.engine.no_rule(f"GET {call.path}")
        raise missing()
    if split(call.path)[0] == "/vms" and _all_content(call):
        element = _full(call.store, call.path, element)
    looked_up = _follow(call, [element])
    latency = call.engine.latency
    answer = answers.element(element)
    return _slow(answer, latency.read + looked_up * latency.read_entry)


def find_entity(store: Store, path: str) -> Element | None:
    """The entity at a path, also where its collection is a view of others."""
    collection, entity_id = split(path)
    if not _is_view(store, collection):
        return store.find(path)
    entries = derived(store, collection)
    return next((entry for entry in entries if entry.get("id") == entity_id), None)


def _full(store: Store, path: str, vm: Element) -> Element:
    extra = store.find(f"{merging.ALL_CONTENT}/{split(path)[1]}")
    return vm if extra is None else merging.with_all_content(vm, extra)


def _all_content(call: Call) -> bool:
    """Asked for as a parameter since 4.1, as a header before (wire-facts.md section 4)."""
    header = (call.request.header("All-Content") or "").lower() == "true"
    return call.flag("all_content", default=header)


# --- collections ----------------------------------------------------------------------------


def _list(call: Call) -> Answer:
    kind = kind_of(call.path)
    root = call.store.root_of(call.path) or (kind.root if kind else None)
    if root is None:
        return call.engine.no_rule(f"GET {call.path}")
    _check_owner(call)
    collection = call.path
    if call.flag("unregistered") and split(call.path)[1] in _UNREGISTERED:
        collection = f"{call.path};unregistered"
    elif not is_known(call.store, call.path):
        return call.engine.no_rule(f"GET {call.path}")
    if _is_view(call.store, collection):
        entries = list_entries(call.store, collection)
        return _elements(call, root, entries[: _limit(call, len(entries))], collection)
    try:
        paths = _selected(call, collection)
    except UnknownToSimulator as error:
        return call.engine.no_rule(str(error))
    if "follow" in call.parameters or (collection == "/vms" and _all_content(call)):
        return _elements(call, root, [_whole(call, path) for path in paths], collection)
    answer = answers.collection(root, (call.store.body(path) for path in paths))
    return _slow(answer, _time_of(call, collection, len(paths)))


def _check_owner(call: Call) -> None:
    """A collection beneath an entity that does not exist is 404; one that was recorded is there."""
    owner = split(call.path)[0]
    if owner and not call.store.is_declared(call.path) and find_entity(call.store, owner) is None:
        raise missing()


def _selected(call: Call, collection: str) -> list[str]:
    """The members that the parameters ask for, in their order."""
    paths = list(call.store.members(collection))
    if collection == "/events":
        paths = _events(call, paths)
    if call.path.strip("/") in SEARCHABLE:
        paths = _searched(call, paths)
    return paths[: _limit(call, len(paths))]


def _elements(call: Call, root: str, entries: list[Element], collection: str) -> Answer:
    looked_up = _follow(call, entries)
    bodies = (elements.serialise(entry, level=1) for entry in entries)
    time = _time_of(call, collection, len(entries))
    return _slow(
        answers.collection(root, bodies), time + looked_up * call.engine.latency.read_entry
    )


def _whole(call: Call, path: str) -> Element:
    element = call.store.element(path)
    if split(path)[0] == "/vms" and _all_content(call):
        return _full(call.store, path, element)
    return element


def list_entries(store: Store, collection: str) -> list[Element]:
    """The entries of a collection as elements, a view of others included."""
    if _is_view(store, collection):
        return derived(store, collection)
    return [store.element(path) for path in store.members(collection)]


def _is_view(store: Store, collection: str) -> bool:
    """Whether the list is computed: it has a rule, and what it is a view of is known.

    A recording may hold only the view itself; then that is what there is.
    """
    if not is_derived(collection):
        return False
    source = "affinitylabels" if collection.endswith("/affinitylabels") else split(collection)[1]
    return bool(store.members(f"/{source}")) or not store.members(collection)


# --- parameters -----------------------------------------------------------------------------


def _events(call: Call, paths: list[str]) -> list[str]:
    """Newest first, and only those after ``from``."""
    numbers = sorted((int(split(path)[1]) for path in paths), reverse=True)
    after = call.parameters.get("from")
    if after is not None and after.lstrip("-").isdigit():
        numbers = [number for number in numbers if number > int(after)]
    return [f"/events/{number}" for number in numbers]


def _searched(call: Call, paths: list[str]) -> list[str]:
    query = call.parameters.get("search")
    if query is None:
        return paths
    try:
        return search(
            call.store,
            call.path.strip("/"),
            query,
            paths,
            limit=_number(call, "max"),
            is_case_sensitive=call.flag("case_sensitive"),
            correlation=call.engine.jobs.correlation,
        )
    except SearchFailed as error:
        raise query_failed(str(error)) from error


def _limit(call: Call, count: int) -> int:
    limit = _number(call, "max")
    return count if limit is None else limit


def _number(call: Call, name: str) -> int | None:
    text = call.parameters.get(name)
    if text is None:
        return None
    try:
        number = int(text)
    except ValueError:
        return None
    if number < 0:
        raise query_failed("ERROR: LIMIT must not be negative")
    return number


def _follow(call: Call, entries: list[Element]) -> int:
    names: Names = parse_names(call.parameters.get("follow", ""))
    if not names:
        return 0
    follower = Follower(
        call.store,
        lambda collection: list_entries(call.store, collection),
        lambda path: find_entity(call.store, path),
    )
    for entry in entries:
        follower.follow(entry, names)
    return follower.looked_up


# --- time -----------------------------------------------------------------------------------


def _time_of(call: Call, collection: str, count: int) -> float:
    latency = call.engine.latency
    if collection.endswith("/disks;unregistered"):
        return latency.read + count * latency.disk_scan_entry
    if collection.endswith(";unregistered"):
        return latency.read + count * latency.unregistered_entry
    if call.path.startswith("/hosts/") and call.path.endswith("/storage"):
        return latency.device_scan
    return latency.read + count * latency.read_entry


def _slow(answer: Answer, after: float) -> Answer:
    return Answer(answer.status, answer.body, answer.media_type, answer.headers, after)


ROUTES: tuple[Route, ...] = tuple(
    Route("GET", pattern, read)
    for pattern in (
        "/",
        "/{a}",
        "/{a}/{b}",
        "/{a}/{b}/{c}",
        "/{a}/{b}/{c}/{d}",
        "/{a}/{b}/{c}/{d}/{e}",
        "/{a}/{b}/{c}/{d}/{e}/{f}",
        "/{a}/{b}/{c}/{d}/{e}/{f}/{g}",
    )
)
