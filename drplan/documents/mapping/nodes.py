"""YAML as it stands in the file: nodes that keep their text and their position.

Only scalars carry a kind, which says how YAML 1.1 (the role's YAML) would read the plain text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from drplan.model.diagnostic import Position

ScalarKind = Literal["text", "null", "bool", "int", "float", "time", "vault"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalarNode:
    """A single value. ``role_text`` is what the role would make of it, as text."""

    text: str
    kind: ScalarKind
    plain: bool
    role_text: str
    position: Position
    unsafe: bool = False
    """Tagged ``!unsafe``: braces in it are no template."""
    encrypted: str = ""
    """What ``ansible-vault`` made of the value, where the kind is ``vault``; it has no text then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNode:
    """A sequence."""

    items: tuple[Node, ...]
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A key with its value; the key's text and position."""

    key: str
    key_position: Position
    value: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """A mapping, merge keys already applied, each key once."""

    pairs: tuple[Pair, ...]
    position: Position
    template: bool = False
    """Written as ``{{ … }}`` without quotes, which YAML takes for a mapping."""

    def pair(self, key: str) -> Pair | None:
        """Return the pair with the given key, if there is one."""
        return next((pair for pair in self.pairs if pair.key == key), None)


Node: TypeAlias = ScalarNode | ListNode | MapNode


def is_null(node: Node) -> bool:
    """Whether the node says nothing: an empty value, ``null`` or ``~``."""
    return isinstance(node, ScalarNode) and node.kind == "null"


def is_blank(node: Node | None) -> bool:
    """Whether nothing is filled in: no value, an empty text, or a list of nothing else."""
    if isinstance(node, ListNode):
        return all(is_blank(item) for item in node.items)
    return node is None or (isinstance(node, ScalarNode) and not node.text and node.kind != "vault")


def describe(node: Node) -> str:
    """Name the kind of a node for a message."""
    if isinstance(node, ListNode):
        return "a list"
    if isinstance(node, MapNode):
        return "a template" if node.template else "a mapping of keys to values"
    if node.kind == "null":
        return "nothing"
    return "a single value"
