"""Cassettes as YAML for people: bodies stand as blocks of text, line by line as the Engine sent."""

from __future__ import annotations

from typing import Any

import yaml
from vcr.serializers import yamlserializer

# The form written in C is ten times quicker; PyYAML may be built without it.
_BaseDumper: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_NEVER_FOLDED = 2**31 - 1

PARSE_ERRORS = (yaml.YAMLError, ValueError, RecursionError)
"""What ``load`` raises for text that is no YAML."""


class _BlockDumper(_BaseDumper):  # type: ignore[valid-type,misc]
    """Writes text of several lines as a block, wherever YAML allows that."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_BlockDumper.add_representer(str, _represent_text)


def load(text: str) -> Any:
    """What the text holds, by vcrpy's own loader, which builds no Python objects."""
    return yamlserializer.deserialize(text)


def dump(data: Any) -> str:
    """The data as YAML, members in the order they have."""
    return yaml.dump(
        data, Dumper=_BlockDumper, sort_keys=False, allow_unicode=True, width=_NEVER_FOLDED
    )
