"""A finding for the operator: what is wrong or worth knowing, where, and what to do about it."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning"]


class Position(msgspec.Struct, frozen=True, order=True):
    """A place in a text file; both count from 1."""

    line: int
    column: int


class SourceRange(msgspec.Struct, frozen=True, kw_only=True):
    """Where in which file."""

    filename: str
    start: Position

    def __str__(self) -> str:
        return f"{self.filename}:{self.start.line}:{self.start.column}"


class Diagnostic(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One finding.

    ``id`` is the number people quote (``W1``), given when a document lists its findings.
    ``address`` names the entity, ``key`` the mapping key that it is about.
    """

    severity: Severity
    summary: str
    id: str = ""
    detail: str = ""
    address: str | None = None
    key: str | None = None
    range: SourceRange | None = None
    next_step: str = ""
