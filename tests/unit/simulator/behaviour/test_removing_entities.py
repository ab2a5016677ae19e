from __future__ import annotations

import pytest

from drplan.wire.response import Response
from tests.unit.simulator.behaviour.living_sites import LivingSite
from tests.unit.simulator.behaviour.sites import fault, tree, uid
from tests.unit.simulator.behaviour.worlds import World, recovered, row, source_with_vm


def remove(site: LivingSite, number: int, query: str = "") -> Response:
    """Remove a VM."""
    return site.ask_with(query, f"/vms/{uid('vm', number)}")


class TestVms:
    """5: DELETE /vms."""

    def test_the_vm_goes_first_and_its_images_later(self, alive: LivingSite) -> None:
        """5: the disks are locked until the SPM removed them; the array has lost them then."""
        answer = remove(alive, 2)

        assert answer.status == 200
        assert not alive.has("vm", 2)
        assert alive.store.value(f"/disks/{uid('disk', 2)}", "status") == "locked"
        alive.settle(30)
        assert not alive.has("disk", 2)
        assert uid("disk", 2) not in alive.copy(2).volumes
        assert len(alive.events(113)) == 1

    def test_detach_only_leaves_the_disks_floating(self, alive: LivingSite) -> None:
        """5: detach_only=true."""
        assert remove(alive, 2, "detach_only=true").status == 200
        alive.settle(30)

        assert alive.has("disk", 2)
        assert uid("disk", 2) in alive.copy(2).volumes

    def test_direct_luns_lose_their_record_and_shareable_disks_stay(self, site: LivingSite) -> None:
        """5: non-shareable direct-LUN records go, shareable disks are nobody's."""
        lun = site.lun_disk(1, "lun-1")
        shared = site.disk(9, (2,), shareable=True)
        site.vm(5, disks=(lun, shared))
        site.begin()

        remove(site, 5)
        site.settle(30)

        assert not site.store.exists(f"/disks/{lun}")
        assert site.store.exists(f"/disks/{shared}")

    def test_an_unknown_vm_is_404(self, alive: LivingSite) -> None:
        """5: unknown id."""
        assert (remove(alive, 77).status, remove(alive, 77).body) == (404, b"")

    def test_delete_protection_comes_first(self, alive: LivingSite) -> None:
        """5: before everything else."""
        alive.edit(f"/vms/{uid('vm', 2)}", "delete_protected", "true")
        alive.vm_status(2, "up")

        assert fault(remove(alive, 2)) == (
            409,
            "[Cannot remove VM. Delete protection is enabled. In order to delete, disable Delete"
            " protection first.]",
        )

    @pytest.mark.parametrize("status", ["up", "paused", "unknown", "powering_down"])
    def test_running_paused_or_unknown(self, alive: LivingSite, status: str) -> None:
        """5: VM is running."""
        alive.vm_status(2, status)

        assert fault(remove(alive, 2)) == (409, "[Cannot remove VM. VM is running.]")

    def test_suspended(self, alive: LivingSite) -> None:
        """5: a text of its own, without variables."""
        alive.vm_status(2, "suspended")

        assert fault(remove(alive, 2))[1].startswith("[Cannot remove VM that its state is not down")

    def test_a_member_of_a_pool(self, site: LivingSite) -> None:
        """5: VM is attached to a VM Pool."""
        site.vm(5, extra="<vm_pool id='p1'/>")
        site.begin()

        assert fault(remove(site, 5)) == (409, "[Cannot remove VM. VM is attached to a VM Pool.]")

    def test_a_snapshot_under_way(self, alive: LivingSite) -> None:
        """5: snapshot operation, 409."""
        alive.put(
            f"/vms/{uid('vm', 2)}/snapshots/{uid('snap', 1)}",
            "<snapshot><snapshot_status>locked</snapshot_status></snapshot>",
        )

        assert "operation on a Snapshot" in fault(remove(alive, 2))[1]

    def test_a_data_center_that_is_not_up(self, alive: LivingSite) -> None:
        """5: for a VM with images; one without does not care."""
        alive.store.set_value(f"/datacenters/{uid('dc', 1)}", "status", "problematic")

        assert fault(remove(alive, 2)) == (409, "[Cannot remove VM. Unknown Data Center status.]")
        assert remove(alive, 4).status == 200

    def test_an_image_on_a_domain_that_is_not_active(self, alive: LivingSite) -> None:
        """5: 409 with the status; a domain that is gone is 400."""
        alive.set_status(2, "maintenance")
        assert fault(remove(alive, 2))[1].endswith("status is Maintenance.]")

        alive.detach(2)
        disk = f"/disks/{uid('disk', 4)}"
        alive.edit(disk, "status", "ok")
        alive.set_status(3, "maintenance")
        alive.detach(3)
        assert alive.has("vm", 3) is False

    def test_a_locked_disk_unless_forced(self, alive: LivingSite) -> None:
        """5: disks locked without force."""
        alive.edit(f"/disks/{uid('disk', 2)}", "status", "locked")

        assert "The following disks are locked: disk2." in fault(remove(alive, 2))[1]
        assert remove(alive, 2, "force=true").status == 200

    def test_a_locked_vm(self, alive: LivingSite) -> None:
        """5: without force 409; with force still 409 while the data center has tasks."""
        alive.vm_status(2, "image_locked")
        assert "VM is locked." in fault(remove(alive, 2))[1]

        remove(alive, 1)
        assert "running tasks" in fault(remove(alive, 2, "force=true"))[1]
        alive.settle(60)
        assert remove(alive, 2, "force=true").status == 200

    def test_a_lease_on_a_domain_that_is_not_active(self, site: LivingSite) -> None:
        """5: two messages."""
        site.vm(5, extra=f"<lease><storage_domain id='{uid('sd', 3)}'/></lease>")
        site.begin()
        site.set_status(3, "maintenance")

        status, detail = fault(remove(site, 5))
        assert status == 409
        assert detail == (
            "[Cannot remove VM. The relevant Storage Domain's status is Maintenance., Cannot remove"
            " VM. The VM lease storage domain (d3) status is not active.]"
        )

    def test_a_backup(self, alive: LivingSite) -> None:
        """5: backup running, 409."""
        path = f"/vms/{uid('vm', 2)}/backups/{uid('bak', 1)}"
        alive.put(path, "<backup><phase>ready</phase></backup>")

        assert "during a backup operation" in fault(remove(alive, 2))[1]

    def test_detach_only_of_a_thin_vm_or_one_with_snapshots(self, site: LivingSite) -> None:
        """5: both are refused."""
        site.template(1, disks=(site.disk(9, (2,)),))
        site.vm(5, template=uid("tpl", 1))
        site.put(
            f"/vms/{uid('vm', 2)}/snapshots/{uid('snap', 1)}",
            "<snapshot><snapshot_type>regular</snapshot_type></snapshot>",
        )
        site.begin()

        assert "VM is based from template." in fault(remove(site, 5, "detach_only=true"))[1]
        assert "snapshots exist." in fault(remove(site, 2, "detach_only=true"))[1]

    def test_the_lock_of_another_command(self, alive: LivingSite) -> None:
        """2.2: exclusive on the VM."""
        alive.engine.locks.acquire("somebody", exclusive=[("VM", uid("vm", 2))])

        assert "Related operation is currently in progress" in fault(remove(alive, 2))[1]


