"""Jobs and events: what an Engine tells about its own work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from drplan.simulator import answers, elements
from drplan.simulator.catalogue import LINKED

if TYPE_CHECKING:
    from drplan.simulator.store import Store

_KEEP = {"finished": 600.0, "failed": 3600.0, "aborted": 3600.0, "unknown": 3600.0}
"""How long an ended job of the Engine's own stays listed (engine-storage.md 10.1)."""


class Jobs:
    """The Engine's jobs; they live in ``/jobs``, their correlation ids only here.

    A job's body never shows its correlation id (engine-storage.md 10.1).
    """

    def __init__(
        self, store: Store, *, new_id: Callable[[], str], timestamp: Callable[[], str]
    ) -> None:
        self._store = store
        self._new_id = new_id
        self._timestamp = timestamp
        self.correlation: dict[str, str] = {}

    def start(
        self,
        description: str,
        correlation_id: str,
        *,
        external: bool = False,
        auto_cleared: bool = True,
    ) -> str:
        """Begin a job; gives its id."""
        job_id = self._new_id()
        path = f"/jobs/{job_id}"
        now = self._timestamp()
        job = elements.make("job", href=answers.href(path), id=job_id)
        for verb in ("clear", "end"):
            _add_action(job, path, verb)
        elements.set_text(job, "description", description)
        job.append(elements.make("link", href=answers.href(f"{path}/steps"), rel="steps"))
        elements.set_text(job, "auto_cleared", str(auto_cleared).lower())
        elements.set_text(job, "external", str(external).lower())
        elements.set_text(job, "last_updated", now)
        elements.set_text(job, "start_time", now)
        elements.set_text(job, "status", "started")
        self._store.put(path, job)
        self._store.declare(f"{path}/steps")
        self.correlation[job_id] = correlation_id
        return job_id

    def status(self, job_id: str) -> str | None:
        """The job's status, ``None`` once it was cleared away."""
        return self._store.value(f"/jobs/{job_id}", "status")

    def add_step(
        self, job_id: str, description: str, kind: str = "executing", *, parent: str | None = None
    ) -> str:
        """Begin a step of a job; ``kind`` is its wire type (validating, executing, finalizing)."""
        collection = f"/jobs/{job_id}/steps"
        step_id = self._new_id()
        path = f"{collection}/{step_id}"
        step = elements.make("step", href=answers.href(path), id=step_id)
        _add_action(step, path, "end")
        elements.set_text(step, "description", description)
        elements.set_text(step, "external", self._store.value(f"/jobs/{job_id}", "external"))
        elements.set_text(step, "number", str(len(self._store.members(collection)) + 1))
        elements.set_text(step, "start_time", self._timestamp())
        elements.set_text(step, "status", "started")
        elements.set_text(step, "type", kind)
        elements.place(step, answers.link("job", f"/jobs/{job_id}"))
        if parent:
            elements.place(step, elements.make("parent_step", id=parent))
        self._store.put(path, step)
        return step_id

    def end(self, job_id: str, status: str = "finished") -> None:
        """End a job and its open steps with ``finished``, ``failed`` or ``aborted``.

        A job that became unknown, because the Engine restarted meanwhile, stays so.
        """
        path = f"/jobs/{job_id}"
        if not self._store.exists(path) or self._store.value(path, "status") == "unknown":
            return
        self._end(path, status)
        for step in self._store.members(f"{path}/steps"):
            if self._store.value(step, "status") == "started":
                self._end(step, status)

    def keep_for(self, job_id: str) -> float | None:
        """How many seconds an ended job stays listed; ``None``: for ever, or still running."""
        path = f"/jobs/{job_id}"
        if self._store.value(path, "auto_cleared") != "true":
            return None
        return _KEEP.get(self._store.value(path, "status") or "")

    def clear(self, job_id: str) -> None:
        """Take the job off the list."""
        self._store.delete(f"/jobs/{job_id}")
        self.correlation.pop(job_id, None)

    def _end(self, path: str, status: str) -> None:
        now = self._timestamp()
        self._store.set_value(path, "status", status)
        self._store.set_value(path, "end_time", now)
        if path.count("/") == 2:
            self._store.set_value(path, "last_updated", now)


class Events:
    """The Engine's events; they live in ``/events``, their numbers only grow."""

    def __init__(self, store: Store, *, timestamp: Callable[[], str]) -> None:
        self._store = store
        self._timestamp = timestamp
        numbers = [int(path.rpartition("/")[2]) for path in store.members("/events")]
        self._last = max(numbers, default=0)

    def emit(
        self,
        code: int,
        severity: str,
        description: str,
        *,
        correlation_id: str | None = None,
        links: Mapping[str, str] | None = None,
        origin: str = "oVirt",
        custom_id: int = -1,
    ) -> str:
        """Record an event; gives its number.

        ``severity`` is normal, warning, error or alert. ``links`` maps the member (``vm``,
        ``storage_domain``, ``host``, ``data_center``, ``cluster``, ``template``, ``user``) to the
        id it refers to; the name is put in where the entity is known.
        """
        self._last += 1
        number = str(self._last)
        path = f"/events/{number}"
        event = elements.make("event", href=answers.href(path), id=number)
        elements.set_text(event, "description", description)
        elements.set_text(event, "code", str(code))
        if correlation_id:
            elements.set_text(event, "correlation_id", correlation_id)
        elements.set_text(event, "custom_id", str(custom_id))
        elements.set_text(event, "flood_rate", "0")
        elements.set_text(event, "index", number)
        elements.set_text(event, "origin", origin)
        elements.set_text(event, "severity", severity)
        elements.set_text(event, "time", self._timestamp())
        for tag, entity_id in (links or {}).items():
            target = f"{LINKED[tag]}/{entity_id}"
            member = answers.link(tag, target)
            name = self._store.value(target, "name")
            if name is not None:
                elements.set_text(member, "name", name)
            elements.place(event, member)
        self._store.put(path, event)
        return number


def _add_action(element: elements.Element, path: str, verb: str) -> None:
    actions = element.find("actions")
    if actions is None:
        actions = elements.make("actions")
        elements.place(element, actions)
    actions.append(elements.make("link", href=answers.href(f"{path}/{verb}"), rel=verb))
