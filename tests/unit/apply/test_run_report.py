"""A run told afterwards."""

from __future__ import annotations

from drplan.apply.run_report import assemble, fates, unexplained
from drplan.model.action import Action, Alteration
from drplan.model.change import Change
from drplan.model.desired import Desired, DesiredVm, NotDone
from drplan.model.entities import Cluster, Host, Network, Nic, Vm, VnicProfile
from drplan.model.inventory import EngineIdentity, Inventory
from drplan.model.outcome import Failure, FoundNic, Outcome
from drplan.model.parameters import RegisterVmParameters, StartParameters
from drplan.model.plan import (
    Author,
    Direction,
    Limits,
    MappingReference,
    Plan,
    Site,
    Summary,
)
from drplan.model.prediction import Dropped, Prediction

FRESH = Inventory(
    clusters=(Cluster(id="c1", name="dr-main"),),
    hosts=(Host(id="h1", name="south-h1"),),
    networks=(Network(id="n1", name="app"),),
    vnic_profiles=(VnicProfile(id="p1", name="gold", network_id="n1"),),
    vms=(
        Vm(
            id="v1",
            name="db01",
            status="up",
            cluster_id="c1",
            host_id="h1",
            nics=(
                Nic(id="i2", name="nic2", mac="02:00:00:00:00:02"),
                Nic(id="i1", name="nic1", mac="02:00:00:00:00:01", vnic_profile_id="p1"),
            ),
        ),
        Vm(id="v2", name="old", status="down", cluster_id="c1", nics=()),
    ),
)


def plan() -> Plan:
    """Three VMs: one runs, one was down, one cannot be registered; a fourth is left out."""
    prediction = Prediction(dropped=(Dropped(kind="user", name="ann@x", reason="unknown there"),))
    register = [
        Action(
            id=f"r{number}",
            address=f"vm.{name}",
            type="vm",
            name=name,
            change=Alteration(
                operation="register",
                actions=("create",),
                after=RegisterVmParameters(vm_id=f"v{number}", domain_id="d", domain="d"),
            ),
            limit_class="register",
            predicts=prediction,
        )
        for number, name in enumerate(("db01", "old", "bad"), start=1)
    ]
    start = Action(
        id="s1",
        address="vm.db01",
        type="vm",
        name="db01",
        change=Alteration(operation="start", after=StartParameters(vm_id="v1")),
        limit_class="start",
        depends_on=("r1",),
    )
    return Plan(
        drplan_version="0",
        plan_id="p",
        timestamp="2026-03-01T00:00:00Z",
        mode="failover",
        created_by=Author(user="u", host="h"),
        direction=Direction(
            source="north", target="south", source_role="primary", target_role="secondary"
        ),
        target=Site(site="south", engine=EngineIdentity()),
        mapping=MappingReference(file="m", sha256="x"),
        applyable=True,
        complete=True,
        resource_changes=tuple(register),
        action_invocations=(start,),
        planned_values=Desired(
            vms=(
                DesiredVm(
                    address="vm.db01", id="v1", name="db01", power="up", high_availability=True
                ),
                DesiredVm(address="vm.old", id="v2", name="old", power_reason="was down"),
                DesiredVm(address="vm.bad", id="v3", name="bad", power="up"),
            )
        ),
        not_done=(
            NotDone(
                address='vm["two words"]', operation="register", reason="excluded", detail="by name"
            ),
            NotDone(address="vm.old", operation="start", reason="was_down_at_source"),
        ),
        limits=Limits(),
        summary=Summary(),
    )


def outcome(action: str, address: str, operation: str, status: str, **fields: object) -> Outcome:
    """An outcome with little to write."""
    known: dict[str, object] = {"started_ms": 0, "ended_ms": 1_000}
    return Outcome(
        action=action, address=address, operation=operation, status=status, **(known | fields)
    )


