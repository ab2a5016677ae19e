"""One HTTP response of an Engine, as every transport brings it."""

from __future__ import annotations

from dataclasses import dataclass

from drplan.wire.request import header_value


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers and the body after decompression."""

    status: int
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return header_value(self.headers, name)

    @property
    def media_type(self) -> str | None:
        """The media type without parameters, lower case; ``None`` where the Engine sent none."""
        value = self.header("Content-Type")
        return value.split(";")[0].strip().lower() if value else None
