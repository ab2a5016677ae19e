"""Reading a scenario file: its text, its parts, and where each of them stands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from drplan.errors import InvalidInput
from drplan.files import read_text
from drplan.simulator.scenario.definition import FORMAT, Scenario

Key = str | int
Place = tuple[Key, ...]

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[(\.\.\.)\]|\[([^\]]+)\]")
_AT = re.compile(r" - at `(?:key in )?`?\$([^`]*)`$")


@dataclass(frozen=True, slots=True)
class Source:
    """A scenario file, and the line on which each of its parts begins."""

    file: str
    lines: dict[Place, int]

    def where(self, place: Place) -> str:
        """``file:line`` of a part, or of the nearest part around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return f"{self.file}:{self.lines.get(place, 1)}"


def read_scenario(path: Path) -> tuple[Scenario, Source]:
    """The scenario in the file at ``path``, checked for form but not for references.

    Raises :class:`InvalidInput`, with file and line, for anything but a scenario.
    """
    root = _compose(path, read_text(path))
    lines: dict[Place, int] = {}
    data = _plain(root, (), lines, str(path))
    source = Source(str(path), lines)
    try:
        scenario = msgspec.convert(data, Scenario, strict=False)
    except msgspec.ValidationError as error:
        raise _explain(error, source) from error
    if scenario.format != FORMAT:
        raise InvalidInput(
            f"a scenario of format {scenario.format} cannot be read here",
            where=source.where(("format",)),
            next_step=f"write format: {FORMAT}",
        )
    return scenario, source


def _compose(path: Path, text: str) -> Node:
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise InvalidInput(
            f"the file is not YAML: {error.problem or error.context}",
            where=where,
            next_step="look at this line and the one before it",
        ) from error
    except (YAMLError, RecursionError) as error:
        raise InvalidInput(
            "the file is not YAML",
            where=str(path),
            next_step="see docs/simulator.md for what a scenario says",
        ) from error
    if not isinstance(root, MappingNode):
        raise InvalidInput(
            "the file holds no scenario",
            where=f"{path}:1",
            next_step="see docs/simulator.md for what a scenario says",
        )
    return root


def _plain(node: Node, place: Place, lines: dict[Place, int], file: str) -> object:
    """The node as plain values; the line of every part goes into ``lines``."""
    lines[place] = node.start_mark.line + 1
    if isinstance(node, SequenceNode):
        return [_plain(item, (*place, i), lines, file) for i, item in enumerate(node.value)]
    if isinstance(node, MappingNode):
        return _mapping(node, place, lines, file)
    return _scalar(node) if isinstance(node, ScalarNode) else None


def _mapping(node: MappingNode, place: Place, lines: dict[Place, int], file: str) -> object:
    found: dict[str, object] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        if key in found:
            line = key_node.start_mark.line + 1
            raise InvalidInput(
                f"the key {key} is there twice",
                where=f"{file}:{line}",
                next_step="keep one of the two",
            )
        found[key] = _plain(value_node, (*place, key), lines, file)
        lines[(*place, key)] = key_node.start_mark.line + 1
    return found


def _scalar(node: ScalarNode) -> str | None:
    """The text of a scalar: what a number or a truth value is, the field that holds it knows."""
    return None if str(node.tag).endswith(":null") else str(node.value)


def _explain(error: msgspec.ValidationError, source: Source) -> InvalidInput:
    """The error of a scenario that has the wrong form, at the line where it is."""
    text = str(error)
    found = _AT.search(text)
    place = _place(found.group(1)) if found else ()
    summary = _AT.sub("", text)
    unknown = re.match(r"Object contains unknown field `(.+)`", summary)
    if unknown:
        place = (*place, unknown.group(1))
        summary = f"{unknown.group(1)} is not a key that can stand here"
    return InvalidInput(
        summary[0].lower() + summary[1:],
        where=source.where(place),
        next_step="see docs/simulator.md for what a scenario says",
    )


def _place(path: str) -> Place:
    steps: list[Key] = []
    for name, index, unknown, key in _STEP.findall(path):
        if unknown:
            break
        steps.append(int(index) if index else name or key)
    return tuple(steps)
