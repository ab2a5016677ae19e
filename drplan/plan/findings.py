"""What the planner wants to tell people, gathered while it works and numbered at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

import msgspec

from drplan.model.diagnostic import Diagnostic, Position, Severity, SourceRange


@dataclass(frozen=True)
class Finding:
    """A diagnostic without a number, and the keys of the actions that it speaks of."""

    diagnostic: Diagnostic
    actions: tuple[str, ...]


@dataclass
class Findings:
    """The findings of one planning, in the order they were made. ``file`` is the mapping's name."""

    file: str
    found: list[Finding] = field(default_factory=list)

    def warn(
        self,
        summary: str,
        *,
        detail: str = "",
        address: str | None = None,
        actions: Iterable[str] = (),
        key: str | None = None,
        position: Position | None = None,
        next_step: str = "",
        severity: Severity = "warning",
    ) -> None:
        """Note one finding; ``actions`` are keys as :func:`drplan.plan.rules.action_key` makes them."""
        diagnostic = Diagnostic(
            severity=severity,
            summary=summary,
            detail=detail,
            address=address,
            key=key,
            range=SourceRange(filename=PurePath(self.file).name, start=position)
            if position
            else None,
            next_step=next_step,
        )
        self.found.append(Finding(diagnostic, tuple(actions)))

    def numbered(self) -> tuple[tuple[Diagnostic, ...], Mapping[str, tuple[str, ...]]]:
        """The diagnostics with ids (``E1``, ``W1`` ...), errors first, and the ids by action key."""
        diagnostics: list[Diagnostic] = []
        by_action: dict[str, list[str]] = {}
        ordered = sorted(self.found, key=lambda item: item.diagnostic.severity != "error")
        counts = {"error": 0, "warning": 0}
        for item in ordered:
            severity = item.diagnostic.severity
            counts[severity] += 1
            number = f"{'E' if severity == 'error' else 'W'}{counts[severity]}"
            diagnostics.append(msgspec.structs.replace(item.diagnostic, id=number))
            for key in item.actions:
                by_action.setdefault(key, []).append(number)
        return tuple(diagnostics), {key: tuple(ids) for key, ids in by_action.items()}
