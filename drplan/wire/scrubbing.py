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

_SECRET_WORD = r"(?:password|passwd|passphrase|secret|token|ticket|private_?key|license_?key)"  # noqa: S105
_SECRET_NAME = rf"(?:[\w.-]*{_SECRET_WORD}|custom_?script|sysprep|cloud_?init|payloads?)"

_SECRET_HEADER = re.compile(rf"authorization|cookie|session|api-?key|{_SECRET_WORD}", re.IGNORECASE)
_SECRET_PARAMETER = re.compile(_SECRET_WORD, re.IGNORECASE)

# What may stand in a value where a document's own signs are escaped.
_ESCAPE = r"&(?:amp|lt|gt|quot|apos|#\w+);"

# <name ...>value</name>, as such and escaped inside another document's text. A value that is made
# of elements (<ticket><value>...) is replaced as a whole.
_ELEMENT = re.compile(
    rf"(<((?:\w+:)?{_SECRET_NAME})(?:\s[^<>]*)?(?<!/)>)(.*?)(</\2\s*>)", re.IGNORECASE | re.DOTALL
)
_ESCAPED_ELEMENT = re.compile(
    rf"(&lt;((?:\w+:)?{_SECRET_NAME})(?:\s(?:(?!&[lg]t;).)*)?&gt;)(.*?)(&lt;/\2\s*&gt;)",
    re.IGNORECASE | re.DOTALL,
)
# The name's beginning does not matter where only what follows it is replaced.
_ATTRIBUTE = re.compile(
    rf"({_SECRET_WORD}\s*=\s*)(\"[^\"<]*\"|'[^'<]*'|&quot;.*?&quot;|&apos;.*?&apos;)",
    re.IGNORECASE | re.DOTALL,
)
# password=... in mount options, forms, addresses and connection files.
_PAIR = re.compile(
    rf"({_SECRET_WORD}[\w.-]*\s*=\s*)((?!&quot;|&apos;)(?:[^\s\"'<>&,;]|{_ESCAPE})+)", re.IGNORECASE
)
_JSON_MEMBER = re.compile(
    rf"({_SECRET_WORD}[^\"\\]*\"\s*:\s*)(\"(?:[^\"\\]|\\.)*\"|[\w.+-]+)", re.IGNORECASE
)
# A name and its value apart, as in the options of power management.
_NAMED_VALUE = re.compile(
    rf"(<name>\s*[\w.-]*{_SECRET_WORD}[\w.-]*\s*</name>\s*(?:<type>[^<]*</type>\s*)?<value>)"
    r"(.*?)(</value>)",
    re.IGNORECASE | re.DOTALL,
)
_SUSPICIOUS = re.compile(
    rf"{_SECRET_WORD}|custom_?script|sysprep|cloud_?init|payload", re.IGNORECASE
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
    """The body without secrets. What is not UTF-8 text and has a suspicious word in it goes whole.

    Doing it twice changes nothing more.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError:
        suspicious = _SUSPICIOUS.search(body.decode(errors="replace"))
        return SCRUBBED.encode() if suspicious else body
    return _scrub_text(text).encode() if _SUSPICIOUS.search(text) else body


def _scrub_text(text: str) -> str:
    text = _ELEMENT.sub(_element_without_value, text)
    text = _ESCAPED_ELEMENT.sub(_element_without_value, text)
    text = _NAMED_VALUE.sub(rf"\g<1>{SCRUBBED}\g<3>", text)
    text = _ATTRIBUTE.sub(_attribute_without_value, text)
    text = _JSON_MEMBER.sub(rf'\g<1>"{SCRUBBED}"', text)
    return _PAIR.sub(rf"\g<1>{SCRUBBED}", text)


def _element_without_value(found: re.Match[str]) -> str:
    # An empty element says that there is no secret: that stays true.
    value = found[3] if not found[3].strip() else SCRUBBED
    return f"{found[1]}{value}{found[4]}"


def _attribute_without_value(found: re.Match[str]) -> str:
    value = found[2]
    quote = value[: value.index(";") + 1] if value.startswith("&") else value[0]
    return f"{found[1]}{quote}{SCRUBBED}{quote}"


def _scrub_headers(headers: _Headers) -> _Headers:
    return tuple(
        (name, SCRUBBED if _SECRET_HEADER.search(name) else _scrub_text(value))
        for name, value in headers
    )
