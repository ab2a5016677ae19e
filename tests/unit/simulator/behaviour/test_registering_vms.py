from __future__ import annotations

import pytest

from drplan.simulator import elements
from tests.unit.simulator.behaviour.sites import fault, tree, uid
from tests.unit.simulator.behaviour.worlds import (
    World,
    mapping,
    recovered,
    row,
    source_with_vm,
)

VM = uid("vm", 1)


class TestSuccess:
    """Row 28: what a good registration leaves."""

    def test_a_registered_vm_is_down_in_its_cluster_with_disks_and_nics(self, world: World) -> None:
        """1.7 row 28 and 2.1: blocks until the job ends; 200 with job and VM; event 174."""
        source_with_vm(world, status="up")
        target = recovered(world)

        answer = world.register(VM)

        reply = tree(answer)
        vm = tree(target.ask("GET", f"/vms/{VM}"))
        assert answer.status == 200
        assert reply.findtext("status") == "complete"
        assert [reply.find(tag).get("id") for tag in ("vm",)] == [VM]
        assert reply.find("job").get("id")
        assert vm.findtext("status") == "down"
        assert vm.find("cluster").get("id") == uid("cl", 1)
        assert [d.get("id") for d in tree(target.ask("GET", f"/vms/{VM}/diskattachments"))] == [
            uid("disk", 1)
        ]
        assert len(tree(target.ask("GET", f"/vms/{VM}/nics"))) == 1
        assert target.events(174) == [
            "VM vm1 has been successfully imported from the given configuration."
        ]

    def test_the_vm_is_image_locked_while_it_is_registered(self, world: World) -> None:
        """2.1: status path image_locked, then down."""
        source_with_vm(world)
        target = recovered(world)
        path = f"/storagedomains/{uid('sd', 1)}/vms/{VM}/register"
        ticket = target.submit(
            "POST", path, "<action><cluster><name>cl-dr</name></cluster></action>"
        )
        seen = set()
        while ticket.response is None:
            target.step()
            seen.add(target.store.value(f"/vms/{VM}", "status"))

        assert {"image_locked", "down"} <= seen

    def test_disks_come_without_quota_and_leave_the_unregistered_list(self, world: World) -> None:
        """3: what is registered is not listed any more."""
        source_with_vm(world)
        target = recovered(world)

        world.register(VM)

        disk = target.store.element(f"/disks/{uid('disk', 1)}")
        listed = f"/storagedomains/{uid('sd', 1)}/disks?unregistered=true"
        assert disk.find("quota") is None
        assert disk.findtext("status") == "ok"
        assert len(tree(target.ask("GET", listed))) == 0

    def test_registering_removes_the_rows_of_every_domain(self, world: World) -> None:
        """1.8: registering once removes the VM from all lists."""
        source = world.plain_source()
        source.vm(1, disks=(source.disk(1, (1,)), source.disk(2, (2,))))
        target = recovered(world, 1, 2)

        world.register(VM)

        assert [row(target.store, n) for n in (1, 2)] == [False, False]

    def test_a_diskless_vm_is_registered_through_any_domain(self, world: World) -> None:
        """1.8: VMs without image are in every OVF_STORE of the data center."""
        world.plain_source().vm(1)
        target = recovered(world, 1, 2)

        assert world.register(VM, domain=2).status == 200
        assert row(target.store, 1) is False

    def test_a_domain_attached_later_brings_the_row_back(self, world: World) -> None:
        """1.8 and 3: no filter at attach; registering again is row 10 or 2b."""
        source = world.plain_source()
        source.vm(1)
        world.plain_target()
        target = world.open(1, 2)
        world.recover(1)
        world.register(VM)
        world.recover(2)

        again = world.register(VM, domain=2)

        assert row(target.store, 2)
        assert fault(again) == (
            409,
            "[Import VM failed - VM ID already exists in the system."
            " Please remove the VM (vm1) from the system first]",
        )

    def test_a_vm_can_be_renamed(self, world: World) -> None:
        """1.1: the top-level name."""
        source_with_vm(world)
        target = recovered(world)

        world.register(VM, body="<name>other</name>")

        assert target.store.value(f"/vms/{VM}", "name") == "other"

    def test_snapshots_come_with_an_active_one(self, world: World) -> None:
        """Wire 5: one Active VM, and those of the definition."""
        source = source_with_vm(world)
        source.put(
            f"/vms/{VM}/snapshots/{uid('snap', 1)}",
            "<snapshot><description>s</description><snapshot_type>regular</snapshot_type></snapshot>",
        )
        target = recovered(world)

        world.register(VM)

        kinds = [
            s.findtext("snapshot_type") for s in tree(target.ask("GET", f"/vms/{VM}/snapshots"))
        ]
        assert sorted(kinds) == ["active", "regular"]

    def test_pinned_hosts_are_cleared(self, world: World) -> None:
        """Row 27: silently."""
        pinned = "<placement_policy><affinity>pinned</affinity><hosts><host id='x'/></hosts></placement_policy>"
        source_with_vm(world, extra=pinned)
        target = recovered(world)

        world.register(VM)

        policy = target.store.element(f"/vms/{VM}").find("placement_policy")
        assert policy.find("hosts") is None


