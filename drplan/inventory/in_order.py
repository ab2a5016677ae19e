"""Several requests at once, always begun in the same order.

trio shuffles the tasks that are ready to run. The order in which requests leave must not depend on
that: a rehearsal has to give the same forecast every time.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import trio

from drplan.errors import DrplanError

T = TypeVar("T")


async def in_order(calls: Sequence[Callable[[], Awaitable[T]]], limit: int) -> list[T]:
    """The results of the calls, in their order, at most ``limit`` under way.

    A batch is begun one after the other and waited for as a whole, so what leaves next never
    depends on which answer came first. The first failure by order is raised, when its batch is done.
    """
    results: list[T] = []
    for start in range(0, len(calls), limit):
        results.extend(await _batch(calls[start : start + limit]))
    return results


async def _batch(calls: Sequence[Callable[[], Awaitable[T]]]) -> list[T]:
    results: dict[int, T] = {}
    failures: dict[int, DrplanError] = {}

    async def run(number: int, *, task_status: trio.TaskStatus[None]) -> None:
        # Nothing gives way to another task between this line and the sending of the request.
        task_status.started()
        try:
            results[number] = await calls[number]()
        except DrplanError as error:
            failures[number] = error

    async with trio.open_nursery() as nursery:
        for number in range(len(calls)):
            await nursery.start(run, number)
    if failures:
        raise failures[min(failures)]
    return [results[number] for number in range(len(calls))]
