"""Sanlock host ids: while hosts of another site renew theirs, a domain cannot be joined.

A host that joins a domain takes a host id. Where the slot is held by the other site's host it must
wait until that lease has expired: 140 s after the last renewal (storage sheet 12). The lease area
is part of the domain, so a replica shows the leases of its original for as long as it is mirrored.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from drplan.simulator import storage_views
from drplan.simulator.array import Array, DomainCopy, Keeper
from drplan.simulator.reach import known_copy
from drplan.simulator.rules.messages import fail_with
from drplan.simulator.store import Store

if TYPE_CHECKING:
    from drplan.simulator.core import Engine

_HOLDING = frozenset({"active", "activating", "locked", "preparing_for_maintenance", "detaching"})
"""While a domain is in one of these its data center's hosts are in its lockspace."""


def check_free(engine: Engine, copy: DomainCopy) -> None:
    """Refuses to join a domain whose host ids are held (AcquireHostIdFailure)."""
    if engine.now < free_at(engine, copy):
        raise fail_with("AcquireHostIdFailure")


def free_at(engine: Engine, copy: DomainCopy) -> float:
    """When the other sites' leases on ``copy`` have expired; infinite while they are renewed."""
    array: Array = engine.array
    latest = copy.lease_until
    for keeper in array.keepers:
        if keeper.store is engine.store:
            continue
        if any(_holds(keeper.store, array, shown) for shown in _shown_by(array, copy)):
            if keeper.down_since is None:
                return math.inf
            latest = max(latest, keeper.down_since + engine.latency.sanlock_dead)
    return latest


def site_goes_down(engine: Engine, at: float | None = None) -> None:
    """The site is lost: nobody answers, and its hosts renew nothing from then on.

    ``at`` is the moment of the disaster, now where it is not given.
    """
    engine.is_down = True
    for keeper in _keepers(engine):
        if keeper.down_since is None:
            keeper.down_since = engine.now if at is None else at


def site_comes_up(engine: Engine) -> None:
    """The site is back, with the database that it had, and its hosts renew their leases again."""
    engine.is_down = False
    for keeper in _keepers(engine):
        keeper.down_since = None


def _keepers(engine: Engine) -> Iterator[Keeper]:
    if engine.array is not None:
        yield from (it for it in engine.array.keepers if it.store is engine.store)


def _shown_by(array: Array, copy: DomainCopy) -> Iterator[DomainCopy]:
    """The copies whose leases are seen on ``copy``: itself, and what is mirrored onto it."""
    yield copy
    for mirror in array.mirrors:
        if mirror.replica is copy and not mirror.broken:
            yield mirror.source


def _holds(store: Store, array: Array, copy: DomainCopy) -> bool:
    if storage_views.attached_path(store, copy.id) is None:
        return False
    if storage_views.status(store, copy.id) not in _HOLDING:
        return False
    return known_copy(store, array, copy.id) is copy
