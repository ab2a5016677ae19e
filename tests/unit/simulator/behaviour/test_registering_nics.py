from __future__ import annotations

import pytest

from tests.unit.simulator.behaviour.sites import Site, fault, tree, uid
from tests.unit.simulator.behaviour.worlds import (
    World,
    recovered,
    source_with_vm,
)

VM = uid("vm", 1)
REASSIGN = "<reassign_bad_macs>true</reassign_bad_macs>"
ALL_ZERO = "00000000-0000-0000-0000-000000000000"


def nic_of(target: Site, number: int = 1) -> tuple[str | None, str | None]:
    """A registered NIC: its address and the id of its profile."""
    path = f"/vms/{VM}/nics/{uid('nic', number)}"
    return target.store.value(path, "mac/address"), target.store.reference(path, "vnic_profile")


def vnic(to: str) -> str:
    """The new form of a vNIC mapping from vlan10/prod."""
    return (
        "<registration_configuration><vnic_profile_mappings><registration_vnic_profile_mapping>"
        f"<from><name>prod</name><network><name>vlan10</name></network></from>{to}"
        "</registration_vnic_profile_mapping></vnic_profile_mappings></registration_configuration>"
    )


def deprecated(target_id: str) -> str:
    """The deprecated form, with a target id only."""
    return (
        "<vnic_profile_mappings><vnic_profile_mapping>"
        "<source_network_name>vlan10</source_network_name>"
        "<source_network_profile_name>prod</source_network_profile_name>"
        f"<target_vnic_profile id='{target_id}'/></vnic_profile_mapping></vnic_profile_mappings>"
    )


class TestVnicMappings:
    """Section 1.5: which profile a NIC ends with."""

    @pytest.mark.parametrize(
        ("body", "profile"),
        [
            ("", None),
            (vnic(f"<to id='{uid('prof', 2)}'/>"), 2),
            (vnic("<to><name>dr</name><network><name>vlan110</name></network></to>"), 2),
            (vnic(f"<to id='{ALL_ZERO}'/>"), None),
            (deprecated(uid("prof", 2)), 2),
            (deprecated(ALL_ZERO), None),
        ],
        ids=["none", "by id", "by names", "nil id", "deprecated", "deprecated nil id"],
    )
    def test_the_profile_that_a_nic_ends_with(
        self, world: World, body: str, profile: int | None
    ) -> None:
        """1.5 steps 1, 2 and 4; the empty profile is no event."""
        source_with_vm(world)
        target = recovered(world)

        answer = world.register(VM, body=body)

        assert answer.status == 200
        assert nic_of(target)[1] == (uid("prof", profile) if profile else None)
        assert target.events(1188) == []

    @pytest.mark.parametrize(
        ("body", "connected"),
        [
            (deprecated(ALL_ZERO), True),
            (vnic("<to><name>gone</name><network><name>gone</name></network></to>"), True),
            (vnic("<to><name></name><network><name></name></network></to>"), False),
            (vnic("<to><name></name></to>"), True),
        ],
        ids=["nil id", "unknown names", "both empty", "one name"],
    )
    def test_a_same_named_network_catches_what_falls(
        self, world: World, body: str, connected: bool
    ) -> None:
        """1.5 step 3: only two empty names force the empty profile."""
        source_with_vm(world)
        world.plain_target()
        same = world.target.network(3, "vlan10", profile="prod")
        target = world.open(1)
        world.recover(1)

        world.register(VM, body=body)

        assert nic_of(target)[1] == (same if connected else None)

    def test_the_deprecated_form_is_ignored_beside_the_new_one(self, world: World) -> None:
        """1.3: even when the new element is empty."""
        source_with_vm(world)
        target = recovered(world)
        empty = "<registration_configuration><vnic_profile_mappings/></registration_configuration>"

        world.register(VM, body=empty + deprecated(uid("prof", 2)))

        assert nic_of(target)[1] is None

    def test_a_profile_outside_the_cluster_is_not_used(self, world: World) -> None:
        """1.5 step 1: the network must be attached to the VM's cluster."""
        source_with_vm(world)
        world.plain_target()
        other = world.target.network(4, "apart", cluster=0)
        target = world.open(1)
        world.recover(1)

        world.register(VM, body=vnic(f"<to id='{other}'/>"))

        assert nic_of(target)[1] is None

    def test_the_deprecated_form_needs_both_source_names(self, world: World) -> None:
        """1.3: 400 Incomplete parameters."""
        source_with_vm(world)
        recovered(world)
        body = (
            "<vnic_profile_mappings><vnic_profile_mapping><source_network_name>a"
            "</source_network_name></vnic_profile_mapping></vnic_profile_mappings>"
        )

        answer = world.register(VM, body=body)

        assert answer.status == 400
        assert tree(answer).findtext("reason") == "Incomplete parameters"


