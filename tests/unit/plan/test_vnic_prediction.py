"""Where each vNIC ends: the Engine's algorithm, step by step (entities sheet 1.5)."""

from __future__ import annotations

import pytest

from drplan.model.mapping import NetworkMapping
from drplan.model.plan import Plan
from drplan.model.prediction import NicPrediction
from tests.unit.plan.builders import mapping, plan, source_site, vnic
from tests.unit.plan.site_builder import SiteBuilder


def south(*networks: str, attached: tuple[str, ...] | None = None) -> SiteBuilder:
    """A target that has these networks, all attached to the cluster unless said otherwise."""
    site = SiteBuilder("south", status="uninitialized")
    site.add_cluster("c1", networks=networks if attached is None else attached)
    for name in networks:
        site.add_network(name)
    return site


def planned(
    target: SiteBuilder, *mappings: NetworkMapping, profile: str | None = "app/app"
) -> tuple[Plan, NicPrediction]:
    """The plan for a VM with one vNIC, and where that ends."""
    source = source_site()
    source.add_vm("web", nics=((profile, "56:6f:1a:00:00:01"),))
    made = plan(source, target, mapping(networks=mappings))
    (register,) = [a for a in made.actions() if a.address == "vm.web" and a.operation == "register"]
    assert register.predicts is not None
    (nic,) = register.predicts.nics
    return made, nic


def warned(made: Plan, text: str) -> bool:
    """Whether a warning speaks of it."""
    return any(text in item.summary for item in made.diagnostics)


def test_a_mapped_id_that_is_attached_is_used() -> None:
    """Step 1."""
    target = south("dr-app", "app")
    made, nic = planned(target, vnic("app/app", "x/x", profile_id=target.profile("dr-app/dr-app")))
    assert (nic.target, nic.outcome) == ("dr-app/dr-app", "mapped")
    assert not warned(made, "web")


def test_mapped_names_are_used_where_the_id_is_gone() -> None:
    """Step 2: a rebuilt Engine has new ids (R89)."""
    _, nic = planned(south("dr-app", "app"), vnic("app/app", "dr-app/dr-app", profile_id="gone"))
    assert (nic.target, nic.outcome) == ("dr-app/dr-app", "mapped")
    assert "does not exist" in nic.reason


def test_a_mapped_network_that_is_not_attached_falls_back_to_the_same_name_and_warns() -> None:
    """Step 3, although a mapping named another: the Engine says nothing of it."""
    made, nic = planned(south("dr-app", "app", attached=("app",)), vnic("app/app", "dr-app/dr-app"))
    assert (nic.target, nic.outcome) == ("app/app", "same_name")
    assert warned(made, "not what is mapped")


def test_two_empty_target_names_mean_no_profile_on_purpose() -> None:
    """Step 2: even if the target has a network of the same name; and nobody is warned."""
    made, nic = planned(south("app"), vnic("app/app", "/"))
    assert (nic.target, nic.outcome) == (None, "no_profile")
    assert "on purpose" in nic.reason
    assert not warned(made, "loses its network")


def test_without_a_mapping_the_same_names_are_looked_for() -> None:
    """R20: an empty mapping matches by name."""
    _, nic = planned(south("app"))
    assert (nic.target, nic.outcome) == ("app/app", "same_name")


def test_a_network_that_is_nowhere_is_lost_and_warned_of() -> None:
    """Step 4: the Engine leaves the vNIC without a network and writes no event."""
    made, nic = planned(south("other"))
    assert (nic.target, nic.outcome) == (None, "no_profile")
    assert warned(made, "vm.web loses its network on nic1: app/app")


def test_a_vnic_that_had_no_profile_loses_nothing() -> None:
    """There was nothing to lose."""
    made, nic = planned(south("app"), profile=None)
    assert (nic.source, nic.target, nic.outcome) == (None, None, "no_profile")
    assert not warned(made, "loses")


def test_no_profile_can_be_mapped_to_one() -> None:
    """A source of two empty names matches vNICs without a profile."""
    _, nic = planned(south("app"), vnic("/", "app/app"), profile=None)
    assert nic.target == "app/app"


def test_the_first_of_two_mappings_of_one_source_counts() -> None:
    """The Engine takes the first; a second is reported."""
    made, nic = planned(
        south("dr-app", "other"), vnic("app/app", "dr-app/dr-app"), vnic("app/app", "other/other")
    )
    assert nic.target == "dr-app/dr-app"
    (check,) = [check for check in made.checks if check.name == "unique-sources"]
    assert check.status == "fail"


@pytest.mark.parametrize(
    "order", [("dc", "elsewhere"), ("elsewhere", "dc")], ids=["own first", "own last"]
)
def test_a_mapping_for_another_data_center_is_left_out(order: tuple[str, str]) -> None:
    """R90: the Engine knows no data centers there, so drplan sends each VM its own entries only."""
    targets = {"dc": "dr-app/dr-app", "elsewhere": "other/other"}
    _, nic = planned(
        south("dr-app", "other"),
        *(vnic("app/app", targets[name], data_center=name) for name in order),
    )
    assert nic.target == "dr-app/dr-app"
