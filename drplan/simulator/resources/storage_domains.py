"""Storage domains of the Engine: adding, importing and editing them.

The dispatch of ``POST /storagedomains`` is by storage type; the ``import`` flag counts for block
domains only (storage sheet 3).
"""

from __future__ import annotations

from collections.abc import Generator

from drplan.simulator import answers, elements, monitoring, storage_views
from drplan.simulator.array import Array, DomainCopy
from drplan.simulator.connections import Connection, connection_of
from drplan.simulator.domain_elements import (
    apply_settable,
    block_storage,
    file_storage,
    new_domain,
    stored_collections,
)
from drplan.simulator.elements import Element
from drplan.simulator.faults import Refusal, incomplete, missing, not_found, query_failed
from drplan.simulator.handling import Answer, Call, Process, Route, Wait
from drplan.simulator.resources import hosts
from drplan.simulator.resources.storage_connections import (
    add_connection,
    names_on,
)
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import Finding, refusal, refuse_with
from drplan.simulator.store import Store
from drplan.simulator.topology import host_of_body, is_uuid

ADD = {"action": "add", "type": "Storage"}
_FILE = ("nfs", "glusterfs", "posixfs")
_BLOCK = ("iscsi", "fcp")


def add(call: Call) -> Answer | Process:
    """POST /storagedomains: the order of its checks is storage sheet 3."""
    body = call.body()
    lacking = [
        text
        for text, there in (
            ("host.id|name", body.find("host/name") is not None or _id(body, "host")),
            ("type", body.find("type") is not None),
            ("storage", body.find("storage") is not None),
        )
        if not there
    ]
    if lacking:
        raise incomplete(f"StorageDomain [{', '.join(lacking)}] required for add")
    host = host_of_body(call.store, body, "StorageDomain")
    storage = _required(body, "storage")
    connection_id = storage.get("id")
    if connection_id:
        row = call.store.find(f"/storageconnections/{connection_id}")
        if row is None:
            raise query_failed(
                f"Can't find storage server connection for id '{connection_id}'.", status=500
            )
        storage = row
    kind = elements.text_of(storage, "type")
    if kind is None:
        raise incomplete("StorageDomain [storage.type] required for add")
    if kind in _FILE:
        return _add_file(call, body, storage, host, is_new=connection_id is None)
    if kind in _BLOCK and elements.text_of(body, "import") == "true":
        return _import_block(call, body, host, kind)
    return call.engine.no_rule(f"POST /storagedomains of type {kind} (new volume group or local)")


def _id(body: Element, tag: str) -> str | None:
    return elements.reference(body, tag)


def _required(body: Element, tag: str) -> Element:
    found = body.find(tag)
    if found is None:
        raise incomplete(f"StorageDomain [{tag}] required for add")
    return found


# --- file domains ---------------------------------------------------------------------------


def _add_file(call: Call, body: Element, storage: Element, host: str, *, is_new: bool) -> Process:
    """A file domain: connect, look for a domain at the path, import it or make a new one.

    Storage sheet 3.1. The connection made here is removed again when the command fails, but not
    when the look-up fails (3.4).
    """
    connection = _complete(storage, is_new=is_new)
    made: str | None = None
    if is_new:
        made = yield from _connect(call, connection, host)
    found = yield from _existing(call, connection, host, body)
    try:
        if found is not None:
            return (yield from _import_file(call, body, connection, host, found))
        if not elements.text_of(body, "name"):
            raise incomplete("StorageDomain [name] required for add")
        return (yield from _create_file(call, body, connection))
    except Refusal:
        if made is not None:
            call.store.delete(f"/storageconnections/{made}")
        raise


def _complete(storage: Element, *, is_new: bool) -> Connection:
    connection = connection_of(storage)
    if is_new:
        if not connection.path:
            raise incomplete("HostStorage [path] required for add")
        if connection.storage_type == "nfs" and not connection.address:
            raise incomplete("HostStorage [address] required for add")
        if connection.storage_type != "nfs" and connection.member("vfs_type") is None:
            raise incomplete("HostStorage [vfsType] required for add")
    return connection


