"""What happens with entities that nobody predicted (design decision 14)."""

from __future__ import annotations

import pytest

from drplan.errors import InvalidInput
from drplan.model import entities
from drplan.model.drplan_section import UnexpectedRule
from drplan.model.parameters import SweepParameters
from drplan.model.plan import Plan
from tests.unit.plan.builders import (
    mapping,
    plan,
    section,
    source_site,
    target_site,
)
from tests.unit.plan.site_builder import SiteBuilder


def sweeps(made: Plan) -> list[SweepParameters]:
    """The sweeps of a plan."""
    return [a.parameters for a in made.actions() if isinstance(a.parameters, SweepParameters)]


def test_by_default_what_is_found_is_registered_and_not_started_up_to_fifty() -> None:
    """One sweep a domain."""
    (sweep,) = sweeps(plan(source_site(), target_site()))
    assert (sweep.policy, sweep.limit) == ("register", 50)


def test_the_mapping_decides_and_the_command_line_overrides() -> None:
    """In that order."""
    mapped = mapping(drplan=section(unexpected=UnexpectedRule(policy="list", limit=7)))
    (sweep,) = sweeps(plan(source_site(), target_site(), mapped))
    assert (sweep.policy, sweep.limit) == ("list", 7)
    choice = UnexpectedRule(policy="register+start", limit=3)
    (sweep,) = sweeps(plan(source_site(), target_site(), mapped, unexpected=choice))
    assert (sweep.policy, sweep.limit) == ("register+start", 3)


def test_without_an_inventory_of_the_source_somebody_must_choose() -> None:
    """Everything would be unexpected."""
    with pytest.raises(InvalidInput, match="VMs of the source are not known"):
        plan(None, target_site())


def test_without_an_inventory_domains_are_recovered_and_swept() -> None:
    """No VM is predicted; ids are unknown; the mappings go with the sweep."""
    made = plan(None, target_site(), unexpected=UnexpectedRule(policy="register+start"))
    assert [a.operation for a in made.actions()] == [
        "import",
        "update",
        "attach",
        "activate",
        "sweep",
    ]
    (sweep,) = sweeps(made)
    assert sweep.policy == "register+start"
    assert sweep.expected_ids == ()
    assert made.source is None
    assert not made.complete


def test_a_sweep_expects_everything_that_the_source_knows_of_the_domain() -> None:
    """Also what has no disk: it is listed on every data domain of its data center."""
    source = source_site()
    source.add_template("base")
    source.add_vm("web")
    source.add_vm("pxe", domains=())
    (sweep,) = sweeps(plan(source, target_site()))
    assert sweep.expected_ids == ("t-base", "vm-pxe", "vm-web")


def attached(*found: str) -> SiteBuilder:
    """A target where d1 is active, with these VMs unregistered on it."""
    target = target_site(status="up")
    target.add_domain("d1", master=True)
    for name in found:
        target.add(
            "unregistered_vms",
            entities.UnregisteredVm(id=f"vm-{name}", name=name, storage_domain_id="sd-d1"),
        )
    return target


def test_an_attached_domain_is_swept_only_if_there_is_something_to_find() -> None:
    """What it holds can be seen already."""
    source = source_site()
    source.add_vm("web")
    assert sweeps(plan(source, attached("web"))) == []
    assert len(sweeps(plan(source, attached("web", "stranger")))) == 1
    listing = UnexpectedRule(policy="list")
    assert sweeps(plan(source, attached("stranger"), unexpected=listing)) == []


def test_what_is_seen_on_an_attached_domain_is_observed() -> None:
    """A truth label: it needs no confirmation any more."""
    source = source_site()
    source.add_vm("web")
    made = plan(source, attached("web"))
    assert {a.confidence for a in made.actions() if a.operation == "register"} == {"observed"}


def test_a_vm_that_is_not_found_on_its_attached_domain_is_not_tried() -> None:
    """Registering it would be an error 500 (row 6)."""
    source = source_site()
    source.add_vm("web")
    made = plan(source, attached())
    assert not [a for a in made.actions() if a.address == "vm.web"]
    assert made.not_done[0].reason == "not_on_storage"
