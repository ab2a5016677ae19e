from __future__ import annotations

import pytest

from drplan.simulator import mac_pools, storage_views
from tests.unit.simulator.behaviour.living_sites import LivingSite
from tests.unit.simulator.behaviour.sites import fault, tree, uid


class TestEffects:
    """7.1: what a detach leaves behind."""

    def test_the_domain_becomes_unattached(self, alive: LivingSite) -> None:
        """4.3: detaching, then 404 under the data center and unattached in the global view."""
        alive.put_into_maintenance(2)
        ticket = alive.submit("DELETE", alive.attached(2))
        assert alive.status(2) == "detaching"
        while ticket.response is None:
            alive.step()

        assert ticket.response.status == 200
        assert tree(ticket.response).find("job").get("id")
        assert alive.ask("GET", alive.attached(2)).status == 404
        assert alive.status(2) == "unattached"
        assert len(alive.events(964)) == 1

    def test_vms_only_here_leave_with_it(self, alive: LivingSite) -> None:
        """7.1: the VM with all its images here goes, its MAC is free again."""
        alive.put_into_maintenance(2)
        alive.detach(2)

        assert not alive.has("vm", 2)
        assert not alive.has("disk", 2)
        in_use = mac_pools.macs_in_use(alive.store, uid("mac", 1))
        assert in_use == {f"56:6f:00:00:00:0{n}" for n in (1, 3, 4)}

    def test_vms_on_several_domains_lose_the_disks_here(self, alive: LivingSite) -> None:
        """7.1: the VM stays, with the disks that are elsewhere."""
        alive.put_into_maintenance(2)
        alive.detach(2)

        attachments = alive.store.members(f"/vms/{uid('vm', 3)}/diskattachments")
        assert [path.rpartition("/")[2] for path in attachments] == [uid("disk", 4)]
        assert not alive.has("disk", 3)

    def test_vms_without_images_stay(self, alive: LivingSite) -> None:
        """7.1: also after the last domain is gone."""
        for number in (2, 3):
            alive.put_into_maintenance(number)
            alive.detach(number)
            alive.settle(60)
        alive.put_into_maintenance(1)
        alive.detach(1)

        assert [alive.has("vm", number) for number in (1, 2, 3, 4)] == [False, False, False, True]

    def test_a_vm_with_a_lun_besides_leaves_too(self, site: LivingSite) -> None:
        """7.1: direct LUNs do not hold a VM; their disks stay, floating."""
        lun = site.lun_disk(1, "lun-1")
        site.vm(5, disks=(site.disk(5, (2,)), lun))
        site.begin()
        site.put_into_maintenance(2)

        site.detach(2)

        assert not site.has("vm", 5)
        assert site.store.exists(f"/disks/{lun}")

    def test_what_stands_on_a_template_leaves_with_it(self, site: LivingSite) -> None:
        """7.1: thin VMs of a deleted template and its versions go along."""
        site.template(1, disks=(site.disk(5, (2,)),))
        site.template(2, base=1)
        site.vm(5, disks=(site.disk(6, (3,)),), template=uid("tpl", 1))
        site.begin()
        site.put_into_maintenance(2)

        site.detach(2)

        assert not site.has("tpl", 1)
        assert not site.has("tpl", 2)
        assert not site.has("vm", 5)

    def test_a_template_with_a_copy_elsewhere_stays(self, site: LivingSite) -> None:
        """7.1: only the copy here is forgotten."""
        site.template(1, disks=(site.disk(5, (2, 3)),))
        site.begin()
        site.put_into_maintenance(2)

        site.detach(2)

        assert site.has("tpl", 1)
        holders = site.store.references(
            f"/disks/{uid('disk', 5)}", "storage_domains/storage_domain"
        )
        assert holders == (uid("sd", 3),)

    def test_groups_and_labels_forget_the_vms(self, site: LivingSite) -> None:
        """7.1: memberships go with the VM."""
        group = site.group(1, "ag", uid("vm", 2), uid("vm", 3))
        label = site.label(1, "lbl", uid("vm", 2))
        site.begin()
        site.put_into_maintenance(2)

        site.detach(2)

        assert site.store.references(group, "vms/vm") == (uid("vm", 3),)
        assert site.store.members(f"{label}/vms") == ()

    def test_the_storage_names_no_data_center_any_more(self, alive: LivingSite) -> None:
        """7.1 and 7.4: the metadata is cleaned, so that another Engine may take the domain."""
        alive.put_into_maintenance(2)
        alive.detach(2)

        assert alive.copy(2).pool is None

    def test_rows_of_what_was_never_registered_stay(self, alive: LivingSite) -> None:
        """7.1: unregistered records survive a detach."""
        row = f"/storagedomains/{uid('sd', 2)}/vms;unregistered/{uid('vm', 9)}"
        alive.put(row, "<vm><name>lost</name><status>up</status></vm>")
        alive.put_into_maintenance(2)

        alive.detach(2)

        assert alive.store.exists(row)

    def test_the_last_master_uninitialises_the_data_center(self, alive: LivingSite) -> None:
        """4.3 and 7.1: detaching, locked, 404; the MACs of all VMs of the DC are free."""
        for number in (2, 3):
            alive.put_into_maintenance(number)
            alive.detach(number)
            alive.settle(60)
        alive.put_into_maintenance(1)
        ticket = alive.submit("DELETE", alive.attached(1))
        seen = [alive.status(1)]
        while ticket.response is None:
            if alive.status(1) != seen[-1]:
                seen.append(alive.status(1))
            alive.step()

        assert seen[:2] == ["detaching", "locked"]
        assert alive.center_status() == "uninitialized"
        assert alive.master() == []
        assert mac_pools.macs_in_use(alive.store, uid("mac", 1)) == frozenset()

    def test_a_local_domain_is_formatted_and_removed(self, site: LivingSite) -> None:
        """7.1: for localfs this one call is destructive."""
        storage = "<storage><path>/data/images</path><type>localfs</type></storage>"
        site.domain(5, storage=storage, status="maintenance")
        site.begin()
        site.engine.array = None

        assert site.detach(5).status == 200
        assert not site.has("sd", 5)

    def test_leases_left_on_the_domain_are_reported(self, site: LivingSite) -> None:
        """10.5: event 1222."""
        site.vm(5, extra=f"<lease><storage_domain id='{uid('sd', 2)}'/></lease>")
        site.begin()
        site.put_into_maintenance(2)

        site.detach(2)

        assert "VMs/Templates: vm5" in site.events(1222)[0]

    def test_the_ovf_updater_runs_at_once(self, alive: LivingSite) -> None:
        """7.1: another outdated domain is busy for a moment: DOMAIN_OVF_ON_UPDATE."""
        alive.put_into_maintenance(2)
        alive.engine.ovfs.outdated.add(uid("sd", 3))
        alive.detach(2)
        while not alive.engine.locks.is_held(("STORAGE", uid("sd", 3))):
            alive.step()

        detail = "[Cannot deactivate Storage. Storage Domain OVF data is currently being updated.]"
        assert fault(alive.deactivate(3)) == (409, detail)
        alive.settle(60)
        assert alive.deactivate(3).status == 200


