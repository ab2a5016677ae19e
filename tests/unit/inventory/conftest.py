"""What tests of the inventory share: an Engine made of a few answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from drplan.engine.engine import Engine
from drplan.errors import NotRecorded
from drplan.inventory.collect import collect
from drplan.model.inventory import Inventory
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

URL = "https://engine.example.com/ovirt-engine/api"
XML = (("Content-Type", "application/xml;charset=UTF-8"),)

Answers = Mapping[str, str | Response]


class Answering:
    """Answers by target (without prefix), with ``*`` as the answer to any other.

    Without ``*`` other requests are not recorded. ``asked`` are the targets in order.
    """

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self.asked: list[str] = []

    async def exchange(self, request: Request) -> Response:
        """The answer that the test gives."""
        target = request.target().removeprefix(API_PREFIX)
        self.asked.append(target)
        await trio.sleep(1)
        answer = self._answers.get(target, self._answers.get("*"))
        if answer is None:
            raise NotRecorded(f"no answer to {target}")
        if isinstance(answer, Response):
            return answer
        return Response(200, "OK", XML, answer.encode())


@pytest.fixture
def answering() -> Callable[[Answers], Answering]:
    """See ``Answering``."""
    return Answering


@pytest.fixture
def read() -> Callable[..., Inventory]:
    """The inventory of an Engine with these answers; options are those of ``collect``."""

    def run(transport: Answering | Answers, **options: Any) -> Inventory:
        inner = transport if isinstance(transport, Answering) else Answering(transport)

        async def reading() -> Inventory:
            return await collect(Engine("Brno", URL, inner), **options)

        return trio.run(reading, clock=MockClock(autojump_threshold=0))

    return run
