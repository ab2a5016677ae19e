"""What a Markdown renderer makes of a text: headings, tables, and the words in them."""

from __future__ import annotations

from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")


@dataclass(frozen=True)
class Table:
    """A table under its heading; cells are the words that a reader sees."""

    heading: str
    rows: tuple[tuple[str, ...], ...]


def tables(text: str) -> list[Table]:
    """The tables, in order, each with the last heading or bold line before it."""
    found: list[Table] = []
    heading = ""
    rows: list[tuple[str, ...]] = []
    row: list[str] = []
    tokens = _PARSER.parse(text)
    for number, token in enumerate(tokens):
        match token.type:
            case "heading_open":
                heading = words(tokens[number + 1])
            case "paragraph_open" if tokens[number + 1].content.startswith("**"):
                heading = words(tokens[number + 1])
            case "table_open":
                rows = []
            case "tr_open":
                row = []
            case "th_open" | "td_open":
                row.append(words(tokens[number + 1]))
            case "tr_close":
                rows.append(tuple(row))
            case "table_close":
                found.append(Table(heading, tuple(rows)))
    return found


def section(text: str, heading: str) -> str:
    """The words under a heading, up to the next one."""
    tokens = _PARSER.parse(text)
    found: list[str] = []
    inside = False
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            inside = words(tokens[number + 1]) == heading
        elif inside and token.type == "inline":
            found.append(words(token))
    return "\n".join(found)


def marks(text: str) -> set[str]:
    """What kinds of inline markup the text holds, such as ``strong``, ``link``, ``html``."""
    kinds: set[str] = set()
    for token in _PARSER.parse(text):
        if token.type == "html_block":
            kinds.add(f"html: {token.content.strip()}")
        for child in token.children or ():
            if child.type == "html_inline":
                kinds.add(f"html: {child.content}")
            elif child.type.endswith("_open"):
                kinds.add(child.type.removesuffix("_open"))
    return kinds


def cells_as_written(text: str) -> list[list[int]]:
    """How many cells each row of each table has in the source, bars in it taken into account."""
    found: list[list[int]] = []
    inside = False
    for line in text.splitlines():
        if line.startswith("|"):
            if not inside:
                found.append([])
            found[-1].append(len(_split(line)))
        inside = line.startswith("|")
    return found


def words(token: Token) -> str:
    """The text of an inline token, without its markup."""
    return "".join(
        " " if child.type in {"softbreak", "hardbreak"} else child.content
        for child in token.children or ()
    )


def _split(line: str) -> list[str]:
    """The cells of a row: a bar after an odd number of backslashes is a character."""
    cells, escaped = [""], False
    for char in line.strip():
        if char == "|" and not escaped:
            cells.append("")
        else:
            cells[-1] += char
        escaped = char == "\\" and not escaped
    return cells[1:-1]
