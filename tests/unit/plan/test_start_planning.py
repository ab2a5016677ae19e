"""Which VMs start, in what order, and who stays down for lack of memory (entities sheet 4.5)."""

from __future__ import annotations

import msgspec
import pytest

from drplan.errors import InvalidInput
from drplan.model.action import Action
from drplan.model.drplan_section import StartRules, StartTier
from drplan.model.parameters import StartParameters
from drplan.model.plan import Plan
from tests.unit.plan.builders import (
    mapping,
    nfs,
    plan,
    section,
    source_site,
    target_site,
)
from tests.unit.plan.site_builder import SiteBuilder


def starts(made: Plan) -> dict[str, Action]:
    """The starts by VM name, in plan order."""
    return {a.name: a for a in made.actions() if a.operation == "start"}


def rules(**fields: object) -> dict[str, object]:
    """A mapping's ``drplan.start``, as keywords of the mapping."""
    return {"drplan": section(start=StartRules(**fields))}  # type: ignore[arg-type]


def names_after(made: Plan, name: str) -> list[str]:
    """The VMs whose starts must have ended before, however."""
    table = {action.id: action.name for action in made.actions()}
    return [table[item] for item in starts(made)[name].after]


@pytest.mark.parametrize(
    "status",
    [
        "up",
        "powering_up",
        "wait_for_launch",
        "reboot_in_progress",
        "migrating",
        "paused",
        "restoring_state",
        "unknown",
        "not_responding",
    ],
)
def test_what_ran_is_started(status: str) -> None:
    """Design decision 27: also what was paused, or out of reach."""
    source = source_site()
    source.add_vm("web", status=status)
    assert list(starts(plan(source, target_site()))) == ["web"]


@pytest.mark.parametrize("status", ["down", "powering_down", "suspended", "image_locked"])
def test_what_did_not_run_stays_down(status: str) -> None:
    """And the reason is given."""
    source = source_site()
    source.add_vm("web", status=status)
    made = plan(source, target_site())
    assert starts(made) == {}
    assert made.not_done[0].reason == "was_down_at_source"


def test_ha_comes_first_then_priority_then_tier_then_name() -> None:
    """R40, in every queue: registrations as well as starts."""
    source = source_site()
    wanted = (("b", None), ("a", None), ("low", 1), ("high", 100), ("none", 0), ("first", None))
    for name, ha in wanted:
        source.add_vm(name, ha=ha)
    tiers = (StartTier(name="core", vms=("fir*",)),)
    made = plan(source, target_site(), mapping(**rules(tiers=tiers)))
    expected = ["high", "low", "none", "first", "a", "b"]
    assert list(starts(made)) == expected
    registered = [a for a in made.actions() if a.operation == "register"]
    assert [a.name for a in registered] == expected
    priorities = [a.priority for a in starts(made).values()]
    assert priorities == sorted(set(priorities))


def test_a_domain_is_as_urgent_as_the_most_urgent_vm_on_it() -> None:
    """What a highly available VM needs comes first too."""
    source = source_site()
    source.add_domain("a0")
    source.add_vm("plain", domains=("a0",))
    source.add_vm("vital", ha=100, domains=("d1",))
    made = plan(source, target_site(status="up"), mapping(nfs("a0"), nfs("d1", master=True)))
    first = next(a for a in made.actions() if a.operation == "import")
    assert first.address == "storage_domain.d1"


def test_a_vm_starts_after_those_it_depends_on() -> None:
    """``start.depends_on`` is about success: its failure skips the other."""
    source = source_site()
    source.add_vm("app", ha=100)
    source.add_vm("db1")
    source.add_vm("db2", status="down")
    made = plan(source, target_site(), mapping(**rules(depends_on={"app": ("db*",)})))
    found = starts(made)
    assert found["db1"].id in found["app"].depends_on
    assert "db2" not in found


def test_dependencies_that_go_round_are_refused() -> None:
    """With the way round in the message."""
    source = source_site()
    source.add_vm("a")
    source.add_vm("b")
    with pytest.raises(InvalidInput, match=r"vm\.a -> vm\.b -> vm\.a"):
        plan(source, target_site(), mapping(**rules(depends_on={"a": ("b",), "b": ("a",)})))


def test_a_barrier_holds_the_others_back() -> None:
    """All HA starts must have ended; what an HA VM itself waits for cannot wait for it."""
    source = source_site()
    source.add_vm("vital", ha=1)
    source.add_vm("db")
    source.add_vm("web")
    made = plan(
        source,
        target_site(),
        mapping(**rules(barrier=True, depends_on={"vital": ("db",)})),
    )
    assert names_after(made, "web") == ["vital"]
    assert names_after(made, "db") == []
    assert made.start_barrier