class TestDisks:
    """5: DELETE /disks."""

    def ask(self, site: LivingSite, key: str) -> Response:
        """Remove a disk."""
        return site.ask("DELETE", f"/disks/{key}")

    def test_a_direct_lun_loses_its_record_only(self, site: LivingSite) -> None:
        """5: what the role does with LUNs of no VM."""
        lun = site.lun_disk(1, "lun-1")
        site.begin()

        assert self.ask(site, lun).status == 200
        assert not site.store.exists(f"/disks/{lun}")

    def test_one_that_is_plugged_to_a_running_vm(self, site: LivingSite) -> None:
        """5: ACTION_TYPE_FAILED_VM_IS_NOT_DOWN."""
        lun = site.lun_disk(1, "lun-1")
        site.vm(5, disks=(lun,), status="up")
        site.begin()

        assert fault(self.ask(site, lun)) == (
            409,
            "[Cannot remove Virtual Disk. At least one of the VMs is not down.]",
        )

    def test_an_image_goes_from_the_storage(self, alive: LivingSite) -> None:
        """RemoveDisk: locked, then gone; the VM loses the attachment."""
        assert self.ask(alive, uid("disk", 2)).status == 200
        alive.settle(30)

        assert not alive.has("disk", 2)
        assert alive.store.members(f"/vms/{uid('vm', 2)}/diskattachments") == ()
        assert uid("disk", 2) not in alive.copy(2).volumes

    def test_refusals_of_images(self, site: LivingSite) -> None:
        """RemoveDisk: OVF_STORE, a template's disk, domain not active, locked."""
        site.template(1, disks=(site.disk(9, (2,)),))
        site.begin()
        assert "OVF disks that are in ILLEGAL" in fault(self.ask(site, uid("ovf", 4)))[1]
        assert "A storage domain must be specified" in fault(self.ask(site, uid("disk", 9)))[1]
        site.edit(f"/disks/{uid('disk', 2)}", "status", "locked")
        assert "operation is currently in progress" in fault(self.ask(site, uid("disk", 2)))[1]
        site.set_status(1, "maintenance")
        assert fault(self.ask(site, uid("disk", 1)))[1].endswith("status is Maintenance.]")

    def test_an_unknown_disk_is_404(self, alive: LivingSite) -> None:
        """1.5: empty."""
        assert self.ask(alive, uid("disk", 77)).status == 404


