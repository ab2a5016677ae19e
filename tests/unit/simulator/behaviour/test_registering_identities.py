from __future__ import annotations

import pytest

from tests.unit.simulator.behaviour.sites import Site, World, fault, tree, uid
from tests.unit.simulator.behaviour.test_registering_vms import mapping, recovered, source_with_vm

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


class TestAffinity:
    """Section 1.4: affinity groups and labels."""

    def test_groups_and_labels_are_mapped_by_name(self, world: World) -> None:
        """1.4: name to name."""
        source = source_with_vm(world)
        source.group(1, "ag", VM)
        source.label(1, "lbl", VM)
        world.plain_target()
        group = world.target.group(2, "ag-dr", uid("vm", 50))
        label = world.target.label(2, "lbl-dr")
        target = world.open(1)
        world.recover(1)
        body = mapping("affinity_group", ("ag", "ag-dr")).replace(
            "</registration_configuration>", ""
        ) + mapping("affinity_label", ("lbl", "lbl-dr")).replace("<registration_configuration>", "")

        world.register(VM, body=body)

        members = [m.get("id") for m in target.store.element(group).findall("vms/vm")]
        assert members == [uid("vm", 50), VM]
        assert target.store.exists(f"{label}/vms/{VM}")
        labels = tree(target.ask("GET", f"/vms/{VM}/affinitylabels"))
        assert [e.findtext("name") for e in labels] == ["lbl-dr"]

    def test_missing_ones_are_named_in_event_1188(self, world: World) -> None:
        """1.7 row 25: groups, labels, users, roles, in this order."""
        source = source_with_vm(world)
        source.group(1, "ag", VM)
        source.label(1, "lbl", VM)
        source.permission(VM, 1, source.user(1, "ann"), source.role(1, "UserRole"))
        target = recovered(world)

        world.register(VM)

        assert target.events(1188) == [
            "The following entities could not be verified and will not be part of the imported VM"
            " vm1: 'Affinity groups: ag Affinity labels: lbl Users: ann@internal-authz"
            " Roles: UserRole ' (User: admin@internal-authz)."
        ]

    def test_a_group_of_another_cluster_is_dropped_without_event(self, world: World) -> None:
        """1.4: log line only."""
        source = source_with_vm(world)
        source.group(1, "ag", VM)
        world.plain_target()
        world.target.cluster(2)
        group = world.target.group(1, "ag", cluster=2)
        target = world.open(1)
        world.recover(1)

        world.register(VM)

        assert target.store.element(group).findall("vms/vm") == []
        assert target.events(1188) == []

    def test_concurrent_registrations_lose_a_membership(self, world: World) -> None:
        """2.3: the group is read in validation and rewritten whole in execution."""
        source = world.plain_source()
        vms = [source.vm(number) for number in (1, 2)]
        source.vm(3, disks=(source.disk(3),))
        source.group(1, "ag", *vms, uid("vm", 3))
        world.plain_target()
        group = world.target.group(1, "ag")
        target = world.open(1)
        world.recover(1)

        body = "<action><cluster><name>cl-dr</name></cluster></action>"
        path = f"/storagedomains/{uid('sd', 1)}/vms"
        tickets = [target.submit("POST", f"{path}/{vm}/register", body) for vm in vms]
        target.settle(60)
        world.register(uid("vm", 3))

        members = [m.get("id") for m in target.store.element(group).findall("vms/vm")]
        assert [t.response.status for t in tickets if t.response] == [200, 200]
        assert members == [vms[1], uid("vm", 3)]

    def test_concurrent_registrations_of_one_address_fail_in_execution(self, world: World) -> None:
        """1.6 last row: the address is taken between validation and execution."""
        source = world.plain_source()
        vms = [source.vm(number) for number in (1, 2)]
        for number, vm in enumerate(vms, start=1):
            source.nic(vm, number, mac="56:6f:00:00:00:05")
        target = recovered(world)
        body = "<action><cluster><name>cl-dr</name></cluster></action>"
        path = f"/storagedomains/{uid('sd', 1)}/vms"

        tickets = [target.submit("POST", f"{path}/{vm}/register", body) for vm in vms]
        target.settle(60)

        assert [t.response.status for t in tickets if t.response] == [200, 400]
        assert not target.store.exists(f"/vms/{vms[1]}")


