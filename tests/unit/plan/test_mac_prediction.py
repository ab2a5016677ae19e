"""Which MAC addresses change (entities sheet 1.6), and that people are told of each."""

from __future__ import annotations

import pytest

from drplan.model.action import Action
from drplan.model.parameters import RegisterVmParameters
from drplan.model.plan import Plan
from tests.unit.plan.builders import (
    mapping,
    plan,
    settings,
    source_site,
    target_site,
)
from tests.unit.plan.site_builder import SiteBuilder

IN_RANGE = "56:6f:1a:00:00:10"
OTHER = "56:6f:1a:00:00:11"
OUTSIDE = "00:1a:4a:16:01:51"


def register(made: Plan, name: str) -> Action:
    """The registration of a VM."""
    (found,) = [
        a for a in made.actions() if a.address == f"vm.{name}" and a.operation == "register"
    ]
    return found


def outcomes(action: Action) -> list[str]:
    """What becomes of each address."""
    assert action.predicts is not None
    return [nic.mac_outcome for nic in action.predicts.nics]


def reassigns(action: Action) -> bool:
    """Whether the request asks for new addresses where they are bad."""
    assert isinstance(action.parameters, RegisterVmParameters)
    return action.parameters.reassign_bad_macs


def with_nics(*macs: str | None, name: str = "web") -> SiteBuilder:
    """A source with one VM that has these addresses."""
    source = source_site()
    source.add_vm(name, nics=tuple(("app/app", mac) for mac in macs))
    return source


def occupied(*, allow_duplicates: bool = False) -> SiteBuilder:
    """A target where a VM has the address IN_RANGE."""
    target = SiteBuilder("south", status="uninitialized")
    target.add_cluster("c1")
    target.add_network("app")
    target.add_pool("56:6f:1a:00:00:00", "56:6f:1a:00:ff:ff", allow_duplicates=allow_duplicates)
    target.add_vm("own", domains=(), nics=(("app/app", IN_RANGE),))
    return target


def test_a_good_address_is_kept_and_nothing_is_asked_for() -> None:
    """In range, not in use."""
    found = register(plan(with_nics(IN_RANGE), target_site()), "web")
    assert outcomes(found) == ["kept"]
    assert not reassigns(found)


def test_an_address_outside_the_pool_is_reassigned_and_named() -> None:
    """Design decision 3: only for VMs that have one, each named with NIC and address."""
    made = plan(with_nics(IN_RANGE, OUTSIDE), target_site())
    found = register(made, "web")
    assert outcomes(found) == ["kept", "reassigned"]
    assert reassigns(found)
    assert found.change.after_unknown == {"nics.nic2.mac": True}
    (warning,) = [item for item in made.diagnostics if "new MAC" in item.summary]
    assert warning.id in found.diagnostics
    assert "nic2" in warning.summary
    assert OUTSIDE in warning.detail


def test_an_address_in_use_is_reassigned_where_the_pool_forbids_duplicates() -> None:
    """In use by a VM of the target."""
    found = register(plan(with_nics(IN_RANGE), occupied()), "web")
    assert outcomes(found) == ["reassigned"]


def test_an_address_in_use_is_kept_where_the_pool_allows_duplicates() -> None:
    """Then it is not bad."""
    found = register(plan(with_nics(IN_RANGE), occupied(allow_duplicates=True)), "web")
    assert outcomes(found) == ["kept"]


def test_an_explicit_no_keeps_addresses_and_foresees_the_refusal() -> None:
    """``dr_reset_mac_pool: False`` is honoured for all."""
    made = plan(with_nics(IN_RANGE), occupied(), mapping(settings=settings(reset_mac_pool=False)))
    found = register(made, "web")
    assert not reassigns(found)
    assert found.expected_failure is not None
    assert "duplicates in target MAC pool" in found.expected_failure
    assert "nic1" in found.expected_failure


def test_an_explicit_no_keeps_an_address_outside_the_pool_and_says_so() -> None:
    """Event 925: kept, with a warning."""
    made = plan(with_nics(OUTSIDE), target_site(), mapping(settings=settings(reset_mac_pool=False)))
    assert outcomes(register(made, "web")) == ["kept"]
    assert any("outside the MAC pool" in item.summary for item in made.diagnostics)


