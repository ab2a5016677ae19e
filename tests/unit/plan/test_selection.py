"""What ``--target``, ``--exclude`` and the mapping's exclusions leave of a plan."""

from __future__ import annotations

import pytest

from drplan.errors import InvalidInput
from drplan.model.drplan_section import Exclusions, StartRules
from drplan.model.parameters import SweepParameters
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

MAPPING = mapping(
    nfs("d1", master=True),
    nfs("d2"),
    nfs("d3"),
    drplan=section(start=StartRules(depends_on={"web": ("db",)})),
)


def sites() -> tuple[SiteBuilder, SiteBuilder]:
    """A thin web server on d2 that starts after a database on d3, and another VM."""
    source = source_site()
    source.add_domain("d2")
    source.add_domain("d3")
    source.add_template("base", domains=("d2",))
    source.add_vm("web", domains=("d2",), template_id="t-base", tags=("shop",), ha=1)
    source.add_vm("db", domains=("d3",))
    source.add_vm("other")
    return source, target_site()


def addresses(made: Plan) -> set[str]:
    """What the plan does anything with."""
    return {action.address for action in made.actions()}


def test_a_target_brings_what_it_needs() -> None:
    """Its domains, its template, the VMs that it starts after, and the master of the data center."""
    made = plan(*sites(), MAPPING, targets=("vm.web",))
    assert addresses(made) == {
        "vm.web",
        "vm.db",
        "template.base",
        "storage_domain.d1",
        "storage_domain.d2",
        "storage_domain.d3",
    }
    assert "vm.other" in {i.address for i in made.not_done if i.reason == "not_targeted"}


def test_a_targeted_plan_sweeps_nothing() -> None:
    """A sweep would register everything else that is found."""
    made = plan(*sites(), MAPPING, targets=("vm.web",))
    assert not [a for a in made.actions() if a.operation == "sweep"]


@pytest.mark.parametrize("selector", ["tag:shop", "ha:true", "vm.we*"])
def test_vms_are_selected_by_tag_availability_or_pattern(selector: str) -> None:
    """All three name web alone."""
    made = plan(*sites(), MAPPING, targets=(selector,))
    assert "vm.web" in addresses(made)
    assert "vm.other" not in addresses(made)


def test_what_stands_on_an_excluded_domain_is_left_out_too() -> None:
    """And the VM that merely started after it is recovered, without waiting."""
    made = plan(*sites(), MAPPING, excludes=("storage_domain.d3",))
    assert not addresses(made) & {"storage_domain.d3", "vm.db"}
    (start,) = [a for a in made.actions() if (a.name, a.operation) == ("web", "start")]
    assert len(start.depends_on) == 1


def test_vms_based_on_an_excluded_template_are_left_out_too() -> None:
    """They could not be registered."""
    made = plan(*sites(), MAPPING, excludes=("template.base",))
    assert not addresses(made) & {"template.base", "vm.web"}


def test_a_selector_that_fits_nothing_is_refused() -> None:
    """A typing error must not look like an empty plan."""
    with pytest.raises(InvalidInput, match="nothing in the plan fits"):
        plan(*sites(), MAPPING, targets=("vm.wbe",))


@pytest.mark.parametrize(
    "rules",
    [
        Exclusions(names=("web",)),
        Exclusions(tags=("shop",)),
        Exclusions(patterns=("we?",)),
    ],
)
def test_the_mappings_exclusions_leave_vms_alone(rules: Exclusions) -> None:
    """Not registered, not started, and not swept up as something unexpected either."""
    made = plan(
        *sites(),
        mapping(nfs("d1", master=True), nfs("d2"), drplan=section(exclude=rules)),
    )
    assert "vm.web" not in addresses(made)
    assert ("vm.web", "excluded") in {(i.address, i.reason) for i in made.not_done}
    (sweep,) = [
        a.parameters
        for a in made.actions()
        if a.operation == "sweep" and a.address == "storage_domain.d2"
    ]
    assert isinstance(sweep, SweepParameters)
    assert "vm-web" in sweep.expected_ids
