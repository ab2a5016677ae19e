"""Whatever was exchanged comes back from a file, and scrubbing leaves no secret."""

from __future__ import annotations

import json
import string
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drplan.wire.cassette import SUFFIXES, read_cassette, write_cassette
from drplan.wire.index import ReplayIndex
from drplan.wire.recording import Exchange, Origin, Recording
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response
from drplan.wire.scrubbing import scrub, scrub_body

URL = "https://engine.example.com/ovirt-engine/api"

texts = st.text(st.characters(codec="utf-8"), max_size=40)
lines = st.lists(texts, max_size=4).map("\n".join)
words = st.text(string.ascii_lowercase, min_size=1, max_size=6)
bodies = st.one_of(
    lines.map(str.encode),
    st.binary(max_size=20),
    lines.map(lambda it: f"<a>{escape(it)}</a>\n".encode()),
)
header_values = st.text(string.ascii_letters + string.digits + " :;,=/.", max_size=12)


@st.composite
def exchanges(draw: st.DrawFn) -> Exchange:
    """One exchange with an API; what has no secret in it."""
    pairs = draw(st.dictionaries(words, texts, max_size=3))
    request = Request(
        draw(st.sampled_from(["GET", "POST", "PUT", "DELETE"])),
        f"{API_PREFIX}/{draw(words)}",
        tuple(sorted(pairs.items())),
        tuple(draw(st.dictionaries(words, header_values, max_size=2)).items()),
        draw(lines).encode(),
    )
    response = Response(
        draw(st.integers(100, 599)),
        draw(words),
        tuple(draw(st.dictionaries(words, header_values, max_size=2)).items()),
        draw(bodies),
    )
    return scrub(Exchange(request, response))


@pytest.mark.parametrize("suffix", SUFFIXES)
@given(st.lists(exchanges(), min_size=1, max_size=4), texts)
def test_a_recording_survives_its_file(suffix: str, recorded: list[Exchange], site: str) -> None:
    """Every character, line end and byte comes back, in every form of file."""
    recording = Recording(tuple(recorded), URL, Origin("2026-03-01T10:00:00Z", site, None))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"primary{suffix}"
        write_cassette(path, recording)

        assert read_cassette(path) == recording


@given(st.lists(exchanges(), min_size=1, max_size=6))
def test_every_recorded_request_finds_its_answers_in_order(recorded: list[Exchange]) -> None:
    """Asked again in the order of the recording, each request gets just its own answer."""
    index = ReplayIndex(Recording(tuple(recorded), URL))

    assert [index.next_answer(it.request) for it in recorded] == [it.response for it in recorded]


secrets = st.text(
    string.ascii_letters + string.digits + "!#$%()*+-./:?@[]^_{|}~ <&", min_size=9, max_size=20
).map(lambda it: f"Zq{it.strip()}9k")
members = st.sampled_from(["password", "root_password", "signed_ticket", "custom_script", "ticket"])


@given(members, secrets, texts)
def test_a_secret_member_of_any_entity_is_gone(member: str, secret: str, other: str) -> None:
    """Whatever the secret looks like, it is not in the scrubbed body, and the rest is."""
    before = f"<vm><name>{escape(other)}</name>"
    body = f"{before}<{member}>{escape(secret)}</{member}></vm>"

    scrubbed = scrub_body(body.encode()).decode()

    assert escape(secret) not in scrubbed
    assert scrub_body(scrubbed.encode()).decode() == scrubbed


@given(secrets)
def test_a_token_in_json_is_gone(secret: str) -> None:
    """Quotes and backslashes in a token do not save it."""
    body = json.dumps({"access_token": f'{secret}"\\{secret}', "exp": "1"})

    scrubbed = scrub_body(body.encode())

    assert secret.encode() not in scrubbed
    assert json.loads(scrubbed)["exp"] == "1"
