"""Block domains: imported by id from the LUNs that a host sees (storage sheet 3.2)."""

from __future__ import annotations

from drplan.simulator import elements, monitoring
from drplan.simulator.array import Array
from drplan.simulator.domain_elements import block_storage
from drplan.simulator.elements import Element
from drplan.simulator.faults import incomplete, not_found, query_failed
from drplan.simulator.handling import Call, Process
from drplan.simulator.new_domains import ADD, refuse_known_name, validate_new, write_domain
from drplan.simulator.rules.messages import refuse_with
from drplan.simulator.visible_storage import NO_TARGETS, importable


def import_block(call: Call, body: Element, host: str, kind: str) -> Process:
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
        raise query_failed(NO_TARGETS)
    targets = {t for h, t in array.sessions if h == host} if kind == "iscsi" else None
    candidates = importable(store, array, host, targets)
    found = next((c for c in candidates if c.id == key and c.storage_type == kind), None)
    name = elements.text_of(body, "name") or (found.name if found else "")
    owner = engine.new_id()
    with monitoring.job(call, f"Adding Block Storage Domain {name}"):
        validate_new(body, name, is_block=True)
        engine.locks.acquire(owner, exclusive=[("STORAGE", key)], action="add", type="Storage")
        try:
            if store.exists(f"/storagedomains/{key}"):
                raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_ALREADY_EXIST", **ADD)
            if found is None:
                raise refuse_with("ACTION_TYPE_FAILED_PROBLEM_WITH_CANDIDATE_INFO", **ADD)
            refuse_known_name(store, name)
            yield engine.latency.write
            return write_domain(call, body, found, name, block_storage(found, array))
        finally:
            engine.locks.release(owner)
