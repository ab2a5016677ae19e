from __future__ import annotations

import pytest

from drplan.simulator import storage_views
from drplan.simulator.attaching import READ_OVF
from drplan.simulator.spm_tasks import start_task
from tests.unit.simulator.behaviour.living_sites import DC, LivingSite
from tests.unit.simulator.behaviour.sites import fault, tree, uid

BUSY = (
    "[Cannot deactivate Storage. Related operation is currently in progress."
    " Please try again later.]"
)


class TestTheCourse:
    """6.2 and 4.3: what a deactivation goes through."""

    def test_it_answers_at_once_and_goes_on(self, alive: LivingSite) -> None:
        """6.2: 200 complete comes with the domain locked and the job running."""
        answer = alive.deactivate(2)

        assert answer.status == 200
        assert tree(answer).findtext("status") == "complete"
        job = tree(answer).find("job").get("id")
        assert alive.status(2) == "locked"
        assert alive.store.value(f"/jobs/{job}", "status") == "started"

    def test_a_non_master_passes_through_its_statuses(self, alive: LivingSite) -> None:
        """4.3: locked, preparing_for_maintenance, maintenance; 968 and 1029 tell."""
        seen = [alive.status(2)]
        alive.deactivate(2)
        while alive.status(2) != "maintenance":
            if alive.status(2) != seen[-1]:
                seen.append(alive.status(2))
            alive.step()

        assert seen == ["active", "locked", "preparing_for_maintenance"]
        assert len(alive.events(968)) == 1
        assert len(alive.events(1029)) == 1

    def test_the_job_is_finished_before_maintenance(self, alive: LivingSite) -> None:
        """10.1: ``finished`` does not prove that the domain is in maintenance."""
        job = tree(alive.deactivate(2)).find("job").get("id")
        while alive.store.value(f"/jobs/{job}", "status") == "started":
            alive.step()

        assert alive.store.value(f"/jobs/{job}", "status") == "finished"
        assert alive.status(2) == "preparing_for_maintenance"

    def test_the_master_role_goes_to_another_active_data_domain(self, alive: LivingSite) -> None:
        """6.3: the elected domain is locked, then active and master."""
        alive.deactivate(1)
        seen = set()
        while alive.status(1) != "maintenance":
            seen.add(alive.status(2))
            alive.step()

        assert seen == {"active", "locked"}
        assert alive.master() == [2]
        assert alive.copy(2).master
        assert not alive.copy(1).master
        assert alive.center_status() == "up"

    def test_the_longest_not_master_is_elected(self, alive: LivingSite) -> None:
        """6.3: the oldest last time as master wins; backup domains are left out."""
        alive.put_into_maintenance(1)
        alive.activate(1)
        storage_views.set_field(alive.store, uid("sd", 3), "backup", "true")
        alive.settle(60)

        alive.put_into_maintenance(2)

        assert alive.master() == [1]

    def test_the_last_master_ends_the_pool(self, alive: LivingSite) -> None:
        """4.3: domain and data center in maintenance by the command itself, the SPM stopped."""
        alive.put_into_maintenance(2, 3)
        alive.settle(60)

        alive.put_into_maintenance(1)

        assert alive.center_status() == "maintenance"
        assert alive.store.value(f"/hosts/{uid('host', 1)}", "spm/status") == "none"
        assert len(alive.events(1030)) == 1

    def test_a_domain_without_definitions_is_switched_off_inside_the_request(
        self, site: LivingSite
    ) -> None:
        """6.2: an ISO domain has no OVF update."""
        site.domain(5, kind="iso")
        site.begin()

        site.deactivate(5)

        assert site.status(5) == "preparing_for_maintenance"
        assert site.events(199) == []

    def test_a_host_that_does_not_respond_holds_it_for_ever(self, alive: LivingSite) -> None:
        """4.3: preparing_for_maintenance waits for every connected host, also a lost one."""
        alive.store.set_value(f"/hosts/{uid('host', 2)}", "status", "non_responsive")
        alive.deactivate(2)
        alive.settle(3600)
        assert alive.status(2) == "preparing_for_maintenance"

        alive.store.set_value(f"/hosts/{uid('host', 2)}", "status", "up")
        alive.settle(20)
        assert alive.status(2) == "maintenance"

    def test_the_check_runs_only_while_the_data_center_is_watched(self, alive: LivingSite) -> None:
        """4.3: up, problematic, contend; in maintenance nobody looks."""
        alive.deactivate(2)
        while alive.status(2) != "preparing_for_maintenance":
            alive.step()
        alive.store.set_value(f"/datacenters/{DC}", "status", "maintenance")
        alive.settle(100)
        assert alive.status(2) == "preparing_for_maintenance"

        alive.store.set_value(f"/datacenters/{DC}", "status", "problematic")
        alive.settle(20)
        assert alive.status(2) == "maintenance"

    def test_it_can_be_activated_while_it_prepares(self, alive: LivingSite) -> None:
        """6.1: PreparingForMaintenance may be activated; maintenance does not come any more."""
        alive.store.set_value(f"/hosts/{uid('host', 2)}", "status", "non_responsive")
        alive.deactivate(2)
        alive.settle(60)

        assert alive.activate(2).status == 200
        alive.settle(60)
        assert alive.status(2) == "active"


