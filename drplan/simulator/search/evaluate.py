"""Applying a search to the entities of a collection."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from drplan.simulator.search.fields import (
    FREE_TEXTS,
    OBJECTS,
    Field,
    Type,
    UnknownToSimulator,
    own_field,
)
from drplan.simulator.search.language import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FreeText,
    InvalidSearch,
    Search,
    read_search,
)
from drplan.simulator.search.relations import id_of
from drplan.simulator.store import Store

_NUMERIC: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


class SearchFailed(Exception):
    """The database rejects what the Engine made of the search: 400 with a bare fault."""


def search(
    store: Store,
    collection: str,
    text: str,
    paths: Sequence[str],
    *,
    limit: int | None = None,
    is_case_sensitive: bool = False,
    correlation: Mapping[str, str] | None = None,
) -> list[str]:
    """The paths that a search finds, in its order; an invalid one finds nothing.

    Raises ``SearchFailed`` for what a real Engine answers with 400, ``UnknownToSimulator`` for a
    field that only a real Engine knows.
    """
    try:
        asked = read_search(text)
        if collection == "jobs":
            found = _jobs(asked, paths, correlation or {})
        else:
            _check(collection, asked)
            matcher = _Matcher(store, collection, is_case_sensitive)
            found = [path for path in paths if matcher.holds(asked.condition, path)]
            if asked.sort_by is not None:
                found = _sorted(store, collection, asked, found)
    except InvalidSearch:
        return []
    return _page(found, asked.page, limit, is_paged=collection != "disks")


def _jobs(asked: Search, paths: Sequence[str], correlation: Mapping[str, str]) -> list[str]:
    """Jobs know one search: ``correlation_id=X``, with the case of the value (7.3)."""
    conditions = list(_conditions(asked.condition))
    if not conditions and asked.sort_by is None:
        return list(paths)
    one = conditions[0] if len(conditions) == 1 else None
    if not isinstance(one, Comparison) or (one.field, one.operator) != ("correlation_id", "="):
        raise SearchFailed("ERROR: column of jobs does not exist")
    return [path for path in paths if correlation.get(id_of(path)) == one.value]


def _page(found: list[str], page: int, limit: int | None, *, is_paged: bool) -> list[str]:
    """One page: its size is ``max``; without that, and on disks, there is only the first (7.1)."""
    if page == 0:
        raise SearchFailed("ERROR: OFFSET must not be negative")
    if page == 1:
        return found if limit is None else found[:limit]
    if limit is None or not is_paged:
        return []
    return found[(page - 1) * limit : page * limit]


def _conditions(condition: Condition) -> Iterator[Comparison | FreeText]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from _conditions(part)
    else:
        yield condition


# --- which field a condition means ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Meaning:
    """A condition's field: the object it is looked up on, and how to get there."""

    target: str
    field: Field | None
    relation: Callable[[Store, str], list[str]] | None
    free: str | None = None


def _meaning(collection: str, condition: Comparison | FreeText) -> _Meaning:
    if isinstance(condition, FreeText):
        return _Meaning(collection, None, None, condition.text)
    kind = OBJECTS[collection]
    owner, _, name = condition.field.rpartition(".")
    if owner in kind.relations:
        target, relation = kind.relations[owner]
        found = own_field(target, name) or _id_field(name)
        if found is not None:
            return _Meaning(target, found, relation)
    elif not owner:
        found = own_field(collection, name)
        if found is not None:
            return _Meaning(collection, found, None)
        if name in kind.relations and condition.operator in {"=", "!="}:
            target, relation = kind.relations[name]
            return _Meaning(target, None, relation, condition.value)
    return _Meaning(collection, None, None, condition.text)


def _id_field(name: str) -> Field | None:
    """Cross references know the id of every object, also where a search for it has no such field."""
    return Field(Type.ID, lambda store, path: [id_of(path)]) if name == "id" else None


def _check(collection: str, asked: Search) -> None:
    """Refuse what would never be evaluated: free text twice, spellings and operators unknown."""
    seen: set[tuple[str, bool]] = set()
    for condition in _conditions(asked.condition):
        meaning = _meaning(collection, condition)
        if meaning.free is not None:
            place = (meaning.target, meaning.relation is None)
            if place in seen:
                raise InvalidSearch("free text twice")
            seen.add(place)
        elif isinstance(condition, Comparison) and meaning.field is not None:
            _check_value(meaning.field, condition)
    if asked.sort_by is not None and own_field(collection, asked.sort_by) is None:
        raise InvalidSearch(asked.sort_by)


