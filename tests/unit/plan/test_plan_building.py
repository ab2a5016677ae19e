"""What a plan carries besides its actions, and what is refused."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from drplan.errors import InvalidInput
from drplan.model import drplan_section
from drplan.model.drplan_section import GateRule
from drplan.model.plan import Plan
from drplan.plan.addresses import address
from drplan.plan.builder import build_plan
from tests.unit.plan.builders import (
    mapping,
    plan,
    request,
    section,
    source_site,
    target_site,
)


@pytest.mark.parametrize("mode", ["migrate", "failback", "cleanup", "test"])
def test_modes_that_are_not_there_yet_are_refused_by_name(mode: Any) -> None:
    """With what can be done instead."""
    with pytest.raises(InvalidInput, match=f"the mode {mode} is not in this release"):
        build_plan(request(source_site(), target_site(), mode=mode))


def test_the_direction_can_be_turned_around() -> None:
    """Then the secondary is the source; names and roles say so."""
    source = source_site()
    made = build_plan(
        request(target_site(), source, source_role="secondary", target_role="primary")
    )
    assert (made.direction.source, made.direction.target) == ("south", "north")
    assert made.planned_values.domains[0].connection.address == "nas-north"


def test_source_and_target_must_differ() -> None:
    """A plan from a site to itself makes no sense."""
    with pytest.raises(InvalidInput, match="same site"):
        build_plan(request(source_site(), target_site(), target_role="primary"))


def with_gates(*gates: GateRule) -> Plan:
    """A plan for one VM, with the mapping's gates."""
    source = source_site()
    source.add_vm("web")
    return plan(source, target_site(), mapping(drplan=section(gates=gates)))


def test_the_gate_before_the_storage_exists_unasked() -> None:
    """Design decision 28: every way into the storage waits for it."""
    made = with_gates()
    (gate,) = made.gates
    assert (gate.id, gate.before) == ("gate.storage-promoted", "storage")
    assert made.actions()[0].depends_on == (gate.id,)


def test_gates_of_the_mapping_stand_between_the_parts() -> None:
    """A gate is asked when the part before it has ended, however; a command is taken as it is."""
    made = with_gates(
        GateRule(name="call", before="start", prompt="Go?"),
        GateRule(name="array", before="storage", command=("promote", "now"), timeout=60),
        GateRule(name="later", before="register", prompt="?", modes=("failback",)),
    )
    gates = {gate.name: gate for gate in made.gates}
    assert set(gates) == {"storage-promoted", "call", "array"}
    (register,) = [a for a in made.actions() if a.operation == "register"]
    (start,) = [a for a in made.actions() if a.operation == "start"]
    assert gates["call"].after == (register.id,)
    assert gates["call"].id in start.depends_on
    assert gates["array"].command == ("promote", "now")
    assert made.actions()[0].depends_on == ("gate.array", "gate.storage-promoted")


def test_the_mapping_can_reword_the_gate_that_exists_unasked() -> None:
    """By its name; it is not asked twice."""
    made = with_gates(GateRule(name="storage-promoted", before="storage", command=("check",)))
    (gate,) = made.gates
    assert gate.command == ("check",)


def test_a_plan_without_storage_work_has_no_storage_gate() -> None:
    """There is nothing to promote for."""
    source = source_site()
    source.add_vm("web")
    target = target_site(status="up")
    target.add_domain("d1", master=True)
    target.add_vm("web", domains=(), status="down")
    made = plan(source, target)
    assert [a.operation for a in made.actions()] == ["start"]
    assert made.gates == ()


def test_the_numbers_of_the_mapping_are_carried() -> None:
    """Lease wait, RTO target, limits."""
    made = plan(
        source_site(),
        target_site(),
        mapping(
            drplan=section(
                lease_wait=200,
                rto_target=3600,
                limits=drplan_section.Limits(register=5, start_per_host=2),
            )
        ),
    )
    assert (made.lease_wait_s, made.rto_target_s) == (200, 3600)
    assert (made.limits.register, made.limits.start, made.limits.attach) == (5, 2, 3)


def test_a_plan_that_rests_on_predictions_is_not_complete() -> None:
    """Confirmed once the storage is attached."""
    assert not with_gates().complete


def test_ids_are_numbers_in_plan_order() -> None:
    """So that they sort, and stay the same for the same inputs."""
    made = with_gates()
    assert [a.id for a in made.actions()] == [
        f"a{number:03d}" for number in range(1, len(made.actions()) + 1)
    ]


def test_diagnostics_are_numbered_and_the_actions_refer_to_them() -> None:
    """Every number that an action has is a diagnostic's."""
    source = source_site()
    source.add_vm("web", nics=(("app/app", "00:1a:4a:16:01:51"),))
    made = plan(source, target_site())
    numbers = [item.id for item in made.diagnostics]
    assert numbers == [f"W{number}" for number in range(1, len(numbers) + 1)]
    assert {name for a in made.actions() for name in a.diagnostics} <= set(numbers)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("db01", "vm.db01"),
        ("erp.db-1_x", "vm.erp.db-1_x"),
        ("rhel9@2", "vm.rhel9@2"),
        ("dc/wiki", "vm.dc/wiki"),
        ("two words", 'vm["two words"]'),
        ('a"b', 'vm["a\\"b"]'),
        ("", 'vm[""]'),
        ("Ünïcode", "vm.Ünïcode"),
    ],
)
def test_names_that_are_not_plain_are_quoted(name: str, expected: str) -> None:
    """An address can be copied from a plan to a command line."""
    assert address("vm", name) == expected


def test_a_plan_is_a_document() -> None:
    """It survives the way through JSON unchanged."""
    made = with_gates()
    assert msgspec.json.decode(msgspec.json.encode(made), type=Plan) == made
