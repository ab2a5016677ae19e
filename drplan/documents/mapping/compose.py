"""From a file's bytes to YAML nodes that keep text and position.

The nodes are built from the parser's events instead of by a library's composer: so all duplicate
keys are seen, nesting and alias expansion are bounded, and merge keys keep the positions of what
they bring in.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NoReturn

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from drplan.documents.mapping.findings import Findings
from drplan.documents.mapping.nodes import ListNode, MapNode, Node, Pair, ScalarNode, is_null
from drplan.documents.mapping.scalars import MERGE_KEY, scalar
from drplan.model.diagnostic import Position

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 100
MAX_NODES: Final = 1_000_000
"""Nodes after every alias is replaced by what it stands for."""

VAULT_HEADER: Final = "$ANSIBLE_VAULT;"

_START: Final = Position(1, 1)
_UNPRINTABLE: Final = re.compile(
    "[^\x09\x0a\x0d\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_NO_SPACE: Final = re.compile(r"^(?P<lead>\s*(?:-\s+)?)(?P<key>[A-Za-z_]\w*):(?!//)[^\s:]")
_LOADER: Final = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class _Unusable(Exception):
    """Reading cannot go on; the reason is among the findings."""


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is still open."""

    is_map: bool
    position: Position
    anchor: str | None
    children: list[Node] = field(default_factory=list)
    weight: int = 1


