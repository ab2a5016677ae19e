"""What importing and creating a storage domain share, whatever lies beneath it."""

from __future__ import annotations

from drplan.simulator import answers, elements, monitoring
from drplan.simulator.array import DomainCopy
from drplan.simulator.domain_elements import new_domain, stored_collections
from drplan.simulator.elements import Element
from drplan.simulator.handling import Answer, Call
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import refusal, refuse_with
from drplan.simulator.store import Store

ADD = {"action": "add", "type": "Storage"}


def validate_new(body: Element, name: str, *, is_block: bool) -> None:
    """Name characters, name length, discard: before the id and the host are looked at (3.3)."""
    found = rules.validate_name(name) or rules.validate_new(
        name,
        discard_after_delete=elements.text_of(body, "discard_after_delete") == "true",
        is_block=is_block,
    )
    if found:
        raise refusal(found, **ADD)


def refuse_known_name(store: Store, name: str) -> None:
    """The last check of an import: the name is in use."""
    if store.named("/storagedomains", name):
        raise refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NAME_ALREADY_EXIST", **ADD)


def write_domain(
    call: Call, body: Element, copy: DomainCopy, name: str, storage: Element
) -> Answer:
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
