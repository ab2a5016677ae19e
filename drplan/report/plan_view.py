"""A plan as plain values for people: one view behind the terminal, Markdown and HTML.

Nothing here decides anything; it only says what the plan holds, in the reader's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from drplan.model.action import Action
from drplan.model.check import Check
from drplan.model.parameters import AttachParameters, SweepParameters
from drplan.model.plan import Plan
from drplan.report import action_words, plan_tables, wording


@dataclass(frozen=True)
class Line:
    """An entity within a wave: its symbol, what is done, what becomes different on the way."""

    symbol: str
    address: str
    tag: str
    what: str
    details: tuple[str, ...]
    warnings: tuple[str, ...]
    expected_failure: str | None
    needs_failing: str | None
    """The address whose foreseen failure will make this be skipped."""
    actions: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class WaveView:
    """A wave with its lines; ``hidden`` counts the like ones that were left out."""

    number: int
    title: str
    lines: tuple[Line, ...]
    hidden: int = 0


@dataclass(frozen=True)
class PlanView:
    """Everything that a rendering of a plan shows."""

    plan: Plan
    headline: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    waves: tuple[WaveView, ...]
    mappings: tuple[plan_tables.MappingRow, ...]
    vms: tuple[plan_tables.VmRow, ...]
    expected_failures: tuple[Line, ...]
    checks_passed: tuple[Check, ...]
    checks_blocking: tuple[Check, ...]
    checks_warning: tuple[Check, ...]
    checks_open: tuple[Check, ...]
    uncertain: tuple[str, ...]
    summary: str
    detail: str
    order: tuple[tuple[str, str, str], ...]


def view(plan: Plan, *, full: bool = True) -> PlanView:
    """The view of a plan; without ``full``, long waves are shortened (``LONG_WAVE``)."""
    lines = dict(_lines(plan))
    waves = tuple(
        _shortened(WaveView(wave.number, wave.title, lines[wave.number]), full=full)
        for wave in plan.waves
    )
    return PlanView(
        plan=plan,
        headline=f"{plan.mode.upper()}  {plan.direction.source} -> {plan.direction.target}",
        verdict=_verdict(plan),
        facts=tuple(_facts(plan)),
        waves=waves,
        mappings=plan_tables.mappings(plan),
        vms=tuple(plan_tables.vm_rows(plan)),
        expected_failures=tuple(
            line for group in lines.values() for line in group if line.expected_failure
        ),
        checks_passed=_checks(plan, "pass"),
        checks_blocking=tuple(c for c in _checks(plan, "fail", "error") if c.blocks),
        checks_warning=tuple(c for c in _checks(plan, "fail", "error") if not c.blocks),
        checks_open=_checks(plan, "unknown"),
        uncertain=tuple(dict.fromkeys(_uncertain(plan))),
        summary=summary_line(plan),
        detail=_detail(plan),
        order=tuple(plan_tables.order(plan)),
    )


LONG_WAVE = 40
"""More lines than this in a wave are shortened: the first five, the last, and all with a mark."""


def summary_line(plan: Plan) -> str:
    """Terraform's line, to the letter: scripts look for it."""
    counts = plan.summary
    line = f"Plan: {counts.add} to add, {counts.change} to change, {counts.destroy} to destroy."
    return f"{line} Actions: {counts.invoke} to invoke." if counts.invoke else line


def _verdict(plan: Plan) -> str:
    counts = plan.summary
    total = len(plan.actions())
    parts = [f"{wording.count(total, 'action')}." if total else "Nothing to do."]
    if total:
        parts.append(
            "Nothing is deleted or overwritten."
            if not counts.destroy
            else f"{counts.destroy} removed."
        )
    parts.append(f"{wording.count(counts.warnings, 'warning')}.")
    if counts.expected_failures:
        parts.append(f"{counts.expected_failures} expected to fail.")
    parts.append(f"Can be applied: {'yes' if plan.applyable else 'NO, a check failed'}.")
    return " ".join(parts)


def _facts(plan: Plan) -> Iterable[tuple[str, str]]:
    yield "Plan", f"{plan.plan_id}, digest {plan.digest}"
    yield (
        "Made",
        f"{plan.timestamp} by {plan.created_by.user}@{plan.created_by.host},"
        f" drplan {plan.drplan_version}" + (f", change {plan.ticket}" if plan.ticket else ""),
    )
    if plan.message:
        yield "Why", plan.message
    engine = plan.target.engine
    seen = "read live" if plan.target.live else "as recorded"
    when = f" {plan.target.taken}" if plan.target.taken else ""
    yield (
        "Target",
        f"{plan.target.url or plan.target.site}, oVirt {engine.full_version or 'version unknown'}"
        f" ({seen}{when}; {plan.target.requests} reads)",
    )
    if plan.source is None:
        yield "Based on", f"no inventory of {plan.direction.source}: every VM found is unexpected"
    else:
        taken = plan.source.taken or "an unknown time"
        yield (
            "Based on",
            f"inventory of {plan.direction.source} of {taken}."
            f" {plan.direction.source} was not contacted",
        )
    yield "Mapping", f"{plan.mapping.file} ({short(plan.mapping.sha256)})"
    if plan.valid_until:
        yield "Valid", f"until {plan.valid_until}, and only while the target looks as it did"
    else:
        yield "Valid", "while the target looks as it did; used once"
    if plan.rto_target_s:
        yield "RTO target", wording.duration(plan.rto_target_s)