class TestRefusals:
    """7.1: validations; a refused removal is a bare fault."""

    def test_a_domain_that_is_active(self, alive: LivingSite) -> None:
        """STATUS_ILLEGAL2."""
        answer = alive.detach(2)

        assert tree(answer).tag == "fault"
        assert fault(answer) == (
            409,
            "[Cannot detach Storage. The relevant Storage Domain's status is Active.]",
        )

    def test_a_domain_in_process(self, alive: LivingSite) -> None:
        """OBJECT_LOCKED."""
        alive.set_status(2, "preparing_for_maintenance")

        assert "Related operation is currently in progress" in fault(alive.detach(2))[1]

    def test_a_non_master_without_an_active_master(self, alive: LivingSite) -> None:
        """6.3: if the master went first, the others are stuck until it is activated again."""
        for number in (1, 2):
            alive.set_status(number, "maintenance")

        status, detail = fault(alive.detach(2))
        assert status == 409
        assert detail.startswith("[Failed to detach Storage due to an error on the Data Center")

    def test_a_master_that_is_not_the_last(self, alive: LivingSite) -> None:
        """ERROR_CANNOT_DETACH_LAST_STORAGE_DOMAIN, whatever the status of the others."""
        for number in (1, 2, 3):
            alive.set_status(number, "maintenance")

        assert "while there are other storage domains attached to it" in fault(alive.detach(1))[1]

    def test_a_domain_that_is_not_attached(self, site: LivingSite) -> None:
        """404 without body."""
        site.domain(5, center=None)
        site.begin()

        assert (site.detach(5).status, site.detach(5).body) == (404, b"")

    def test_delete_protection(self, alive: LivingSite) -> None:
        """STORAGE_DELETE_PROTECTED: a protected VM that lives only here."""
        alive.edit(f"/vms/{uid('vm', 2)}", "delete_protected", "true")
        alive.edit(f"/vms/{uid('vm', 3)}", "delete_protected", "true")
        alive.set_status(2, "maintenance")

        assert fault(alive.detach(2)) == (
            409,
            "[Cannot detach Storage. The following VMs/Templates are delete protected: vm2.]",
        )

    def test_vms_of_a_pool(self, site: LivingSite) -> None:
        """STORAGE_VMS_IN_POOL."""
        site.vm(5, disks=(site.disk(5, (2,)),), extra="<vm_pool id='p1'/>")
        site.begin()
        site.set_status(2, "maintenance")

        assert fault(site.detach(2))[1].endswith("are attached to pool: vm5.]")

    def test_a_preview(self, alive: LivingSite) -> None:
        """STORAGE_DELETE_VMS_IN_PREVIEW: also for VMs with disks elsewhere."""
        alive.put(
            f"/vms/{uid('vm', 3)}/snapshots/{uid('snap', 1)}",
            "<snapshot><snapshot_status>in_preview</snapshot_status></snapshot>",
        )
        alive.set_status(2, "maintenance")

        assert fault(alive.detach(2))[1].endswith("are previewing a snapshot: vm3.]")

    def test_several_come_together_with_the_names_of_the_first(self, alive: LivingSite) -> None:
        """7.1: the messages share ``${vms}``, and the first value wins."""
        alive.edit(f"/vms/{uid('vm', 2)}", "delete_protected", "true")
        alive.put(
            f"/vms/{uid('vm', 3)}/snapshots/{uid('snap', 1)}",
            "<snapshot><snapshot_status>in_preview</snapshot_status></snapshot>",
        )
        alive.set_status(2, "maintenance")

        assert fault(alive.detach(2))[1] == (
            "[Cannot detach Storage. The following VMs/Templates are delete protected: vm2.,"
            " Cannot detach Storage. The following VMs are previewing a snapshot: vm2.]"
        )

    def test_without_a_host_it_fails_in_execution(self, alive: LivingSite) -> None:
        """7.1: 400 with the SPM's text; maintenance again, and nothing deleted."""
        alive.put_into_maintenance(2)
        for number in (1, 2):
            alive.store.set_value(f"/hosts/{uid('host', number)}", "status", "down")

        status, detail = fault(alive.detach(2))

        assert status == 400
        assert detail.startswith("[Error connecting to the Storage Pool Manager service.")
        assert alive.status(2) == "maintenance"
        assert alive.has("vm", 2)

    def test_storage_that_is_gone_fails_in_execution(self, alive: LivingSite) -> None:
        """7.1: the host's text, 400."""
        alive.put_into_maintenance(2)
        alive.array.export("nas-a", "/exp/d2").mount = "refuses"

        assert fault(alive.detach(2))[0] == 400
        assert alive.status(2) == "maintenance"


def test_two_detaches_may_run_at_once(alive: LivingSite) -> None:
    """Section 11: exclusive on the domain only; the SPM serves one after the other."""
    alive.put_into_maintenance(2, 3)
    tickets = [alive.submit("DELETE", alive.attached(number)) for number in (2, 3)]
    while any(ticket.response is None for ticket in tickets):
        alive.step()

    assert [ticket.response.status for ticket in tickets] == [200, 200]
    assert tickets[0].ready_at < tickets[1].ready_at


@pytest.mark.parametrize("number", [2, 3])
def test_a_detached_domain_can_be_attached_again(alive: LivingSite, number: int) -> None:
    """14: detach and attach again lists what lived there as unregistered."""
    alive.put_into_maintenance(number)
    alive.detach(number)
    alive.settle(60)

    assert alive.attach(number).status == 201
    assert alive.status(number) == "active"
    assert storage_views.data_center_of(alive.store, uid("sd", number)) is not None
    assert alive.store.members(f"/storagedomains/{uid('sd', number)}/vms;unregistered")
