"""The report of a run as a file: JSON with sorted keys, so that two of them can be compared."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from drplan import files
from drplan.documents.explanation import explain
from drplan.errors import InvalidInput, Refused
from drplan.model.outcome import FORMAT_VERSION, Report


def write_report(path: Path, report: Report) -> None:
    """Write the report, readable by its owner alone."""
    document = msgspec.to_builtins(report)
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    files.write_atomic(path, text, mode=0o600)


def read_report(path: Path) -> Report:
    """The report at ``path``. Raises ``InvalidInput``, or ``Refused`` for a newer format."""
    content = files.read_bytes(path)
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise InvalidInput(
            "the file is not JSON, so it is not a report",
            where=str(path),
            next_step="give report.json of a run, or the folder of the run",
        ) from error
    found = str(document.get("format_version", "")) if isinstance(document, dict) else ""
    if found and found.split(".", maxsplit=1)[0] != FORMAT_VERSION.split(".", maxsplit=1)[0]:
        raise Refused(
            f"the report has format {found}, and this drplan reads {FORMAT_VERSION}",
            where=str(path),
            next_step="use the version of drplan that made it",
        )
    try:
        return msgspec.json.decode(content, type=Report)
    except msgspec.DecodeError as error:
        raise InvalidInput(
            "the file is not the report of a run",
            where=str(path),
            next_step="give report.json of a run, or the folder of the run",
            findings=explain("report", document) or (str(error),),
        ) from error