def short(digest: str) -> str:
    """The first 12 figures of a digest, for the eye."""
    return digest.removeprefix("sha256:")[:12]


def _lines(plan: Plan) -> Iterable[tuple[int, tuple[Line, ...]]]:
    """The lines of each wave, by its number."""
    actions = {action.id: action for action in plan.actions()}
    lost = plan_tables.doomed(actions.values())
    names = {action.id: action.address for action in actions.values()}
    names.update({gate.id: f"gate.{gate.name}" for gate in plan.gates})
    tags = {
        vm.address: f"HA, priority {vm.priority}"
        for vm in plan.planned_values.vms
        if vm.high_availability
    }
    for wave in plan.waves:
        members = [actions[name] for name in wave.actions if name in actions]
        groups = groupby(members, key=lambda action: action.address)
        yield (
            wave.number,
            tuple(
                _line(tuple(found), tags.get(address, ""), names, lost) for address, found in groups
            ),
        )


def _line(
    found: tuple[Action, ...], tag: str, names: Mapping[str, str], lost: Mapping[str, str]
) -> Line:
    own = {action.id for action in found}
    needs = {need for action in found for need in (*action.depends_on, *action.after)} - own
    address = found[0].address
    failure = next((action.expected_failure for action in found if action.expected_failure), None)
    return Line(
        symbol=action_words.symbol(found),
        address=address,
        tag=tag,
        what=", ".join(action_words.what(action) for action in found),
        details=tuple(detail for action in found for detail in action_words.details(action)),
        warnings=tuple(dict.fromkeys(mark for action in found for mark in action.diagnostics)),
        expected_failure=failure,
        needs_failing=None if failure else next((lost[a.id] for a in found if a.id in lost), None),
        actions=tuple(action.id for action in found),
        after=tuple(sorted({names[need] for need in needs if need in names} - {address})),
    )


def _shortened(wave: WaveView, *, full: bool) -> WaveView:
    if full or len(wave.lines) <= LONG_WAVE:
        return wave
    last = len(wave.lines) - 1
    shown = tuple(
        line
        for index, line in enumerate(wave.lines)
        if index < 5
        or index == last
        or line.warnings
        or line.expected_failure
        or line.needs_failing
    )
    return WaveView(wave.number, wave.title, shown, len(wave.lines) - len(shown))


def _checks(plan: Plan, *statuses: str) -> tuple[Check, ...]:
    return tuple(check for check in plan.checks if check.status in statuses)


def _uncertain(plan: Plan) -> Iterable[str]:
    actions = plan.actions()
    predicted = [a for a in actions if a.operation == "register" and a.confidence == "predicted"]
    if predicted:
        yield (
            f"{wording.count(len(predicted), 'registration')} foretold from the source's inventory:"
            " confirmed once the storage is attached, and reported before anything is registered."
        )
    sweeps: dict[str, list[str]] = {}
    for action in actions:
        if isinstance(action.parameters, SweepParameters):
            sweeps.setdefault(action_words.what(action), []).append(action.name)
        elif action.confidence == "unknown":
            yield f"{action.address}: {action.action_reason or 'not known before it is done'}."
    for what, domains in sweeps.items():
        yield f"what else is on {wording.listing(domains)} can be seen only then: {what}."
    for check in _checks(plan, "unknown"):
        yield f"check {check.name}: {check.summary}"


def _detail(plan: Plan) -> str:
    actions = plan.actions()
    domains = {a.address for a in actions if isinstance(a.parameters, AttachParameters)}
    templates = [a for a in actions if a.operation == "register" and a.type == "template"]
    vms = [a for a in actions if a.operation == "register" and a.type == "vm"]
    starts = [a for a in actions if a.operation == "start"]
    lost = plan_tables.doomed(actions)
    futile = sum(1 for start in starts if start.expected_failure or start.id in lost)
    parts = [
        wording.count(len(domains), "storage domain") + " to attach" if domains else "",
        wording.listing(
            [
                text
                for text in (
                    wording.count(len(templates), "template") if templates else "",
                    wording.count(len(vms), "VM") if vms else "",
                )
                if text
            ]
        )
        + (" to register" if templates or vms else ""),
        wording.count(len(starts), "VM") + " to start" if starts else "",
        f"of these starts, {futile} not to succeed as far as foreseen" if futile else "",
    ]
    return "; ".join(part for part in parts if part)