def _connect(call: Call, connection: Connection, host: str) -> Generator[Wait, None, str]:
    """The internal AddStorageServerConnection, under the lock on the connection string."""
    owner = call.engine.new_id()
    call.engine.locks.acquire(
        owner,
        exclusive=[("STORAGE_CONNECTION", connection.spelled)],
        action="add",
        type="Storage Connection",
    )
    try:
        if not call.store.exists(f"/hosts/{host}"):
            raise refuse_with("CAN_DO_ACTION_GENERAL_FAILURE")
        yield call.engine.latency.connect_storage
        return add_connection(call, connection, host)
    finally:
        call.engine.locks.release(owner)


def _existing(
    call: Call, connection: Connection, host: str, body: Element
) -> Generator[Wait, None, DomainCopy | None]:
    """The first domain of that type at the path that the Engine does not know."""
    yield call.engine.latency.import_scan
    array: Array = call.engine.array
    export = array.mountable(host, connection.address, connection.path)
    if export is None:
        return None
    if export.mount == "unreadable":
        raise query_failed("Error in storage domain action")
    wanted = elements.text_of(body, "type")
    for copy in export.domains:
        if copy.type == wanted and not call.store.exists(f"/storagedomains/{copy.id}"):
            return copy
    return None


def _import_file(
    call: Call, body: Element, connection: Connection, host: str, found: DomainCopy
) -> Process:
    """AddExistingFileStorageDomain: the id that was sent replaces the one that was found."""
    store = call.store
    sent = body.get("id") or found.id
    name = elements.text_of(body, "name") or found.name
    with monitoring.job(call, f"Adding File Storage Domain {name}"):
        yield call.engine.latency.write
        _validate_import(body, name, is_block=False)
        if store.exists(f"/storagedomains/{sent}"):
            raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_ALREADY_EXIST", **ADD)
        if sent != found.id:
            raise _other_domain(call, host, sent)
        _refuse_known_name(store, name)
        return _finish(call, body, found, name, file_storage(connection))


def _other_domain(call: Call, host: str, sent: str) -> Refusal:
    """Another id was sent than lies at the path (storage sheet 3.1, 3.3).

    Where the host sees that domain elsewhere the connection data is illegal; otherwise its
    metadata cannot be read, which fails the validation as such (500).
    """
    array: Array = call.engine.array
    block = {copy.id for copy in array.visible_block_copies(host)}
    mounted: set[str] = set()
    for row in call.store.members("/storageconnections"):
        known = connection_of(call.store.element(row))
        export = array.mountable(host, known.address, known.path) if known.path else None
        if export is not None:
            mounted.update(copy.id for copy in export.domains)
    if sent in block | mounted:
        return refuse_with("ERROR_CANNOT_ADD_EXISTING_STORAGE_DOMAIN_CONNECTION_DATA_ILLEGAL")
    return refuse_with("CAN_DO_ACTION_GENERAL_FAILURE")


def _create_file(call: Call, body: Element, connection: Connection) -> Process:
    """A new, empty domain at the path: what a named POST on an empty share does (sheet 3.1)."""
    store, engine = call.store, call.engine
    name = elements.text_of(body, "name") or ""
    kind = connection.storage_type.upper() if connection.storage_type == "nfs" else "File"
    with monitoring.job(call, f"Adding {kind} Storage Domain {name}"):
        _validate_import(body, name, is_block=False)
        used_by = names_on(store, connection)
        if used_by:
            raise refuse_with(
                "ACTION_TYPE_FAILED_STORAGE_CONNECTION_BELONGS_TO_SEVERAL_STORAGE_DOMAINS",
                **ADD,
                domainNames=", ".join(used_by),
            )
        _refuse_known_name(store, name)
        yield engine.latency.attach
        made = DomainCopy(
            id=engine.new_id(),
            name=name,
            type=elements.text_of(body, "type") or "data",
            storage_format=elements.text_of(body, "storage_format") or "v5",
            storage_type=connection.storage_type,
        )
        engine.array.ensure_export(connection.address, connection.path).domains.append(made)
        return _finish(call, body, made, name, file_storage(connection))


# --- block domains --------------------------------------------------------------------------


