"""Secrets are taken out of an exchange before anything keeps it.

Bodies are not parsed and written anew: what is not secret stays byte for byte as it was sent. A
secret's place is kept and holds ``SCRUBBED``, so that readers still find the element.

What counts as a secret (by the SDK's members and by what Engines were seen to send): passwords of
users, hosts, power management, iSCSI (CHAP) and storage connections, also inside mount options;
tokens, tickets and cookies; private keys; initialization scripts, which people fill with all of
these; and the same members in an OVF that is embedded as escaped text. User names, certificates and
public keys are not secret.
"""

from __future__ import annotations

import re
from dataclasses import replace

from drplan.wire.recording import Exchange, Recording
from drplan.wire.request import Request
from drplan.wire.response import Response

SCRUBBED = "SCRUBBED"

_Headers = tuple[tuple[str, str], ...]
_Found = re.Match[bytes]

_MARK = SCRUBBED.encode()
_WORDS = (
    b"password",
    b"passwd",
    b"passphrase",
    b"secret",
    b"token",
    b"ticket",
    b"private_key",
    b"privatekey",
    b"license_key",
    b"licensekey",
)
"""A name that ends in one of these, whatever its case, names a secret."""

_MEMBERS = (b"custom_script", b"customscript", b"sysprep", b"cloud_init", b"cloudinit", b"payload")
"""Members that people fill with secrets."""

_WORD = b"(?:" + b"|".join(_WORDS) + b")"
_NAME = rb"(?:[\w.-]*" + _WORD + rb"|custom_?script|sysprep|cloud_?init|payloads?)"
_IGNORE_CASE = re.IGNORECASE | re.DOTALL

_SECRET_PARAMETER = re.compile(_WORD.decode(), re.IGNORECASE)
_SECRET_HEADER = re.compile(
    f"authorization|cookie|session|api-?key|{_WORD.decode()}", re.IGNORECASE
)

# <name ...>value</name>, as such and escaped inside another document's text. A value that is made
# of elements (<ticket><value>...) is replaced as a whole.
_ELEMENT = re.compile(
    rb"(<((?:\w+:)?" + _NAME + rb")(?:\s[^<>]*)?(?<!/)>)(.*?)(</\2\s*>)", _IGNORE_CASE
)
_ESCAPED_ELEMENT = re.compile(
    rb"(&lt;((?:\w+:)?" + _NAME + rb")(?:\s(?:(?!&[lg]t;).)*)?&gt;)(.*?)(&lt;/\2\s*&gt;)",
    _IGNORE_CASE,
)
# A name and its value apart, as in the options of power management.
_NAMED_VALUE = re.compile(
    rb"(<name>\s*([\w.-]*" + _WORD + rb"[\w.-]*)\s*</name>\s*(?:<type>[^<]*</type>\s*)?<value>)"
    rb"(.*?)(</value>)",
    _IGNORE_CASE,
)

# The following begin at one of the words: what stands before it in a name does not matter.
_ATTRIBUTE = re.compile(
    _WORD + rb"\s*=\s*(\"[^\"<]*\"|'[^'<]*'|&quot;.*?&quot;|&apos;.*?&apos;)", _IGNORE_CASE
)
# password=... in mount options, forms, addresses and connection files; the value may hold what a
# document writes as an escape.
_PAIR = re.compile(
    _WORD + rb"[\w.-]*\s*=\s*((?!&quot;|&apos;)(?:[^\s\"'<>&,;]|&(?:amp|lt|gt|quot|apos|#\w+);)+)",
    _IGNORE_CASE,
)
_JSON_MEMBER = re.compile(
    _WORD + rb"[^\"\\]*\"\s*:\s*(\"(?:[^\"\\]|\\.)*\"|[\w.+-]+)", _IGNORE_CASE
)


def scrub(exchange: Exchange) -> Exchange:
    """The exchange without secrets; the same object's parts where there are none."""
    return Exchange(scrub_request(exchange.request), scrub_response(exchange.response))


def scrub_recording(recording: Recording) -> Recording:
    """Every exchange of the recording without secrets."""
    return replace(recording, exchanges=tuple(scrub(it) for it in recording.exchanges))


def scrub_request(request: Request) -> Request:
    """The request without secrets in headers, parameters and body."""
    return replace(
        request,
        query=tuple(
            (key, SCRUBBED if _SECRET_PARAMETER.search(key) else value)
            for key, value in request.query
        ),
        headers=_scrub_headers(request.headers),
        body=scrub_body(request.body),
    )


def scrub_response(response: Response) -> Response:
    """The response without secrets in headers and body."""
    return replace(
        response, headers=_scrub_headers(response.headers), body=scrub_body(response.body)
    )


def scrub_body(body: bytes) -> bytes:
    """The body without secrets, whatever its kind and encoding. Twice is the same as once."""
    lowered = body.lower()
    if not any(word in lowered for word in (*_WORDS, *_MEMBERS)):
        return body
    for pattern in (_ELEMENT, _ESCAPED_ELEMENT, _NAMED_VALUE):
        body = pattern.sub(_element_without_value, body)
    body = _replace_values(_ATTRIBUTE, body, _MARK)
    body = _replace_values(_JSON_MEMBER, body, b'"' + _MARK + b'"')
    return _replace_values(_PAIR, body, _MARK)


def _element_without_value(found: _Found) -> bytes:
    # An empty element says that there is no secret: that stays true.
    value = _MARK if found[3].strip() else found[3]
    return found[1] + value + found[4]


def _replace_values(pattern: re.Pattern[bytes], body: bytes, bare: bytes) -> bytes:
    """Replace what the pattern's group holds, wherever it fits at one of the words.

    A value in quotes keeps them; one without becomes ``bare``.

    Words are rare and found by plain search: a pattern tried at each byte of a long list of VMs
    would take as long as reading it.
    """
    pieces: list[bytes] = []
    end = 0
    for position in _positions(body):
        found = pattern.match(body, position) if position >= end else None
        if found is not None:
            pieces += [body[end : found.start(1)], _without_value(found[1], bare)]
            end = found.end()
    return b"".join([*pieces, body[end:]]) if pieces else body


def _positions(body: bytes) -> list[int]:
    lowered = body.lower()
    positions = []
    for word in _WORDS:
        position = lowered.find(word)
        while position >= 0:
            positions.append(position)
            position = lowered.find(word, position + 1)
    return sorted(positions)


def _without_value(value: bytes, bare: bytes) -> bytes:
    for quote in (b'"', b"'", b"&quot;", b"&apos;"):
        if value.startswith(quote):
            return quote + _MARK + quote
    return bare


def _scrub_headers(headers: _Headers) -> _Headers:
    return tuple(
        (name, SCRUBBED if _SECRET_HEADER.search(name) else _scrub_text(value))
        for name, value in headers
    )


def _scrub_text(text: str) -> str:
    return scrub_body(text.encode(errors="surrogatepass")).decode(errors="surrogatepass")
