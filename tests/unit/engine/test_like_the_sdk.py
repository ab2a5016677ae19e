"""Requests and responses look to the SDK exactly as those of its own connection."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import ovirtsdk4
import pycurl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ovirtsdk4 import http, types

from drplan.engine.connection import EngineConnection
from drplan.engine.conversion import to_sdk, to_wire
from drplan.wire.request import Request
from drplan.wire.response import Response

URL = "https://engine.example.com/ovirt-engine/api"
BELOW_THE_SEAM = {"User-Agent", "Authorization"}


class FakeCurl:
    """Keeps the options that the SDK sets, and gives a status."""

    def __init__(self, status: int = 200) -> None:
        self.options: dict[int, Any] = {}
        self.status = status

    def setopt(self, option: int, value: Any) -> None:
        """Keep an option."""
        self.options[option] = value

    def getinfo(self, what: int) -> int:
        """The status."""
        assert what == pycurl.HTTP_CODE
        return self.status

    def close(self) -> None:
        """Nothing to release."""


def sent_by_the_sdk(request: http.Request, monkeypatch: pytest.MonkeyPatch) -> FakeCurl:
    """What the SDK's own connection hands to curl for a request."""
    monkeypatch.setattr(pycurl, "Curl", FakeCurl)
    connection = ovirtsdk4.Connection(url=URL, token="t", insecure=True)
    connection._multi = SimpleNamespace(add_handle=lambda curl: None, close=lambda: None)  # type: ignore[attr-defined]
    curl: FakeCurl = connection.send(request)[0]
    return curl


@pytest.mark.parametrize(
    "ask",
    [
        lambda system: system.vms_service().list(search="name=a b+c", max=5, wait=False),
        lambda system: system.vms_service().vm_service("1").get(all_content=True, wait=False),
        lambda system: system.vms_service().add(types.Vm(name="é<&>"), clone=True, wait=False),
        lambda system: (
            system.vms_service()
            .vm_service("1")
            .update(types.Vm(memory=1), headers={"X-None": None, "X-A": 7}, wait=False)
        ),
        lambda system: system.vms_service().vm_service("1").start(wait=False),
        lambda system: system.vms_service().vm_service("1").remove(wait=False),
        lambda system: system.get(query={"b": "2", "a": "ü"}, wait=False),
    ],
)
def test_a_request_goes_out_as_the_sdk_would_send_it(
    ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Method, address, parameters, headers and body are the same; token and agent stay below."""
    connection = EngineConnection(URL)
    ask(connection.system_service())
    kept = connection.take().request

    wire = to_wire(kept)
    curl = sent_by_the_sdk(kept, monkeypatch)

    address = curl.options[pycurl.URL].removeprefix("https://engine.example.com")
    headers = dict(line.decode().split(": ", 1) for line in curl.options[pycurl.HTTPHEADER])
    assert wire.method == curl.options[pycurl.CUSTOMREQUEST]
    assert Request.of(wire.method, address).query == wire.query
    assert wire.target() == address
    assert dict(wire.headers) == {
        name: value for name, value in headers.items() if name not in BELOW_THE_SEAM
    }
    assert wire.body == curl.options.get(pycurl.COPYPOSTFIELDS, b"")


@given(
    st.integers(100, 599),
    st.sampled_from(["", "OK", "Not Found"]),
    st.dictionaries(
        st.sampled_from(["Date", "Content-Type", "Correlation-Id"]),
        st.text("abc /;=:UTF-8", max_size=10).map(str.strip),
    ),
    st.binary(max_size=30),
)
def test_a_response_comes_back_as_the_sdk_would_read_it(
    status: int, reason: str, headers: dict[str, str], body: bytes
) -> None:
    """Header lines, status, body as bytes, and no message."""
    lines = [f"HTTP/1.1 {status} {reason}".rstrip(), *(f"{k}: {v}" for k, v in headers.items())]
    raw = "\r\n".join(lines).encode()
    connection = ovirtsdk4.Connection(url=URL, token="t", insecure=True)
    context = (
        FakeCurl(status),
        SimpleNamespace(getvalue=lambda: body),
        SimpleNamespace(getvalue=lambda: raw),
        None,
    )

    theirs = connection._read_reponse(context)  # type: ignore[attr-defined]
    ours = to_sdk(Response(status, reason, tuple(headers.items()), body))

    assert (ours.code, ours.body, ours.message) == (theirs.code, theirs.body, theirs.message)
    assert ours.headers == [line.strip("\r") for line in theirs.headers]


def test_the_connection_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """No curl handle is made, no token is asked for, and none is given back."""
    monkeypatch.setattr(pycurl, "Curl", None)
    connection = EngineConnection(URL)

    connection.system_service().vms_service().list(wait=False)
    connection.close()

    assert connection.take().request.path == "/vms"
    with pytest.raises(RuntimeError):
        connection.take()
