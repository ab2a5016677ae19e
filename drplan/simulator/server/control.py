"""The control API: steers and watches a served simulation, off the Engines' own addresses.

Every site that is up answers it, without a login::

    GET    /drplan-simulator/state                 time, sites, orders, what has no rule
    GET    /drplan-simulator/log?site=secondary    every request to the APIs, and its status
    GET    /drplan-simulator/faults                the orders, with how many requests they saw
    POST   /drplan-simulator/faults                further orders, as in a file (YAML or JSON)
    DELETE /drplan-simulator/faults                take the faults of requests back
    POST   /drplan-simulator/sites/ROLE/down       take a site down, or up
    POST   /drplan-simulator/storage/promote       cut replication (?domain=NAME or ID)
    POST   /drplan-simulator/storage/reverse       turn it round, as before a failback
    POST   /drplan-simulator/sessions/expire       end all sessions (?site=ROLE)
    POST   /drplan-simulator/time/skip?seconds=N   let simulated time pass at once
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from drplan.errors import InvalidInput
from drplan.simulator.array import Array
from drplan.simulator.handling import Answer
from drplan.simulator.happenings import Happening, Happenings
from drplan.simulator.host_ids import site_comes_up, site_goes_down
from drplan.simulator.mirroring import break_mirrors, reverse
from drplan.simulator.ordered_faults import OrderedFaults
from drplan.simulator.orders_file import Orders, parse_orders
from drplan.simulator.server.door import Door
from drplan.simulator.server.login import json_answer
from drplan.simulator.server.site import Site
from drplan.simulator.server.world import World
from drplan.wire.request import Request

PREFIX: Final = "/drplan-simulator"


@dataclass
class Control:
    """A served simulation as its controller sees it; sites and doors by role."""

    world: World
    sites: Mapping[str, Site]
    doors: Mapping[str, Door]
    faults: OrderedFaults
    crashes: list[str] = field(default_factory=list)
    """Mistakes in rules, in words; each was answered with 500."""

    def __post_init__(self) -> None:
        """Share the orders, and let happenings reach the sites."""
        engines = [site.engine for site in self.sites.values()]
        self.happenings = Happenings(engines, self._in_front)
        for engine in engines:
            engine.faults = self.faults
            engine.on_crash = self.note_crash

    def order(self, orders: Orders) -> None:
        """Take further orders. Raises ``InvalidInput`` where they name what is not there."""
        for fault in orders.faults:
            if fault.site is not None and fault.site not in self.sites:
                raise InvalidInput(f"no site is called {fault.site}", where=fault.request)
        self.happenings.order(orders.happenings)
        self.faults.add(orders.faults)
        self.world.stir()

    def note_crash(self, error: Exception) -> None:
        """Keep a mistake in a rule, for the state and for whoever looks."""
        self.crashes.append(f"{type(error).__name__}: {error}")

    async def answer(self, request: Request) -> Answer:
        """The answer to a request of the controller."""
        self.world.advance()
        parts = request.path.removeprefix(PREFIX).strip("/").split("/")
        try:
            return await self._route(request, parts)
        except InvalidInput as error:
            return json_answer({"error": error.summary, "where": error.where}, status=400)

    async def _route(self, request: Request, parts: list[str]) -> Answer:
        query = dict(request.query)
        match request.method, parts:
            case "GET", ["state"]:
                return json_answer(self._state())
            case "GET", ["log"]:
                return json_answer(self._log(query.get("site")))
            case "GET", ["faults"]:
                return json_answer(self._orders())
            case "POST", ["faults"]:
                self.order(parse_orders(_text(request), "request body"))
                return json_answer(self._orders(), status=201)
            case "DELETE", ["faults"]:
                self.faults.clear()
                return json_answer(self._orders())
            case "POST", ["sites", role, ("down" | "up") as wanted] if role in self.doors:
                return await self._move(role, up=wanted == "up")
            case "POST", ["storage", "promote"]:
                return json_answer({"links": break_mirrors(*self._replicated(query))})
            case "POST", ["storage", "reverse"]:
                return json_answer({"links": reverse(*self._replicated(query))})
            case "POST", ["sessions", "expire"]:
                for site in self._chosen(query.get("site")):
                    site.sessions.close_all()
                return json_answer({})
            case "POST", ["time", "skip"]:
                self.world.skip(_seconds(query.get("seconds")))
                return json_answer({"now": self.world.now})
            case _:
                return json_answer({"error": f"no such address: {request.path}"}, status=404)

    async def _move(self, role: str, *, up: bool) -> Answer:
        others = [door for name, door in self.doors.items() if name != role]
        if not up and not any(door.is_open for door in others):
            text = "one site has to stay up, or nobody could bring the other one back"
            return json_answer({"error": text}, status=409)
        self._hosts_of(self.sites[role], up=up)
        await self.doors[role].move(up=up)
        return json_answer(self._site(self.sites[role]))

    def _in_front(self, name: str, happening: Happening) -> None:
        """What an order does where the Engine is served."""
        site = next(it for it in self.sites.values() if it.engine.name == name)
        door = self.doors[site.role]
        match happening.event:
            case "sessions_expire" | "engine_restarts":
                site.sessions.close_all()
            case "site_goes_down" | "site_comes_up":
                door.wanted(up=happening.event == "site_comes_up")

    def _replicated(self, query: Mapping[str, str]) -> tuple[Array, str | None]:
        """The storage that the sites share, and the id of the domain that is meant, if one is."""
        array: Array = next(iter(self.sites.values())).engine.array
        wanted = query.get("domain")
        if wanted is None:
            return array, None
        for mirror in array.mirrors:
            if wanted in {mirror.source.id, mirror.source.name}:
                return array, mirror.source.id
        raise InvalidInput(f"no storage domain {wanted} is replicated")

    def _hosts_of(self, site: Site, *, up: bool) -> None:
        """The hosts of a site go and return with it, and with them their leases."""
        if up:
            site_comes_up(site.engine)
        else:
            site_goes_down(site.engine)

    def _state(self) -> dict[str, Any]:
        return {
            "now": self.world.now,
            "speed": self.world.speed,
            "sites": [self._site(site) for site in self.sites.values()],
            "crashes": self.crashes,
            **self._orders(),
        }

    def _site(self, site: Site) -> dict[str, Any]:
        engine = site.engine
        return {
            "role": site.role,
            "url": site.url,
            "up": self.doors[site.role].is_open,
            "engine_time": engine.timestamp(),
            "engine_version": ".".join(map(str, engine.version)),
            "requests": len(engine.log),
            "open_requests": len(engine.open),
            "refused_logins": site.refused,
            "sessions": len(site.sessions),
            "no_rule": sorted(set(engine.unimplemented)),
        }

    def _log(self, role: str | None) -> list[dict[str, Any]]:
        entries = [
            {
                "site": site.role,
                "time": entry.time,
                "answered_at": entry.answered_at,
                "method": entry.request.method,
                "target": entry.request.target(),
                "status": entry.status,
            }
            for site in self._chosen(role)
            for entry in site.engine.log
        ]
        return sorted(entries, key=lambda it: it["time"])

    def _orders(self) -> dict[str, Any]:
        return {"faults": [{"order": order, "seen": seen} for order, seen in self.faults]}

    def _chosen(self, role: str | None) -> list[Site]:
        if role is None:
            return list(self.sites.values())
        if role not in self.sites:
            raise InvalidInput(f"no site is called {role}")
        return [self.sites[role]]


def _text(request: Request) -> str:
    try:
        return request.body.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput("the body is not UTF-8") from error


def _seconds(text: str | None) -> float:
    try:
        seconds = float(text or "")
    except ValueError as error:
        raise InvalidInput("seconds is not a number") from error
    if not math.isfinite(seconds) or seconds < 0:
        raise InvalidInput("time only goes on")
    return seconds
