"""A run as plain values for people: what is up, what is not and why, what comes next."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from drplan.model.change import ChangeKind
from drplan.model.outcome import Fate, Outcome, Report
from drplan.report import wording


@dataclass(frozen=True)
class FateRow:
    """The end of one VM's story."""

    address: str
    tag: str
    state: str
    when: str
    cluster: str
    host: str
    nics: tuple[str, ...]
    note: str
    good: bool


@dataclass(frozen=True)
class RunView:
    """Everything that a rendering of a run shows."""

    report: Report
    headline: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    fates: tuple[FateRow, ...]
    problems: tuple[Outcome, ...]
    foreseen: int
    path: tuple[tuple[str, str, str], ...]
    surprises: tuple[str, ...]
    after_check: str
    left: tuple[str, ...]
    next_step: str
    counts: str


def view(report: Report) -> RunView:
    """The view of a run or of a rehearsal."""
    problems = tuple(o for o in report.outcomes if o.status in ("failed", "skipped"))
    planned = {outcome.address for outcome in report.outcomes}
    kind = "REHEARSAL of " if report.rehearsal else ""
    return RunView(
        report=report,
        headline=f"{kind}{report.mode.upper()}  {report.direction.source} ->"
        f" {report.direction.target}",
        verdict=_verdict(report),
        facts=tuple(_facts(report)),
        fates=tuple(_fate(fate, planned) for fate in report.fates),
        problems=problems,
        foreseen=sum(1 for o in problems if o.failure is not None and o.failure.expected),
        path=tuple(_path(report)),
        surprises=tuple(f"{f.address}: {text}" for f in report.fates for text in f.surprises),
        after_check=_after_check(report),
        left=tuple(_left(report)),
        next_step=_next_step(report),
        counts=counts_line(report),
    )


def counts_line(report: Report) -> str:
    """``88 of 90 actions done, 1 failed, 1 skipped.``"""
    ended = dict.fromkeys(("done", "converged", "failed", "skipped"), 0)
    for outcome in report.outcomes:
        ended[outcome.status] += 1
    total = len(report.outcomes)
    line = f"{ended['done'] + ended['converged']} of {wording.count(total, 'action')} done"
    if ended["converged"]:
        line += f" ({ended['converged']} were so already)"
    return f"{line}, {ended['failed']} failed, {ended['skipped']} skipped."


def _verdict(report: Report) -> str:
    what = "Rehearsal" if report.rehearsal else "Apply"
    state = "complete" if report.success else "incomplete"
    starts = [outcome for outcome in report.outcomes if outcome.operation == "start"]
    up = sum(1 for outcome in starts if outcome.status in ("done", "converged"))
    time = wording.duration(report.duration_ms / 1000)
    return (
        f"{what} {state}: {counts_line(report)}"
        f" {up} of {wording.count(len(starts), 'VM')} to start are up, after {time}."
    )


def _facts(report: Report) -> Iterable[tuple[str, str]]:
    yield "Run", report.run_id
    yield "Plan", f"{report.plan_id}, digest {report.plan_digest}"
    yield "Time", wording.duration(report.duration_ms / 1000) + _rto(report)
    ups = [fate for fate in report.fates if fate.up_ms is not None]
    critical = [fate.up_ms for fate in ups if fate.high_availability and fate.up_ms is not None]
    if critical:
        yield "HA VMs up", f"{len(critical)}, the last after {_clock(max(critical))}"
    if ups:
        last = max(fate.up_ms or 0 for fate in ups)
        yield "All VMs up", f"{len(ups)}, the last after {_clock(last)}"


def _rto(report: Report) -> str:
    if report.rto_target_s is None:
        return ""
    met = "met" if report.duration_ms <= report.rto_target_s * 1000 else "MISSED"
    return f"; RTO target {wording.duration(report.rto_target_s)}: {met}"


def _clock(milliseconds: int) -> str:
    return wording.duration(milliseconds / 1000)


def _fate(fate: Fate, planned: AbstractSet[str]) -> FateRow:
    state = fate.status or "registered"
    if not fate.registered:
        state = "NOT REGISTERED" if fate.address in planned else "left out"
    notes = [fate.reason, *(f"lost {item}" for item in fate.dropped)]
    return FateRow(
        address=fate.address,
        tag="HA" if fate.high_availability else "",
        state=state,
        when=_clock(fate.up_ms) if fate.up_ms is not None else "",
        cluster=fate.cluster or "",
        host=fate.host or "",
        nics=tuple(f"{nic.nic}: {nic.profile or 'no network'}" for nic in fate.nics),
        note="; ".join(note for note in notes if note),
        good=fate.registered and not fate.surprises,
    )


def _path(report: Report) -> Iterable[tuple[str, str, str]]:
    for step in report.critical_path:
        yield step.address, step.operation, wording.duration(step.seconds)


def _after_check(report: Report) -> str:
    if not report.remaining:
        return "planned again against the result: nothing left to do"
    troubled = {o.address for o in report.outcomes if o.status in ("failed", "skipped")}
    addresses = {change.address for change in report.remaining}
    left = wording.count(len(addresses), "entity", "entities")
    if addresses <= troubled:
        return f"planned again against the result: {left} left to do, all of them among what failed"
    strange = wording.count(len(addresses - troubled), "entity", "entities")
    return (
        f"planned again against the result: {left} left to do, {strange} NOT EXPLAINED by a failure"
    )


def _left(report: Report) -> Iterable[str]:
    """What is left, one line an entity: what is not registered is not up either."""
    changes: dict[str, list[str]] = {}
    for change in report.remaining:
        changes.setdefault(change.address, []).append(_IS_LEFT[change.kind])
    for address, words in changes.items():
        yield f"{address}: {words[0]}"


_IS_LEFT: dict[ChangeKind, str] = {
    "domain_absent": "not imported",
    "domain_unattached": "not attached",
    "domain_inactive": "not active",
    "domain_differs": "name or attributes differ",
    "template_unregistered": "not registered",
    "vm_unregistered": "not registered",
    "vm_down": "not up",
}


def _next_step(report: Report) -> str:
    target = report.direction.target
    if report.rehearsal and report.success:
        return "put the plan into the change ticket: drplan show --format md PLAN"
    if report.rehearsal:
        return "mend what failed at its source (mapping or site), plan again, rehearse again"
    return f"look at {target}, then: drplan resume {report.run_id}"
