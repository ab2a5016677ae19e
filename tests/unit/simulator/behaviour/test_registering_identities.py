from __future__ import annotations

import pytest

from tests.unit.simulator.behaviour.sites import Site, tree, uid
from tests.unit.simulator.behaviour.worlds import (
    World,
    mapping,
    recovered,
    source_with_vm,
)

VM = uid("vm", 1)


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
