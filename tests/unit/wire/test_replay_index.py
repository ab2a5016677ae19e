"""Finding the recorded answer to a request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drplan.wire.index import ReplayIndex, normalised_body
from drplan.wire.recording import Exchange, Recording
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

MakeRecording = Callable[..., Recording]


def get(target: str, **options: object) -> Request:
    """A GET of ``target``, given without the prefix."""
    return Request.of("GET", API_PREFIX + target, **options)  # type: ignore[arg-type]


def test_answers_come_in_order_and_the_last_stays(make_recording: MakeRecording) -> None:
    """A status that took three reads to change does so again, and polling may go on."""
    index = ReplayIndex(make_recording(("/vms/1", "<a/>"), ("/vms/2", "<x/>"), ("/vms/1", "<b/>")))

    bodies = [index.next_answer(get("/vms/1")) for _ in range(4)]

    assert [it.body for it in bodies if it] == [b"<a/>", b"<b/>", b"<b/>", b"<b/>"]


@pytest.mark.parametrize(
    "asked",
    [
        "/vms?max=5&search=a+b",
        "/vms?search=a%20b&max=5",
        "/vms/?search=a+b&max=5",
        "/vms?search=a+b&max=5&correlation_id=run-7",
    ],
)
def test_one_request_has_many_spellings(make_recording: MakeRecording, asked: str) -> None:
    """Order and encoding of parameters, and the id of a run, do not matter."""
    index = ReplayIndex(make_recording(("/vms?search=a+b&max=5", "<vms/>")))

    assert index.holds(get(asked))
    assert index.next_answer(get(asked)) is not None


@pytest.mark.parametrize(
    "asked",
    ["/vms", "/vms?max=6&search=a+b", "/vms?max=5&search=a+B", "/templates?max=5&search=a+b"],
)
def test_another_request_is_another_request(make_recording: MakeRecording, asked: str) -> None:
    """A parameter more, less or different is not the same question."""
    index = ReplayIndex(make_recording(("/vms?search=a+b&max=5", "<vms/>")))

    assert index.next_answer(get(asked)) is None


def test_bodies_compare_as_xml() -> None:
    """Indentation, attribute order and declaration do not matter; content does."""
    one = (
        b'<?xml version="1.0"?>\n<action>\n  <vm id="1" a="2"/>\n  <async>false</async>\n</action>'
    )
    same = b'<action><vm a="2" id="1"></vm><async> false </async></action>\n'
    other = b'<action><vm a="2" id="1"/><async>true</async></action>'

    assert normalised_body(one) == normalised_body(same) != normalised_body(other)
    assert normalised_body(b" half <") == b"half <"
    assert normalised_body(b"<half") == b"<half"


def test_a_secret_in_a_body_does_not_keep_it_from_being_found() -> None:
    """The recording is scrubbed, and the request that is made again is not."""
    address = f"{API_PREFIX}/hosts/1/iscsilogin"
    body = b"<action><iscsi><password>%s</password></iscsi></action>"
    recording = Recording(
        (
            Exchange(
                Request.of("POST", address, body=body % b"SCRUBBED"),
                Response(200, body=b"<action/>"),
            ),
        ),
        "https://engine.example.com/ovirt-engine/api",
    )

    assert ReplayIndex(recording).holds(Request.of("POST", address, body=body % b"hunter2"))


def test_the_nearest_request_helps(make_recording: MakeRecording) -> None:
    """The same path with other parameters is near, then a similar address; else there is none."""
    index = ReplayIndex(make_recording(("/vms?follow=nics", "<vms/>"), ("/hosts", "<hosts/>")))

    assert index.nearest(get("/vms")) == f"GET {API_PREFIX}/vms?follow=nics"
    assert index.nearest(get("/host")) == f"GET {API_PREFIX}/hosts"
    assert index.nearest(Request.of("POST", f"{API_PREFIX}/vms")) is None