def _check_value(field: Field, condition: Comparison) -> None:
    if field.type is not Type.NUMBER and condition.operator not in {"=", "!="}:
        raise InvalidSearch(condition.text)
    if field.type is Type.ENUM and condition.value.lower() not in field.spellings:
        raise InvalidSearch(condition.text)
    if field.type is Type.NUMBER and not re.fullmatch(r"-?[0-9]{1,18}", condition.value):
        raise InvalidSearch(condition.text)
    if field.type is Type.ID and not _is_uuid(condition.value):
        raise SearchFailed(f'ERROR: invalid input syntax for type uuid: "{condition.value}"')


def _is_uuid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


# --- whether it holds -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Matcher:
    store: Store
    collection: str
    is_case_sensitive: bool

    def holds(self, condition: Condition, path: str) -> bool:
        if isinstance(condition, AllOf):
            return all(self.holds(part, path) for part in condition.parts)
        if isinstance(condition, AnyOf):
            return any(self.holds(part, path) for part in condition.parts)
        meaning = _meaning(self.collection, condition)
        targets = [path] if meaning.relation is None else meaning.relation(self.store, path)
        is_negated = isinstance(condition, Comparison) and condition.operator == "!="
        if meaning.free is not None:
            found = any(self._contains(meaning, target, meaning.free) for target in targets)
            return found != (is_negated and meaning.relation is not None)
        if meaning.field is None or isinstance(condition, FreeText):
            return False
        if meaning.relation is not None and not targets:
            return is_negated
        return any(self._compares(meaning.field, condition, target) for target in targets)

    def _contains(self, meaning: _Meaning, path: str, text: str) -> bool:
        pattern = self._pattern(f"*{text}*")
        own = [self.store.value(path, tag) for tag in FREE_TEXTS]
        also = OBJECTS[meaning.target].also_free(self.store, path)
        return any(value is not None and pattern.fullmatch(value) for value in (*own, *also))

    def _compares(self, field: Field, condition: Comparison, path: str) -> bool:
        values = field.read(self.store, path)
        if field.type is Type.NUMBER:
            compare = _NUMERIC[condition.operator]
            wanted = int(condition.value)
            return any(compare(int(value), wanted) for value in values)
        if field.type is Type.LIST and condition.operator == "!=" and not values:
            return False
        equal = any(self._equals(field, condition.value, value) for value in values)
        return equal != (condition.operator == "!=")

    def _equals(self, field: Field, wanted: str, value: str) -> bool:
        if field.type is Type.ENUM:
            return value in field.spellings[wanted.lower()]
        if field.type is Type.ID:
            return uuid.UUID(wanted) == _uuid_or_none(value)
        if field.type is Type.LIST:
            return wanted.casefold() == value.casefold()
        return self._pattern(wanted).fullmatch(value) is not None

    def _pattern(self, wanted: str) -> re.Pattern[str]:
        text = ".*".join(re.escape(part) for part in wanted.split("*"))
        return re.compile(text, re.DOTALL if self.is_case_sensitive else re.DOTALL | re.IGNORECASE)


def _uuid_or_none(text: str) -> uuid.UUID | None:
    return uuid.UUID(text) if _is_uuid(text) else None


def _sorted(store: Store, collection: str, asked: Search, found: list[str]) -> list[str]:
    """By the field asked for, then by name; entities without a value come last."""
    field = own_field(collection, asked.sort_by or "")
    if field is None:
        raise InvalidSearch(asked.sort_by or "")

    def key(path: str) -> tuple[float, str]:
        values = field.read(store, path)
        text = values[0] if values else ""
        number = float(text) if field.type is Type.NUMBER and text else 0.0
        return number, text.casefold()

    def is_missing(path: str) -> bool:
        return not field.read(store, path)

    by_name = sorted(found, key=lambda path: (store.value(path, "name") or "").casefold())
    ordered = sorted(by_name, key=key, reverse=asked.is_descending)
    return sorted(ordered, key=is_missing)


__all__ = ["SearchFailed", "UnknownToSimulator", "search"]
