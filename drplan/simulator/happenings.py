"""What happens to a simulated site by order: a host dies, a domain goes inactive, an Engine restarts.

::

    - event: host_dies             # host_returns
      host: host-b1                # by name or id
      at: 120                      # seconds from the start of the simulation; without it: at once
    - event: domain_goes_inactive  # domain_recovers
      storage_domain: data
      after: POST /vms/*/start     # when the nth such request comes
      nth: 3
    - event: status_stays          # a VM or a domain that is in a status never reaches another
      vm: web                      # or storage_domain
      status: up                   # the status that is not reached
    - event: engine_restarts       # sessions are lost, jobs become unknown
      seconds: 120                 # how long it is away
    - event: sessions_expire
    - event: site_goes_down        # site_comes_up
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from drplan.errors import InvalidInput
from drplan.simulator import host_ids, storage_views
from drplan.simulator.ordered_faults import fits_path
from drplan.simulator.topology import entity_id
from drplan.wire.request import Request
from drplan.wire.response import Response

if TYPE_CHECKING:
    from drplan.simulator.core import Engine

Event = Literal[
    "host_dies",
    "host_returns",
    "domain_goes_inactive",
    "domain_recovers",
    "status_stays",
    "engine_restarts",
    "sessions_expire",
    "site_goes_down",
    "site_comes_up",
]

OF_SERVER: Final = frozenset({"sessions_expire", "site_goes_down", "site_comes_up"})
"""What (also) happens in front of the Engine, where it is served."""

_NEEDS: Final = {
    "host_dies": ("host",),
    "host_returns": ("host",),
    "domain_goes_inactive": ("storage_domain",),
    "domain_recovers": ("storage_domain",),
    "status_stays": ("vm", "storage_domain"),
}


class Happening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that happens, at a time or after a request; entities by name or id."""

    event: Event
    site: str | None = None
    at: float | None = None
    after: str | None = None
    nth: int = 1
    host: str | None = None
    storage_domain: str | None = None
    vm: str | None = None
    status: str = "up"
    seconds: float = 120.0

    def __post_init__(self) -> None:
        """Raises ``ValueError`` where the entity is not named."""
        needed = _NEEDS.get(self.event, ())
        if needed and not any(getattr(self, name) for name in needed):
            raise ValueError(f"{self.event} needs {' or '.join(needed)}")


class Happenings:
    """What is to happen in a world: at its time, or when its request comes.

    ``in_front`` is told of what happens where the Engines are served, with the Engine's name.
    """

    def __init__(
        self, engines: Sequence[Engine], in_front: Callable[[str, Happening], None]
    ) -> None:
        self._engines = engines
        self._in_front = in_front
        self._waiting: list[tuple[Happening, list[int]]] = []
        for engine in engines:
            engine.watchers.append(self._notice)

    def order(self, happenings: Iterable[Happening]) -> None:
        """Let these happen. Raises ``InvalidInput`` for a host or a site that is not there."""
        ordered = tuple(happenings)
        for happening in ordered:
            self._check(happening)
        for happening in ordered:
            if happening.after is not None:
                self._waiting.append((happening, [0]))
                continue
            for engine in self._concerned(happening):
                time = engine.now if happening.at is None else happening.at
                engine.timeline.at(time, partial(self._happen, engine, happening))

    def _notice(self, engine: Engine, request: Request) -> None:
        for happening, count in self._waiting:
            method, _, pattern = (happening.after or "").partition(" ")
            fits = method in {"*", request.method} and fits_path(pattern.strip(), request.path)
            if fits and engine in self._concerned(happening):
                count[0] += 1
                if count[0] == happening.nth:
                    self._happen(engine, happening)

    def _happen(self, engine: Engine, happening: Happening) -> None:
        _RULES[happening.event](engine, happening)
        if happening.event in OF_SERVER or happening.event == "engine_restarts":
            self._in_front(engine.name, happening)

    def _concerned(self, happening: Happening) -> Iterator[Engine]:
        return (it for it in self._engines if happening.site in {None, it.name})

    def _check(self, happening: Happening) -> None:
        concerned = tuple(self._concerned(happening))
        if not concerned:
            raise InvalidInput(f"no site is called {happening.site}", where=happening.event)
        host = happening.host
        if host is not None and not any(_find(it, "/hosts", host) for it in concerned):
            raise InvalidInput(f"no site has a host {host}", where=happening.event)


