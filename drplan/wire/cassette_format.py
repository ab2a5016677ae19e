"""The file format of cassettes: vcrpy's, with a mark at the head and a footer at the end.

::

    recorder: drplan                 ours: the footer must be there
    version: 1
    interactions:
    - request:  {method, uri, body, headers}
      response: {status: {code, message}, headers, body: {string}}
    drplan:
      format: '1.0'
      recorded_at: '2026-11-25T10:00:00Z'
      site: Brno
      engine_version: 4.5.7-1.el9
      interactions: 57               how many there must be
      sha256: ...                    of all of them, in canonical JSON

vcrpy ignores what it does not know, so it loads our cassettes; and it takes a file that ends early
for a whole one, which the footer makes impossible for ours. Cassettes of other clients have
neither; there an answer that ends in the middle of its XML tells.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from vcr.serializers import jsonserializer

from drplan.errors import InvalidInput
from drplan.files import canonical_json, digest
from drplan.wire import yaml_form
from drplan.wire.recording import Origin

FORMAT_VERSION = "1.0"
RECORDER = "drplan"

_GZIP_MAGIC = b"\x1f\x8b"


class _Status(msgspec.Struct):
    code: int
    message: str | None = None


class _Request(msgspec.Struct):
    method: str
    uri: str
    body: Any = None
    headers: dict[str, Any] | None = None


class _Response(msgspec.Struct):
    status: _Status
    headers: dict[str, Any] | None
    body: dict[str, Any]


class _Interaction(msgspec.Struct):
    request: _Request
    response: _Response


class _Footer(msgspec.Struct):
    format: str
    interactions: int
    sha256: str
    recorded_at: str | None = None
    site: str = ""
    engine_version: str | None = None


class CassetteSerializer:
    """vcrpy's serializer interface for one file: checks what it reads, marks what it writes.

    ``origin`` is what the footer says (to be written, or as read).
    """

    def __init__(self, path: Path, origin: Origin | None = None) -> None:
        self.path = path
        self.origin = origin

    def serialize(self, cassette: dict[str, Any]) -> str:
        """The text of a cassette file; JSON or YAML by the file's name."""
        origin = self.origin or Origin()
        interactions = [_in_plain_text(it) for it in cassette["interactions"]]
        footer = {
            "format": FORMAT_VERSION,
            "recorded_at": origin.recorded_at,
            "site": origin.site,
            "engine_version": origin.engine_version,
            "interactions": len(interactions),
            "sha256": _hash(interactions),
        }
        marked = {
            "recorder": RECORDER,
            "version": cassette["version"],
            "interactions": interactions,
            "drplan": footer,
        }
        return _json_text(marked) if is_json_name(self.path) else yaml_form.dump(marked)

    def deserialize(self, text: str) -> dict[str, Any]:
        """What the text holds, checked. Raises ``InvalidInput`` where it is no whole cassette."""
        data = self._parse(text)
        if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
            raise self._not_a_cassette(data)
        try:
            checked = msgspec.convert(data["interactions"], list[_Interaction], strict=False)
        except msgspec.ValidationError as error:
            raise self._invalid(f"an interaction is damaged: {error}") from error
        if not checked:
            raise self._invalid("the cassette is empty: it holds no interactions")
        for number, interaction in enumerate(checked, start=1):
            if not _is_address(interaction.request.uri):
                raise self._invalid(f"interaction {number} has no address of an Engine")
            if None in {
                body_bytes(interaction.request.body),
                body_bytes(interaction.response.body),
            }:
                raise self._invalid(f"a body of interaction {number} is neither text nor bytes")
        self.origin = self._check_footer(data)
        return {"interactions": msgspec.to_builtins(checked, builtin_types=(bytes,))}

    def _parse(self, text: str) -> Any:
        if not text.strip():
            raise self._invalid("the file is empty")
        try:
            if text.lstrip().startswith("{"):
                return jsonserializer.deserialize(text)
            return yaml_form.load(text)
        except json.JSONDecodeError as error:
            raise self._invalid(
                f"the file is not valid JSON, or ends early (line {error.lineno})"
            ) from error
        except yaml_form.PARSE_ERRORS as error:
            mark = getattr(error, "problem_mark", None)
            line = f" (line {mark.line + 1})" if mark is not None else ""
            raise self._invalid(f"the file is no valid cassette, or ends early{line}") from error

    def _check_footer(self, data: dict[str, Any]) -> Origin | None:
        if "drplan" not in data:
            if data.get("recorder") == RECORDER:
                raise self._invalid("the recording ends early: its footer is missing")
            return None
        try:
            footer = msgspec.convert(data["drplan"], _Footer)
        except msgspec.ValidationError as error:
            raise self._invalid(f"the recording's footer is damaged: {error}") from error
        if footer.format.split(".")[0] != FORMAT_VERSION.split(".", maxsplit=1)[0]:
            raise self._invalid(
                f"the recording has format {footer.format}, and this drplan reads "
                f"{FORMAT_VERSION}: use a newer drplan"
            )
        found = len(data["interactions"])
        if footer.interactions != found:
            raise self._invalid(
                f"the recording is not whole: it holds {found} interactions, "
                f"and its footer says {footer.interactions}"
            )
        if footer.sha256 != self._hash_of_file(data["interactions"]):
            raise self._changed()
        return Origin(footer.recorded_at, footer.site, footer.engine_version)

    def _hash_of_file(self, interactions: list[dict[str, Any]]) -> str:
        try:
            return _hash(interactions)
        except (TypeError, ValueError) as error:
            # A date, a set, raw bytes: YAML can hold them, and we never write them.
            raise self._changed() from error

    def _changed(self) -> InvalidInput:
        return self._invalid("the recording was changed after it was made: its hash differs")

    def _not_a_cassette(self, data: Any) -> InvalidInput:
        if isinstance(data, dict) and "http_interactions" in data:
            return self._invalid("this is a recording of Ruby's VCR, not of vcrpy: convert it")
        if isinstance(data, list) and data and isinstance(data[0], dict) and "request" in data[0]:
            return self._invalid("this is a cassette of vcrpy before 1.0: record it again")
        return self._invalid("this is not a cassette: it has no list of interactions")

    def _invalid(self, summary: str) -> InvalidInput:
        return InvalidInput(
            summary,
            where=str(self.path),
            next_step="take the recording again, or give another file",
        )


