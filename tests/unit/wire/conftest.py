"""What tests of the wire share: small recordings."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drplan.wire.recording import Exchange, Origin, Recording
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

URL = "https://engine.example.com/ovirt-engine/api"
XML = (("Content-Type", "application/xml;charset=UTF-8"),)


@pytest.fixture
def make_recording() -> Callable[..., Recording]:
    """A recording from pairs of target (without prefix) and body, or status for an empty one."""

    def build(*pairs: tuple[str, str | int], origin: Origin | None = None) -> Recording:
        exchanges = []
        for target, answer in pairs:
            request = Request.of("GET", API_PREFIX + target, headers=(("Version", "4"),))
            response = (
                Response(answer, "Not Found")
                if isinstance(answer, int)
                else Response(200, "OK", XML, answer.encode())
            )
            exchanges.append(Exchange(request, response))
        return Recording(tuple(exchanges), URL, origin)

    return build
