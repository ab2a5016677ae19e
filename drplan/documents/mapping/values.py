"""From a single YAML value to a text, a truth, a number of seconds; templates are looked up here.

The role tolerates lost types and words for booleans (K2, K5); so does drplan, with a warning
wherever the role would read something else than the text that stands in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from drplan.documents.mapping.findings import Findings
from drplan.documents.mapping.nodes import Node, ScalarNode

TRUE_WORDS: Final = frozenset({"true", "yes", "on", "y", "t", "1"})
FALSE_WORDS: Final = frozenset({"false", "no", "off", "n", "f", "0"})
PASSWORD_PLACEHOLDER: Final = "PLEASE_SET_PASSWORD_HERE"  # noqa: S105 - what the role writes
TEMPLATE_HELP: Final = (
    "Write the value itself, or \"{{ lookup('env', 'NAME') }}\" to take it from the environment."
)
DURATION_HELP: Final = "Write seconds, or a text such as 90s, 15m or 1h30m."

_NOT_SET_WORD: Final = "None"
"""What the role's generator writes for a value the Engine does not have."""
_DURATION: Final = re.compile(
    r"(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,9})s?)?", re.ASCII | re.IGNORECASE
)
_TEMPLATE: Final = re.compile(r"\{\{|\{%")
_ENV_LOOKUP: Final = re.compile(
    r"\{\{-?\s*lookup\(\s*(['\"])(?:ansible\.builtin\.)?env\1\s*,\s*(['\"])([A-Za-z_]\w*)\2\s*\)"
    r"\s*-?\}\}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one reading of a file shares: where findings go, and the environment.

    ``role_reads`` is false for the parts that the Ansible role does not look at.
    """

    findings: Findings
    environ: Mapping[str, str]
    role_reads: bool = True


def is_not_set(node: Node | None) -> bool:
    """Whether the value is the ``None`` that the role's generator writes for a missing one."""
    return isinstance(node, ScalarNode) and node.plain and node.text == _NOT_SET_WORD


def holds_template(node: ScalarNode) -> bool:
    """Whether the role would evaluate the text as a template."""
    return not node.unsafe and _TEMPLATE.search(node.text) is not None


def variable_looked_up(node: ScalarNode) -> str | None:
    """Return the environment variable that ``{{ lookup('env', …) }}`` names, if that is all."""
    lookup = None if node.unsafe else _ENV_LOOKUP.fullmatch(node.text.strip())
    return lookup[3] if lookup else None


def resolved_text(node: ScalarNode, path: str, reading: Reading) -> str | None:
    """Return the source text of a value, the environment looked up; ``None`` after an error."""
    if node.kind == "vault":
        reading.findings.error(
            node.position,
            "an encrypted value can stand only where a password is expected",
            key=path,
            next_step="Write the plain value.",
        )
        return None
    return _looked_up(node, path, reading) if holds_template(node) else node.text


def warn_of_lost_type(node: ScalarNode, path: str, reading: Reading) -> None:
    """Warn where the role would read another text, because the value is not quoted (K5)."""
    if reading.role_reads and node.kind != "vault" and node.role_text != node.text:
        reading.findings.warning(
            node.position,
            f"{node.text} is taken as the text {node.text!r}; the Ansible role would read "
            f"{node.role_text}",
            key=path,
            next_step="Put it in quotes.",
        )


def parse_duration(text: str) -> int | None:
    """Return the seconds of ``90``, ``90s``, ``15m`` or ``1h30m``; ``None`` for anything else."""
    parts = _DURATION.fullmatch(text.strip())
    if parts is None or not any(parts.groups()):
        return None
    hours, minutes, seconds = (int(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds


def one_of(words: tuple[str, ...]) -> str:
    """Return words as a sentence names a choice: ``a, b or c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def pointer_token(key: str) -> str:
    """Return a key as a JSON pointer writes it (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


def _looked_up(node: ScalarNode, path: str, reading: Reading) -> str | None:
    variable = variable_looked_up(node)
    if variable is None:
        reading.findings.error(
            node.position,
            f"the template {_shortened(node.text)} is not evaluated here",
            key=path,
            next_step=TEMPLATE_HELP,
        )
        return None
    value = reading.environ.get(variable)
    if value is None:
        reading.findings.error(
            node.position,
            f"the environment variable {variable} is not set",
            key=path,
            next_step=f"Set {variable}, or write the value itself.",
        )
    return value


def _shortened(text: str, width: int = 60) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else f"{flat[: width - 1]}…"