class TestTemplates:
    """DELETE /templates (RemoveVmTemplateCommand)."""

    def ask(self, site: LivingSite, number: int) -> Response:
        """Remove a template."""
        return site.ask("DELETE", f"/templates/{uid('tpl', number)}")

    def test_the_images_go_with_it(self, site: LivingSite) -> None:
        """Its disks are removed from every domain."""
        disk = site.disk(9, (2, 3))
        site.template(1, disks=(disk,))
        site.begin()

        assert self.ask(site, 1).status == 200
        site.settle(30)

        assert not site.has("tpl", 1)
        assert disk not in site.copy(2).volumes
        assert disk not in site.copy(3).volumes

    def test_one_that_vms_stand_on(self, site: LivingSite) -> None:
        """VMT_CANNOT_REMOVE_DETECTED_DERIVED_VM."""
        site.template(1)
        site.vm(5, template=uid("tpl", 1))
        site.begin()

        assert fault(self.ask(site, 1))[1].endswith("used by the following VMs: vm5.]")

    def test_the_next_version_takes_the_place_of_a_base(self, site: LivingSite) -> None:
        """RemoveVmTemplateCommand: the lowest version becomes base."""
        site.template(1)
        site.template(2, base=1)
        site.begin()

        self.ask(site, 1)

        path = f"/templates/{uid('tpl', 2)}"
        assert site.store.reference(path, "version/base_template") == uid("tpl", 2)


class TestUnregistered:
    """1.8 and 8.4: DELETE of an unregistered entity."""

    def test_it_removes_the_images_from_storage(self, world: World) -> None:
        """8.4: destructive: volumes on this domain, then the rows everywhere."""
        source_with_vm(world)
        target = recovered(world)
        copy = world.array.export("nas-b", "/exp/r1").domains[0]
        assert uid("disk", 1) in copy.volumes

        answer = target.ask("DELETE", f"/storagedomains/{uid('sd', 1)}/vms/{uid('vm', 1)}")

        assert answer.status == 200
        assert uid("disk", 1) not in copy.volumes
        assert not row(target.store)

    def test_a_registered_vm_loses_its_images_too(self, world: World) -> None:
        """1.8: a domain attached later brings the row back; nobody checks."""
        source = source_with_vm(world)
        source.vm(1, disks=(uid("disk", 1), source.disk(2, (2,))))
        target = recovered(world, 1, 2)
        assert world.register(uid("vm", 1)).status == 200
        target.put(
            f"/storagedomains/{uid('sd', 1)}/vms;unregistered/{uid('vm', 1)}",
            "<vm><name>vm1</name></vm>",
        )

        answer = target.ask("DELETE", f"/storagedomains/{uid('sd', 1)}/vms/{uid('vm', 1)}")

        assert answer.status == 200
        assert target.store.exists(f"/vms/{uid('vm', 1)}")
        copy = world.array.export("nas-b", "/exp/r1").domains[0]
        assert uid("disk", 1) not in copy.volumes

    def test_it_needs_the_domain_active(self, world: World) -> None:
        """8.4: the domain's status is checked."""
        source_with_vm(world)
        target = recovered(world)
        view = f"/datacenters/{uid('dc', 1)}/storagedomains/{uid('sd', 1)}"
        target.store.set_value(view, "status", "maintenance")

        answer = target.ask("DELETE", f"/storagedomains/{uid('sd', 1)}/vms/{uid('vm', 1)}")

        assert fault(answer)[0] == 409
        assert tree(answer).tag == "fault"

    def test_what_is_not_there_is_404(self, alive: LivingSite) -> None:
        """8.4: no row."""
        path = f"/storagedomains/{uid('sd', 1)}/templates/{uid('tpl', 77)}"
        assert alive.ask("DELETE", path).status == 404
