"""How YAML 1.1, and so the Ansible role, reads a single value.

drplan takes names as the file's own text; where the role would read something else (a cluster
called ``no``, ``1.10``, ``0755`` or ``12:34``), the difference is known and can be told.
"""

from __future__ import annotations

from typing import Final

from yaml.constructor import SafeConstructor
from yaml.events import ScalarEvent
from yaml.nodes import ScalarNode as YamlScalar
from yaml.resolver import Resolver

from drplan.documents.mapping.nodes import ScalarKind, ScalarNode
from drplan.model.diagnostic import Position

MERGE_KEY: Final = "<<"

_TAG_PREFIX: Final = "tag:yaml.org,2002:"
_KINDS: Final[dict[str, ScalarKind]] = {
    "str": "text",
    "null": "null",
    "bool": "bool",
    "int": "int",
    "float": "float",
    "timestamp": "time",
    "merge": "text",
    "value": "text",
}
_VAULT_TAGS: Final = frozenset({"!vault", "!vault-encrypted"})
_RESOLVER: Final = Resolver()


def scalar(event: ScalarEvent, position: Position) -> ScalarNode | None:
    """Return the node of a scalar, or ``None`` if its tag is not one of YAML's or Ansible's own."""
    text, tag = event.value, event.tag
    plain = event.style in {None, ""}
    if tag in _VAULT_TAGS:
        return ScalarNode(
            text="", kind="vault", plain=plain, role_text="", position=position, encrypted=text
        )
    if tag == "!unsafe":
        return ScalarNode(
            text=text, kind="text", plain=plain, role_text=text, position=position, unsafe=True
        )
    if tag is None or tag == "!":
        tag = _RESOLVER.resolve(YamlScalar, text, event.implicit if tag is None else _QUOTED)
    kind = _KINDS.get(tag.removeprefix(_TAG_PREFIX))
    if kind is None:
        return None
    role_text = text if kind in {"text", "null"} else _as_the_role_reads(tag, text)
    return ScalarNode(text=text, kind=kind, plain=plain, role_text=role_text, position=position)


_QUOTED: Final = (False, True)


def _as_the_role_reads(tag: str, text: str) -> str:
    """Return the text of the value that YAML 1.1 makes of a plain scalar."""
    try:
        return str(SafeConstructor().construct_object(YamlScalar(tag, text)))
    except (ValueError, OverflowError, KeyError, IndexError, AttributeError):
        # A date that does not exist, a number with no digits: the role's YAML would fail on it.
        return f"an invalid {_KINDS[tag.removeprefix(_TAG_PREFIX)]}"