def decode(data: bytes, findings: Findings) -> str | None:
    """Return the text of a mapping file, or ``None`` with an error among the findings."""
    if len(data) > MAX_BYTES:
        findings.error(None, f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB")
        return None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        findings.error(_START, "the file is UTF-16 text", next_step="Save the file as UTF-8.")
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        before = data[: fault.start]
        line_start = before.rfind(b"\n") + 1
        column = len(before[line_start:].decode("utf-8", errors="replace")) + 1
        findings.error(
            Position(before.count(b"\n") + 1, column),
            "the file is not UTF-8 text",
            next_step="Save the file as UTF-8.",
        )
        return None
    unprintable = _UNPRINTABLE.search(text)
    if unprintable:
        findings.error(
            _position_at(text, unprintable.start()),
            f"the character U+{ord(unprintable[0]):04X} is not allowed in YAML",
            next_step="Remove the character.",
        )
        return None
    return text


def compose(text: str, findings: Findings, known_keys: Iterable[str] = ()) -> MapNode | None:
    """Return the file's top-level mapping, or ``None`` with errors among the findings.

    ``known_keys`` are the keys to look for where a space after the colon is missing.
    """
    if text.startswith(VAULT_HEADER):
        findings.error(
            _START,
            "the whole file is encrypted with ansible-vault",
            detail="A mapping holds no secrets but CHAP passwords, and has to be readable.",
            next_step="Run `ansible-vault decrypt`, and encrypt only the passwords, each as a "
            "`!vault` value or all in a file of their own.",
        )
        return None
    try:
        root = _Composer(findings).document(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as fault:
        _report_syntax(text, fault, findings, frozenset(known_keys))
        return None
    except _Unusable:
        return None
    return _top_level(root, findings)


class _Composer:
    """Builds the nodes of one document."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._open: list[_Frame] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._pending: set[str] = set()
        self._root: Node | None = None

    def document(self, events: Iterator[yaml.Event]) -> Node | None:
        """Return the root node of the only document; ``None`` if there is none."""
        documents = 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fail(
                        _position(event.start_mark),
                        "a second YAML document begins here",
                        "Remove the line `---`, or keep one document a file.",
                    )
            else:
                self._take(event)
        return self._root

    def _take(self, event: yaml.Event) -> None:
        position = _position(event.start_mark)
        if isinstance(event, ScalarEvent):
            node = scalar(event, position)
            if node is None:
                self._fail(position, f"the tag {event.tag} is not known here", "Remove the tag.")
            self._complete(node, event.anchor, 1)
        elif isinstance(event, AliasEvent):
            self._complete(*self._aliased(event.anchor, position))
        elif isinstance(event, SequenceStartEvent | MappingStartEvent):
            if len(self._open) >= MAX_DEPTH:
                self._fail(position, f"nested deeper than {MAX_DEPTH} levels", "")
            if event.anchor:
                self._pending.add(event.anchor)
            is_map = isinstance(event, MappingStartEvent)
            self._open.append(_Frame(is_map, position, event.anchor))
        elif isinstance(event, CollectionEndEvent):
            frame = self._open.pop()
            self._pending.discard(frame.anchor or "")
            self._complete(self._close(frame), frame.anchor, frame.weight)

    def _aliased(self, name: str, position: Position) -> tuple[Node, None, int]:
        if name in self._pending:
            self._fail(position, f"the alias *{name} stands inside what it names", "")
        if name not in self._anchors:
            self._fail(position, f"the alias *{name} names nothing: there is no &{name} above", "")
        node, weight = self._anchors[name]
        return node, None, weight

    def _complete(self, node: Node, anchor: str | None, weight: int) -> None:
        if anchor:
            self._anchors[anchor] = (node, weight)
        if not self._open:
            self._root = node
            return
        frame = self._open[-1]
        frame.children.append(node)
        frame.weight += weight
        if frame.weight > MAX_NODES:
            self._fail(
                frame.position,
                f"the aliases here expand to more than {MAX_NODES:,} values",
                "Write out what is meant.",
            )

    def _close(self, frame: _Frame) -> Node:
        if not frame.is_map:
            return ListNode(items=tuple(frame.children), position=frame.position)
        keys, values = frame.children[::2], frame.children[1::2]
        if len(keys) == 1 and isinstance(keys[0], MapNode) and is_null(values[0]):
            return MapNode(pairs=(), position=frame.position, template=True)
        own: dict[str, Pair] = {}
        merged: dict[str, Pair] = {}
        for key, value in zip(keys, values, strict=True):
            if not isinstance(key, ScalarNode):
                self._findings.error(key.position, "a key must be a single value")
            elif key.plain and key.text == MERGE_KEY:
                for pair in self._merge_source(value):
                    merged.setdefault(pair.key, pair)
            elif key.text in own:
                self._duplicate(key, own[key.text])
            else:
                own[key.text] = Pair(key=key.text, key_position=key.position, value=value)
        pairs = {**own, **{name: pair for name, pair in merged.items() if name not in own}}
        return MapNode(pairs=tuple(pairs.values()), position=frame.position)

    def _merge_source(self, value: Node) -> Iterator[Pair]:
        sources = value.items if isinstance(value, ListNode) else (value,)
        for source in sources:
            if isinstance(source, MapNode):
                yield from source.pairs
            else:
                self._findings.error(source.position, "only a mapping can be merged with `<<`")

    def _duplicate(self, key: ScalarNode, first: Pair) -> None:
        place = f"{first.key_position.line}:{first.key_position.column}"
        self._findings.error(
            key.position,
            f"the key {key.text} stands here a second time; it is first at {place}",
            key=key.text,
            detail="The Ansible role would use the last one.",
            next_step="Keep one of the two.",
        )

    def _fail(self, position: Position, summary: str, next_step: str) -> NoReturn:
        self._findings.error(position, summary, next_step=next_step)
        raise _Unusable


def _top_level(root: Node | None, findings: Findings) -> MapNode | None:
    if root is None or is_null(root):
        findings.error(
            None,
            "the file is empty",
            next_step="docs/mapping.md has the least that works.",
        )
        return None
    if not isinstance(root, MapNode):
        findings.error(
            root.position,
            "this is not a mapping file: at the top level, keys such as dr_sites_primary_url "
            "are expected",
        )
        return None
    return root


def _report_syntax(
    text: str, fault: yaml.YAMLError, findings: Findings, known_keys: frozenset[str]
) -> None:
    if _report_missing_spaces(text, findings, known_keys):
        return
    mark, problem = None, "it cannot be read"
    if isinstance(fault, yaml.MarkedYAMLError):
        mark = fault.problem_mark or fault.context_mark
        problem = f"{fault.problem or problem}{f' ({fault.context})' if fault.context else ''}"
    findings.error(
        _position(mark) if mark else _START,
        f"this is not valid YAML: {problem}",
        next_step="Look at this line and the one before it.",
    )


def _report_missing_spaces(text: str, findings: Findings, known_keys: frozenset[str]) -> bool:
    """Report each known key that has no space after its colon; whether there was one (R100)."""
    found = False
    for number, line in enumerate(text.splitlines(), start=1):
        match = _NO_SPACE.match(line)
        if match and match["key"] in known_keys:
            found = True
            findings.error(
                Position(number, len(match["lead"]) + 1),
                "a space is missing after the colon, so this is no key for YAML",
                key=match["key"],
                next_step=f"Write `{match['key']}: …`.",
            )
    return found


def _position(mark: yaml.Mark) -> Position:
    return Position(mark.line + 1, mark.column + 1)


def _position_at(text: str, offset: int) -> Position:
    line_start = text.rfind("\n", 0, offset) + 1
    return Position(text.count("\n", 0, offset) + 1, offset - line_start + 1)
