"""The order of a plan: waves for the eye, priorities and ids for the executor, gates between parts.

Ids are numbers in plan order. A priority is the rank of the most urgent VM that an action serves,
so that what a highly available VM needs comes first everywhere (R40).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from drplan.model.action import Action
from drplan.model.drplan_section import GateRule
from drplan.model.gate import Gate
from drplan.model.graph import topological
from drplan.model.plan import Mode, Wave
from drplan.plan.addresses import address
from drplan.plan.desired import Recovery
from drplan.plan.desired_vms import rank
from drplan.plan.rules.drafts import STORAGE_GATE, Drafts, gate_key

TITLES: Final = (
    "Storage",
    "Templates",
    "Virtual machines",
    "Start highly available VMs",
    "Start the others",
    "What else is found",
)
PROMOTED_TEXT: Final = (
    "Are the replicas promoted at {site}: replication stopped, LUNs and exports writable?"
)
_STORAGE: Final = frozenset({"connect", "import", "update", "attach", "activate"})
_OPERATIONS: Final = {
    name: number
    for number, name in enumerate(
        ("connect", "import", "update", "attach", "activate", "register", "start", "sweep")
    )
}


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """Actions with their final ids and edges, gates, waves, and the id of every key."""

    actions: tuple[Action, ...]
    gates: tuple[Gate, ...]
    waves: tuple[Wave, ...]
    ids: Mapping[str, str]


def put_in_order(drafts: Drafts, recovery: Recovery, mode: Mode, site: str) -> Ordered:
    """Number the actions, resolve what they wait for, and put the gates between them."""
    wave_of = {key: _wave(action, recovery) for key, action in drafts.actions.items()}
    present = sorted(set(wave_of.values()))
    priorities = _priorities(drafts, recovery)
    leading = _leading(drafts)
    keys = sorted(
        drafts.actions,
        key=lambda key: (
            wave_of[key],
            priorities[key],
            drafts.actions[key].address not in leading,
            *_place(drafts.actions[key]),
        ),
    )
    width = max(3, len(str(len(keys))))
    ids = {key: f"a{number:0{width}d}" for number, key in enumerate(keys, start=1)}
    gates = _gates(drafts, recovery, mode, site, ids)
    barred = _barred(drafts, gates)
    known = ids | {gate_key(gate.name): gate.id for gate in gates}
    shared = Counter(key for action in drafts.actions.values() for key in action.exclusive)
    actions = tuple(
        _numbered(
            drafts.actions[key],
            known,
            priority=priorities[key],
            wave=present.index(wave_of[key]) + 1,
            gates=barred.get(key, ()),
            shared=shared,
        )
        for key in keys
    )
    waves = tuple(
        Wave(
            number=number,
            title=TITLES[wave],
            actions=tuple(ids[key] for key in keys if wave_of[key] == wave),
        )
        for number, wave in enumerate(present, start=1)
    )
    return Ordered(actions=actions, gates=gates, waves=waves, ids=ids)


def _wave(action: Action, recovery: Recovery) -> int:
    if action.operation in _STORAGE:
        return 0
    if action.operation == "sweep":
        return 5
    if action.operation == "register":
        return 1 if action.type == "template" else 2
    return 3 if recovery.vms[action.address].desired.high_availability else 4


def _leading(drafts: Drafts) -> frozenset[str]:
    """Domains that others wait for: the wanted masters."""
    return frozenset(
        drafts.actions[need].address
        for action in drafts.actions.values()
        if action.operation in _STORAGE
        for need in action.depends_on
        if need in drafts.actions and drafts.actions[need].address != action.address
    )


def _place(action: Action) -> tuple[str, int]:
    return action.address, _OPERATIONS[action.operation]


def _priorities(drafts: Drafts, recovery: Recovery) -> Mapping[str, int]:
    """The rank of the VM itself, or of the most urgent VM that a domain or template serves."""
    ordered = sorted((item.desired for item in recovery.vms.values()), key=rank)
    ranks = {vm.address: number for number, vm in enumerate(ordered, start=1)}
    last = len(ranks) + 1
    found = {
        key: ranks.get(action.address, last + (action.operation == "sweep"))
        for key, action in drafts.actions.items()
    }
    edges = {key: (*action.depends_on, *action.after) for key, action in drafts.actions.items()}
    for key in reversed(topological(edges)):
        if drafts.actions[key].operation == "sweep":
            continue
        for need in edges[key]:
            if need in found and drafts.actions[need].type != "vm":
                found[need] = min(found[need], found[key])
    return found


def _numbered(
    action: Action,
    known: Mapping[str, str],
    *,
    priority: int,
    wave: int,
    gates: Sequence[str],
    shared: Counter[str],
) -> Action:
    needs = {known[name] for name in (*action.depends_on, *gates) if name in known}
    after = {known[name] for name in action.after if name in known} - needs
    return msgspec.structs.replace(
        action,
        id=known[action.id],
        priority=priority,
        wave=wave,
        depends_on=tuple(sorted(needs)),
        after=tuple(sorted(after - {known[action.id]})),
        exclusive=tuple(key for key in action.exclusive if shared[key] > 1),
    )


def _gates(
    drafts: Drafts, recovery: Recovery, mode: Mode, site: str, ids: Mapping[str, str]
) -> tuple[Gate, ...]:
    rules = [
        rule
        for rule in recovery.direction.mapping.drplan.gates
        if not rule.modes or mode in rule.modes
    ]
    gates: list[Gate] = []
    if any(STORAGE_GATE in action.depends_on for action in drafts.actions.values()):
        gates.append(
            Gate(
                id="gate.storage-promoted",
                name="storage-promoted",
                text=PROMOTED_TEXT.format(site=site),
                before="storage",
            )
        )
    for rule in rules:
        if rule.name != "storage-promoted" and _members(drafts, rule.before):
            gates.append(_gate(rule, drafts, ids))
        elif rule.name == "storage-promoted" and gates:
            gates[0] = _gate(rule, drafts, ids)
    return tuple(gates)


def _gate(rule: GateRule, drafts: Drafts, ids: Mapping[str, str]) -> Gate:
    earlier = {"register": "storage", "start": "register"}.get(rule.before)
    return Gate(
        id=address("gate", rule.name),
        name=rule.name,
        text=rule.prompt or f"{rule.name}: {' '.join(rule.command)}",
        before=rule.before,
        command=rule.command,
        timeout=rule.timeout,
        after=tuple(sorted(ids[key] for key in _members(drafts, earlier))) if earlier else (),
    )


def _members(drafts: Drafts, part: str | None) -> tuple[str, ...]:
    """The actions of a part of the plan, as gates speak of it."""
    tests: dict[str, Callable[[Action], bool]] = {
        "storage": lambda action: action.operation in _STORAGE,
        "register": lambda action: action.operation == "register",
        "start": lambda action: action.operation == "start",
    }
    test = tests.get(part or "")
    return tuple(key for key, action in drafts.actions.items() if test and test(action))


def _held_back(drafts: Drafts, part: str) -> tuple[str, ...]:
    """Where a gate bars the way into a part: of the storage, each domain's first action does."""
    members = _members(drafts, part)
    if part == "register":  # a sweep registers too
        return members + tuple(
            key for key, action in drafts.actions.items() if action.operation == "sweep"
        )
    if part != "storage":
        return members
    return tuple(key for key in members if STORAGE_GATE in drafts.actions[key].depends_on)


def _barred(drafts: Drafts, gates: Iterable[Gate]) -> Mapping[str, tuple[str, ...]]:
    """By action, the gates of the mapping that it waits for."""
    found: dict[str, list[str]] = {}
    for gate in gates:
        for key in _held_back(drafts, gate.before):
            found.setdefault(key, []).append(gate_key(gate.name))
    return {key: tuple(names) for key, names in found.items()}