class TestVersions:
    """Section 2.1: how releases differ."""

    @pytest.mark.parametrize(
        ("version", "status", "start"),
        [("4.5.3.1-1.el8", "down", 200), ("4.5.2-1.el8", "image_locked", 409)],
    )
    def test_before_453_the_answer_comes_while_the_vm_is_locked(
        self, world: World, version: str, status: str, start: int
    ) -> None:
        """2.1: 4.4.6 to 4.5.2 answer at once and hold the locks for seconds."""
        source_with_vm(world)
        target = recovered(world, version=version)

        world.register(VM)
        at_once = target.store.value(f"/vms/{VM}", "status")
        started = target.ask("POST", f"/vms/{VM}/start", "<action/>")
        target.settle(60)

        assert at_once == status
        assert started.status == start
        if start == 409:
            assert fault(started)[1] == "[Cannot run VM. VM vm1 is being imported.]"
            assert target.store.value(f"/vms/{VM}", "status") == "down"

    def test_before_446_the_locks_end_with_the_execution(self, world: World) -> None:
        """2.1: the VM can be started, and the end phase resets it to down (bug 1917956)."""
        source_with_vm(world)
        target = recovered(world, version="4.4.5-1.el8")

        world.register(VM)
        started = target.ask("POST", f"/vms/{VM}/start", "<action/>")
        target.settle(2)
        assert started.status == 200
        assert target.store.value(f"/vms/{VM}", "status") == "down"

    def test_async_answers_202_while_the_job_runs(self, world: World) -> None:
        """2.1: ``<async>true</async>`` since 4.5.3."""
        source_with_vm(world)
        recovered(world)

        answer = world.register(VM, body="<async>true</async>")

        assert answer.status == 202
        assert tree(answer).findtext("status") == "in_progress"


class TestCluster:
    """Section 1.4: the cluster."""

    def test_the_mapping_leads_to_the_cluster(self, world: World) -> None:
        """1.4 row cluster."""
        source_with_vm(world)
        target = recovered(world)

        answer = world.register(VM, cluster="", body=mapping("cluster", ("cl-prod", "cl-dr")))

        assert answer.status == 200
        assert target.store.reference(f"/vms/{VM}", "cluster") == uid("cl", 1)

    def test_an_unknown_mapped_cluster_falls_back_to_the_original_name(self, world: World) -> None:
        """1.4: the original name, if the target has it."""
        source_with_vm(world)
        target = recovered(world)
        target.cluster(2, name="cl-prod")

        world.register(VM, cluster="", body=mapping("cluster", ("cl-prod", "nowhere")))

        assert target.store.reference(f"/vms/{VM}", "cluster") == uid("cl", 2)

    def test_no_cluster_at_all_is_row_1(self, world: World) -> None:
        """1.7 row 1."""
        source_with_vm(world)
        recovered(world)

        expected = (400, "[Cannot import VM. The relevant Cluster doesn't exist.]")
        assert fault(world.register(VM, cluster="")) == expected
        by_id = f"<cluster id='{uid('cl', 7)}'/>"
        assert fault(world.register(VM, cluster="", body=by_id)) == expected

    def test_an_unknown_cluster_name_in_the_action_is_404(self, world: World) -> None:
        """1.4: root fault, not in an action."""
        source_with_vm(world)
        recovered(world)

        answer = world.register(VM, cluster="nowhere")

        assert tree(answer).tag == "fault"
        assert fault(answer) == (404, "Entity not found: Cluster: name=nowhere")

    def test_a_cluster_without_bios_type_is_row_20(self, world: World) -> None:
        """1.7 row 20."""
        source_with_vm(world)
        target = recovered(world)
        with target.store.edit(f"/clusters/{uid('cl', 1)}") as cluster:
            elements.set_text(cluster, "bios_type", "")

        assert fault(world.register(VM))[0] == 409
        assert "has not specified a bios type" in fault(world.register(VM))[1]

    def test_another_architecture_is_row_19(self, world: World) -> None:
        """1.7 row 19."""
        source_with_vm(world)
        target = recovered(world)
        with target.store.edit(f"/clusters/{uid('cl', 1)}") as cluster:
            elements.set_text(cluster, "cpu/architecture", "ppc64")

        detail = "[Cannot import VM. The selected cluster doesn't support VM architecture]"
        assert fault(world.register(VM)) == (400, detail)
