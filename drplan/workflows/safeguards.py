"""The lock of the target and the guards before a run: the one place where a run asks for them.

Neither is in this release: nobody else is kept out, and no sign of life of the source is looked for
beyond what the plan's own checks say.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trio

from drplan.apply.stream import Stream
from drplan.clock import Clock
from drplan.engine.engine import Engine
from drplan.model.check import Check
from drplan.model.inventory import Inventory
from drplan.model.mapping import Mapping
from drplan.model.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards are given."""

    plan: Plan
    mapping: Mapping
    fresh: Inventory
    engine: Engine
    clock: Clock
    source_sign_of_life: Callable[[], Awaitable[str | None]]
    source_inventory: Callable[[], Awaitable[Inventory | None]]
    source_fenced: str | None = None
    incident: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Who holds the lock."""

    run_id: str
    plan_id: str
    plan_digest: str
    user: str
    host: str


async def guard(facts: Facts) -> tuple[Check, ...]:
    """Look, before anybody is asked, whether this may be done at all."""
    await trio.lowlevel.checkpoint()
    return ()


async def wait_for_leases(facts: Facts, stream: Stream) -> Check | None:
    """Wait until no host of the source can hold a lease."""
    await trio.lowlevel.checkpoint()
    return None


@asynccontextmanager
async def hold_lock(
    engine: Engine,
    holder: Holder,
    *,
    clock: Clock,
    stream: Stream,
    timeout: float,  # noqa: ASYNC109
    on_lost: Callable[[str], None],
    lock_file: Path | None,
) -> AsyncIterator[None]:
    """Keep everybody else out while the run goes on."""
    yield
