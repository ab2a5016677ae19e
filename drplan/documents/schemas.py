"""The JSON Schemas of what drplan writes, generated from the types that are written.

``schemas/*.schema.json`` are published; a test keeps them in step with the types. The mapping's
schema is written by hand, because people write mappings. To write the generated ones again::

    python -m drplan.documents.schemas schemas
"""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from drplan import files
from drplan.model.event import Event
from drplan.model.inventory import Inventory
from drplan.model.outcome import Report
from drplan.model.plan import Plan

GENERATED: dict[str, tuple[type, str]] = {
    "event": (Event, "One line of the stream that --json prints; the journal is a subset of it."),
    "inventory": (Inventory, "What one Engine has, at one moment."),
    "plan": (Plan, "A reviewed set of actions: what is approved is what runs."),
    "report": (Report, "A run, or a rehearsal of one, told afterwards."),
}


def generate(name: str) -> str:
    """The JSON Schema 2020-12 of the document called ``name``, as the text of its file."""
    kind, description = GENERATED[name]
    schema: dict[str, Any] = msgspec.json.schema(kind)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:drplan:schema:{name}",
        "title": f"drplan {name}",
        "description": description,
    }
    return json.dumps(head | _tidied(schema), indent=2, ensure_ascii=False) + "\n"


def _tidied(value: Any) -> Any:
    """Descriptions are docstrings: without their indentation and marks."""
    if isinstance(value, list):
        return [_tidied(item) for item in value]
    if not isinstance(value, dict):
        return value
    tidied = {key: _tidied(item) for key, item in value.items()}
    if isinstance(tidied.get("description"), str):
        tidied["description"] = inspect.cleandoc(tidied["description"]).replace("``", "`")
    return tidied


def write_all(folder: Path) -> None:
    """Write every generated schema into ``folder``."""
    for name in GENERATED:
        files.write_atomic(folder / f"{name}.schema.json", generate(name))


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