def test_an_explicit_yes_is_sent_for_all() -> None:
    """Also for VMs whose addresses are good."""
    made = plan(with_nics(IN_RANGE), target_site(), mapping(settings=settings(reset_mac_pool=True)))
    assert reassigns(register(made, "web"))


def test_a_nic_without_an_address_gets_one() -> None:
    """Allocated, whatever was asked for."""
    assert outcomes(register(plan(with_nics(None), target_site()), "web")) == ["allocated"]


def test_the_second_of_two_equal_addresses_of_one_vm_is_replaced() -> None:
    """Validation passes and execution would fail: so reassignment is asked for."""
    found = register(plan(with_nics(IN_RANGE, IN_RANGE.upper()), target_site()), "web")
    assert outcomes(found) == ["kept", "reassigned"]


def test_of_two_vms_with_one_address_the_more_urgent_keeps_it() -> None:
    """And the other registers after it, never at the same time."""
    source = source_site()
    source.add_vm("a", nics=(("app/app", IN_RANGE),))
    source.add_vm("b", ha=1, nics=(("app/app", IN_RANGE),))
    made = plan(source, target_site())
    first, second = register(made, "b"), register(made, "a")
    assert outcomes(first) == ["kept"]
    assert outcomes(second) == ["reassigned"]
    assert first.id in second.after
    assert set(first.exclusive) & set(second.exclusive) == {f"mac:{IN_RANGE}"}


def test_who_takes_an_address_comes_after_those_that_keep_theirs() -> None:
    """The Engine could give away the address of a VM that is not registered yet."""
    source = source_site()
    source.add_vm("taker", ha=100, nics=(("app/app", OUTSIDE),))
    source.add_vm("keeper", nics=(("app/app", "56:6f:1a:00:00:00"),))
    source.add_vm("without")
    made = plan(source, target_site())
    assert register(made, "taker").after == (register(made, "keeper").id,)
    assert register(made, "keeper").after == ()


def test_of_several_that_take_an_address_the_first_waits_for_the_others() -> None:
    """The edges stay few: the second comes after the first, and so after all that keep theirs."""
    source = source_site()
    source.add_vm("one", nics=(("app/app", OUTSIDE),))
    source.add_vm("two", nics=(("app/app", None),))
    source.add_vm("keeper", nics=(("app/app", IN_RANGE),))
    made = plan(source, target_site())
    assert register(made, "one").after == (register(made, "keeper").id,)
    assert register(made, "two").after == (register(made, "one").id,)


def test_who_follows_one_that_takes_an_address_is_not_waited_for() -> None:
    """With partial imports a second user of a LUN comes after the first, whatever their addresses."""
    source = source_site()
    source.add_vm("a", nics=(("app/app", None),), luns=("3600a",))
    source.add_vm("b", nics=(("app/app", IN_RANGE),), luns=("3600a",))
    made = plan(source, target_site(), mapping(settings=settings(partial_import=True)))
    assert register(made, "a").after == ()
    assert register(made, "b").after == (register(made, "a").id,)


def test_too_small_a_pool_is_foreseen() -> None:
    """Fewer free addresses than NICs that need one."""
    target = SiteBuilder("south", status="uninitialized")
    target.add_cluster("c1")
    target.add_network("app")
    target.add_pool("56:6f:1a:00:00:00", "56:6f:1a:00:00:00")
    found = register(plan(with_nics(OUTSIDE, OTHER), target), "web")
    assert found.expected_failure == "Not enough MAC addresses left in MAC Address Pool."


@pytest.mark.parametrize("mac", ["01:00:5e:00:00:01", "no address"])
def test_an_unusable_address_is_foreseen_as_a_refusal(mac: str) -> None:
    """Multicast, or no hexadecimal at all."""
    assert register(plan(with_nics(mac), target_site()), "web").expected_failure is not None


def test_the_pool_of_the_target_cluster_decides() -> None:
    """Not the default pool, if the cluster has its own."""
    target = target_site()
    target.parts["clusters"].clear()
    target.parts["hosts"].clear()
    target.add_cluster("c1", mac_pool_id="own")
    target.add(
        "mac_pools",
        target.parts["mac_pools"][0].__class__(id="own", name="Own", ranges=()),
    )
    assert outcomes(register(plan(with_nics(OUTSIDE), target), "web")) == ["kept"]
