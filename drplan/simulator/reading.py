"""Answers every GET."""

from __future__ import annotations

from drplan.simulator import answers
from drplan.simulator.faults import missing
from drplan.simulator.handling import Answer, Call, Route


def read_entity(call: Call) -> Answer:
    """One entity, or 404 without body."""
    if not call.store.exists(call.path):
        raise missing()
    return answers.entity(call.store, call.path)


ROUTES: tuple[Route, ...] = (Route("GET", "/{collection}/{id}", read_entity),)
