"""Why a document does not fit its published JSON Schema, in words.

``msgspec`` decodes fast and stops at the first mistake; here all are named, each with its place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from drplan import resources

MOST = 10
"""How many findings are listed; the rest are counted."""


def explain(schema: str, document: Any) -> tuple[str, ...]:
    """Each violation of the schema called ``schema``, as ``place: what is wrong``; empty if none."""
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(resources.schema_text(schema)))
    errors = sorted(validator.iter_errors(document), key=lambda error: list(map(str, error.path)))
    lines = [f"{_place(error.absolute_path)}: {_shorten(error.message)}" for error in errors[:MOST]]
    if len(errors) > MOST:
        lines.append(f"... and {len(errors) - MOST} more")
    return tuple(lines)


def _place(path: Iterable[str | int]) -> str:
    """A path such as ``gates[0].name``; the document itself is ``(document)``."""
    place = ""
    for part in path:
        place += f"[{part}]" if isinstance(part, int) else f".{part}" if place else part
    return place or "(document)"


def _shorten(message: str) -> str:
    """Messages quote the value they speak of, and a value may be a whole plan."""
    return message if len(message) <= 200 else f"{message[:120]} ... {message[-60:]}"
