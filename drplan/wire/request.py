"""One HTTP request to an Engine's API, as every transport sees it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote_plus, urlsplit

API_PREFIX = "/ovirt-engine/api"


@dataclass(frozen=True, slots=True)
class Request:
    """A request below the login: it carries no token and no password header.

    ``path`` begins with the API prefix and holds no query. ``query`` is sorted, decoded pairs.
    ``headers`` keep the spelling of the sender. ``body`` is empty for requests without one.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def is_write(self) -> bool:
        """Whether the request may change the Engine."""
        return self.method != "GET"

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return header_value(self.headers, name)

    def target(self) -> str:
        """Path and query as they stand on the request line."""
        if not self.query:
            return self.path
        pairs = "&".join(f"{quote_plus(k)}={quote_plus(v)}" for k, v in self.query)
        return f"{self.path}?{pairs}"

    @classmethod
    def of(
        cls,
        method: str,
        target: str,
        *,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
    ) -> Request:
        """A request from a request line's target or a whole URL; the host is dropped."""
        parts = urlsplit(target)
        query = tuple(sorted(parse_qsl(parts.query, keep_blank_values=True)))
        return cls(method, parts.path, query, headers, body)


def header_value(headers: tuple[tuple[str, str], ...], name: str) -> str | None:
    """The first value of the header ``name``, whatever its case, or ``None``."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)
