"""Making the row of a file connection: validations, the mount, the row (storage sheet 3.3, 3.4)."""

from __future__ import annotations

from drplan.simulator import answers, elements
from drplan.simulator.connections import FILE_TYPES, Connection, connection_of
from drplan.simulator.handling import Call
from drplan.simulator.rules.messages import fail_with, refuse_with
from drplan.simulator.store import Store
from drplan.simulator.topology import data_center_of_host, entity_id

ADD = {"action": "add", "type": "Storage Connection"}

_MANAGED = {
    "nfs": ("timeo", "retrans", "nfsvers", "vers", "minorversion", "vfs_type", "protocol_version"),
    "posixfs": ("vfs_type", "addr"),
    "glusterfs": ("vfs_type",),
}


def add_connection(call: Call, connection: Connection, host: str) -> str:
    """Make the row of a new connection, after the command's validations in their order.

    AddStorageServerConnection (storage sheet 3.3): NFS path, managed mount options, empty VFS
    type, duplicate, host Up; then the mount itself. Gives the row's id.
    """
    _validate(connection)
    _refuse_duplicate(call.store, connection, host)
    if call.store.value(f"/hosts/{host}", "status") != "up":
        raise refuse_with("VDS_ADD_STORAGE_SERVER_STATUS_MUST_BE_UP")
    if call.engine.array.mountable(host, connection.address, connection.path) is None:
        raise fail_with("ProblemWhileTryingToMountTarget")
    return _write(call, connection)


def _validate(connection: Connection) -> None:
    if connection.storage_type == "nfs" and not _is_nfs_path(connection):
        raise refuse_with("VALIDATION_STORAGE_CONNECTION_INVALID")
    options = (connection.member("mount_options") or "").split(",")
    managed = _MANAGED.get(connection.storage_type, ())
    invalid = [o.partition("=")[0] for o in options if o.partition("=")[0].strip() in managed]
    if invalid:
        raise refuse_with(
            "VALIDATION_STORAGE_CONNECTION_MOUNT_OPTIONS_CONTAINS_MANAGED_PROPERTY",
            **ADD,
            invalidOptions=", ".join(invalid),
        )
    if connection.storage_type == "posixfs" and not connection.member("vfs_type"):
        raise refuse_with("VALIDATION_STORAGE_CONNECTION_EMPTY_VFSTYPE")


def _is_nfs_path(connection: Connection) -> bool:
    return bool(connection.address) and connection.path.startswith("/")


def _refuse_duplicate(store: Store, connection: Connection, host: str) -> None:
    """The same ``address:path`` is known: 409 (storage sheet 3.3).

    Connections of local storage count only inside one data center.
    """
    for row in store.members("/storageconnections"):
        known = connection_of(store.element(row))
        if known.storage_type in FILE_TYPES and known.spelled == connection.spelled:
            raise refuse_with(
                "ACTION_TYPE_FAILED_STORAGE_CONNECTION_ALREADY_EXISTS",
                **ADD,
                connectionId=entity_id(row),
                storageDomainName=", ".join(names_on(store, known)),
            )
    for path in store.members("/storagedomains"):
        storage = store.element(path).find("storage")
        if storage is None or elements.text_of(storage, "type") not in FILE_TYPES:
            continue
        known = connection_of(storage)
        local = "localfs" in (known.storage_type, connection.storage_type)
        if known.spelled != connection.spelled or (local and not _same_center(store, path, host)):
            continue
        raise refuse_with(
            "ACTION_TYPE_FAILED_STORAGE_CONNECTION_ALREADY_EXISTS",
            **ADD,
            connectionId=storage.get("id") or "",
            storageDomainName=store.value(path, "name") or "",
        )


def names_on(store: Store, connection: Connection) -> list[str]:
    """The names of the domains that lie on a connection."""
    names = []
    for path in store.members("/storagedomains"):
        storage = store.element(path).find("storage")
        if storage is None or elements.text_of(storage, "type") not in FILE_TYPES:
            continue
        if connection_of(storage).spelled == connection.spelled:
            names.append(store.value(path, "name") or "")
    return names


def _same_center(store: Store, path: str, host: str) -> bool:
    centers = {c.get("id") for c in store.element(path).findall("data_centers/data_center")}
    return data_center_of_host(store, host) in centers


def _write(call: Call, connection: Connection) -> str:
    key = call.engine.new_id()
    path = f"/storageconnections/{key}"
    row = elements.make("storage_connection", href=answers.href(path), id=key)
    elements.set_text(row, "address", connection.address)
    for tag, text in connection.members:
        elements.set_text(row, tag, text)
    elements.set_text(row, "path", connection.path)
    elements.set_text(row, "type", connection.storage_type)
    call.store.put(path, row)
    return key
