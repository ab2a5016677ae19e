"""Serve both sites of a mapping as simulated Engines over HTTPS, until told to end."""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import trio

from drplan.documents.mapping_copy import SiteAddress, passwords_text, repointed
from drplan.documents.mapping_file import load_mapping
from drplan.errors import InvalidInput
from drplan.files import read_text, write_atomic
from drplan.model.mapping import SITE_ROLES, Mapping, SiteRole
from drplan.simulator.orders_file import Orders, read_orders
from drplan.simulator.server.serve import Served, SiteToServe, serve
from drplan.workflows.simulated_sites import simulate_sites
from drplan.workflows.sites import find_recorded_site

Address = tuple[str, int]


@dataclass(frozen=True)
class ServeRequest:
    """What to serve, and how.

    ``cassettes`` holds the recordings of both sites under the names of their roles. ``listen`` are
    the addresses of primary and secondary. ``speed`` is how many simulated seconds pass in a real
    one. ``down`` is a site that is lost: only its storage is there. Without a ``password`` each
    site gets a random one.
    """

    cassettes: Path
    mapping: Path
    listen: tuple[Address, Address]
    down: SiteRole | None = None
    speed: float = 1.0
    faults: Path | None = None
    engine_version: str | None = None
    write_mapping: Path | None = None
    password: str | None = None


@dataclass(frozen=True)
class Ready:
    """The simulation answers now. ``files`` were written for its clients."""

    served: Served
    files: tuple[Path, ...]


def serve_simulator(request: ServeRequest, ready: Callable[[Ready], None]) -> None:
    """Serve until SIGTERM or SIGINT; ``ready`` is called once clients can come.

    Raises ``InvalidInput`` for files that cannot be used, ``RunFailed`` where it is not possible
    to listen or to write.
    """
    mapping, _ = load_mapping(request.mapping)
    if request.write_mapping is not None:
        _refuse_overwriting(request.mapping, request.write_mapping)
    orders = read_orders(request.faults) if request.faults is not None else Orders()
    engines = simulate_sites(
        mapping,
        {role: find_recorded_site(request.cassettes, role) for role in SITE_ROLES},
        folder=request.cassettes,
        start=datetime.now(UTC),
        down=request.down,
        version=request.engine_version,
    )
    sites: dict[str, SiteToServe] = {
        role: SiteToServe(
            role=role,
            engine=engines[role],
            address=address,
            user=mapping.site(role).username,
            password=request.password or secrets.token_urlsafe(12),
            is_up=role != request.down,
        )
        for role, address in zip(SITE_ROLES, request.listen, strict=True)
    }

    def tell(served: Served) -> None:
        ready(Ready(served, _write_files(request, mapping, served)))

    async def run() -> None:
        await serve(sites, speed=request.speed, orders=orders, ready=tell)

    trio.run(run)


def passwords_file(mapping: Path) -> Path:
    """Where the passwords for a written mapping go: beside it."""
    return mapping.with_name(f"{mapping.stem}.passwords.yml")


def _write_files(request: ServeRequest, mapping: Mapping, served: Served) -> tuple[Path, ...]:
    """The copy of the mapping that points here, and the passwords; both for the owner alone."""
    out = request.write_mapping
    if out is None:
        return ()
    text = repointed(
        read_text(request.mapping),
        {site.role: SiteAddress(site.url, str(served.ca_file)) for site in served.sites},
        lease_wait=math.ceil(mapping.drplan.lease_wait / request.speed),
        where=str(request.mapping),
    )
    passwords = passwords_text({site.role: site.password for site in served.sites})
    write_atomic(out, text, mode=0o600)
    write_atomic(passwords_file(out), passwords, mode=0o600)
    return out, passwords_file(out)


def _refuse_overwriting(mapping: Path, out: Path) -> None:
    if out.resolve() == mapping.resolve():
        raise InvalidInput(
            "the copy would replace the mapping itself",
            where=str(out),
            next_step="give another file to --write-mapping",
        )
