"""Reading collections of one Engine, with a note of everything that could not be read.

Nothing here decides by a search: an invalid one is an empty list (entities sheet 7.1). Collections
are listed whole and joined by id on our side.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from drplan.engine.engine import Engine
from drplan.errors import AnswerLost, EngineFault, NotRecorded
from drplan.inventory.in_order import in_order
from drplan.model.inventory import Gap

Method = Callable[..., Any]
Entries = list[Any]

UNREADABLE = (EngineFault, NotRecorded, AnswerLost)
"""Why a collection may be missing from an inventory; anything else ends the reading."""


@dataclass(frozen=True)
class Followed:
    """Entities, and the members of each that were read inside them or through their links."""

    entries: Entries
    found: Mapping[tuple[str, str], Entries | None]

    def members(self, entity: Any, name: str) -> Entries | None:
        """The members called ``name``; ``None`` where they could not be read."""
        return self.found[entity.id, name]


class Reader:
    """Reads one Engine.

    ``essentials`` are the collections without which the inventory would be worthless: where one of
    them cannot be read, the error is raised. ``limit`` is the number of requests under way.
    """

    def __init__(self, engine: Engine, *, essentials: frozenset[str], limit: int = 16) -> None:
        self.engine = engine
        self.system: Any = engine.system
        self._essentials = essentials
        self._limit = limit
        self._gaps: dict[str, str] = {}

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What could not be read so far, by name."""
        return tuple(Gap(collection=name, reason=self._gaps[name]) for name in sorted(self._gaps))

    def note_gap(self, collection: str, reason: str) -> None:
        """Note that ``collection`` is not, or not wholly, known. The first reason stays."""
        self._gaps.setdefault(collection, reason)

    def note_dependent(self, collection: str, source: str) -> None:
        """Note that ``collection`` is not known because it is reached through ``source``."""
        if source in self._gaps:
            self.note_gap(collection, f"{source} could not be read")

    async def get(self, collection: str, method: Method, **parameters: Any) -> Any:
        """What one method returns, or ``None`` with a gap."""
        try:
            return await self.engine.call(method, **parameters)
        except UNREADABLE as error:
            if collection in self._essentials:
                raise
            self.note_gap(collection, reason_of(error))
            return None

    async def entries(self, collection: str, method: Method, **parameters: Any) -> Entries:
        """The entities of a collection by name and id; none, with a gap, if it cannot be read."""
        return by_name(await self.get(collection, method, **parameters) or [])

    async def each(
        self, collection: str, methods: Sequence[Method], **parameters: Any
    ) -> list[Entries | None]:
        """The collections that several methods list, in their order; ``None`` for a gap."""
        calls: list[Callable[[], Awaitable[Any]]] = [
            partial(self.get, collection, method, **parameters) for method in methods
        ]
        found = await in_order(calls, self._limit)
        return [None if it is None else by_name(it) for it in found]

    async def followed(
        self,
        collection: str,
        method: Method,
        members: Mapping[str, Callable[[Any], Method]],
        follows: Sequence[str],
        *,
        gaps: Mapping[str, str] | None = None,
    ) -> Followed:
        """A collection whose entities bring their members along, as far as the Engine manages.

        ``members`` gives for each the method that reads its link; ``follows`` the parameters to
        try, best first. An Engine that fails on ``follow`` (500, an HTML page: wire-facts section
        4), or ignores it, is asked again without, and then for each link. A member that cannot be
        read is a gap called after the collection and the member, unless ``gaps`` says otherwise.
        """
        entries, honoured = await self._try_follows(collection, method, follows)
        found: dict[tuple[str, str], Entries | None] = {}
        for name, method_of in members.items():
            links: list[tuple[tuple[str, str], Method]] = []
            for entity in entries:
                inline = getattr(entity, name)
                if inline is not None and (inline or name in honoured or inline.href is None):
                    found[entity.id, name] = by_name(inline)
                else:
                    links.append(((entity.id, name), method_of(entity)))
            gap = (gaps or {}).get(name, f"{collection}.{name}")
            read = await self.each(gap, [link for _, link in links])
            found.update(zip((key for key, _ in links), read, strict=True))
        return Followed(entries, found)

    async def _try_follows(
        self, collection: str, method: Method, follows: Sequence[str]
    ) -> tuple[Entries, frozenset[str]]:
        """The entities, and the names that were followed in them."""
        for follow in follows:
            try:
                entries = by_name(await self.engine.call(method, follow=follow))
            except UNREADABLE:
                continue
            return entries, followed_names(entries, follow)
        return await self.entries(collection, method), frozenset()


def followed_names(entries: Sequence[Any], follow: str) -> frozenset[str]:
    """The names that the Engine followed: all of them or none.

    To the SDK a followed member that is empty and a link that was not followed are the same thing,
    an empty list with an address (wire-facts section 8). But an Engine follows every name for every
    entity or fails; only one before 4.2 ignores the parameter. So a single member that is there
    vouches for all that are empty.
    """
    names = follow.split(",")
    is_honoured = any(getattr(entity, name) for entity in entries for name in names)
    return frozenset(names) if is_honoured else frozenset()


def by_name(entries: Sequence[Any]) -> Entries:
    """The entities in one order, whatever the Engine's was."""
    return sorted(
        entries, key=lambda it: (getattr(it, "name", None) or "", getattr(it, "id", None) or "")
    )


def reason_of(error: EngineFault | NotRecorded | AnswerLost) -> str:
    """A short reason for a gap."""
    if isinstance(error, NotRecorded):
        return "not recorded"
    if isinstance(error, EngineFault):
        text = error.summary
        return text if text.startswith("HTTP") else f"HTTP {error.code}: {text}"
    return error.summary
