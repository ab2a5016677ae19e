"""The tables of a plan: mappings used, each VM's way, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from drplan.model.action import Action
from drplan.model.desired import DesiredVm
from drplan.model.parameters import RegisterVmParameters
from drplan.model.plan import Plan
from drplan.model.prediction import Prediction
from drplan.report import action_words


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


def mappings(plan: Plan) -> tuple[MappingRow, ...]:
    """The pairs of names that actions use, sorted by kind and source."""
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


def vm_rows(plan: Plan) -> Iterable[VmRow]:
    """Each VM's way, in the order of the desired state."""
    actions = plan.actions()
    lost = doomed(actions)
    starts = {a.address: a for a in actions if a.operation == "start"}
    registers = {a.address: a for a in actions if isinstance(a.parameters, RegisterVmParameters)}
    reasons = {item.address: item.detail or item.reason for item in plan.not_done}
    for vm in plan.planned_values.vms:
        register, start = registers.get(vm.address), starts.get(vm.address)
        ends = _ends(register, start, lost) or _down(vm.power_reason or reasons.get(vm.address))
        yield _row(vm, register, start, ends)


def _row(vm: DesiredVm, register: Action | None, start: Action | None, ends: str) -> VmRow:
    predicts = register.predicts if register and register.predicts else Prediction()
    marks = [mark for action in (register, start) if action for mark in action.diagnostics]
    return VmRow(
        address=vm.address,
        tag=f"HA, priority {vm.priority}" if vm.high_availability else "",
        domain=", ".join(d.removeprefix("storage_domain.") for d in vm.domains),
        cluster=predicts.cluster or vm.cluster or "",
        nics=tuple(action_words.nic(nic) for nic in predicts.nics),
        dropped=tuple(f"{item.kind.replace('_', ' ')} {item.name}" for item in predicts.dropped),
        ends=ends,
        marks=tuple(dict.fromkeys(marks)),
    )


def doomed(actions: Iterable[Action]) -> Mapping[str, str]:
    """Ids of actions that will be skipped, each with the address whose foreseen failure skips it."""
    known = {action.id: action for action in actions}
    waiting: dict[str, list[str]] = {}
    for action in known.values():
        for need in action.depends_on:
            waiting.setdefault(need, []).append(action.id)
    roots = [action for action in known.values() if action.expected_failure]
    lost: dict[str, str] = {}
    for root in roots:
        stack = list(waiting.get(root.id, ()))
        while stack:
            name = stack.pop()
            if name not in lost and not known[name].expected_failure:
                lost[name] = root.address
                stack.extend(waiting.get(name, ()))
    return lost


def _ends(register: Action | None, start: Action | None, lost: Mapping[str, str]) -> str | None:
    """How the VM ends as far as actions decide it; ``None`` where none starts it."""
    if register and register.expected_failure:
        return f"not registered: {register.expected_failure}"
    if register and register.id in lost:
        return f"not registered: needs {lost[register.id]}"
    if start and start.expected_failure:
        return f"down: {start.expected_failure}"
    if start and start.id in lost:
        return f"down: needs {lost[start.id]}"
    return "up" if start else None


def _down(reason: str | None) -> str:
    return f"down: {reason}" if reason else "down"


def order(plan: Plan) -> Iterable[tuple[str, str, str]]:
    """Each action with what it waits for: id, what, needs."""
    names = {a.id: f"{a.address} {a.operation}" for a in plan.actions()}
    names.update({gate.id: f"gate.{gate.name}" for gate in plan.gates})
    for action in plan.actions():
        needs = [names[need] for need in (*action.depends_on, *action.after) if need in names]
        yield action.id, f"{action.address} {action.operation}", ", ".join(needs)