def is_json_name(path: Path) -> bool:
    """Whether the file's name says JSON, compressed or not."""
    return path.name.endswith((".json", ".json.gz"))


def encode(text: str, path: Path) -> bytes:
    """The bytes of the file; compressed where its name ends in ``.gz``, always the same way."""
    data = text.encode()
    return gzip.compress(data, mtime=0) if path.name.endswith(".gz") else data


def decode(data: bytes, path: Path) -> str:
    """The text in a file's bytes, whatever the file is called. Raises ``InvalidInput``."""
    if data.startswith(_GZIP_MAGIC):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise InvalidInput(
                "the compressed file is damaged or ends early",
                where=str(path),
                next_step="take the recording again, or give another file",
            ) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "this is not a cassette: the file is not UTF-8 text",
            where=str(path),
            next_step="give a recording in YAML, JSON or compressed JSON",
        ) from error


def body_bytes(body: Any) -> bytes | None:
    """The bytes of a body as cassettes hold them: text, bytes, or base64 where it is neither.

    ``None`` where it cannot be read.
    """
    if isinstance(body, dict):
        if "base64_string" in body:
            try:
                return base64.b64decode(str(body["base64_string"]), validate=True)
            except (binascii.Error, ValueError):
                return None
        body = body.get("string")
    if body is None:
        return b""
    if isinstance(body, str):
        try:
            return body.encode()
        except UnicodeEncodeError:
            return None
    return body if isinstance(body, bytes) else None


def _is_address(uri: str) -> bool:
    """Whether the address names a host; a malformed one does not."""
    try:
        parts = urlsplit(uri)
        return bool(parts.scheme and parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _in_plain_text(interaction: dict[str, Any]) -> dict[str, Any]:
    """The interaction with a body that is not UTF-8 as base64, which YAML and JSON both carry."""
    response = dict(interaction["response"])
    string = response["body"]["string"]
    if isinstance(string, bytes):
        response["body"] = {"base64_string": base64.b64encode(string).decode()}
    return {"request": interaction["request"], "response": response}


def _hash(interactions: list[dict[str, Any]]) -> str:
    # The members have one order in the file and none in the hash.
    return digest(canonical_json(interactions))


def _json_text(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
