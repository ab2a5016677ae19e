"""Runs a served simulation from its start to the signal that ends it."""

from __future__ import annotations

import shutil
import signal
import socket
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import trio

from drplan.files import write_atomic
from drplan.simulator.core import Engine
from drplan.simulator.ordered_faults import OrderedFaults
from drplan.simulator.orders_file import Orders
from drplan.simulator.server.application import Application
from drplan.simulator.server.certificates import make_certificates
from drplan.simulator.server.control import Control
from drplan.simulator.server.door import Door
from drplan.simulator.server.sessions import Sessions
from drplan.simulator.server.site import Site
from drplan.simulator.server.world import World
from drplan.wire.request import API_PREFIX

_LOCAL: Final = ("localhost", "127.0.0.1", "::1")
_EVERYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - told apart, not bound


@dataclass(frozen=True)
class SiteToServe:
    """One Engine of a world, where it listens, and who may log in."""

    role: str
    engine: Engine
    address: tuple[str, int]
    user: str
    password: str
    is_up: bool = True


@dataclass(frozen=True)
class ServedSite:
    """Where a site is reached, and how to log in there."""

    role: str
    url: str
    user: str
    password: str
    is_up: bool


@dataclass(frozen=True)
class Served:
    """A simulation that is ready for clients."""

    sites: tuple[ServedSite, ...]
    ca_file: Path


async def serve(
    sites: Mapping[str, SiteToServe],
    *,
    speed: float,
    orders: Orders,
    ready: Callable[[Served], None],
) -> None:
    """Serve the Engines of one timeline until SIGTERM or SIGINT; leaves no file behind.

    ``ready`` is called once clients can come. Raises ``RunFailed`` where a port cannot be had,
    ``InvalidInput`` where an order names what is not there.
    """
    # Signals are waited for until the last file is gone.
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
        doors: dict[str, Door] = {}
        folder = Path(tempfile.mkdtemp(prefix="drplan-simulator-"))
        try:
            for role, site in sites.items():
                doors[role] = Door(site.address, is_open=site.is_up)
            async with trio.open_nursery() as nursery:
                ready(await _start(nursery, sites, doors, folder, speed, orders))
                async for _ in signals:
                    break
                for door in doors.values():
                    door.abort_all()
                nursery.cancel_scope.cancel()
        finally:
            for door in doors.values():
                door.close()
            shutil.rmtree(folder, ignore_errors=True)


async def _start(
    nursery: trio.Nursery,
    sites: Mapping[str, SiteToServe],
    doors: Mapping[str, Door],
    folder: Path,
    speed: float,
    orders: Orders,
) -> Served:
    timeline = next(iter(sites.values())).engine.timeline
    world = World(timeline, speed=speed)
    made = make_certificates([*_LOCAL, *(_reached_at(door) for door in doors.values())])
    ca_file = folder / "ca.pem"
    write_atomic(ca_file, made.authority)
    machines = {
        role: Site(
            role,
            site.engine,
            Sessions(site.user, site.password),
            made.authority,
            world,
            _url(doors[role]),
        )
        for role, site in sites.items()
    }
    control = Control(world, machines, doors, OrderedFaults())
    await nursery.start(world.run)
    control.order(orders)
    for role, door in doors.items():
        app = Application(machines[role], control, door)
        await nursery.start(partial(door.run, app, made.tls))
    return Served(
        tuple(
            ServedSite(role, _url(doors[role]), site.user, site.password, site.is_up)
            for role, site in sites.items()
        ),
        ca_file,
    )


def _reached_at(door: Door) -> str:
    """The host that clients write: this machine's name where it listens everywhere."""
    return socket.gethostname() if door.host in _EVERYWHERE else str(door.host)


def _url(door: Door) -> str:
    host = _reached_at(door)
    return f"https://{f'[{host}]' if ':' in host else host}:{door.port}{API_PREFIX}"
