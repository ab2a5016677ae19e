from __future__ import annotations

import pytest

from drplan.simulator import storage_views
from tests.unit.simulator.behaviour.sites import fault, uid
from tests.unit.simulator.behaviour.worlds import (
    World,
    recovered,
    row,
    source_with_vm,
)

VM = uid("vm", 1)


class TestDisks:
    """Rows 7 to 11: image disks."""

    def two_disks(self, world: World) -> None:
        """A VM with disks on two domains."""
        source = world.plain_source()
        source.vm(1, disks=(source.disk(1, (1,)), source.disk(2, (2,))))

    def test_a_domain_that_is_not_attached_is_row_7(self, world: World) -> None:
        """1.7 row 7."""
        self.two_disks(world)
        recovered(world, 1)

        detail = "[Cannot import VM. Storage Domain doesn't exist.]"
        assert fault(world.register(VM)) == (400, detail)

    def test_a_domain_that_is_not_active_is_row_8(self, world: World) -> None:
        """1.7 row 8: the Java name of the status."""
        self.two_disks(world)
        target = recovered(world, 1, 2)
        storage_views.set_status(target.store, uid("sd", 2), "preparing_for_maintenance")

        detail = (
            "[Cannot import VM. The relevant Storage Domain's status is PreparingForMaintenance.]"
        )
        assert fault(world.register(VM)) == (409, detail)

    def test_partial_import_loses_the_disk_for_good(self, world: World) -> None:
        """1.7 row 11 and 1.8: event 1188 names it; every row is gone."""
        self.two_disks(world)
        target = recovered(world, 1)

        answer = world.register(VM, body="<allow_partial_import>true</allow_partial_import>")

        attached = target.store.members(f"/vms/{VM}/diskattachments")
        assert answer.status == 200
        assert len(attached) == 1
        assert "'Disks: disk2 ' (User:" in target.events(1188)[0]
        assert row(target.store, 1) is False

    def test_a_missing_volume_is_row_9(self, world: World) -> None:
        """1.7 row 9."""
        source_with_vm(world)
        world.plain_target()
        target = world.open(1, missing_volumes=frozenset({uid("disk", 1)}))
        world.recover(1)

        refused = world.register(VM)
        partial = world.register(VM, body="<allow_partial_import>true</allow_partial_import>")

        assert fault(refused)[0] == 400
        assert fault(refused)[1].startswith("[Cannot import VM. VM's Image does not exist.\n")
        assert partial.status == 200
        assert target.store.members(f"/vms/{VM}/diskattachments") == ()

    @pytest.mark.parametrize("partial", ["true", "false"])
    def test_a_known_disk_is_row_10_whether_partial_or_not(
        self, world: World, partial: str
    ) -> None:
        """1.7 row 10: the second check runs over the unfiltered list."""
        source_with_vm(world)
        target = recovered(world)
        target.disk(1, (9,))

        answer = world.register(VM, body=f"<allow_partial_import>{partial}</allow_partial_import>")

        assert fault(answer) == (
            409,
            "[Cannot import VM. The following disks already exist: disk1."
            " Please import as a clone.]",
        )

    def test_a_shared_disk_may_be_there_already(self, world: World) -> None:
        """1.7 row 10: both shareable."""
        source = world.plain_source()
        shared = source.disk(1, shareable=True)
        for number in (1, 2):
            source.vm(number, disks=(shared,))
        recovered(world)

        answers = [world.register(uid("vm", number)).status for number in (1, 2)]

        assert answers == [200, 200]

    def test_memory_on_another_domain_fails_the_execution(self, world: World) -> None:
        """1.7 row 11b: register through the domain that holds the memory disks."""
        source = world.plain_source()
        source.vm(1, disks=(source.disk(1, (1,)), source.disk(2, (2,))))
        source.disk(5, (2,), alias="vm1_snapshot_memory", content="memory_dump_volume")
        target = recovered(world, 1, 2)

        first = world.register(VM, domain=1)
        second = world.register(VM, domain=2)

        assert fault(first) == (400, "[Internal Engine Error]")
        assert second.status == 200
        assert target.store.exists(f"/disks/{uid('disk', 5)}")

    def test_volume_checks_of_a_data_center_take_their_turn(self, world: World) -> None:
        """2.3: N registrations at once take N times the SPM's time."""
        source = world.plain_source()
        for number in (1, 2, 3):
            source.vm(number, disks=(source.disk(number),))
        target = recovered(world)
        begin = target.engine.now if target.engine else 0.0
        tickets = [
            target.submit(
                "POST",
                f"/storagedomains/{uid('sd', 1)}/vms/{uid('vm', n)}/register",
                "<action><cluster><name>cl-dr</name></cluster></action>",
            )
            for n in (1, 2, 3)
        ]
        target.settle(120)

        times = sorted((t.ready_at or 0.0) - begin for t in tickets)
        assert [t.response.status for t in tickets if t.response] == [200] * 3
        assert times[1] - times[0] == pytest.approx(0.15)
        assert times[2] - times[1] == pytest.approx(0.15)


class TestTemplates:
    """Rows 12 to 14: the template of a thin VM."""

    def thin(self, world: World) -> None:
        """A VM based on a template, both on the first domain."""
        source = world.plain_source()
        source.template(1, disks=(source.disk(10),))
        source.vm(1, disks=(source.disk(1),), template=uid("tpl", 1))

    def test_a_thin_vm_needs_its_template(self, world: World) -> None:
        """1.7 row 12; partial makes no difference."""
        self.thin(world)
        recovered(world)

        body = "<allow_partial_import>true</allow_partial_import>"
        detail = "[Cannot import VM. The relevant Template doesn't exist.]"
        assert fault(world.register(VM, body=body)) == (400, detail)

    def test_with_its_template_it_is_registered(self, world: World) -> None:
        """1.9: order base templates, versions, VMs."""
        self.thin(world)
        target = recovered(world)

        path = f"/storagedomains/{uid('sd', 1)}/templates/{uid('tpl', 1)}/register"
        done = target.ask("POST", path, "<action><cluster><name>cl-dr</name></cluster></action>")

        assert done.status == 200
        assert world.register(VM).status == 200

    def test_a_template_on_other_domains_is_row_13(self, world: World) -> None:
        """1.7 row 13."""
        self.thin(world)
        target = recovered(world)
        target.template(1, disks=(target.disk(77, (9,)),))

        detail = "[Cannot import VM. The selected Storage Domain does not contain the VM Template.]"
        assert fault(world.register(VM)) == (400, detail)

    def test_a_locked_template_is_row_14(self, world: World) -> None:
        """1.7 row 14."""
        self.thin(world)
        target = recovered(world)
        target.template(1)
        target.store.set_value(f"/templates/{uid('tpl', 1)}", "status", "locked")

        assert fault(world.register(VM)) == (409, "[Template's Image is locked (temporarily).]")
