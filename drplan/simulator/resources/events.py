"""External events: an append-only claim that only one client can make (storage sheet 10.4)."""

from __future__ import annotations

from drplan.simulator import answers, elements
from drplan.simulator.elements import Element
from drplan.simulator.faults import Refusal, incomplete
from drplan.simulator.handling import Answer, Call, Route
from drplan.simulator.rules.messages import refuse_with
from drplan.simulator.store import Store

_CODES = {"normal": 9801, "warning": 9802, "error": 9803, "alert": 9804}
_MANDATORY = ("origin", "severity", "custom_id", "description")
_LINKED = ("cluster", "data_center", "host", "storage_domain", "template", "user", "vm")
_ADD = {"action": "add", "type": "External Event"}


def add(call: Call) -> Answer:
    """POST /events: 201 with the event; the pair of origin and custom id is unique for ever."""
    body = call.body()
    values = {tag: elements.text_of(body, tag) for tag in _MANDATORY}
    lacking = [_camel(tag) for tag, text in values.items() if not text]
    if lacking:
        raise incomplete(f"Event [{', '.join(lacking)}] required for add")
    severity, custom_id = values["severity"] or "", _number(values["custom_id"] or "")
    if severity not in _CODES:
        raise Refusal(400, f"{severity} is not a member of LogSeverity", reason="Invalid value")
    origin = values["origin"] or ""
    if origin.lower() == "ovirt":
        raise refuse_with("ACTION_TYPE_FAILED_EXTERNAL_EVENT_ILLEGAL_ORIGIN", **_ADD)
    if _is_taken(call.store, origin, custom_id):
        raise refuse_with("ACTION_TYPE_FAILED_EXTERNAL_EVENT_DUPLICATE_CUSTOM_ID", **_ADD)
    number = call.engine.events.emit(
        _CODES[severity],
        severity,
        values["description"] or "",
        correlation_id=call.correlation_id,
        links=_links(body),
        origin=origin,
        custom_id=custom_id,
    )
    data = elements.text_of(body, "custom_data")
    if data is not None:
        with call.store.edit(f"/events/{number}") as event:
            elements.set_text(event, "custom_data", data)
    return answers.entity(call.store, f"/events/{number}", status=201)


def _camel(tag: str) -> str:
    head, *rest = tag.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise Refusal(400, f"For input string: {text}", reason="Invalid value") from error


def _is_taken(store: Store, origin: str, custom_id: int) -> bool:
    return any(
        store.value(path, "origin") == origin and store.value(path, "custom_id") == str(custom_id)
        for path in store.members("/events")
    )


def _links(body: Element) -> dict[str, str]:
    found = {tag: elements.reference(body, tag) for tag in _LINKED}
    return {tag: key for tag, key in found.items() if key}


ROUTES: tuple[Route, ...] = (Route("POST", "/events", add),)