def test_delay_and_condition_are_taken_from_the_mapping() -> None:
    """By the first pattern that fits."""
    source = source_site()
    source.add_vm("db1")
    made = plan(
        source, target_site(), mapping(**rules(delay={"db*": 30}, wait_for={"db1": "guest_agent"}))
    )
    parameters = starts(made)["db1"].parameters
    assert parameters == StartParameters(vm_id="vm-db1", wait_for="guest_agent", delay=30)


def crowd(*sizes: int, **fields: int) -> SiteBuilder:
    """A source with VMs a, b, c ... of so many GiB."""
    source = source_site()
    for name, size in zip("abcdef", sizes, strict=False):
        source.add_vm(name, memory=size, **fields)  # type: ignore[arg-type]
    return source


def test_who_finds_no_room_is_foreseen_and_tried_last() -> None:
    """One host with 16 GiB: a and c fit, b does not; nobody else is kept waiting."""
    made = plan(crowd(8, 10, 4), target_site(memory=16))
    found = starts(made)
    assert {name for name, action in found.items() if action.expected_failure} == {"b"}
    assert (
        found["b"].expected_failure == "no host of cluster c1 has 10348 MiB of memory left for it"
    )
    assert names_after(made, "b") == ["a", "c"]
    assert names_after(made, "a") == names_after(made, "c") == []
    (check,) = [check for check in made.checks if check.name == "capacity"]
    assert check.status == "fail"


def test_the_lowest_tier_stays_down_first() -> None:
    """Of equal VMs the one of the last tier finds no room."""
    tiers = (StartTier(name="one", vms=("c",)), StartTier(name="two", vms=("b",)))
    made = plan(crowd(6, 6, 6), target_site(memory=14), mapping(**rules(tiers=tiers)))
    assert [n for n, action in starts(made).items() if action.expected_failure] == ["a"]


def test_starts_follow_one_another_where_their_order_decides_who_fits() -> None:
    """Two hosts of 10 GiB, and VMs that fit in one order only."""
    made = plan(crowd(6, 6, 3, 3), target_site(memory=10, hosts=2))
    assert [names_after(made, name) for name in "abcd"] == [[], ["a"], ["b"], ["c"]]
    assert not any(action.expected_failure for action in starts(made).values())


def test_starts_do_not_wait_where_there_is_room_in_every_order() -> None:
    """No edge that is not needed."""
    made = plan(crowd(6, 6, 3, 3), target_site(memory=64, hosts=2))
    assert [names_after(made, name) for name in "abcd"] == [[], [], [], []]


def test_what_will_be_skipped_takes_no_memory() -> None:
    """b starts after a, which finds no room: so c has the room that b would have taken."""
    made = plan(crowd(20, 8, 8), target_site(memory=10), mapping(**rules(depends_on={"b": ("a",)})))
    assert [n for n, action in starts(made).items() if action.expected_failure] == ["a"]


def test_a_vm_whose_registration_will_fail_takes_no_memory() -> None:
    """Its start is skipped."""
    source = crowd(8, 8)
    target = target_site(memory=10)
    target.add_vm("a", id="other", domains=())
    made = plan(source, target)
    assert [n for n, action in starts(made).items() if action.expected_failure] == []


def test_a_host_that_does_not_tell_its_memory_is_not_judged() -> None:
    """Unknown is not too little."""
    made = plan(crowd(999), target_site(memory=None))
    assert starts(made)["a"].expected_failure is None


def test_a_vm_with_more_cpus_than_any_host_has_stays_down() -> None:
    """CPUPolicyUnit: per host, not added up."""
    source = source_site()
    source.add_vm("big", sockets=4, cores=8)
    target = target_site()
    (host,) = target.parts["hosts"]
    target.parts["hosts"] = [msgspec.structs.replace(host, sockets=2, cores=8)]
    failure = starts(plan(source, target))["big"].expected_failure
    assert failure is not None
    assert "32 virtual CPUs" in failure


def test_a_vm_on_a_backup_domain_stays_down() -> None:
    """4.3: disks on a domain that is flagged as backup cannot run."""
    source = source_site()
    source.add_vm("web")
    made = plan(source, target_site(), mapping(nfs("d1", master=True, backup=True)))
    failure = starts(made)["web"].expected_failure
    assert failure is not None
    assert "backup storage domain" in failure


def test_the_limit_of_starts_grows_with_the_hosts() -> None:
    """Four a host (entities sheet 4.4)."""
    assert plan(source_site(), target_site(hosts=3)).limits.start == 12
