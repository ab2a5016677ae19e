"""File domains: an import is implicit, by what lies at the path (storage sheet 3.1)."""

from __future__ import annotations

from collections.abc import Generator

from drplan.simulator import elements, monitoring
from drplan.simulator.array import Array, DomainCopy
from drplan.simulator.connecting import add_connection, names_on
from drplan.simulator.connections import Connection, connection_of
from drplan.simulator.domain_elements import file_storage
from drplan.simulator.elements import Element
from drplan.simulator.faults import Refusal, incomplete, query_failed
from drplan.simulator.handling import Call, Process, Wait
from drplan.simulator.new_domains import ADD, refuse_known_name, validate_new, write_domain
from drplan.simulator.rules.messages import refuse_with


def add_file(call: Call, body: Element, storage: Element, host: str, *, is_new: bool) -> Process:
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
        validate_new(body, name, is_block=False)
        if store.exists(f"/storagedomains/{sent}"):
            raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_ALREADY_EXIST", **ADD)
        if sent != found.id:
            raise _other_domain(call, host, sent)
        refuse_known_name(store, name)
        return write_domain(call, body, found, name, file_storage(connection))


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
        validate_new(body, name, is_block=False)
        used_by = names_on(store, connection)
        if used_by:
            raise refuse_with(
                "ACTION_TYPE_FAILED_STORAGE_CONNECTION_BELONGS_TO_SEVERAL_STORAGE_DOMAINS",
                **ADD,
                domainNames=", ".join(used_by),
            )
        refuse_known_name(store, name)
        yield engine.latency.attach
        made = DomainCopy(
            id=engine.new_id(),
            name=name,
            type=elements.text_of(body, "type") or "data",
            storage_format=elements.text_of(body, "storage_format") or "v5",
            storage_type=connection.storage_type,
        )
        engine.array.ensure_export(connection.address, connection.path).domains.append(made)
        return write_domain(call, body, made, name, file_storage(connection))
