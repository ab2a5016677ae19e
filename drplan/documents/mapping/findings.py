"""Collects what is found wrong while a mapping file is read, so that all of it is told at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from drplan.model.diagnostic import Diagnostic, Position, Severity, SourceRange


class Findings:
    """The findings of one reading of one file, in the order they were made."""

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self._diagnostics: list[Diagnostic] = []

    def error(
        self,
        position: Position | None,
        summary: str,
        *,
        key: str | None = None,
        detail: str = "",
        next_step: str = "",
    ) -> None:
        """Note something that keeps the file from being used."""
        self._add("error", position, summary, key, detail, next_step)

    def warning(
        self,
        position: Position | None,
        summary: str,
        *,
        key: str | None = None,
        detail: str = "",
        next_step: str = "",
    ) -> None:
        """Note something that may not be meant, or that the role would read differently."""
        self._add("warning", position, summary, key, detail, next_step)

    @property
    def has_errors(self) -> bool:
        """Whether anything found keeps the file from being used."""
        return any(finding.severity == "error" for finding in self._diagnostics)

    def in_order(self) -> tuple[Diagnostic, ...]:
        """Return each finding once, by position in the file; those without one come first."""
        return tuple(sorted(dict.fromkeys(self._diagnostics), key=_place))

    def _add(
        self,
        severity: Severity,
        position: Position | None,
        summary: str,
        key: str | None,
        detail: str,
        next_step: str,
    ) -> None:
        place = SourceRange(filename=self.filename, start=position) if position else None
        self._diagnostics.append(
            Diagnostic(
                severity=severity,
                summary=summary,
                detail=detail,
                key=key,
                range=place,
                next_step=next_step,
            )
        )


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Return the known word most like the given one, or ``None`` if none is alike.

    Upper and lower case count as the same.
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    alike = difflib.get_close_matches(word.strip().casefold(), by_folded, n=1, cutoff=0.7)
    return by_folded[alike[0]] if alike else None


def _place(finding: Diagnostic) -> tuple[int, int, str]:
    if finding.range is None:
        return (0, 0, finding.severity)
    start = finding.range.start
    return (start.line, start.column, finding.severity)
