"""What keeps a run from doing harm: the source must be dead, leases must have run out, one at a time.

The guard errs on the safe side: whatever answers at the source's address counts as alive, and only a
person can say otherwise. The lock keeps out other processes that use the same folder of runs; people
on another machine are not seen.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import trio

from drplan.apply.stream import Stream
from drplan.clock import Clock
from drplan.engine.engine import Engine
from drplan.errors import Locked
from drplan.files import cannot_write
from drplan.model.check import Check, CheckStatus
from drplan.model.inventory import Inventory
from drplan.model.mapping import Mapping
from drplan.model.plan import Plan

_COUNTDOWN = 10.0
_TRY_EVERY = 1.0


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the guards are given."""

    plan: Plan
    mapping: Mapping
    fresh: Inventory
    engine: Engine
    clock: Clock
    source_sign_of_life: Callable[[], Awaitable[str | None]]
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
    """Look, before anybody is asked, whether this may be done at all (design decision 23)."""
    if facts.plan.mode != "failover":
        await trio.lowlevel.checkpoint()
        return ()
    return (await _split_brain(facts),)


async def _split_brain(facts: Facts) -> Check:
    source = facts.plan.direction.source
    sign = await facts.source_sign_of_life()
    if sign is None:
        return _check("pass", f"{source} gives no sign of life")
    if facts.source_fenced is not None:
        return _check(
            "pass", f"{sign}; it is taken for cut off from its storage: {facts.source_fenced}"
        )
    return _check("fail", f"{source} is alive: {sign}")


def _check(status: CheckStatus, summary: str) -> Check:
    return Check(
        name="source-fenced",
        status=status,
        summary=summary,
        detail="two sites that write to the same data destroy it" if status == "fail" else "",
        blocks=True,
        when="apply",
        next_step="make sure that the source is off or cut off from its storage; if it is, and answers"
        " all the same: --source-fenced REASON"
        if status == "fail"
        else "",
    )


async def wait_for_leases(facts: Facts, stream: Stream) -> None:
    """Wait until no host of the source can hold a lease (design decision 24).

    Counted from the incident where its time is known, else from now: nobody can say when the source
    was last alive.
    """
    plan = facts.plan
    if plan.mode != "failover" or not any(it.operation == "attach" for it in plan.actions()):
        return
    since = 0.0
    if facts.incident is not None:
        since = max(0.0, (facts.clock.now() - facts.incident).total_seconds())
    left = plan.lease_wait_s - since
    while left > 0:
        stream.emit(
            "log",
            f"check.leases: hosts of {plan.direction.source} may hold leases for {left:.0f}s more",
        )
        pause = min(left, _COUNTDOWN)
        await trio.sleep(pause)
        left -= pause


@asynccontextmanager
async def hold_lock(
    runs: Path,
    holder: Holder,
    *,
    stream: Stream,
    timeout: float,  # noqa: ASYNC109
) -> AsyncIterator[None]:
    """Keep other processes out that use the same folder of runs.

    Tries for ``timeout`` seconds. Raises ``Locked``, naming who holds it; ``RunFailed`` where no file
    can be made.
    """
    path = runs / ".lock"
    file = _open(path)
    try:
        await _take(file, path, timeout)
        os.ftruncate(file, 0)
        os.pwrite(file, f"{holder.run_id} of {holder.user}@{holder.host}".encode(), 0)
        stream.emit("state_lock_acquire", f"lock: acquired ({path})")
        try:
            yield
        finally:
            os.ftruncate(file, 0)
    finally:
        os.close(file)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise cannot_write(path, error) from error


async def _take(file: int, path: Path, timeout: float) -> None:  # noqa: ASYNC109
    end = trio.current_time() + timeout
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            if trio.current_time() >= end:
                who = os.pread(file, 4096, 0).decode(errors="replace") or "another process"
                raise Locked(
                    f"somebody else works on the target: {who}",
                    where=str(path),
                    next_step="drplan status, or wait: --lock-timeout SECONDS",
                ) from error
            await trio.sleep(_TRY_EVERY)
        else:
            return