def _import_block(call: Call, body: Element, host: str, kind: str) -> Process:
    """AddExistingBlockStorageDomain: the id picks one of the domains on visible LUNs (3.2)."""
    store, engine = call.store, call.engine
    array: Array = engine.array
    key = body.get("id")
    if not key:
        raise incomplete("StorageDomain [id] required for add")
    if not store.exists(f"/hosts/{host}"):
        raise not_found(f"Host: id={host}")
    yield engine.latency.import_scan
    if kind == "iscsi" and not array.has_sessions(host):
        raise query_failed(hosts.NO_TARGETS)
    targets = {t for h, t in array.sessions if h == host} if kind == "iscsi" else None
    candidates = hosts.importable(store, array, host, targets)
    found = next((c for c in candidates if c.id == key and c.storage_type == kind), None)
    name = elements.text_of(body, "name") or (found.name if found else "")
    owner = engine.new_id()
    with monitoring.job(call, f"Adding Block Storage Domain {name}"):
        _validate_import(body, name, is_block=True)
        engine.locks.acquire(owner, exclusive=[("STORAGE", key)], action="add", type="Storage")
        try:
            if store.exists(f"/storagedomains/{key}"):
                raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_ALREADY_EXIST", **ADD)
            if found is None:
                raise refuse_with("ACTION_TYPE_FAILED_PROBLEM_WITH_CANDIDATE_INFO", **ADD)
            _refuse_known_name(store, name)
            yield engine.latency.write
            return _finish(call, body, found, name, block_storage(found, array))
        finally:
            engine.locks.release(owner)


# --- both -----------------------------------------------------------------------------------


def _validate_import(body: Element, name: str, *, is_block: bool) -> None:
    """Name characters, name length, discard: before the id and the host are looked at (3.3)."""
    found = rules.validate_name(name) or rules.validate_new(
        name,
        discard_after_delete=elements.text_of(body, "discard_after_delete") == "true",
        is_block=is_block,
    )
    if found:
        raise refusal(found, **ADD)


def _refuse_known_name(store: Store, name: str) -> None:
    if store.named("/storagedomains", name):
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NAME_ALREADY_EXIST", **ADD)


def _finish(call: Call, body: Element, copy: DomainCopy, name: str, storage: Element) -> Answer:
    """Write the rows; the answer shows status ``unknown`` where a GET shows ``unattached``."""
    store, path = call.store, f"/storagedomains/{copy.id}"
    store.put(path, new_domain(copy, name, storage, body))
    for rel in stored_collections(copy.type):
        store.declare(f"{path}/{rel}")
    call.engine.emit_event(
        956,
        "normal",
        f"Storage Domain {name} was added by {monitoring.USER}",
        correlation_id=call.correlation_id,
        links={"storage_domain": copy.id},
    )
    shown = store.element(path)
    elements.set_text(shown, "status", "unknown")
    answer = answers.element(shown, status=201)
    return Answer(201, answer.body, headers=(("Location", answers.href(path)),))


def edit(call: Call) -> Answer:
    """PUT /storagedomains/{sd}: the name, and what else a body may set.

    UpdateStorageDomain refuses names that are taken, malformed or too long like an import does.
    """
    key = call.ids["sd"]
    path = f"/storagedomains/{key}"
    if not is_uuid(key) or not call.store.exists(path):
        raise missing()
    body = call.body()
    values = {"action": "edit", "type": "Storage"}
    name = elements.text_of(body, "name")
    if name is not None and name != call.store.value(path, "name"):
        found = rules.validate_name(name) or rules.validate_new(
            name, discard_after_delete=False, is_block=True
        )
        if not found and call.store.named("/storagedomains", name):
            found = [Finding("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NAME_ALREADY_EXIST")]
        if found:
            raise refusal(found, **values)
        storage_views.set_field(call.store, key, "name", name)
    storage_views.change(call.store, key, lambda element: apply_settable(element, body))
    return answers.entity(call.store, path)


ROUTES: tuple[Route, ...] = (
    Route("POST", "/storagedomains", add),
    Route("PUT", "/storagedomains/{sd}", edit),
)