class TestFailure:
    """6.2: what goes wrong after the answer."""

    def test_a_failed_ovf_update_brings_it_back(self, alive: LivingSite) -> None:
        """6.2: locked, unknown, active; the job is finished all the same; event 969."""
        alive.engine.ovfs.outdated.add(uid("sd", 2))
        alive.array.export("nas-a", "/exp/d2").mount = "refuses"
        job = tree(alive.deactivate(2)).find("job").get("id")
        seen = []
        while alive.status(2) != "active":
            seen.append(alive.status(2))
            alive.step()

        assert list(dict.fromkeys(seen)) == ["locked", "unknown"]
        assert alive.store.value(f"/jobs/{job}", "status") == "finished"
        assert len(alive.events(969)) == 1
        assert len(alive.events(1016)) == 1

    def test_force_goes_on_without_the_ovf(self, alive: LivingSite) -> None:
        """6.2: with force the failed update does not matter."""
        alive.engine.ovfs.outdated.add(uid("sd", 2))
        alive.array.export("nas-a", "/exp/d2").mount = "refuses"

        alive.deactivate(2, force=True)
        alive.settle(60)

        assert alive.status(2) == "maintenance"

    def test_an_inactive_domain_needs_force(self, alive: LivingSite) -> None:
        """6.2: an inactive domain cannot be written to."""
        alive.engine.ovfs.outdated.add(uid("sd", 2))
        alive.set_status(2, "inactive")
        alive.deactivate(2)
        alive.settle(60)
        assert alive.status(2) == "inactive"

        alive.deactivate(2, force=True)
        alive.settle(60)
        assert alive.status(2) == "maintenance"

    def test_without_a_host_the_hosts_cannot_be_told(self, alive: LivingSite) -> None:
        """6.2: the host-side part fails, the domain goes back, 969."""
        for number in (1, 2):
            alive.store.set_value(f"/hosts/{uid('host', number)}", "status", "maintenance")

        alive.deactivate(2)
        alive.settle(60)

        assert alive.status(2) == "active"
        assert len(alive.events(969)) == 1

    def test_non_operational_hosts_are_enough(self, alive: LivingSite) -> None:
        """2.1: deactivate also works on NonOperational hosts."""
        for number in (1, 2):
            alive.store.set_value(f"/hosts/{uid('host', number)}", "status", "non_operational")

        alive.deactivate(2)
        alive.settle(60)

        assert alive.status(2) == "maintenance"

    def test_two_at_once_may_collide_in_their_ovf_updates(self, alive: LivingSite) -> None:
        """6.2: one in phase 2 while the other is in phase 1 fails, and goes back."""
        alive.engine.ovfs.outdated.update({uid("sd", 2), uid("sd", 3)})
        alive.submit("POST", f"{alive.attached(2)}/deactivate", "<action/>")
        alive.submit("POST", f"{alive.attached(3)}/deactivate", "<action/>")
        alive.settle(100)

        assert sorted([alive.status(2) or "", alive.status(3) or ""]) == ["active", "maintenance"]
        assert len(alive.events(969)) == 1


