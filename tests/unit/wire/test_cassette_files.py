"""Cassette files: whole or refused, ours and other clients'."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from vcr.cassette import Cassette

from drplan.errors import InvalidInput, RunFailed
from drplan.wire.cassette import (
    LARGE,
    SUFFIXES,
    cassette_name,
    find_cassette,
    read_cassette,
    write_cassette,
)
from drplan.wire.recording import Exchange, Origin, Recording
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

MakeRecording = Callable[..., Recording]

CLUSTERS = (
    '<clusters>\n    <cluster id="c1">\n        <name>Brno</name>\n    </cluster>\n</clusters>\n'
)
ORIGIN = Origin("2026-03-01T10:00:00Z", "Brno", "4.5.7-1.el9")


@pytest.fixture
def recording(make_recording: MakeRecording) -> Recording:
    """Two answers and a missing entity, as drplan would have recorded them."""
    return make_recording(
        ("/clusters", CLUSTERS), ("/vms?follow=nics", "<vms/>"), ("/vms/v1", 404), origin=ORIGIN
    )


def foreign(path: Path, *interactions: dict[str, object]) -> Path:
    """A cassette as another client's vcrpy writes it."""
    path.write_text(yaml.safe_dump({"version": 1, "interactions": list(interactions)}))
    return path


def interaction(
    body: object,
    *,
    uri: str = "https://engine.example.com/ovirt-engine/api/vms",
    headers: dict[str, list[str]] | None = None,
) -> dict[str, object]:
    """One interaction of another client."""
    return {
        "request": {"method": "GET", "uri": uri, "body": None, "headers": {}},
        "response": {
            "status": {"code": 200, "message": "OK"},
            "headers": headers or {"Content-Type": ["application/xml"]},
            "body": body,
        },
    }


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_is_read(tmp_path: Path, recording: Recording, suffix: str) -> None:
    """Every form of file gives back the same exchanges, address and origin."""
    path = tmp_path / f"primary{suffix}"

    write_cassette(path, recording)

    assert read_cassette(path) == recording


def test_bodies_stand_in_yaml_line_by_line(tmp_path: Path, recording: Recording) -> None:
    """People can read an answer in the file as the Engine sent it."""
    path = tmp_path / "primary.yaml"

    write_cassette(path, recording)

    assert '        <clusters>\n            <cluster id="c1">\n' in path.read_text()


def test_two_writings_of_one_recording_are_equal(tmp_path: Path, recording: Recording) -> None:
    """A compressed cassette carries no time of its own."""
    first, second = tmp_path / "a.json.gz", tmp_path / "b.json.gz"

    write_cassette(first, recording)
    write_cassette(second, recording)

    assert first.read_bytes() == second.read_bytes()


def test_vcrpy_loads_what_drplan_writes(tmp_path: Path, recording: Recording) -> None:
    """Our mark and footer do not keep vcrpy from reading the file."""
    path = tmp_path / "primary.yaml"
    write_cassette(path, recording)

    cassette = Cassette.load(path=path)

    assert [request.path for request in cassette.requests] == [
        f"{API_PREFIX}/clusters",
        f"{API_PREFIX}/vms",
        f"{API_PREFIX}/vms/v1",
    ]
    assert cassette.responses[0]["body"]["string"] == CLUSTERS.encode()