OUTCOMES = (
    outcome("r1", "vm.db01", "register", "done", surprises=("nic2 is on no profile",)),
    outcome("r2", "vm.old", "register", "done"),
    outcome("r3", "vm.bad", "register", "failed", failure=Failure(summary="name taken")),
    outcome("s1", "vm.db01", "start", "done", ended_ms=61_000),
)


def test_a_running_vm_is_told_with_host_time_and_networks() -> None:
    """What an operator asks first is there."""
    fate = next(item for item in fates(plan(), OUTCOMES, FRESH) if item.address == "vm.db01")
    assert (fate.registered, fate.status, fate.cluster, fate.host) == (
        True,
        "up",
        "dr-main",
        "south-h1",
    )
    assert fate.up_ms == 61_000
    assert fate.nics == (
        FoundNic(nic="nic1", profile="app/gold", mac="02:00:00:00:00:01"),
        FoundNic(nic="nic2", mac="02:00:00:00:00:02"),
    )
    assert fate.dropped == ("user ann@x (unknown there)",)
    assert fate.surprises == ("nic2 is on no profile",)
    assert fate.reason == ""


def test_a_vm_that_stays_down_says_why() -> None:
    """The reason of the plan is repeated."""
    fate = next(item for item in fates(plan(), OUTCOMES, FRESH) if item.address == "vm.old")
    assert (fate.status, fate.reason, fate.up_ms) == ("down", "was down", None)


def test_a_vm_that_could_not_be_registered_says_why() -> None:
    """The failure is the reason."""
    fate = next(item for item in fates(plan(), OUTCOMES, FRESH) if item.address == "vm.bad")
    assert (fate.registered, fate.reason) == (False, "name taken")


def test_a_vm_that_is_left_out_has_a_fate_too() -> None:
    """Every VM a reader may ask for is in the table, once."""
    told = fates(plan(), OUTCOMES, FRESH)
    left_out = next(item for item in told if item.name == "two words")
    assert (left_out.registered, left_out.reason) == (False, "by name")
    assert len(told) == len({item.address for item in told}) == 4


def test_what_the_engine_left_out_joins_what_was_foreseen() -> None:
    """The event adds what the plan did not say, and repeats nothing."""
    event = (
        "The following entities could not be verified and will not be part of the imported VM "
        "db01: 'Users: ann@x Roles: Night ' (User: admin)."
    )
    first = outcome("r1", "vm.db01", "register", "done", engine_events=(event,))
    fate = next(item for item in fates(plan(), (first,), FRESH) if item.address == "vm.db01")
    assert fate.dropped == ("role Night (said the Engine)", "user ann@x (unknown there)")


def test_what_remains_is_explained_by_failures_of_the_same_entity() -> None:
    """Only what no failure explains is unexplained."""
    remaining = (
        Change(address="vm.bad", kind="vm_unregistered"),
        Change(address="vm.db01", kind="vm_down"),
    )
    assert unexplained(remaining, OUTCOMES) == (remaining[1],)


def test_a_run_with_a_failure_is_no_success() -> None:
    """Foreseen or not, the report says that something failed."""
    report = assemble(
        plan(),
        OUTCOMES,
        FRESH,
        (),
        run_id="r",
        rehearsal=True,
        started="2026-03-01T00:00:00Z",
        duration_ms=61_000,
    )
    assert not report.success
    assert report.critical_path[-1].address == "vm.db01"


def test_a_run_that_leaves_something_to_do_is_no_success() -> None:
    """All actions done and the target still differs: that is told."""
    done = tuple(item for item in OUTCOMES if item.status == "done")
    remaining = (Change(address="vm.db01", kind="vm_down"),)
    known = {
        "run_id": "r",
        "rehearsal": True,
        "started": "2026-03-01T00:00:00Z",
        "duration_ms": 61_000,
    }
    assert assemble(plan(), done, FRESH, (), **known).success
    assert not assemble(plan(), done, FRESH, remaining, **known).success
