"""Cassettes: recordings as files, read whole or refused, and written whole or not at all."""

from __future__ import annotations

import logging
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import vcr.serialize
from lxml import etree
from vcr.request import Request as VcrRequest

from drplan.errors import InvalidInput
from drplan.files import read_bytes, write_atomic
from drplan.wire import cassette_format
from drplan.wire.cassette_format import CassetteSerializer
from drplan.wire.recording import Exchange, Origin, Recording
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response
from drplan.wire.scrubbing import scrub_recording

SUFFIXES = (".yaml", ".yml", ".json", ".json.gz")
LARGE = 16 * 2**20
"""Bytes of bodies from which YAML is too slow to be of use to people."""

# vcrpy logs requests as it handles them.
logging.getLogger("vcr").setLevel(logging.CRITICAL + 1)


class CassettePersister:
    """vcrpy's persister interface: whole files only, and atomic writing."""

    @classmethod
    def load_cassette(cls, cassette_path: Path, serializer: CassetteSerializer) -> Any:
        """Requests and responses. Raises ``InvalidInput``, where vcrpy would see an empty tape."""
        text = cassette_format.decode(read_bytes(cassette_path), cassette_path)
        return vcr.serialize.deserialize(text, serializer)

    @staticmethod
    def save_cassette(
        cassette_path: Path, cassette_dict: dict[str, Any], serializer: CassetteSerializer
    ) -> None:
        """Replace the file. Raises ``RunFailed`` where that is impossible."""
        text = vcr.serialize.serialize(cassette_dict, serializer)
        write_atomic(cassette_path, cassette_format.encode(text, cassette_path))


def read_cassette(path: Path) -> Recording:
    """The recording in a cassette file of any client.

    Only requests to the Engine's API are kept (not those for a token). Raises ``InvalidInput``
    where the file cannot be read, is no cassette, is not whole, was altered (ours), or holds
    answers of two Engines.
    """
    serializer = CassetteSerializer(path)
    requests, responses, *_ = CassettePersister.load_cassette(path, serializer)
    exchanges = []
    engines: dict[str, None] = {}
    for number, (request, response) in enumerate(zip(requests, responses, strict=True), start=1):
        exchange = _exchange(request, response, f"{path}: interaction {number}")
        if "/api" not in exchange.request.path:
            continue
        if serializer.origin is None:
            _check_whole(exchange, f"{path}: interaction {number}")
        engines[_engine_url(request)] = None
        exchanges.append(exchange)
    if not exchanges:
        raise InvalidInput(
            "the cassette holds no answers of an Engine's API",
            where=str(path),
            next_step="take the recording again, or give another file",
        )
    if len(engines) > 1:
        raise InvalidInput(
            f"the cassette holds answers of {len(engines)} Engines: {', '.join(engines)}",
            where=str(path),
            next_step="record each Engine into a file of its own",
        )
    return Recording(tuple(exchanges), next(iter(engines)), serializer.origin)


def write_cassette(path: Path, recording: Recording) -> None:
    """Write the recording, without secrets, to ``path``; its name decides about the form.

    Raises ``RunFailed`` where writing is impossible; then the old file is untouched.
    """
    plain = scrub_recording(recording)
    serializer = CassetteSerializer(path, plain.origin or Origin())
    CassettePersister.save_cassette(
        path,
        {
            "requests": [_vcr_request(it.request, plain.url) for it in plain.exchanges],
            "responses": [_vcr_response(it.response) for it in plain.exchanges],
        },
        serializer,
    )


def cassette_name(role: str, recording: Recording) -> str:
    """The file name for a site's recording: YAML for people, compressed JSON when it is large."""
    size = sum(len(it.response.body) for it in recording.exchanges)
    return f"{role}{'.json.gz' if size > LARGE else '.yaml'}"


def find_cassette(folder: Path, role: str) -> Path:
    """The cassette of ``role`` in ``folder``. Raises ``InvalidInput`` where none or several are."""
    found = [path for suffix in SUFFIXES if (path := folder / f"{role}{suffix}").is_file()]
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.name for path in found)
    raise InvalidInput(
        f"several cassettes of {role}: {names}" if found else f"no cassette of {role}",
        where=str(folder),
        next_step="leave one of them there"
        if found
        else f"expected one of {', '.join(role + suffix for suffix in SUFFIXES)}",
    )


def _exchange(request: VcrRequest, response: dict[str, Any], where: str) -> Exchange:
    body = cassette_format.body_bytes(response["body"]) or b""
    asked = cassette_format.body_bytes(request.body) or b""
    headers = _header_lines(response.get("headers") or {})
    status = response["status"]
    answer = Response(int(status["code"]), status.get("message") or "", headers, body)
    return Exchange(
        Request.of(
            request.method,
            request.uri,
            headers=tuple((str(name), str(value)) for name, value in request.headers.items()),
            body=asked,
        ),
        _decompressed(answer, where),
    )


def _header_lines(headers: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, str(value))
        for name, values in headers.items()
        for value in (values if isinstance(values, (list, tuple)) else [values])
    )


def _decompressed(response: Response, where: str) -> Response:
    """Clients that record below their decompression keep what came over the line."""
    encoding = (response.header("Content-Encoding") or "").lower()
    if encoding not in {"gzip", "deflate"} or response.body[:1] == b"<":
        return response
    try:
        # 32: told by the data whether gzip or zlib; plain deflate is not used by web servers.
        body = zlib.decompress(response.body, 32 + zlib.MAX_WBITS) if response.body else b""
    except zlib.error as error:
        raise InvalidInput(
            f"a {encoding} body is damaged",
            where=where,
            next_step="take the recording again, or give another file",
        ) from error
    kept = tuple(
        (name, value)
        for name, value in response.headers
        if name.lower() not in {"content-encoding", "content-length"}
    )
    return Response(response.status, response.reason, kept, body)


def _check_whole(exchange: Exchange, where: str) -> None:
    """Refuse an answer that stops half-way: vcrpy takes a file that was cut off for a whole one."""
    response = exchange.response
    if response.status != 200 or response.media_type not in {"application/xml", "text/xml"}:
        return
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        etree.fromstring(response.body, parser)
    except etree.XMLSyntaxError as error:
        raise InvalidInput(
            f"the answer to {exchange.request.target()} ends early: the file was cut off",
            where=where,
            next_step="take the recording again, or give another file",
        ) from error


def _engine_url(request: VcrRequest) -> str:
    parts = urlsplit(request.uri)
    port = f":{request.port}" if request.port not in {None, 443} else ""
    return f"{parts.scheme}://{request.host}{port}{API_PREFIX}"


def _vcr_request(request: Request, url: str) -> VcrRequest:
    parts = urlsplit(url)
    uri = f"{parts.scheme}://{parts.netloc}{request.target()}"
    body = request.body.decode() if request.body else None
    return VcrRequest(request.method, uri, body, dict(request.headers))


def _vcr_response(response: Response) -> dict[str, Any]:
    headers: dict[str, list[str]] = {}
    for name, value in response.headers:
        headers.setdefault(name, []).append(value)
    return {
        "status": {"code": response.status, "message": response.reason},
        "headers": headers,
        "body": {"string": response.body},
    }
