"""The plan as a file: canonical JSON, with a digest that people approve and a seal over all of it.

* ``digest`` covers what the plan *does*: direction, target Engine, actions, gates, checks, desired
  state. It leaves out ids, times, author, approvals and the wording of findings, so the same inputs
  give the same digest, whoever plans and whenever.
* ``seal`` covers every byte of the file but its own value. It is not a signature: it tells an
  accident or a hand edit from the file that was reviewed, no more.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec

from drplan import files
from drplan.documents.explanation import explain
from drplan.errors import InvalidInput, Refused
from drplan.model.plan import FORMAT_VERSION, Plan

NOT_IN_DIGEST = frozenset(
    {
        "approvals",
        "changes",
        "created_by",
        "diagnostics",
        "digest",
        "drplan_version",
        "message",
        "plan_id",
        "seal",
        "source",
        "summary",
        "ticket",
        "timestamp",
        "valid_until",
        "waves",
    }
)
"""Top-level keys that say who, when or how it reads, not what is done."""

TIME_DEPENDENT_CHECKS = frozenset({"inventory-age"})
"""Checks whose result depends on the moment of planning."""

_SEAL = re.compile(rb'^  "seal": "sha256:[0-9a-f]{64}",?$', re.MULTILINE)
_EMPTY_SEAL = '"seal": ""'


def with_digest(plan: Plan) -> Plan:
    """The plan with its digest filled in."""
    return msgspec.structs.replace(plan, digest=_digest(plan))


def encode(plan: Plan) -> bytes:
    """The plan as the bytes of its file: keys sorted, two blanks, one newline at the end, sealed."""
    unsealed = _text(msgspec.structs.replace(with_digest(plan), seal=""))
    seal = files.digest(unsealed)
    return unsealed.replace(_EMPTY_SEAL, f'"seal": "{seal}"', 1).encode()


def write_plan(path: Path, plan: Plan) -> Plan:
    """Write the plan, sealed, readable by its owner alone; returns it as it was written."""
    content = encode(plan)
    files.write_atomic(path, content, mode=0o600)
    return msgspec.json.decode(content, type=Plan)


def read_plan(path: Path) -> Plan:
    """The plan in the file at ``path``.

    Raises ``InvalidInput`` for what is no plan, ``Refused`` for one of a newer format and for one
    that is not, byte for byte, what drplan wrote.
    """
    content = files.read_bytes(path)
    document = _document(path, content)
    _refuse_other_formats(path, document)
    _refuse_altered(path, content)
    try:
        return msgspec.json.decode(content, type=Plan)
    except msgspec.DecodeError as error:
        raise InvalidInput(
            "the file is not a plan as this version of drplan writes it",
            where=str(path),
            next_step="make the plan again: drplan plan --out FILE",
            findings=explain("plan", document) or (str(error),),
        ) from error


def _document(path: Path, content: bytes) -> dict[str, Any]:
    try:
        document = json.loads(content)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        where = f"{path}:{error.lineno}" if isinstance(error, json.JSONDecodeError) else str(path)
        raise InvalidInput(
            "the file is not JSON, so it is not a plan",
            where=where,
            next_step="give the file that drplan plan --out wrote",
        ) from error
    if not isinstance(document, dict) or "plan_id" not in document:
        raise InvalidInput(
            "the file is JSON, but not a plan",
            where=str(path),
            next_step="give the file that drplan plan --out wrote",
        )
    return document


def _refuse_other_formats(path: Path, document: dict[str, Any]) -> None:
    found = str(document.get("format_version", ""))
    if found.split(".", maxsplit=1)[0] != FORMAT_VERSION.split(".")[0]:
        raise Refused(
            f"the plan has format {found or 'unknown'}, and this drplan reads {FORMAT_VERSION}",
            where=str(path),
            next_step="use the version of drplan that made it, or plan again",
        )


def _refuse_altered(path: Path, content: bytes) -> None:
    match = _SEAL.search(content)
    if match is not None:
        line = match.group().decode()
        comma = "," if line.endswith(",") else ""
        unsealed = content.replace(match.group(), f"  {_EMPTY_SEAL}{comma}".encode(), 1)
        if files.digest(unsealed) == line.split('"')[3]:
            return
    raise Refused(
        "the plan was altered after it was made: its seal does not fit its content",
        where=str(path),
        next_step="take the reviewed file from where it was kept, or plan again",
    )


def _text(plan: Plan) -> str:
    document = msgspec.to_builtins(plan)
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _digest(plan: Plan) -> str:
    document = msgspec.to_builtins(plan)
    content = {key: value for key, value in document.items() if key not in NOT_IN_DIGEST}
    content["target"] = {
        "url": document["target"].get("url"),
        "instance_id": document["target"]["engine"].get("instance_id"),
    }
    content["mapping"] = {"sha256": document["mapping"]["sha256"]}
    content["checks"] = [
        {"name": check["name"], "status": check["status"]}
        for check in document["checks"]
        if check["name"] not in TIME_DEPENDENT_CHECKS
    ]
    for key in ("resource_changes", "action_invocations"):
        content[key] = [_without_wording(action) for action in document[key]]
    return files.digest(files.canonical_json(content))


def _without_wording(action: dict[str, Any]) -> dict[str, Any]:
    """An action without what only helps reading."""
    return {k: v for k, v in action.items() if k not in {"diagnostics", "estimate", "wave"}}
