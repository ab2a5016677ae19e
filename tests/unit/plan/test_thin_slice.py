"""One NFS domain, one data center, three VMs: from nothing to a plan, and to nothing left to do."""

from __future__ import annotations

import msgspec

from drplan.model.inventory import Inventory
from drplan.model.parameters import ImportParameters, RegisterVmParameters
from drplan.model.plan import Plan
from drplan.plan.diff import diff
from tests.unit.plan.builders import plan, reached, source_site, target_site


def thin() -> tuple[Inventory, Inventory, Plan]:
    """Three VMs: one HA, one that ran, one that was down."""
    source = source_site()
    source.add_vm("web", nics=(("app/app", "56:6f:1a:00:00:01"),))
    source.add_vm("db", ha=50)
    source.add_vm("spare", status="down")
    target = target_site()
    return source.build(), target.build(), plan(source, target)


def test_the_actions_come_in_the_order_of_the_guide() -> None:
    """R39: storage, then registrations, then starts; a domain is never attached before its import."""
    _, _, made = thin()
    assert [(action.address, action.operation) for action in made.actions()] == [
        ("storage_domain.d1", "import"),
        ("storage_domain.d1", "attach"),
        ("storage_domain.d1", "activate"),
        ("vm.db", "register"),
        ("vm.spare", "register"),
        ("vm.web", "register"),
        ("vm.db", "start"),
        ("vm.web", "start"),
        ("storage_domain.d1", "sweep"),
    ]


def test_every_action_waits_for_what_it_needs() -> None:
    """The edges of the graph, by name."""
    _, _, made = thin()
    names = {action.id: f"{action.address} {action.operation}" for action in made.actions()}
    names |= {gate.id: gate.id for gate in made.gates}
    edges = {
        names[action.id]: (
            [names[need] for need in action.depends_on],
            [names[need] for need in action.after],
        )
        for action in made.actions()
    }
    assert edges == {
        "storage_domain.d1 import": (["gate.storage-promoted"], []),
        "storage_domain.d1 attach": (["storage_domain.d1 import"], []),
        "storage_domain.d1 activate": (["storage_domain.d1 attach"], []),
        "vm.db register": (["storage_domain.d1 activate"], []),
        "vm.spare register": (["storage_domain.d1 activate"], []),
        "vm.web register": (["storage_domain.d1 activate"], []),
        "vm.db start": (["vm.db register"], []),
        "vm.web start": (["vm.web register"], []),
        "storage_domain.d1 sweep": (
            ["storage_domain.d1 activate"],
            ["vm.db register", "vm.spare register", "vm.web register"],
        ),
    }


def test_a_file_domain_is_imported_by_id() -> None:
    """Safety rule of design 22: the id is the expected one, and there is no field for a name."""
    _, _, made = thin()
    parameters = made.actions()[0].parameters
    assert isinstance(parameters, ImportParameters)
    assert parameters.domain_id == "sd-d1"
    assert "name" not in ImportParameters.__struct_fields__


def test_a_registration_names_domain_and_cluster_by_id() -> None:
    """Ids decide: the names are for the reader."""
    _, _, made = thin()
    parameters = made.actions()[3].parameters
    assert isinstance(parameters, RegisterVmParameters)
    assert (parameters.vm_id, parameters.domain_id) == ("vm-db", "sd-d1")
    assert parameters.cluster is not None
    assert parameters.cluster.id == "south-c1"
    assert not parameters.allow_partial
    assert not parameters.reassign_bad_macs


def test_a_vm_that_was_down_is_registered_and_left_down() -> None:
    """It is said so, for who would look for its start."""
    _, _, made = thin()
    assert [(item.address, item.operation, item.reason) for item in made.not_done] == [
        ("vm.spare", "start", "was_down_at_source")
    ]


def test_nothing_is_left_to_do_once_the_desired_state_is_reached() -> None:
    """The same difference that made the plan is empty afterwards."""
    source, target, made = thin()
    after = reached(source, target, made)
    assert diff(made.planned_values, after) == ()
    assert plan(source, after).actions() == ()


def test_a_vm_that_an_operator_stopped_meanwhile_is_no_change() -> None:
    """Design decision 12: its power was desired until it was up once."""
    source, target, made = thin()
    after = reached(source, target, made)
    stopped = msgspec.structs.replace(
        after,
        vms=tuple(msgspec.structs.replace(vm, status="down") for vm in after.vms),
    )
    assert diff(made.planned_values, stopped) == ()
    never = msgspec.structs.replace(stopped, started_vm_ids=())
    assert [(change.address, change.kind) for change in diff(made.planned_values, never)] == [
        ("vm.db", "vm_down"),
        ("vm.web", "vm_down"),
    ]


def test_the_counts_are_of_entities() -> None:
    """One domain and three VMs are added, two VMs are started."""
    _, _, made = thin()
    assert (made.summary.add, made.summary.change, made.summary.invoke) == (4, 0, 2)


def test_the_waves_hold_every_action_once() -> None:
    """Waves are for the eye, and complete."""
    _, _, made = thin()
    listed = [name for wave in made.waves for name in wave.actions]
    assert listed == [action.id for action in made.actions()]
    assert [wave.title for wave in made.waves] == [
        "Storage",
        "Virtual machines",
        "Start highly available VMs",
        "Start the others",
        "What else is found",
    ]
