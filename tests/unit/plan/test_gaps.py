"""What could not be read is unknown, not absent."""

from __future__ import annotations

import msgspec
import pytest

from drplan.errors import InvalidInput
from drplan.model.drplan_section import UnexpectedRule
from drplan.model.inventory import Gap, Inventory
from drplan.model.plan import Plan
from tests.unit.plan.builders import plan, source_site, target_site


def lacking(inventory: Inventory, *collections: str) -> Inventory:
    """The inventory as it is when these collections could not be read."""
    return msgspec.structs.replace(
        inventory,
        gaps=tuple(Gap(collection=name, reason="no permission") for name in collections),
        **dict.fromkeys(collections, ()),
    )


def one_vm() -> Inventory:
    """A source with one VM that has a vNIC."""
    source = source_site()
    source.add_vm("web", nics=(("app/app", "56:6f:1a:00:00:01"),))
    return source.build()


def status(made: Plan, name: str) -> str:
    """The status of a check."""
    return next(check.status for check in made.checks if check.name == name)


@pytest.mark.parametrize("name", ["data_centers", "clusters", "storage_domains", "vms"])
def test_a_target_that_was_read_too_little_is_refused(name: str) -> None:
    """It would look empty, and everything new."""
    with pytest.raises(InvalidInput, match=f"{name} could not be read"):
        plan(one_vm(), lacking(target_site().build(), name))


def test_unread_hosts_are_not_taken_for_missing_ones() -> None:
    """Neither blocks it, nor is a failure foreseen, nor a VM left down for lack of memory."""
    made = plan(one_vm(), lacking(target_site().build(), "hosts"))
    assert status(made, "hosts-up") == "unknown"
    assert made.applyable
    assert made.summary.expected_failures == 0


@pytest.mark.parametrize("name", ["networks", "vnic_profiles"])
def test_unread_networks_are_not_taken_for_missing_ones(name: str) -> None:
    """Nothing is foretold of vNICs, and the check on gaps says why."""
    made = plan(one_vm(), lacking(target_site().build(), name))
    (register,) = [a for a in made.actions() if a.operation == "register"]
    assert register.predicts is not None
    assert register.predicts.nics == ()
    assert status(made, "complete-inventories") == "fail"


def test_a_vm_whose_disks_were_not_recorded_is_left_to_the_sweep() -> None:
    """Nobody knows where it lies: it is not taken for one without disks, and not expected either."""
    made = plan(lacking(one_vm(), "disks"), target_site())
    assert ("vm.web", "disks_unknown") in {(i.address, i.reason) for i in made.not_done}
    (sweep,) = [a for a in made.actions() if a.operation == "sweep"]
    assert "vm-web" not in sweep.parameters.expected_ids  # type: ignore[union-attr]


def test_a_source_without_its_vms_needs_a_choice() -> None:
    """Everything that is found would be unexpected."""
    source = lacking(one_vm(), "vms")
    with pytest.raises(InvalidInput, match="not known"):
        plan(source, target_site())
    assert plan(source, target_site(), unexpected=UnexpectedRule(policy="list")).actions()
