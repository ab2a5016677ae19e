"""The run itself, the same for apply and resume: look, ask, carry out, look again, tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import trio

from drplan import __version__
from drplan.apply.context import Shared, renewer
from drplan.apply.counts import counts_of
from drplan.apply.dispatcher import dispatch
from drplan.apply.halt import Halt
from drplan.apply.limits import limit_table
from drplan.apply.perform import performer
from drplan.apply.recheck import Standing, refuse_conflicts, standing
from drplan.apply.stream import Listener, Stream, timestamp_of
from drplan.apply.terms import Terms
from drplan.documents.journal_file import JournalWriter
from drplan.engine.engine import Engine
from drplan.errors import DrplanError, RunBroken, RunFailed
from drplan.inventory.collect import collect
from drplan.model.approval import Approval
from drplan.model.check import Check
from drplan.model.event import UI_VERSION, Event
from drplan.model.inventory import Inventory
from drplan.model.outcome import Outcome
from drplan.report.plan_view import summary_line
from drplan.workflows.commands import facts_of
from drplan.workflows.conclusion import conclude
from drplan.workflows.consent import approve, refuse_blocked, refuse_unanswered_gates
from drplan.workflows.gatekeeper import Gatekeeper
from drplan.workflows.interruption import Flights, heed_signals
from drplan.workflows.live_site import open_live_site
from drplan.workflows.notifier import Notifier
from drplan.workflows.run_folder import lay_folder, mark_used
from drplan.workflows.run_log import DebugLog, Relay, RunCassette
from drplan.workflows.run_words import (
    has_attached,
    headline,
    since_ms,
    tell_why,
    words,
)
from drplan.workflows.safeguards import Facts, Holder, guard, hold_lock, wait_for_leases
from drplan.workflows.undertaking import Ended, Undertaking


async def conduct(what: Undertaking, listeners: tuple[Listener, ...]) -> Ended:
    """Carry out the plan of ``what``.

    Raises what its parts raise: ``Refused``, ``Blocked``, ``Declined``, ``Locked``, ``LoginFailed``,
    ``EngineUnreachable`` before anything was written; ``RunBroken`` where the record fails later.
    """
    return await _Conductor(what, listeners).conduct()


class _Conductor:
    """One run, from its first look to its report."""

    def __init__(self, what: Undertaking, listeners: tuple[Listener, ...]) -> None:
        history = what.history
        self.what = what
        self.plan = what.plan
        self.relay = Relay(*listeners)
        self.flights = Flights()
        self.relay.first(self.flights)
        self.stream = Stream(
            (self.relay,),
            what.clock,
            run_id=what.run_id,
            plan_id=what.plan.plan_id,
            after_seq=history.last_seq if history else 0,
        )
        self.halt = Halt()
        self.shared = Shared()
        self.cassette = RunCassette(
            what.folder.path,
            url=what.mapping.site(what.plan.direction.target_role).url,
            site=what.plan.direction.target,
        )
        self.checks: tuple[Check, ...] = ()
        self.approvals: tuple[Approval, ...] = history.approvals if history else ()
        self.outcomes: tuple[Outcome, ...] = ()
        self.has_written = False
        self.signal: int | None = None
        self.summed_up = False

    async def conduct(self) -> Ended:
        self._introduce()
        ended: Ended | None = None
        options = replace(self.what.live, before_resend=renewer(self.shared), tap=self.cassette.tap)
        details = self.what.mapping.site(self.plan.direction.target_role)
        try:
            async with open_live_site(details, self.what.login, options) as site:
                ended = await self._with_engine(site.engine())
        except DrplanError as error:
            if not self.summed_up:
                tell_why(error, self.stream)
            raise
        finally:
            self._sum_up(ended)
        return ended

    # --- before anything is written -------------------------------------------------------

    async def _with_engine(self, engine: Engine) -> Ended:
        fresh = await self._look(engine, "again")
        history = self.what.history
        stands = standing(
            self.plan,
            fresh,
            done=history.succeeded() if history else frozenset(),
            begun=history is not None and history.has_written,
        )
        if self.what.on_conflict == "refuse":
            refuse_conflicts(self.plan, stands)
        facts = self._facts(engine, fresh)
        found = await guard(facts)
        for check in found:
            self.stream.emit("check_result", f"check.{check.name}: {check.summary}", check=check)
        known = {check.name for check in found}
        self.checks = (*(it for it in self.plan.checks if it.name not in known), *found)
        overrides = self._overrides()
        opened = [it.gate for it in history.answers if it.opened] if history else ()
        refuse_unanswered_gates(self.plan, self.what.consent, opened)
        if history is None:
            approval = await approve(
                self.plan, self.what.consent, overrides, summary=summary_line(self.plan)
            )
            self.approvals = (approval,)
        return await self._locked(engine, facts, stands)

    def _overrides(self) -> dict[str, str]:
        """What is overruled; what was at the first approval stays so."""
        before = {name for approval in self.approvals for name in approval.overrides}
        consent = replace(self.what.consent, overrides=self.what.consent.overrides | before)
        return refuse_blocked(self.checks, consent)

    def _facts(self, engine: Engine, fresh: Inventory) -> Facts:
        return Facts(
            plan=self.plan,
            mapping=self.what.mapping,
            fresh=fresh,
            engine=engine,
            clock=self.what.clock,
            source_sign_of_life=self.what.source.sign_of_life,
            source_fenced=self.what.source_fenced,
            incident=self.what.incident,
        )

    # --- the run --------------------------------------------------------------------------

    async def _locked(self, engine: Engine, facts: Facts, stands: Standing) -> Ended:
        if not self.what.lock:
            return await self._recorded(engine, facts, stands)
        what = self.what
        holder = Holder(
            run_id=what.run_id,
            plan_id=self.plan.plan_id,
            plan_digest=self.plan.digest,
            user=what.author.user,
            host=what.author.host,
        )
        runs = what.folder.path.parent
        async with hold_lock(runs, holder, stream=self.stream, timeout=what.lock_timeout):
            return await self._recorded(engine, facts, stands)

    async def _recorded(self, engine: Engine, facts: Facts, stands: Standing) -> Ended:
        """With a folder and a journal, from here on."""
        with self._journal() as journal:
            ended: Ended | None = None
            try:
                ended = await self._supervised(engine, facts, stands)
            except RunFailed as error:
                # What cannot be recorded must not happen: nothing is written any more.
                self.relay.drop(journal)
                broken = self._broken(error)
                tell_why(broken, self.stream)
                raise broken from error
            except DrplanError as error:
                tell_why(error, self.stream)
                raise
            finally:
                self._sum_up(ended)
            return ended

    def _broken(self, error: RunFailed) -> DrplanError:
        if not self.has_written:
            return error
        return RunBroken(
            f"the run cannot go on: {error.summary}",
            where=error.where,
            next_step=f"{error.next_step}; then: drplan resume {self._name()}",
        )

    @contextmanager
    def _journal(self) -> Iterator[JournalWriter]:
        what = self.what
        if what.history is None:
            lay_folder(what.folder.path, what.plan_bytes, what.setup)
        journal = JournalWriter(
            what.folder.journal, run_id=what.run_id, go_on=what.history is not None
        )
        log = DebugLog(what.folder.log)
        with journal:
            try:
                self.cassette.open()
                self.relay.tell_all(log)
                self.relay.first(_FirstWrite(self))
                self.relay.first(journal)
                self._begin()
                yield journal
            finally:
                self.relay.drop(journal)
                self.relay.drop(log)
                log.close()
                self.cassette.close()

    def _begin(self) -> None:
        history = self.what.history
        if history is None:
            self.stream.restart_clock()
            approval = self.approvals[-1]
            text = f"approved by {approval.by} ({approval.how}): {approval.digest}"
            self.stream.emit("approval", text, approval=approval)
            return
        self.has_written = history.has_written
        self.stream.restart_clock(since_ms(history, self.what.clock))
        self.stream.emit("resumed", f"the run goes on, by {self.what.consent.who}")

    async def _supervised(self, engine: Engine, facts: Facts, stands: Standing) -> Ended:
        """Carry out, heeding signals; and tell people by their own commands."""
        notifier = Notifier(
            self.what.mapping.drplan.notify,
            facts_of(self.plan, self.what.run_id, self.what.folder),
        )
        ended: Ended | None = None
        failure: DrplanError | None = None
        async with trio.open_nursery() as nursery:
            scope = trio.CancelScope()

            def leave(number: int) -> None:
                self.signal = number
                scope.cancel()

            await nursery.start(
                heed_signals, self.halt, self.stream, self.flights, leave, self._name()
            )
            self.relay.first(notifier)
            nursery.start_soon(notifier.work, self.stream)
            with scope:
                try:
                    ended = await self._to_the_end(engine, facts, stands)
                except DrplanError as error:
                    failure = error
            self.relay.drop(notifier)
            notifier.end(words(self.plan, ended, begun=self.has_written))
            with trio.move_on_after(0 if self.signal is not None else 60):
                await notifier.done.wait()
            nursery.cancel_scope.cancel()
        if failure is not None:
            raise failure
        return ended or Ended(report=None, folder=self.what.folder, signal=self.signal)

    async def _to_the_end(self, engine: Engine, facts: Facts, stands: Standing) -> Ended:
        history = self.what.history
        if history is None or not has_attached(history):
            await wait_for_leases(facts, self.stream)
        earlier = history.trusted() if history else ()
        outcomes = await self._carry_out(engine, stands, earlier)
        self.outcomes = (*earlier, *outcomes)
        report = await conclude(
            engine,
            self.plan,
            self.outcomes,
            stream=self.stream,
            run_id=self.what.run_id,
            started=history.started if history else timestamp_of(self.what.clock),
            folder=self.what.folder,
            before=facts.fresh,
            approvals=self.approvals,
            checks=self.checks,
            stopped=self.halt.reason,
            look=self._look,
        )
        refused = any(not gate.opened for gate in report.record.gates) if report.record else False
        return Ended(
            report=report,
            folder=self.what.folder,
            declined=refused and not self.has_written,
        )

    async def _carry_out(
        self, engine: Engine, stands: Standing, earlier: tuple[Outcome, ...]
    ) -> tuple[Outcome, ...]:
        what, history = self.what, self.what.history
        actions = self.plan.actions()
        skipped = {name: f"it no longer fits ({why})" for name, why in stands.conflicts.items()}
        perform = performer(
            actions,
            engine=engine,
            stream=self.stream,
            run_id=what.run_id,
            secrets=what.secrets,
            converged=stands.converged,
            shared=self.shared,
            earlier=earlier,
        )
        keeper = Gatekeeper(
            folder=what.folder,
            facts=facts_of(self.plan, what.run_id, what.folder),
            who=what.consent.who,
            beforehand=what.consent.gates,
            in_doubt=frozenset(history.waiting) if history else frozenset(),
            person=what.consent.person,
        )
        return await dispatch(
            actions,
            self.plan.gates,
            limits=limit_table(self.plan.limits),
            perform=perform,
            ask=keeper,
            stream=self.stream,
            terms=Terms(
                done=history.succeeded() if history else frozenset(),
                past=history.past if history else {},
                left_out={**skipped, **what.left_out},
                halt=self.halt,
                on_failure=None if what.on_error == "continue" else self._go_on_after,
            ),
        )

    async def _go_on_after(self, outcome: Outcome) -> bool:
        person = self.what.consent.person
        if self.what.on_error == "stop" or person is None:
            return False
        summary = outcome.failure.summary if outcome.failure else ""
        typed = await person.ask(
            f"{outcome.address} {outcome.operation} failed: {summary}\nGo on with the rest? (yes/no) "
        )
        return (typed or "").strip().lower() in {"yes", "y"}

    # --- telling --------------------------------------------------------------------------

    async def _look(self, engine: Engine, when: str) -> Inventory:
        site = self.plan.direction.target
        self.stream.emit("refresh_start", f"reading {site} {when}")
        taken = timestamp_of(self.what.clock)
        found = await collect(engine, site=site, taken=taken, strict=True)
        self.stream.emit("refresh_complete", f"read {site} {when}: {found.requests} requests")
        return found

    def _introduce(self) -> None:
        self.stream.emit(
            "version",
            f"drplan {__version__}   {headline(self.plan)}   plan {self.plan.plan_id}",
            drplan=__version__,
            ui=UI_VERSION,
        )
        if self.what.history is None:
            return
        done = len(self.what.history.trusted())
        self.stream.emit("log", f"going on with {self.what.run_id}: {done} actions are done")

    def _sum_up(self, ended: Ended | None) -> None:
        """The last line of the stream, once."""
        if self.summed_up:
            return
        self.summed_up = True
        success = ended is not None and ended.report is not None and ended.report.success
        self.stream.emit(
            "run_summary",
            words(self.plan, ended, begun=self.has_written),
            level="info" if success else "error",
            counts=counts_of(self.outcomes, self.plan.actions()),
            success=success,
        )

    def _name(self) -> str:
        """How the run is called on the command line, from where the plan is."""
        path = self.what.folder.path
        return path.name if path.parent == Path("runs") else str(path)


class _FirstWrite:
    """Marks the plan as used before the first request that writes goes out."""

    def __init__(self, conductor: _Conductor) -> None:
        self._conductor = conductor

    def notice(self, event: Event) -> None:
        """Look whether this is the first write."""
        conductor = self._conductor
        if event.type != "sent" or conductor.has_written:
            return
        what = conductor.what
        if what.plan_file is not None:
            mark_used(
                what.plan_file,
                plan_id=what.plan.plan_id,
                run_id=what.run_id,
                folder=what.folder.path,
                at=event.timestamp,
            )
        conductor.has_written = True