class TestPermissions:
    """Section 1.4: users, roles and AAA domains."""

    def ready(self, world: World, *roles: str) -> Site:
        """A VM of the source on which ann has one role; the target knows ann and the roles."""
        source = source_with_vm(world)
        source.permission(VM, 1, source.user(1, "ann"), source.role(1, "A"))
        world.plain_target()
        world.target.user(1, "ann")
        for number, name in enumerate(roles, start=1):
            world.target.role(number, name)
        target = world.open(1)
        world.recover(1)
        return target

    def roles_of(self, target: Site) -> list[str | None]:
        """The names of the roles that are given on the VM."""
        return [
            target.store.value(f"/roles/{target.store.reference(p, 'role')}", "name")
            for p in target.store.members(f"/vms/{VM}/permissions")
        ]

    def test_users_and_roles_are_given_again(self, world: World) -> None:
        """1.4: a row for user and role."""
        target = self.ready(world, "A")

        world.register(VM)

        assert self.roles_of(target) == ["A"]

    def test_a_mapped_role_and_its_fall_back(self, world: World) -> None:
        """1.4 row role."""
        target = self.ready(world, "A", "B")

        world.register(VM, body=mapping("role", ("A", "B")))

        assert self.roles_of(target) == ["B"]

    def test_an_unknown_mapped_role_falls_back(self, world: World) -> None:
        """1.4: to the original name."""
        target = self.ready(world, "A")

        world.register(VM, body=mapping("role", ("A", "nowhere")))

        assert self.roles_of(target) == ["A"]

    def test_chained_role_mappings_apply_twice(self, world: World) -> None:
        """1.4: A to B and B to C ends as C."""
        target = self.ready(world, "A", "B", "C")

        world.register(VM, body=mapping("role", ("A", "B"), ("B", "C")))

        assert self.roles_of(target) == ["C"]

    def test_a_double_permission_rolls_the_registration_back(self, world: World) -> None:
        """1.4: a user holding A and B gets C twice, and the unique index refuses."""
        source = source_with_vm(world)
        ann = source.user(1, "ann")
        for number, name in enumerate("AB", start=1):
            source.permission(VM, number, ann, source.role(number, name))
        world.plain_target()
        world.target.user(1, "ann")
        for number, name in enumerate("ABC", start=1):
            world.target.role(number, name)
        target = world.open(1)
        world.recover(1)

        answer = world.register(VM, body=mapping("role", ("A", "B"), ("B", "C")))

        assert answer.status == 400
        assert not target.store.exists(f"/vms/{VM}")

    def test_domain_mappings_have_no_effect(self, world: World) -> None:
        """1.4 row domain: the map is looked up by login, the bug of every release."""
        source = source_with_vm(world)
        source.permission(VM, 1, source.user(1, "ann", "prod-authz"), source.role(1, "A"))
        world.plain_target()
        world.target.user(1, "ann", "dr-authz")
        world.target.role(1, "A")
        target = world.open(1)
        world.recover(1)

        world.register(VM, body=mapping("domain", ("prod-authz", "dr-authz")))

        assert self.roles_of(target) == []
        assert "'Users: ann@prod-authz '" in target.events(1188)[0]


class TestLeases:
    """Row 26: leases."""

    def ready(self, world: World, *, is_ha: bool, lease: int) -> Site:
        """A VM with a lease on a domain."""
        extra = (
            f"<high_availability><enabled>{str(is_ha).lower()}</enabled></high_availability>"
            f"<lease><storage_domain id='{uid('sd', lease)}'/></lease>"
        )
        source_with_vm(world, extra=extra)
        return recovered(world)

    @pytest.mark.parametrize(
        ("is_ha", "lease", "ends_on"),
        [(True, 1, 1), (True, 2, 9), (False, 2, None), (False, 1, 1)],
        ids=["usable", "moved", "dropped", "usable, not HA"],
    )
    def test_a_lease_on_a_missing_domain_moves_or_goes(
        self, world: World, is_ha: bool, lease: int, ends_on: int | None
    ) -> None:
        """1.7 row 26: HA to the first usable active data domain, otherwise dropped silently."""
        target = self.ready(world, is_ha=is_ha, lease=lease)

        world.register(VM)

        expected = uid("sd", ends_on) if ends_on else None
        assert target.store.reference(f"/vms/{VM}", "lease/storage_domain") == expected


def test_a_low_custom_level_is_raised_with_event_1198(world: World) -> None:
    """1.7 row 21: to the level of the data center."""
    level = "<custom_compatibility_version><major>4</major><minor>3</minor></custom_compatibility_version>"
    source_with_vm(world, extra=level)
    target = recovered(world)

    world.register(VM)

    assert target.store.value(f"/vms/{VM}", "custom_compatibility_version/minor") == "7"
    assert len(target.events(1198)) == 1