def test_a_body_that_is_no_text_survives(tmp_path: Path) -> None:
    """An HTML page in another encoding does not break a recording."""
    page = Response(500, "Error", (("Content-Type", "text/html"),), b"<html>\xe9\xff</html>")
    recording = Recording(
        (Exchange(Request.of("GET", f"{API_PREFIX}/vms"), page),),
        "https://engine.example.com/ovirt-engine/api",
        ORIGIN,
    )
    for name in ("x.yaml", "x.json"):
        write_cassette(tmp_path / name, recording)

        assert read_cassette(tmp_path / name) == recording


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_our_cassette_cut_anywhere_is_refused(
    tmp_path: Path, recording: Recording, suffix: str
) -> None:
    """A file that ends early, also between two interactions, is never taken for a whole one."""
    path = tmp_path / f"primary{suffix}"
    write_cassette(path, recording)
    data = path.read_bytes()
    for length in range(0, len(data) - 2, max(1, len(data) // 97)):
        path.write_bytes(data[:length])

        with pytest.raises(InvalidInput) as caught:
            read_cassette(path)

        assert str(path) in str(caught.value.where)
        assert caught.value.next_step


def test_a_cassette_cut_between_interactions_misses_its_footer(
    tmp_path: Path, recording: Recording
) -> None:
    """What is still good YAML is refused because the footer is gone."""
    path = tmp_path / "primary.yaml"
    write_cassette(path, recording)
    path.write_text(path.read_text().partition("drplan:\n  format")[0])

    with pytest.raises(InvalidInput, match="its footer is missing"):
        read_cassette(path)


def test_a_changed_answer_is_noticed(tmp_path: Path, recording: Recording) -> None:
    """The hash covers every interaction."""
    path = tmp_path / "primary.yaml"
    write_cassette(path, recording)
    path.write_text(path.read_text().replace("<name>Brno</name>", "<name>Ostrava</name>"))

    with pytest.raises(InvalidInput, match="changed after it was made"):
        read_cassette(path)


def test_a_missing_interaction_is_noticed(tmp_path: Path, recording: Recording) -> None:
    """The footer says how many there must be."""
    path = tmp_path / "primary.json"
    write_cassette(path, recording)
    data = json.loads(path.read_text())
    del data["interactions"][1]
    path.write_text(json.dumps(data))

    with pytest.raises(InvalidInput, match="holds 2 interactions, and its footer says 3"):
        read_cassette(path)


@pytest.mark.parametrize(
    "footer",
    [
        "nonsense",
        {"format": "1.0"},
        {"format": "1.0", "interactions": "three", "sha256": "x"},
        {"format": "9.0", "interactions": 3, "sha256": "x"},
    ],
)
def test_a_wrong_footer_is_refused(tmp_path: Path, recording: Recording, footer: object) -> None:
    """A footer of another shape, or of a newer format, is told in one sentence."""
    path = tmp_path / "primary.json"
    write_cassette(path, recording)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"drplan": footer}))

    with pytest.raises(InvalidInput, match=r"footer is damaged|has format 9\.0"):
        read_cassette(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"  \n", "the file is empty"),
        (b"just words", "not a cassette"),
        (b"[1, 2]", "not a cassette"),
        (b"{}", "not a cassette"),
        (b"key: [unclosed", "no valid cassette"),
        (b'{"interactions": [', "not valid JSON"),
        (b"version: 1\ninteractions: []\n", "it holds no interactions"),
        (b"version: 1\ninteractions: 5\n", "not a cassette"),
        (b"version: 1\ninteractions: [5]\n", "an interaction is damaged"),
        (b"version: 1\ninteractions: [{request: {method: GET}}]\n", "an interaction is damaged"),
        (b"http_interactions: []\nrecorded_with: VCR 4.0\n", "Ruby's VCR"),
        (b"- request: {}\n", "vcrpy before 1.0"),
        (b"\x00\xff\xfe", "not UTF-8"),
        (b"\x1f\x8bnot gzip at all", "compressed file is damaged"),
        (b"interactions: !!python/object/apply:os.system ['true']\n", "no valid cassette"),
        (b"[" * 100_000, "no valid cassette"),
        (b"\x00\x01", "no valid cassette"),
    ],
)
def test_what_is_no_cassette_is_refused_with_a_reason(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """Foreign and damaged files give one clear sentence and exit code 65."""
    path = tmp_path / "foreign.yaml"
    path.write_bytes(content)

    with pytest.raises(InvalidInput, match=message) as caught:
        read_cassette(path)

    assert caught.value.exit_code == 65


@pytest.mark.parametrize(
    "broken",
    [
        interaction({"string": 5}),
        interaction({"base64_string": "%%%"}),
        interaction({"string": "<vms/>"}, uri="/no/host"),
        interaction({"string": "<vms/>"}, uri="https://[half/ovirt-engine/api"),
        interaction({"string": "<vms/>"}, uri="https://engine:port/ovirt-engine/api"),
        interaction("text"),
        interaction({"string": "<vms/>"}) | {"request": {"method": "GET"}},
    ],
)
def test_wrong_types_inside_are_refused(tmp_path: Path, broken: dict[str, object]) -> None:
    """A damaged interaction is refused, not passed on."""
    with pytest.raises(InvalidInput):
        read_cassette(foreign(tmp_path / "foreign.yaml", broken))


def test_half_a_character_is_refused(tmp_path: Path) -> None:
    """JSON can spell a text that no encoding has."""
    path = tmp_path / "foreign.json"
    path.write_text(json.dumps({"version": 1, "interactions": [interaction({"string": "\ud800"})]}))

    with pytest.raises(InvalidInput, match="neither text nor bytes"):
        read_cassette(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """vcrpy would take it for an empty cassette."""
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_cassette(tmp_path / "nowhere.yaml")


def test_another_clients_answer_that_ends_early_is_refused(tmp_path: Path) -> None:
    """Without a footer, XML that stops half-way tells that the file was cut off."""
    path = foreign(tmp_path / "foreign.yaml", interaction({"string": "<vms><vm id='1'><na"}))

    with pytest.raises(InvalidInput, match="ends early"):
        read_cassette(path)


def test_answers_of_two_engines_are_not_mixed(tmp_path: Path) -> None:
    """Engines share ids, so one inventory of both would be wrong without notice."""
    path = foreign(
        tmp_path / "foreign.yaml",
        interaction({"string": "<vms/>"}),
        interaction({"string": "<vms/>"}, uri="https://other.example.com/ovirt-engine/api/vms"),
    )

    with pytest.raises(InvalidInput, match="answers of 2 Engines"):
        read_cassette(path)


def test_the_default_port_may_be_written_or_not(tmp_path: Path) -> None:
    """An address with :443 is the same Engine."""
    path = foreign(
        tmp_path / "foreign.yaml",
        interaction({"string": "<vms/>"}),
        interaction({"string": "<vms/>"}, uri="https://engine.example.com:443/ovirt-engine/api"),
    )

    assert read_cassette(path).url == "https://engine.example.com/ovirt-engine/api"


def test_requests_for_a_token_are_left_out(tmp_path: Path) -> None:
    """Only the API's answers matter, and a token must not travel on."""
    path = foreign(
        tmp_path / "foreign.yaml",
        interaction(
            {"string": '{"access_token": "abc"}'},
            uri="https://engine.example.com/ovirt-engine/sso/oauth/token",
            headers={"Content-Type": ["application/json"]},
        ),
        interaction({"string": "<vms/>"}),
    )

    recording = read_cassette(path)

    assert [it.request.path for it in recording.exchanges] == [f"{API_PREFIX}/vms"]
    assert recording.origin is None


def test_compressed_bodies_of_another_client_are_unpacked(tmp_path: Path) -> None:
    """vcrpy keeps what came over the line where a client decompresses above it."""
    path = foreign(
        tmp_path / "foreign.yaml",
        interaction(
            {"string": gzip.compress(b"<vms/>")},
            headers={
                "Content-Type": ["application/xml"],
                "Content-Encoding": ["gzip"],
                "Content-Length": ["26"],
            },
        ),
    )

    response = read_cassette(path).exchanges[0].response

    assert response.body == b"<vms/>"
    assert response.headers == (("Content-Type", "application/xml"),)


def test_writing_where_it_is_impossible_is_one_error(tmp_path: Path, recording: Recording) -> None:
    """Nothing is left behind in a folder that does not exist."""
    with pytest.raises(RunFailed):
        write_cassette(tmp_path / "missing" / "primary.yaml", recording)

    assert list(tmp_path.iterdir()) == []


def test_a_site_is_found_by_its_role(tmp_path: Path, recording: Recording) -> None:
    """``DIR/<role>`` with any of the forms is that site's cassette."""
    write_cassette(tmp_path / "secondary.json.gz", recording)

    assert find_cassette(tmp_path, "secondary") == tmp_path / "secondary.json.gz"
    with pytest.raises(InvalidInput, match="no cassette of primary"):
        find_cassette(tmp_path, "primary")


def test_two_cassettes_of_one_site_are_ambiguous(tmp_path: Path, recording: Recording) -> None:
    """Which of them is meant is not guessed."""
    for suffix in (".yaml", ".json"):
        write_cassette(tmp_path / f"primary{suffix}", recording)

    with pytest.raises(InvalidInput, match="several cassettes of primary"):
        find_cassette(tmp_path, "primary")


def test_large_recordings_are_compressed(make_recording: MakeRecording) -> None:
    """YAML is for people, as long as a person could read it."""
    small = make_recording(("/vms", "<vms/>"))
    large = make_recording(("/vms", f"<vms>{' ' * LARGE}</vms>"))

    assert cassette_name("primary", small) == "primary.yaml"
    assert cassette_name("primary", large) == "primary.json.gz"
