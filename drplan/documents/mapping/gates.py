"""Reads ``drplan.gates``: where a person, or a command, must say yes."""

from __future__ import annotations

from drplan.documents.mapping import keys
from drplan.documents.mapping.section import Section
from drplan.documents.mapping.values import one_of
from drplan.model.drplan_section import GATE_POINTS, PLAN_MODES, GateRule, PlanMode


def read_gates(extras: Section) -> tuple[GateRule, ...]:
    """Return the gates in the order of the file."""
    gates: dict[str, GateRule] = {}
    for item in extras.sections("gates", keys.GATE):
        item.report_unknown_keys(where=f"in {item.path}")
        gate = _gate(item)
        if gate is None:
            continue
        if gate.name in gates:
            item.error("name", f"there is already a gate called {gate.name!r}")
        gates.setdefault(gate.name, gate)
    return tuple(gates.values())


def _gate(item: Section) -> GateRule | None:
    name, before = item.filled("name"), item.choice("before", GATE_POINTS)
    prompt, command = item.filled("prompt"), item.command("command")
    timeout = item.seconds("timeout", least=1)
    if name is None and not item.has("name"):
        item.error("name", "this gate has no name")
    if before is None and not item.has("before"):
        item.error("before", f"expected `before:` with {one_of(GATE_POINTS)}")
    if item.has("prompt") == item.has("command"):
        item.findings.error(
            item.position,
            "a gate has either a prompt, for a person, or a command",
            key=item.path,
        )
    if timeout is not None and not item.has("command"):
        item.warning("timeout", "a timeout bounds a command; a prompt waits for its answer")
    if name is None or before is None:
        return None
    return GateRule(
        name=name,
        before=before,
        modes=_modes(item),
        prompt=prompt,
        command=command,
        timeout=timeout,
        position=item.position,
    )


def _modes(item: Section) -> tuple[PlanMode, ...]:
    modes = []
    for text in item.texts("modes"):
        mode = next((mode for mode in PLAN_MODES if mode == text), None)
        if mode is None:
            item.error("modes", f"expected {one_of(PLAN_MODES)}, found {text!r}")
        else:
            modes.append(mode)
    return tuple(modes)
