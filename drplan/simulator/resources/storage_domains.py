"""Storage domains of the Engine: adding, importing and editing them.

The dispatch of ``POST /storagedomains`` is by storage type; the ``import`` flag counts for block
domains only (storage sheet 3).
"""

from __future__ import annotations

from drplan.simulator import answers, elements, storage_views
from drplan.simulator.block_domains import import_block
from drplan.simulator.domain_elements import apply_settable
from drplan.simulator.elements import Element
from drplan.simulator.faults import incomplete, missing, query_failed
from drplan.simulator.file_domains import add_file
from drplan.simulator.handling import Answer, Call, Process, Route
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import Finding, refusal
from drplan.simulator.topology import host_of_body, is_uuid

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
        return add_file(call, body, storage, host, is_new=connection_id is None)
    if kind in _BLOCK and elements.text_of(body, "import") == "true":
        return import_block(call, body, host, kind)
    return call.engine.no_rule(f"POST /storagedomains of type {kind} (new volume group or local)")


def _id(body: Element, tag: str) -> str | None:
    return elements.reference(body, tag)


def _required(body: Element, tag: str) -> Element:
    found = body.find(tag)
    if found is None:
        raise incomplete(f"StorageDomain [{tag}] required for add")
    return found


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
