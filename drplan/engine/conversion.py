"""Between the SDK's requests and responses and those of the wire."""

from __future__ import annotations

from urllib.parse import urlsplit

from ovirtsdk4 import http

from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

# What the SDK adds to each call besides the user agent and the token, which live below the seam.
FIXED_HEADERS = (
    ("Version", "4"),
    ("Content-Type", "application/xml"),
    ("Accept", "application/xml"),
)


def api_path(url: str) -> str:
    """The path under which an Engine serves its API, from the URL people write."""
    return urlsplit(url).path.rstrip("/") or API_PREFIX


def to_wire(request: http.Request, prefix: str = API_PREFIX) -> Request:
    """The SDK's request as its own connection would send it, without user agent and token.

    Parameters are sorted; headers without value are left out; ``all_content`` goes out as a header
    too, for Engines before 4.1.
    """
    query = {key: _text(value) for key, value in (request.query or {}).items()}
    headers = {key: str(value) for key, value in request.headers.items() if value is not None}
    if "all_content" in query:
        headers["All-Content"] = query["all_content"]
    return Request(
        method=request.method,
        path=f"{prefix}{request.path}",
        query=tuple(sorted(query.items())),
        headers=(*headers.items(), *FIXED_HEADERS),
        body=(request.body or "").encode() if request.method in {"POST", "PUT"} else b"",
    )


def to_sdk(response: Response) -> http.Response:
    """The response as the SDK's own connection would have read it.

    Headers are lines, the status line first; the body is bytes; there is no message.
    """
    status_line = f"HTTP/1.1 {response.status} {response.reason}".rstrip()
    lines = [status_line, *(f"{name}: {value}" for name, value in response.headers)]
    return http.Response(body=response.body, code=response.status, headers=lines)


def _text(value: object) -> str:
    # Services turn most parameters into text themselves; extra ones come as the caller wrote them.
    return str(value).lower() if isinstance(value, bool) else str(value)