class TestMacs:
    """Section 1.6: MAC addresses."""

    def one_nic(self, world: World, mac: str | None) -> None:
        """A VM with one NIC."""
        source = world.plain_source()
        source.vm(1)
        source.nic(VM, 1, mac=mac)

    def taken(self, target: Site, mac: str) -> None:
        """Another VM of the target has the address."""
        target.vm(50)
        target.nic(uid("vm", 50), 50, mac=mac)

    def test_a_duplicate_is_refused_without_reassign(self, world: World) -> None:
        """1.6 first row."""
        self.one_nic(world, "56:6F:00:00:00:01")
        target = recovered(world)
        self.taken(target, "56:6f:00:00:00:01")

        status, detail = fault(world.register(VM))
        assert status == 409
        assert detail.endswith("Problematic NICs are nic1]")

    def test_a_duplicate_gets_the_first_free_address_with_reassign(self, world: World) -> None:
        """1.6 first row: a new address from the pool."""
        self.one_nic(world, "56:6f:00:00:00:01")
        target = recovered(world)
        self.taken(target, "56:6f:00:00:00:01")

        world.register(VM, body=REASSIGN)

        assert nic_of(target)[0] == "56:6f:00:00:00:00"

    def test_a_pool_with_duplicates_keeps_it(self, world: World) -> None:
        """1.6 second row."""
        self.one_nic(world, "56:6f:00:00:00:01")
        world.plain_target()
        world.target.mac_pool(double=True)
        target = world.open(1)
        world.recover(1)
        self.taken(target, "56:6f:00:00:00:01")

        world.register(VM, body=REASSIGN)

        assert nic_of(target)[0] == "56:6f:00:00:00:01"

    def test_an_address_out_of_range_is_kept_with_event_925(self, world: World) -> None:
        """1.6 third row, reassign false."""
        self.one_nic(world, "00:1a:4a:00:00:01")
        target = recovered(world)

        world.register(VM)

        assert nic_of(target)[0] == "00:1a:4a:00:00:01"
        assert len(target.events(925)) == 1

    def test_an_address_out_of_range_is_replaced_silently_with_reassign(self, world: World) -> None:
        """1.6 third row, reassign true: no event."""
        self.one_nic(world, "00:1a:4a:00:00:01")
        target = recovered(world)

        world.register(VM, body=REASSIGN)

        assert nic_of(target)[0] == "56:6f:00:00:00:00"
        assert target.events(925) == []

    def test_a_nic_without_address_gets_one(self, world: World) -> None:
        """1.6 fourth row."""
        self.one_nic(world, None)
        target = recovered(world)

        world.register(VM)

        assert nic_of(target)[0] == "56:6f:00:00:00:00"

    @pytest.mark.parametrize(("body", "mac"), [("", None), (REASSIGN, "00:1a:4a:00:00:01")])
    def test_an_exhausted_pool_is_refused(self, world: World, body: str, mac: str | None) -> None:
        """1.6 fifth row: NICs without address count, bad ones only with reassign."""
        self.one_nic(world, mac)
        world.plain_target()
        world.target.mac_pool("56:6f:00:00:00:00", "56:6f:00:00:00:00")
        target = world.open(1)
        world.recover(1)
        self.taken(target, "56:6f:00:00:00:00")

        assert fault(world.register(VM, body=body)) == (
            409,
            "[Cannot import VM. Not enough MAC addresses left in MAC Address Pool.]",
        )

    @pytest.mark.parametrize("body", ["", REASSIGN])
    def test_a_multicast_address_is_invalid(self, world: World, body: str) -> None:
        """1.6 sixth row: before any reassignment."""
        self.one_nic(world, "01:00:5e:00:00:01")
        recovered(world)

        status, detail = fault(world.register(VM, body=body))
        assert status == 400
        assert "has an invalid MAC address 01:00:5e:00:00:01." in detail

    @pytest.mark.parametrize(("double", "status"), [(True, 400), (False, 500)])
    def test_an_address_that_is_no_number(self, world: World, double: bool, status: int) -> None:
        """1.6 seventh row: number parsing fails first unless the pool allows duplicates."""
        self.one_nic(world, "zz:00:00:00:00:01")
        world.plain_target()
        world.target.mac_pool(double=double)
        world.open(1)
        world.recover(1)

        assert fault(world.register(VM))[0] == status

    @pytest.mark.parametrize(("body", "status"), [("", 400), (REASSIGN, 200)])
    def test_one_address_on_two_nics_of_the_vm(self, world: World, body: str, status: int) -> None:
        """1.6 eighth row: execution fails, or the second gets a pool address."""
        source = world.plain_source()
        source.vm(1)
        for number in (1, 2):
            source.nic(VM, number, mac="56:6f:00:00:00:05")
        target = recovered(world)

        answer = world.register(VM, body=body)

        assert answer.status == status
        if status == 400:
            assert fault(answer)[1] == "[Mac Address is in use.]"
            assert len(target.events(833)) == 1
            assert not target.store.exists(f"/vms/{VM}")
        else:
            assert nic_of(target, 1)[0] == "56:6f:00:00:00:05"
            assert nic_of(target, 2)[0] == "56:6f:00:00:00:00"
