from __future__ import annotations

import pytest

from drplan.simulator import elements, storage_views
from drplan.simulator.store import Store
from tests.unit.simulator.behaviour.sites import Site, World, fault, tree, uid

VM = uid("vm", 1)


def row(store: Store, domain: int = 1, vm: str = VM) -> bool:
    """Whether the VM is listed as unregistered on the domain."""
    return store.exists(f"/storagedomains/{uid('sd', domain)}/vms;unregistered/{vm}")


def source_with_vm(world: World, **settings: str) -> Site:
    """A source with one VM that has one disk and one NIC."""
    source = world.plain_source()
    source.vm(1, disks=(source.disk(1),), **settings)
    source.nic(VM, 1, mac="56:6f:00:00:00:01", profile=uid("prof", 1))
    return source


def recovered(world: World, *domains: int, version: str | None = None) -> Site:
    """A target that has attached the replicas of these domains (the first one by default)."""
    world.plain_target()
    target = world.open(*(domains or (1,)), version=version)
    world.recover(*(domains or (1,)))
    return target


def mapping(kind: str, *pairs: tuple[str, str]) -> str:
    """A registration configuration with name mappings of one kind."""
    entries = "".join(
        f"<registration_{kind}_mapping><from><name>{a}</name></from><to><name>{b}</name></to>"
        f"</registration_{kind}_mapping>"
        for a, b in pairs
    )
    return (
        f"<registration_configuration><{kind}_mappings>{entries}</{kind}_mappings>"
        "</registration_configuration>"
    )


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


class TestRequests:
    """Sections 1.10 and 1.12: bodies that are refused."""

    @pytest.mark.parametrize(
        ("entry", "text"),
        [
            (
                "<cluster_mappings><m><to><name>b</name></to></m></cluster_mappings>",
                "Cluster name is missing from source.",
            ),
            (
                "<role_mappings><m><from><name>b</name></from></m></role_mappings>",
                "Role is missing from destination.",
            ),
            ("<lun_mappings><m><to/></m></lun_mappings>", "Lun id is missing from source."),
        ],
    )
    def test_a_mapping_without_a_side_is_a_bare_400(
        self, world: World, entry: str, text: str
    ) -> None:
        """1.12: checked before the VM."""
        source_with_vm(world)
        recovered(world)

        answer = world.register(
            VM, body=f"<registration_configuration>{entry}</registration_configuration>"
        )

        assert tree(answer).tag == "fault"
        assert fault(answer) == (400, text)

    @pytest.mark.parametrize("pairs", [(("a", "b"), ("a", "c"))], ids=["duplicate source"])
    def test_a_double_source_name_is_a_500_page(
        self, world: World, pairs: tuple[tuple[str, str], ...]
    ) -> None:
        """1.12: an uncaught exception, HTML body."""
        source_with_vm(world)
        recovered(world)

        answer = world.register(VM, body=mapping("role", *pairs))

        assert (answer.status, answer.media_type) == (500, "text/html")

    def test_a_target_without_name_is_a_500_page(self, world: World) -> None:
        """1.12: ``<to>`` without name."""
        source_with_vm(world)
        recovered(world)
        body = "<registration_configuration><role_mappings><m><from><name>a</name></from><to/></m></role_mappings></registration_configuration>"

        assert world.register(VM, body=body).status == 500

    def test_clone_with_a_vm_name_is_a_500(self, world: World) -> None:
        """1.10: it dereferences what is not there."""
        source_with_vm(world)
        recovered(world)

        body = "<clone>false</clone><vm><name>x</name></vm>"
        assert world.register(VM, body=body).status == 500

    def test_an_unknown_vm_is_a_failed_validation(self, world: World) -> None:
        """1.7 row 6."""
        source_with_vm(world)
        recovered(world)

        answer = world.register(uid("vm", 99))

        assert fault(answer) == (500, "[General command validation failure.]")

    def test_a_refused_registration_leaves_a_failed_job_and_no_event(self, world: World) -> None:
        """1.7 row 28: only the fault tells."""
        source_with_vm(world)
        target = recovered(world)
        before = len(target.store.members("/events"))

        world.register(VM, cluster="", Correlation_Id="drp-7")

        jobs = tree(target.ask("GET", "/jobs?search=correlation_id%3Ddrp-7"))
        assert [job.findtext("status") for job in jobs] == ["failed"]
        assert len(target.store.members("/events")) == before


class TestCollisions:
    """Rows 2 to 4 and 22: ids, names, the data center."""

    def test_a_registered_vm_meets_its_own_macs(self, world: World) -> None:
        """1.7 row 2b: no row left, reassign false; with reassign it is the id."""
        source_with_vm(world)
        recovered(world)
        world.register(VM)

        plain = fault(world.register(VM))
        reassigning = fault(world.register(VM, body="<reassign_bad_macs>true</reassign_bad_macs>"))

        assert plain[0] == 409
        assert plain[1].endswith("Problematic NICs are nic1]")
        assert reassigning[0] == 409
        assert "VM ID already exists in the system" in reassigning[1]

    @pytest.mark.parametrize(("center", "status"), [(1, 409), (2, 200)])
    def test_a_name_counts_in_its_data_center_only(
        self, world: World, center: int, status: int
    ) -> None:
        """1.7 row 3."""
        source_with_vm(world)
        target = recovered(world)
        target.data_center(2)
        target.cluster(2, center=2)
        target.vm(50, cluster=center, name="vm1")

        answer = world.register(VM)

        assert answer.status == status
        if status == 409:
            assert "VM Name already exists in the Data Center" in fault(answer)[1]

    def test_two_vms_of_one_name_at_once_meet_the_name_lock(self, world: World) -> None:
        """1.7 row 4: engine-wide, fails at once."""
        source = world.plain_source()
        for number in (1, 2):
            source.vm(number, name="twin")
        target = recovered(world)
        path = f"/storagedomains/{uid('sd', 1)}/vms"
        body = "<action><cluster><name>cl-dr</name></cluster></action>"
        first = target.submit("POST", f"{path}/{uid('vm', 1)}/register", body)
        second = target.ask("POST", f"{path}/{uid('vm', 2)}/register", body)
        while first.response is None:
            target.step()

        assert first.response.status == 200
        assert fault(second) == (
            409,
            "[Cannot import VM. The VM name is already in use, please choose a unique name and"
            " try again.]",
        )

    def test_a_data_center_that_is_not_up_is_row_22(self, world: World) -> None:
        """1.7 row 22."""
        world.plain_source().vm(1)
        target = recovered(world)
        target.store.set_value(f"/datacenters/{uid('dc', 1)}", "status", "problematic")

        detail = "[Cannot import VM. Unknown Data Center status.]"
        assert fault(world.register(VM)) == (409, detail)


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
