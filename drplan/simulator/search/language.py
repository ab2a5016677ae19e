"""Reading a search: from its text to conditions, order and page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TypeAlias

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

KEYWORDS = frozenset({"and", "or", "sortby", "page", "asc", "desc"})
# A free word that begins one of these is taken for it, and makes the search invalid.
OBJECTS = frozenset(
    {"vms", "hosts", "clusters", "datacenters", "storage", "templates", "events", "users"}
    | {"groups", "pools", "disks", "networks", "jobs", "tags", "quota", "volumes", "errata"}
)
_FORBIDDEN = ("'", ";")
_COMPARED = re.compile(r"([\w.]+)\s*(\S+)")


class InvalidSearch(Exception):
    """The Engine would note an error and answer 200 with an empty list."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``field operator value``; the field may carry an object (``vm.id``), all in lower case."""

    field: str
    operator: str
    value: str
    text: str
    """As it was written: a field that does not exist becomes free text."""


@dataclass(frozen=True, slots=True)
class FreeText:
    """A word that is looked for in every text of the object."""

    text: str


@dataclass(frozen=True, slots=True)
class AllOf:
    """A conjunction."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A disjunction."""

    parts: tuple[Condition, ...]


Condition: TypeAlias = Comparison | FreeText | AllOf | AnyOf


@dataclass(frozen=True, slots=True)
class Search:
    """A whole search: what to find, in which order, which page."""

    condition: Condition
    sort_by: str | None = None
    is_descending: bool = False
    page: int = 1


def read_search(text: str) -> Search:
    """The meaning of a search text; raises ``InvalidSearch``."""
    if text.rstrip().endswith("\\") or any(character in text for character in _FORBIDDEN):
        raise InvalidSearch(text)
    try:
        tree = _parser().parse(text)
    except LarkError as error:
        raise InvalidSearch(text) from error
    search = _search(tree)
    # "page 2 " with something blank behind it silently gives the first page (7.1).
    if search.page > 1 and text != text.rstrip():
        return Search(search.condition, search.sort_by, search.is_descending, 1)
    return search


@cache
def _parser() -> Lark:
    grammar = files("drplan.simulator.search").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual")


def _search(tree: Tree[Token]) -> Search:
    condition: Condition = AllOf(())
    sort_by: str | None = None
    is_descending = False
    page = 1
    for part in _trees(tree):
        if part.data == "expression":
            condition = AllOf(tuple(_any_of(child) for child in _trees(part)))
        elif part.data == "paging":
            page = int(_tokens(part)[0])
        else:
            word, *direction = _tokens(part)
            sort_by = word.lower()
            is_descending = bool(direction) and direction[0].lower() == "desc"
            page = next((int(_tokens(child)[0]) for child in _trees(part)), 1)
    return Search(condition, sort_by, is_descending, page)


def _any_of(tree: Tree[Token]) -> Condition:
    return AnyOf(tuple(_all_of(child) for child in _trees(tree)))


def _all_of(tree: Tree[Token]) -> Condition:
    return AllOf(tuple(_condition(child) for child in _trees(tree)))


def _condition(tree: Tree[Token]) -> Condition:
    *compared, given = _tokens(tree)
    value = _value(given)
    if not compared:
        return FreeText(_free(given, value))
    if given.lower() in KEYWORDS:
        raise InvalidSearch(given)
    found = _COMPARED.fullmatch(compared[0])
    if found is None:
        raise InvalidSearch(compared[0])
    return Comparison(found[1].lower(), found[2], value, f"{compared[0]}{given}")


def _free(given: str, value: str) -> str:
    is_quoted = given.startswith('"')
    word = value.lower()
    if not is_quoted and any(name.startswith(word) for name in KEYWORDS | OBJECTS):
        raise InvalidSearch(given)
    return value


def _value(given: str) -> str:
    return given[1:-1] if given.startswith('"') else given


def _trees(tree: Tree[Token]) -> list[Tree[Token]]:
    return [child for child in tree.children if isinstance(child, Tree)]


def _tokens(tree: Tree[Token]) -> list[str]:
    return [str(child) for child in tree.children if isinstance(child, Token)]
