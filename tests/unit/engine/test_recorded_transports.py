"""Recording what goes by, and answering from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import trio

from drplan.engine.recording import RecordingTransport
from drplan.engine.replay import ReplayTransport
from drplan.errors import EngineUnreachable, NotRecorded
from drplan.wire.recording import Origin
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

Script = Callable[..., Any]

URL = "https://engine.example.com/ovirt-engine/api"


def get(target: str) -> Request:
    """A GET of ``target``, given without the prefix."""
    return Request.of("GET", API_PREFIX + target)


def test_what_was_recorded_is_replayed(script: Script) -> None:
    """The same requests get the same answers, with the origin that was given."""
    recorder = RecordingTransport(script({"GET /vms": "<vms/>", "GET /hosts": "<hosts/>"}))

    async def ask(transport: RecordingTransport | ReplayTransport) -> list[Response]:
        return [await transport.exchange(get(it)) for it in ("/vms", "/hosts", "/gone")]

    first = trio.run(ask, recorder)
    recording = recorder.recording(url=URL, site="Brno", recorded_at="2026-03-01T10:00:00Z")

    assert trio.run(ask, ReplayTransport(recording)) == first
    assert recording.origin == Origin("2026-03-01T10:00:00Z", "Brno", None)
    assert len(recorder) == 3


def test_recordings_of_reads_do_not_depend_on_who_was_first(script: Script) -> None:
    """Two recordings of one state are the same file."""
    answers = {"GET /vms": "<vms/>", "GET /hosts": "<hosts/>"}
    recordings = []
    for order in (("/vms", "/hosts"), ("/hosts", "/vms")):
        recorder = RecordingTransport(script(answers))
        for target in order:
            trio.run(recorder.exchange, get(target))
        recordings.append(recorder.recording(url=URL))

    assert recordings[0] == recordings[1]


def test_a_recording_of_writes_keeps_its_order(script: Script) -> None:
    """What a run did can be read from top to bottom."""
    recorder = RecordingTransport(script({"POST /vms": "<vm/>", "GET /hosts": "<hosts/>"}))
    trio.run(recorder.exchange, Request.of("POST", f"{API_PREFIX}/vms"))
    trio.run(recorder.exchange, get("/hosts"))

    recording = recorder.recording(url=URL)

    assert [it.request.method for it in recording.exchanges] == ["POST", "GET"]


def test_the_caller_gets_the_secret_and_the_recorder_does_not(script: Script) -> None:
    """Scrubbing happens before anything is kept, and does not disturb the call."""
    body = "<host><root_password>hunter2</root_password></host>"
    recorder = RecordingTransport(script({"GET /hosts/1": body}))

    answer = trio.run(recorder.exchange, get("/hosts/1"))

    assert answer.body == body.encode()
    assert b"hunter2" not in recorder.recording(url=URL).exchanges[0].response.body


def test_a_request_without_answer_leaves_nothing() -> None:
    """A recording holds what an Engine said."""

    class Down:
        async def exchange(self, request: Request) -> Response:
            raise EngineUnreachable("no route")

    recorder = RecordingTransport(Down())

    with pytest.raises(EngineUnreachable):
        trio.run(recorder.exchange, get("/vms"))

    assert len(recorder) == 0


def test_what_is_not_recorded_is_said_with_what_is_near(script: Script) -> None:
    """The message names the request, the source, and the most similar recorded request."""
    recorder = RecordingTransport(script({"GET /vms?follow=nics": "<vms/>"}))
    trio.run(recorder.exchange, get("/vms?follow=nics"))
    replay = ReplayTransport(recorder.recording(url=URL), "primary.yaml")

    with pytest.raises(NotRecorded) as caught:
        trio.run(replay.exchange, get("/vms?follow=tags"))

    assert f"GET {API_PREFIX}/vms?follow=tags" in caught.value.summary
    assert caught.value.where == "primary.yaml"
    assert caught.value.next_step == f"nearest recorded: GET {API_PREFIX}/vms?follow=nics"
