"""What tests of the Engine's side share: transports that answer what a test says."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import trio

from drplan.engine.engine import Engine
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

URL = "https://engine.example.com/ovirt-engine/api"
XML = (("Content-Type", "application/xml;charset=UTF-8"),)


class ScriptedTransport:
    """Answers by method and target (without prefix); everything else is an empty 404.

    ``delay`` is how long each answer takes. ``asked`` are the requests in the order they came.
    """

    def __init__(self, answers: Mapping[str, Response], delay: float = 0.0) -> None:
        self._answers = answers
        self._delay = delay
        self.asked: list[Request] = []

    async def exchange(self, request: Request) -> Response:
        """The answer of the script."""
        self.asked.append(request)
        await trio.sleep(self._delay)
        target = request.target().removeprefix(API_PREFIX)
        return self._answers.get(f"{request.method} {target}", Response(404, "Not Found"))


@pytest.fixture
def script() -> Callable[..., ScriptedTransport]:
    """A transport from ``{"GET /vms": "<vms/>"}``; values may be responses."""

    def build(answers: Mapping[str, str | Response], delay: float = 0.0) -> ScriptedTransport:
        whole = {
            key: it if isinstance(it, Response) else Response(200, "OK", XML, it.encode())
            for key, it in answers.items()
        }
        return ScriptedTransport(whole, delay)

    return build


@pytest.fixture
def make_engine() -> Callable[[ScriptedTransport], Engine]:
    """An Engine over a transport."""
    return lambda transport: Engine("Brno", URL, transport)
