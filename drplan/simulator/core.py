"""One simulated Engine: requests and the time go in, answers and their times come out.

::

    engine = Engine("secondary", store, array=array, start=datetime(2026, 3, 1, tzinfo=UTC))
    ticket = engine.submit(0.0, Request.of("GET", "/ovirt-engine/api/vms"))
    while ticket.response is None:
        engine.advance(engine.next_event)
    print(ticket.ready_at, ticket.response.status)

Several Engines may share a ``Timeline`` (one world, one order of events) and an array model.
The same requests at the same times with the same seed give the same ids, events and times.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from drplan.simulator import answers
from drplan.simulator.faults import Refusal
from drplan.simulator.handling import (
    Answer,
    Background,
    Call,
    Process,
    Route,
    Turn,
    Until,
    Wait,
)
from drplan.simulator.latency import Latency
from drplan.simulator.lifecycle import LockTable, Turns
from drplan.simulator.methods import refuse_method
from drplan.simulator.ordered_faults import FaultOrder, OrderedFaults, ordered_answer
from drplan.simulator.ovf import OvfRecord
from drplan.simulator.ovf_book import OvfBook
from drplan.simulator.records import Events, Jobs
from drplan.simulator.resources import all_routes
from drplan.simulator.router import Router, address
from drplan.simulator.spm_tasks import SpmTasks
from drplan.simulator.store import Store
from drplan.simulator.ticket import Logged, Ticket
from drplan.simulator.timeline import Timeline
from drplan.simulator.version import NEWEST, Version
from drplan.wire.request import Request
from drplan.wire.response import Response

PHRASES = {200: "OK", 201: "Created", 202: "Accepted", 400: "Bad Request", 401: "Unauthorized"} | {
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    405: "Method Not Allowed",
    413: "Request Entity Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}

SERVER = "Apache/2.4.37 (Red Hat Enterprise Linux) OpenSSL/1.1.1k"


class Engine:
    """One Engine in memory. ``array`` is the storage model it shares with others; opaque here."""

    def __init__(
        self,
        name: str,
        store: Store,
        *,
        array: Any = None,
        start: datetime,
        latency: Latency | None = None,
        version: Version | str | None = None,
        seed: int = 0,
        timeline: Timeline | None = None,
    ) -> None:
        self.name = name
        self.store = store
        self.array = array
        self.start = start
        self.latency = latency or Latency()
        self.timeline = timeline or Timeline()
        self.is_down = False
        self.locks = LockTable()
        self.turns = Turns()
        self.unimplemented: list[str] = []
        self.faults = OrderedFaults()
        """What is to go wrong with requests, by order."""
        self.watchers: list[Callable[[Engine, Request], None]] = []
        """Told of every request before it is carried out."""
        self.held_back: set[tuple[str, str, str]] = set()
        """Kind, name or id, and status that an entity is never to reach, by order."""
        self.away_until: float | None = None
        """While the Engine restarts, the proxy answers for it."""
        self.open: dict[int, Ticket] = {}
        self.on_crash: Callable[[Exception], None] | None = None
        """Told of a mistake in a rule, which is then answered with 500; else it is raised."""
        self.definitions: dict[tuple[str, str], OvfRecord] = {}
        """Unregistered OVFs by (storage domain, entity), written when a domain is attached."""
        self.ovfs = OvfBook()
        """The last OVF of each entity, and which OVF_STOREs are out of date."""
        self.tasks = SpmTasks()
        """What the SPMs of the data centers have to do or have done just now."""
        self.was_master: dict[str, float] = {}
        """When a storage domain was last the master of its data center."""
        self.deactivating: dict[str, str] = {}
        """Domains whose deactivation is in its first half, with the status that they had."""
        self.log: list[Logged] = []
        self._ids = random.Random(f"{name}/{seed}/ids")  # noqa: S311 - repeatable on purpose
        self._correlations = random.Random(f"{name}/{seed}/correlations")  # noqa: S311 - the same
        self._version = Version.parse(version) if isinstance(version, str) else version
        self._router = Router(all_routes())
        self.jobs = Jobs(store, new_id=self.new_id, timestamp=self.timestamp)
        self.events = Events(store, timestamp=self.timestamp)

    # --- time -----------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Seconds since the start of the simulation."""
        return self.timeline.now

    @property
    def next_event(self) -> float | None:
        """When something happens next without a further request; ``None``: never."""
        return self.timeline.next_time

    def advance(self, now: float) -> None:
        """Let everything happen that is due until ``now`` (in every Engine of the timeline)."""
        self.timeline.advance(now)

    def timestamp(self, at: float | None = None) -> str:
        """A time as the Engine writes it: milliseconds and a numeric offset, never ``Z``."""
        moment = self.start + timedelta(seconds=self.now if at is None else at)
        return moment.isoformat(timespec="milliseconds")

    def schedule(self, delay: float, step: Callable[[], None]) -> None:
        """Run ``step`` in ``delay`` seconds."""
        self.timeline.after(delay, step)

    def spawn(self, process: Background) -> None:
        """Run a process that belongs to no request (a monitor, the second half of a command)."""
        self._drive(process, lambda _: None, _background_failed)

    @property
    def is_away(self) -> bool:
        """Whether the Engine is restarting."""
        return self.away_until is not None and self.now < self.away_until

    def stays_below(self, kind: str, path: str, status: str) -> bool:
        """Whether it was ordered that the entity never reaches that status."""
        names = (path.rpartition("/")[2], self.store.value(path, "name"))
        return any((kind, name, status) in self.held_back for name in names)

    # --- what handlers use ----------------------------------------------------------------

    @property
    def version(self) -> Version:
        """The Engine's own version; the newest known one where no API root tells it."""
        if self._version is not None:
            return self._version
        root = self.store.find("/")
        full = root.findtext("product_info/version/full_version") if root is not None else None
        return Version.parse(full) if full else NEWEST

    def new_id(self) -> str:
        """A new UUID from the Engine's one seeded source."""
        return str(uuid.UUID(int=self._ids.getrandbits(128), version=4))

    def emit_event(
        self,
        code: int,
        severity: str,
        description: str,
        *,
        correlation_id: str | None = None,
        links: Mapping[str, str] | None = None,
    ) -> str:
        """Record an event (see ``records.Events.emit``); gives its number."""
        return self.events.emit(
            code, severity, description, correlation_id=correlation_id, links=links
        )

    def end_job(self, job_id: str, status: str = "finished") -> None:
        """End a job; it goes off the list after its time (10 or 60 minutes)."""
        self.jobs.end(job_id, status)
        kept = self.jobs.keep_for(job_id)
        if kept is not None:
            self.schedule(kept, lambda: self.jobs.clear(job_id))

    def hold(self, name: str, seconds: float) -> Generator[Wait, None, None]:
        """Wait for the turn in a queue, keep it for so long, give it back.

        ``yield from engine.hold(f"spm:{dc}", 8.0)``
        """
        yield Turn(name)
        yield seconds
        self.turns.release(name)

    # --- requests -------------------------------------------------------------------------

    def submit(self, now: float, request: Request) -> Ticket:
        """Take a request at ``now``; its answer comes when the ticket has a response."""
        self.advance(now)
        ticket = Ticket(request, self.now)
        found = address(request)
        path, parameters = found or (request.path, {})
        correlation_id = self._correlation(request, parameters)
        routed = self._router.find(request.method, path) if found is not None else None
        route, ids = routed or (None, {})
        call = Call(
            self, request, path, ids, parameters, correlation_id, bool(route and route.is_action)
        )
        for watcher in self.watchers:
            watcher(self, request)
        order = self.faults.take(self.name, request.method, request.path)
        self.open[id(ticket)] = ticket

        def done(answer: Answer, usual: float = 0.0) -> None:
            delay = usual if answer.after is None else answer.after
            if order is not None:
                answer, delay = self._as_ordered(order, ticket, call, answer, delay)
            self._finish(ticket, answer, correlation_id, delay)

        usual = self.latency.write if request.is_write else self.latency.read
        if order is not None and not order.is_carried_out:
            done(answers.empty(0), usual)
        elif self.is_away:
            done(answers.page(503, "Service Unavailable"), 0.0)
        elif found is None:
            done(answers.page(404, "Not Found"), usual)
        elif (refused := refuse_method(self._router, request.method, path)) is not None:
            done(refused, usual)
        elif route is None:
            done(self.no_rule(f"{request.method} {path}"), usual)
        else:
            self._carry_out(route, call, done, usual)
        return ticket

    def _carry_out(self, route: Route, call: Call, done: Callable[..., None], usual: float) -> None:
        """Let the handler answer, at once or when its process has ended."""
        try:
            outcome = route.handler(call)
        except Refusal as reason:
            done(answers.refusal(call, reason), usual)
            return
        except Exception as error:
            if self.on_crash is None:
                raise
            self.on_crash(error)
            done(answers.page(500, "Internal Server Error"), usual)
            return
        if isinstance(outcome, Answer):
            done(outcome, usual)
        else:
            self._drive(outcome, done, lambda reason: done(answers.refusal(call, reason)))

    def _as_ordered(
        self, order: FaultOrder, ticket: Ticket, call: Call, answer: Answer, delay: float
    ) -> tuple[Answer, float]:
        """The answer, and when it comes, that a fault was ordered for."""
        ticket.took_effect = order.is_carried_out
        if order.answer == "slow":
            return answer, delay + order.seconds
        if order.cut is None:
            return ordered_answer(order, call), delay
        ticket.cut = order.cut
        return answers.empty(0), delay + (order.seconds if order.cut == "timeout" else 0.0)

    def no_rule(self, what: str) -> Answer:
        """Note that a rule is missing, and answer 501: tests fail on ``unimplemented``."""
        self.unimplemented.append(what)
        return answers.no_rule(what)

    def _drive(
        self,
        process: Process | Background,
        done: Callable[[Answer], None],
        refused: Callable[[Refusal], None],
    ) -> None:
        """Run a process until its next wait, and come back when that is over."""
        try:
            wait = next(process)
        except StopIteration as end:
            if end.value is not None:
                done(end.value)
            return
        except Refusal as reason:
            refused(reason)
            return
        except Exception as error:
            if self.on_crash is None:
                raise
            self.on_crash(error)
            done(answers.page(500, "Internal Server Error"))
            return

        def go_on() -> None:
            self._drive(process, done, refused)

        if isinstance(wait, Turn):
            # The next one must not run inside the block that gave its turn back.
            self.turns.ask(wait.name, lambda: self.schedule(0.0, go_on))
        elif isinstance(wait, Until):
            self._ask_until(wait, self.now, go_on)
        else:
            self.schedule(wait, go_on)

    def _ask_until(self, wait: Until, since: float, go_on: Callable[[], None]) -> None:
        late = wait.at_most is not None and self.now - since >= wait.at_most
        if late or wait.condition():
            self.schedule(0.0, go_on)
        else:
            self.schedule(wait.every, lambda: self._ask_until(wait, since, go_on))

    def _finish(self, ticket: Ticket, answer: Answer, correlation_id: str, delay: float) -> None:
        ticket.ready_at = self.now + delay

        def send() -> None:
            if self.open.pop(id(ticket), None) is None:
                return  # the Engine restarted meanwhile
            headers = self._headers(answer, correlation_id)
            phrase = PHRASES.get(answer.status, "")
            ticket.response = Response(answer.status, phrase, headers, answer.body)
            self.log.append(Logged(ticket.submitted_at, ticket.request, answer.status, self.now))

        self.schedule(delay, send)

    def dress(self, answer: Answer) -> Response:
        """An answer that comes from beside the API (proxy, login): it has no correlation id."""
        headers = self._headers(answer, None)
        return Response(answer.status, PHRASES.get(answer.status, ""), headers, answer.body)

    def _headers(self, answer: Answer, correlation_id: str | None) -> tuple[tuple[str, str], ...]:
        """The headers of a normal 4.x answer behind Apache (wire-facts.md section 1)."""
        moment = self.start + timedelta(seconds=self.now)
        headers = [
            ("Date", format_datetime(moment.astimezone(UTC), usegmt=True)),
            ("Server", SERVER),
        ]
        if answer.media_type is not None:
            headers.append(("Content-Type", f"{answer.media_type};charset=UTF-8"))
        headers.append(("Content-Length", str(len(answer.body))))
        if correlation_id is not None:
            headers.append(("Correlation-Id", correlation_id))
        return (*headers, *answer.headers)

    def _correlation(self, request: Request, parameters: Mapping[str, str]) -> str:
        """The client's own id, cleaned, or a random one (engine-storage.md 1.3)."""
        given = request.header("Correlation-Id") or parameters.get("correlation_id")
        if given is None:
            return str(uuid.UUID(int=self._correlations.getrandbits(128), version=4))
        return re.sub(r"[^0-9a-zA-Z_-]", "", given)[:36]


def _background_failed(reason: Refusal) -> None:
    """A process without a request has nobody to refuse: that is a mistake in a rule."""
    raise reason