def _find(engine: Engine, collection: str, name: str) -> str | None:
    """The path of an entity by id or name."""
    path = f"{collection}/{name}"
    if engine.store.exists(path):
        return path
    return next(iter(engine.store.named(collection, name)), None)


def _host_dies(engine: Engine, happening: Happening) -> None:
    """The host does not answer: it keeps its data, its VMs are unknown (wire-facts.md 5)."""
    host = _find(engine, "/hosts", happening.host or "")
    if host is None:
        return
    store = engine.store
    name = store.value(host, "name")
    store.set_value(host, "status", "non_responsive")
    for vm in store.members("/vms"):
        if store.reference(vm, "host") == entity_id(host) and store.value(vm, "status") != "down":
            store.set_value(vm, "status", "unknown")
    engine.emit_event(
        12, "error", f"Host {name} is non responsive.", links={"host": entity_id(host)}
    )


def _host_returns(engine: Engine, happening: Happening) -> None:
    host = _find(engine, "/hosts", happening.host or "")
    if host is None:
        return
    store = engine.store
    store.set_value(host, "status", "up")
    for vm in store.members("/vms"):
        if (
            store.reference(vm, "host") == entity_id(host)
            and store.value(vm, "status") == "unknown"
        ):
            store.set_value(vm, "status", "up")
    engine.emit_event(
        13,
        "normal",
        f"Status of host {store.value(host, 'name')} was set to Up.",
        links={"host": entity_id(host)},
    )


def _domain_status(status: str) -> Callable[[Engine, Happening], None]:
    def change(engine: Engine, happening: Happening) -> None:
        path = _find(engine, "/storagedomains", happening.storage_domain or "")
        if path is not None and storage_views.attached_path(engine.store, entity_id(path)):
            storage_views.set_status(engine.store, entity_id(path), status)

    return change


def _status_stays(engine: Engine, happening: Happening) -> None:
    for kind, name in (("vm", happening.vm), ("storage_domain", happening.storage_domain)):
        if name is not None:
            engine.held_back.add((kind, name, happening.status))


def _engine_restarts(engine: Engine, happening: Happening) -> None:
    """What was in memory is lost: locks, open requests; jobs that ran become unknown.

    What a host or the SPM was told goes on (engine-storage.md section 11: locks are in memory).
    """
    engine.away_until = engine.now + happening.seconds
    for ticket in engine.open.values():
        ticket.cut = "reset"
        ticket.response = Response(0)
    engine.open.clear()
    engine.locks.clear()
    for path in engine.store.members("/jobs"):
        is_own = engine.store.value(path, "external") != "true"
        if is_own and engine.store.value(path, "status") == "started":
            engine.end_job(entity_id(path), "unknown")


def _in_front_alone(engine: Engine, happening: Happening) -> None:
    """Happens in front of the Engine."""


def _site_goes_down(engine: Engine, happening: Happening) -> None:
    host_ids.site_goes_down(engine)


def _site_comes_up(engine: Engine, happening: Happening) -> None:
    host_ids.site_comes_up(engine)


_RULES: Final[dict[str, Callable[[Engine, Happening], None]]] = {
    "host_dies": _host_dies,
    "host_returns": _host_returns,
    "domain_goes_inactive": _domain_status("inactive"),
    "domain_recovers": _domain_status("active"),
    "status_stays": _status_stays,
    "engine_restarts": _engine_restarts,
    "sessions_expire": _in_front_alone,
    "site_goes_down": _site_goes_down,
    "site_comes_up": _site_comes_up,
}
