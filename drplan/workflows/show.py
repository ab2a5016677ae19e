"""Render a saved plan, or the report of a run, for people. No Engine is needed, nor is one asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from drplan import files
from drplan.documents import plan_file, report_file
from drplan.errors import InvalidInput
from drplan.model.outcome import Report
from drplan.model.plan import Plan
from drplan.report import renderer

Format = Literal["text", "md", "html", "json"]


@dataclass(frozen=True)
class ShowRequest:
    """What to show, and how. ``width`` is columns; ``max_chars`` bounds Markdown."""

    path: Path
    form: Format = "text"
    full: bool = False
    width: int = 80
    max_chars: int | None = None


def show(request: ShowRequest) -> str:
    """The document as text of the wanted form.

    A folder is taken for that of a run. Raises ``InvalidInput`` and ``Refused`` as reading does.
    """
    document = load(request.path)
    if request.form == "json":
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    if isinstance(document, Plan):
        return renderer.render_plan(
            document,
            request.form,
            width=request.width,
            full=request.full,
            file=str(request.path),
            max_chars=request.max_chars,
        )
    return renderer.render_report(document, request.form, width=request.width)


def load(path: Path) -> Plan | Report:
    """The plan or report at ``path``; in a run's folder, its report, else its plan."""
    if path.is_dir():
        for name, reader in (("report.json", report_file.read_report), ("plan.json", _plan)):
            if (path / name).exists():
                return reader(path / name)
        raise InvalidInput(
            "the folder holds neither report.json nor plan.json",
            where=str(path),
            next_step="give a plan, a report, or the folder of a run",
        )
    return report_file.read_report(path) if _is_report(path) else _plan(path)


def _plan(path: Path) -> Plan:
    return plan_file.read_plan(path)


def _is_report(path: Path) -> bool:
    """Whether it looks like a report: what is wrong with a broken file, its reader says better."""
    try:
        document = json.loads(files.read_bytes(path))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return False
    return isinstance(document, dict) and "outcomes" in document and "plan_id" in document
