"""Tasks on the SPM of a data center: what OVF transfers leave behind for some seconds.

A finished task stays in the Engine's database until the poll of ``AsyncTaskPollingRate`` (10 s)
clears it. While any is there, the master cannot be deactivated (storage sheet 5, 6.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drplan.simulator.core import Engine


@dataclass(frozen=True, slots=True, eq=False)
class SpmTask:
    """One row: the storage domain it belongs to, its name in refusals, and when it finishes."""

    domain: str
    name: str
    finishes_at: float


class SpmTasks:
    """The task rows of one Engine by data center."""

    def __init__(self) -> None:
        self._rows: dict[str, list[SpmTask]] = {}

    def add(self, center: str, task: SpmTask) -> None:
        """Note a task."""
        self._rows.setdefault(center, []).append(task)

    def clear(self, center: str, task: SpmTask) -> None:
        """Clear a task; one that is gone already stays so."""
        self._rows[center] = [row for row in self._rows.get(center, ()) if row is not task]

    def in_center(self, center: str) -> tuple[SpmTask, ...]:
        """Every row of the data center, finished ones that were not cleared included."""
        return tuple(self._rows.get(center, ()))

    def on_domain(self, center: str, domain: str) -> tuple[SpmTask, ...]:
        """The rows that belong to one storage domain."""
        return tuple(task for task in self.in_center(center) if task.domain == domain)

    def clear_finished(self, center: str, now: float) -> int:
        """Clear what has finished (CleanFinishedTasks); gives how many there were."""
        rows = self._rows.get(center, [])
        self._rows[center] = [task for task in rows if task.finishes_at > now]
        return len(rows) - len(self._rows[center])


def start_task(engine: Engine, center: str, domain: str, name: str, seconds: float = 0.0) -> None:
    """Begin a task that runs for so long; the poll after its end clears it."""
    task = SpmTask(domain, name, engine.now + seconds)
    engine.tasks.add(center, task)
    engine.schedule(seconds + engine.latency.task_poll, lambda: engine.tasks.clear(center, task))
