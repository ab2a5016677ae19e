"""Tags: names checked and not locked, ids unique (storage sheet 10.3)."""

from __future__ import annotations

import re

from drplan.simulator import answers, elements
from drplan.simulator.faults import incomplete, missing
from drplan.simulator.handling import Answer, Call, Route
from drplan.simulator.rules.messages import fail_with, refuse_with

ROOT = "00000000-0000-0000-0000-000000000000"
_NAME = re.compile(r"[\w.-]{1,50}\Z")


def add(call: Call) -> Answer:
    """POST /tags: a duplicate name is 409, a duplicate id an internal error (400)."""
    body, store = call.body(), call.store
    name = elements.text_of(body, "name")
    if not name:
        raise incomplete("Tag [name] required for add")
    _check_name(call, name)
    key = body.get("id") or call.engine.new_id()
    path = f"/tags/{key}"
    if store.exists(path):
        raise fail_with("ENGINE")
    tag = elements.make("tag", href=answers.href(path), id=key)
    elements.set_text(tag, "name", name)
    elements.set_text(tag, "description", elements.text_of(body, "description"))
    parent = elements.reference(body, "parent") or ROOT
    elements.place(tag, answers.link("parent", f"/tags/{parent}"))
    store.put(path, tag)
    return answers.entity(store, path, status=201)


def edit(call: Call) -> Answer:
    """PUT /tags/{tag}: name and description."""
    path = f"/tags/{call.ids['tag']}"
    if not call.store.exists(path):
        raise missing()
    body = call.body()
    name = elements.text_of(body, "name")
    if name is not None and name != call.store.value(path, "name"):
        _check_name(call, name)
    with call.store.edit(path) as tag:
        for member in ("name", "description"):
            text = elements.text_of(body, member)
            if text is not None:
                elements.set_text(tag, member, text)
    return answers.entity(call.store, path)


def remove(call: Call) -> Answer:
    """DELETE /tags/{tag}: 200, or 404 where there is none."""
    path = f"/tags/{call.ids['tag']}"
    if not call.store.exists(path):
        raise missing()
    call.store.delete(path)
    return answers.action(call)


def _check_name(call: Call, name: str) -> None:
    if not _NAME.match(name):
        raise refuse_with("VALIDATION_TAGS_INVALID_TAG_NAME")
    if call.store.named("/tags", name):
        raise refuse_with("TAGS_SPECIFY_TAG_IS_IN_USE")


ROUTES: tuple[Route, ...] = (
    Route("POST", "/tags", add),
    Route("PUT", "/tags/{tag}", edit),
    Route("DELETE", "/tags/{tag}", remove),
)