class TestRefusals:
    """6.2: validations, in their order, in an action."""

    def test_an_unknown_domain(self, alive: LivingSite) -> None:
        """Row 1: STORAGE_DOMAIN_NOT_EXIST, 400, and a failed job."""
        answer = alive.deactivate(7)

        assert fault(answer) == (400, "[Cannot deactivate Storage. Storage Domain doesn't exist.]")
        assert tree(answer).tag == "action"
        statuses = [alive.store.value(job, "status") for job in alive.store.members("/jobs")]
        assert statuses == ["failed"]

    def test_a_domain_in_maintenance(self, alive: LivingSite) -> None:
        """Row 2: STATUS_ILLEGAL2 with the enum's name."""
        alive.set_status(2, "maintenance")

        assert fault(alive.deactivate(2)) == (
            409,
            "[Cannot deactivate Storage. The relevant Storage Domain's status is Maintenance.]",
        )

    def test_an_unattached_domain(self, site: LivingSite) -> None:
        """1.5: the row found elsewhere is used: Unattached."""
        site.domain(5, center=None)
        site.begin()

        assert fault(site.deactivate(5))[1].endswith("status is Unattached.]")

    @pytest.mark.parametrize("status", ["locked", "detaching", "preparing_for_maintenance"])
    def test_a_domain_in_process(self, alive: LivingSite, status: str) -> None:
        """Row 2: OBJECT_LOCKED."""
        alive.set_status(2, status)

        assert fault(alive.deactivate(2)) == (409, BUSY)

    def test_a_disk_in_transfer(self, alive: LivingSite) -> None:
        """Row 3: uploads or downloads on the domain."""
        alive.put(
            f"/imagetransfers/{uid('it', 1)}",
            f"<image_transfer><phase>transferring</phase><disk id='{uid('disk', 2)}'/>"
            "</image_transfer>",
        )

        status, detail = fault(alive.deactivate(2))
        assert status == 409
        assert detail.endswith("cancel all active disk uploads and downloads first.]")

    def test_the_hosted_engine(self, alive: LivingSite) -> None:
        """Row 4: HOSTED_ENGINE_STORAGE."""
        alive.edit(f"/vms/{uid('vm', 2)}", "origin", "managed_hosted_engine")

        assert fault(alive.deactivate(2))[1].endswith("contains the self hosted engine.]")

    def test_a_master_before_iso_domains(self, site: LivingSite) -> None:
        """Row 5: an active non-data domain, and no other active data domain."""
        site.domain(5, kind="iso")
        site.begin()
        for number in (2, 3):
            site.set_status(number, "maintenance")

        assert "active non-data domains" in fault(site.deactivate(1))[1]

    def test_a_master_while_others_are_busy(self, alive: LivingSite) -> None:
        """Row 6: a domain of the data center is in process."""
        alive.set_status(3, "locked")

        assert "there are locked domains in the Data Center" in fault(alive.deactivate(1))[1]

    def test_a_lease_of_a_running_vm(self, alive: LivingSite) -> None:
        """Row 7: any status but Down counts, Suspended too."""
        path = f"/vms/{uid('vm', 4)}"
        alive.put(
            path,
            f"<vm><name>vm4</name><status>suspended</status><lease><storage_domain"
            f" id='{uid('sd', 2)}'/></lease><cluster id='{uid('cl', 1)}'/></vm>",
        )

        assert fault(alive.deactivate(2)) == (
            409,
            "[Cannot deactivate domain, the domain contains leases for the following running VMs:"
            " vm4]",
        )

    def test_a_disc_in_a_drive(self, site: LivingSite) -> None:
        """Row 8: an ISO of the domain is mounted in a running VM."""
        site.domain(5, kind="iso")
        site.begin()
        site.vm_status(4, "up")
        site.put(
            f"/vms/{uid('vm', 4)}/cdroms/{uid('cd', 1)}", "<cdrom><file id='boot.iso'/></cdrom>"
        )

        assert "ISO image(s) attached to the following VM(s): vm4." in fault(site.deactivate(5))[1]

    def test_a_running_vm_with_a_plugged_disk(self, alive: LivingSite) -> None:
        """Row 9: DETECTED_ACTIVE_VMS; a suspended one does not count."""
        alive.vm_status(2, "up")
        assert 'VMs in a state other than "Down" or "Suspended"' in fault(alive.deactivate(2))[1]

        alive.vm_status(2, "suspended")
        assert alive.deactivate(2).status == 200

    def test_a_running_vm_with_an_unplugged_disk_does_not_matter(self, alive: LivingSite) -> None:
        """Row 9: only plugged disks."""
        alive.vm_status(2, "up")
        path = f"/vms/{uid('vm', 2)}/diskattachments/{uid('disk', 2)}"
        alive.store.set_value(path, "active", "false")

        assert alive.deactivate(2).status == 200

    def test_the_master_with_tasks_in_the_pool(self, alive: LivingSite) -> None:
        """Row 10: an OVF upload on another domain leaves a task for about ten seconds."""
        alive.engine.ovfs.outdated.add(uid("sd", 2))
        alive.ask("POST", f"/storagedomains/{uid('sd', 2)}/updateovfstore", "<action/>")
        while not alive.events(199):
            alive.step()

        status, detail = fault(alive.deactivate(1))
        assert status == 409
        assert "running tasks on its Data Center.\n-Tasks running: UploadStream\n" in detail
        alive.settle(20)
        assert alive.deactivate(1).status == 200

    def test_a_domain_with_a_task_of_its_own(self, alive: LivingSite) -> None:
        """Row 11: an attach leaves the task of its OVF read on the domain."""
        alive.put_into_maintenance(2)
        alive.detach(2)
        alive.settle(60)
        assert alive.attach(2).status == 201
        start_task(alive.engine, DC, uid("sd", 2), READ_OVF)

        assert "while there are running tasks on this Storage" in fault(alive.deactivate(2))[1]

    def test_tasks_count_only_while_there_is_an_spm(self, alive: LivingSite) -> None:
        """The two rows about tasks hold only while the data center has an SPM host."""
        start_task(alive.engine, DC, uid("sd", 2), "UploadStream")
        alive.edit(f"/hosts/{uid('host', 1)}", "spm/status", "none")

        assert alive.deactivate(2).status == 200

    def test_the_locks_of_two_deactivations(self, alive: LivingSite) -> None:
        """Section 11: data domains share the pool, the master wants it alone."""
        alive.deactivate(2)

        assert fault(alive.deactivate(1)) == (409, BUSY)
        assert alive.deactivate(3).status == 200
