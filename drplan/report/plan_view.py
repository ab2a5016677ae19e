"""A plan as plain values for people: one view behind the terminal, Markdown and HTML.

Nothing here decides anything; it only says what the plan holds, in the reader's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from drplan.model.action import Action
from drplan.model.check import Check
from drplan.model.desired import NotDone
from drplan.model.parameters import AttachParameters, RegisterVmParameters, SweepParameters
from drplan.model.plan import Plan
from drplan.report import action_words, wording


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
class MappingRow:
    """A pair of names, and what it is used by."""

    kind: str
    source: str
    target: str
    used_by: tuple[str, ...]
    where: str


@dataclass(frozen=True)
class VmRow:
    """What happens to one VM."""

    address: str
    tag: str
    domain: str
    cluster: str
    nics: tuple[str, ...]
    dropped: tuple[str, ...]
    ends: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class PlanView:
    """Everything that a rendering of a plan shows."""

    plan: Plan
    headline: str
    verdict: str
    facts: tuple[tuple[str, str], ...]
    waves: tuple[WaveView, ...]
    mappings: tuple[MappingRow, ...]
    vms: tuple[VmRow, ...]
    expected_failures: tuple[Line, ...]
    checks_passed: tuple[Check, ...]
    checks_failed: tuple[Check, ...]
    checks_open: tuple[Check, ...]
    uncertain: tuple[str, ...]
    summary: str
    detail: str
    order: tuple[tuple[str, str, str], ...]


def view(plan: Plan, *, full: bool = True) -> PlanView:
    """The view of a plan; without ``full``, long waves are shortened (``LONG_WAVE``)."""
    lines = {wave.number: tuple(_lines(plan, wave.actions)) for wave in plan.waves}
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
        mappings=_mappings(plan),
        vms=tuple(_vm_rows(plan)),
        expected_failures=tuple(
            line for group in lines.values() for line in group if line.expected_failure
        ),
        checks_passed=_checks(plan, "pass"),
        checks_failed=_checks(plan, "fail", "error"),
        checks_open=_checks(plan, "unknown"),
        uncertain=tuple(_uncertain(plan)),
        summary=summary_line(plan),
        detail=_detail(plan),
        order=tuple(_order(plan)),
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


def _lines(plan: Plan, ids: Sequence[str]) -> Iterable[Line]:
    actions = {action.id: action for action in plan.actions()}
    addresses = {action.id: action.address for action in plan.actions()}
    addresses.update({gate.id: f"gate.{gate.name}" for gate in plan.gates})
    members = [actions[name] for name in ids if name in actions]
    for address, group in groupby(members, key=lambda action: action.address):
        found = tuple(group)
        own = {action.id for action in found}
        after = {
            addresses[need]
            for action in found
            for need in (*action.depends_on, *action.after)
            if need in addresses and need not in own
        }
        yield Line(
            symbol=action_words.symbol(found),
            address=address,
            tag=_tag(plan, found[0]),
            what=", ".join(part for action in found if (part := action_words.what(action))),
            details=tuple(detail for action in found for detail in action_words.details(action)),
            warnings=tuple(dict.fromkeys(w for action in found for w in action.diagnostics)),
            expected_failure=next((a.expected_failure for a in found if a.expected_failure), None),
            actions=tuple(action.id for action in found),
            after=tuple(sorted(after - {address})),
        )


def _tag(plan: Plan, action: Action) -> str:
    """``HA, priority 50`` of a VM, nothing of others."""
    for vm in plan.planned_values.vms:
        if vm.address == action.address and vm.high_availability:
            return f"HA, priority {vm.priority}"
    return ""


def _shortened(wave: WaveView, *, full: bool) -> WaveView:
    if full or len(wave.lines) <= LONG_WAVE:
        return wave
    last = len(wave.lines) - 1
    shown = tuple(
        line
        for index, line in enumerate(wave.lines)
        if index < 5 or index == last or line.warnings or line.expected_failure
    )
    return WaveView(wave.number, wave.title, shown, len(wave.lines) - len(shown))


def _mappings(plan: Plan) -> tuple[MappingRow, ...]:
    used: dict[tuple[str, str, str, str], list[str]] = {}
    for action in plan.actions():
        for mapped in action.change.mapped:
            kind = mapped.path.split(".")[-1].replace("_", " ")
            key = (kind, mapped.source or "(none)", mapped.target or "(none)", mapped.where or "")
            used.setdefault(key, []).append(action.name)
    return tuple(
        MappingRow(kind, source, target, tuple(dict.fromkeys(names)), where)
        for (kind, source, target, where), names in sorted(used.items())
    )


def _vm_rows(plan: Plan) -> Iterable[VmRow]:
    starts = {a.address: a for a in plan.actions() if a.operation == "start"}
    registers = {
        a.address: a for a in plan.actions() if isinstance(a.parameters, RegisterVmParameters)
    }
    reasons = {item.address: item for item in plan.not_done}
    for vm in plan.planned_values.vms:
        register, start = registers.get(vm.address), starts.get(vm.address)
        predicts = register.predicts if register else None
        marks = tuple(
            dict.fromkeys(w for action in (register, start) if action for w in action.diagnostics)
        )
        yield VmRow(
            address=vm.address,
            tag=f"HA, priority {vm.priority}" if vm.high_availability else "",
            domain=", ".join(d.removeprefix("storage_domain.") for d in vm.domains),
            cluster=(predicts.cluster if predicts and predicts.cluster else vm.cluster) or "",
            nics=tuple(action_words.nic(nic) for nic in predicts.nics) if predicts else (),
            dropped=tuple(f"{d.kind.replace('_', ' ')} {d.name}" for d in predicts.dropped)
            if predicts
            else (),
            ends=_ends(register, start, vm.power_reason or _reason(reasons.get(vm.address))),
            marks=marks,
        )


def _reason(item: NotDone | None) -> str:
    return (item.detail or item.reason) if item else ""


def _ends(register: Action | None, start: Action | None, reason: str) -> str:
    if register and register.expected_failure:
        return f"not registered: {register.expected_failure}"
    if start and start.expected_failure:
        return f"down: {start.expected_failure}"
    if start:
        return "up"
    return f"down: {reason}" if reason else "down"


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
    for action in actions:
        if isinstance(action.parameters, SweepParameters):
            yield f"{action.address}: what else is on it can be seen only then; {action_words.what(action)}."
        elif action.confidence == "unknown":
            yield f"{action.address}: {action.action_reason or 'not known before it is done'}."
    for check in _checks(plan, "unknown"):
        yield f"check {check.name}: {check.summary}"


def _detail(plan: Plan) -> str:
    actions = plan.actions()
    domains = {a.address for a in actions if isinstance(a.parameters, AttachParameters)}
    templates = [a for a in actions if a.operation == "register" and a.type == "template"]
    vms = [a for a in actions if a.operation == "register" and a.type == "vm"]
    starts = [a for a in actions if a.operation == "start"]
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
    ]
    return "; ".join(part for part in parts if part)


def _order(plan: Plan) -> Iterable[tuple[str, str, str]]:
    """Each action with what it waits for: id, what, needs."""
    names = {a.id: f"{a.address} {a.operation}" for a in plan.actions()}
    names.update({gate.id: f"gate.{gate.name}" for gate in plan.gates})
    for action in plan.actions():
        needs = [names[need] for need in (*action.depends_on, *action.after) if need in names]
        yield action.id, f"{action.address} {action.operation}", ", ".join(needs)
