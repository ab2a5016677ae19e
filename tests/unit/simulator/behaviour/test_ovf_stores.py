from __future__ import annotations

import pytest

from drplan.simulator.ovf import OvfRecord
from tests.unit.simulator.behaviour.living_sites import LivingSite
from tests.unit.simulator.behaviour.sites import fault, tree, uid
from tests.unit.simulator.behaviour.worlds import World, recovered, source_with_vm


def update(site: LivingSite, number: int) -> str:
    """Update a domain's OVF_STORE, and wait until the job has ended; gives the job's id."""
    answer = site.ask("POST", f"/storagedomains/{uid('sd', number)}/updateovfstore", "<action/>")
    assert answer.status == 200, answer.body
    job = tree(answer).find("job").get("id")
    while site.store.value(f"/jobs/{job}", "status") == "started":
        site.step()
    return job


def record(site: LivingSite, domain: int, vm: int) -> OvfRecord | None:
    """The definition of a VM in a domain's OVF_STORE."""
    return site.copy(domain).ovf_store.records.get(uid("vm", vm))


class TestUpdate:
    """8.1: updateovfstore."""

    def test_nothing_to_update_is_a_success(self, alive: LivingSite) -> None:
        """8.1: event 1052, job finished, no upload."""
        job = update(alive, 2)

        assert alive.store.value(f"/jobs/{job}", "status") == "finished"
        assert len(alive.events(1052)) == 1
        assert alive.events(199) == []

    def test_what_was_edited_is_written(self, alive: LivingSite) -> None:
        """8.1: phase 1 generates what changed, phase 2 uploads: event 199."""
        alive.ask("PUT", f"/vms/{uid('vm', 2)}", "<vm><description>moved</description></vm>")

        update(alive, 2)

        assert b"<description>moved</description>" in record(alive, 2, 2).element
        assert len(alive.events(199)) == 1

    def test_a_vm_on_two_domains_makes_both_outdated(self, alive: LivingSite) -> None:
        """8.2: its definition is on each."""
        alive.ask("PUT", f"/vms/{uid('vm', 3)}", "<vm><description>x</description></vm>")

        update(alive, 2)

        assert alive.engine.ovfs.outdated == {uid("sd", 3)}

    def test_it_answers_before_the_upload(self, alive: LivingSite) -> None:
        """8.1: 200 complete, the job runs on, the domain stays locked for others."""
        alive.engine.ovfs.outdated.add(uid("sd", 2))
        path = f"/storagedomains/{uid('sd', 2)}/updateovfstore"
        assert alive.ask("POST", path, "<action/>").status == 200
        assert alive.events(199) == []

        assert fault(alive.ask("POST", path, "<action/>")) == (
            409,
            "[Cannot ${action} Storage. Related operation is currently in progress."
            " Please try again later.]",
        )

    def test_an_unattached_or_unknown_domain_has_no_data_center(self, site: LivingSite) -> None:
        """8.1: 400, a bare fault, no 404."""
        site.domain(5, center=None)
        site.begin()

        for number in (5, 7):
            path = f"/storagedomains/{uid('sd', number)}/updateovfstore"
            answer = site.ask("POST", path, "<action/>")
            assert fault(answer) == (400, "[Data Center doesn't exist.]")
            assert tree(answer).tag == "fault"

    def test_a_failed_upload_fails_the_job(self, alive: LivingSite) -> None:
        """8.1: events 1016 and 190."""
        alive.engine.ovfs.outdated.add(uid("sd", 2))
        alive.array.export("nas-a", "/exp/d2").mount = "refuses"

        job = update(alive, 2)

        assert alive.store.value(f"/jobs/{job}", "status") == "failed"
        assert (len(alive.events(1016)), len(alive.events(190))) == (1, 1)

    def test_the_first_update_after_an_attach_always_uploads(self, world: World) -> None:
        """8.1: an attach registers the OVF_STORE disks as outdated."""
        source_with_vm(world)
        target = recovered(world)

        target.ask("POST", f"/storagedomains/{uid('sd', 1)}/updateovfstore", "<action/>")
        target.settle(30)

        assert len(target.events(199)) == 1

    def test_missing_ovf_store_disks_are_made_first(self, site: LivingSite) -> None:
        """8.1: a domain with fewer than two gets the missing ones."""
        site.domain(5)
        site.vm(5, disks=(site.disk(5, (5,)),))
        site.begin()
        site.engine.ovfs.outdated.add(uid("sd", 5))

        update(site, 5)

        disks = site.copy(5).ovf_store.disk_ids
        assert len(disks) == 2
        contents = {site.store.value(f"/disks/{disk}", "content_type") for disk in disks}
        assert contents == {"ovf_store"}

    def test_an_upload_leaves_a_task_for_some_seconds(self, alive: LivingSite) -> None:
        """6.2: cleared by the poll, or by cleanfinishedtasks."""
        alive.engine.ovfs.outdated.add(uid("sd", 2))
        update(alive, 2)
        center = uid("dc", 1)
        assert [task.name for task in alive.engine.tasks.in_center(center)] == ["UploadStream"]

        alive.ask("POST", f"/datacenters/{center}/cleanfinishedtasks", "<action/>")

        assert alive.engine.tasks.in_center(center) == ()
        assert len(alive.events(9031)) == 1


class TestContent:
    """8.2 and 8.3: what the OVF_STORE holds."""

    def test_the_status_is_that_of_the_upload(self, alive: LivingSite) -> None:
        """8.3: metadata.json has what was not down when it was written."""
        alive.vm_status(2, "up")
        alive.vm_status(3, "paused")
        alive.engine.ovfs.outdated.add(uid("sd", 2))

        update(alive, 2)

        statuses = [record(alive, 2, number).status for number in (2, 3, 4)]
        assert statuses == ["up", "paused", "down"]

    def test_entities_without_images_are_on_every_domain(self, alive: LivingSite) -> None:
        """8.2: VM 4 has no disk: it is written to each data domain of its data center."""
        for number in (1, 2, 3):
            alive.engine.ovfs.outdated.add(uid("sd", number))
            update(alive, number)

        assert all(record(alive, number, 4) for number in (1, 2, 3))

    def test_a_crash_makes_nothing_outdated(self, alive: LivingSite) -> None:
        """8.3: staleness: only what the Engine itself does bumps the generation."""
        alive.vm_status(2, "up")
        alive.vm_status(2, "down")

        update(alive, 2)

        assert len(alive.events(1052)) == 1

    def test_the_unregistered_are_carried_over(self, world: World) -> None:
        """8.2: with their recorded status, and all that their OVF holds."""
        source_with_vm(world, status="up")
        target = recovered(world)

        target.ask("POST", f"/storagedomains/{uid('sd', 1)}/updateovfstore", "<action/>")
        target.settle(30)

        export = world.array.export("nas-b", "/exp/r1")
        kept = export.domains[0].ovf_store.records[uid("vm", 1)]
        assert (kept.status, len(kept.nics), len(kept.disks)) == ("up", 1, 1)

    def test_what_was_registered_is_written_as_it_is_now(self, world: World) -> None:
        """8.4: a bumped OVF makes the domain outdated: the target's names replace the source's."""
        source_with_vm(world)
        target = recovered(world)
        assert world.register(uid("vm", 1)).status == 200
        target.ask("POST", f"/storagedomains/{uid('sd', 1)}/updateovfstore", "<action/>")
        target.settle(30)

        written = world.array.export("nas-b", "/exp/r1").domains[0].ovf_store.records
        assert written[uid("vm", 1)].cluster == "cl-dr"

    def test_a_locked_vm_keeps_its_old_ovf(self, alive: LivingSite) -> None:
        """8.1: image_locked VMs are skipped in phase 1."""
        alive.ask("PUT", f"/vms/{uid('vm', 2)}", "<vm><description>new</description></vm>")
        alive.vm_status(2, "image_locked")

        update(alive, 2)

        assert b"new" not in record(alive, 2, 2).element
        assert uid("vm", 2) in alive.engine.ovfs.changed

    @pytest.mark.parametrize(
        ("path", "tag", "text"),
        [
            (f"/disks/{uid('disk', 2)}", "status", "locked"),
            (f"/vms/{uid('vm', 2)}/snapshots/{uid('snap', 1)}", "snapshot_status", "locked"),
        ],
    )
    def test_so_does_one_with_a_locked_disk_or_snapshot(
        self, alive: LivingSite, path: str, tag: str, text: str
    ) -> None:
        """8.1: a locked image, a snapshot that is not ok."""
        alive.put(f"/vms/{uid('vm', 2)}/snapshots/{uid('snap', 1)}", "<snapshot/>")
        alive.ask("PUT", f"/vms/{uid('vm', 2)}", "<vm><description>new</description></vm>")
        alive.edit(path, tag, text)

        update(alive, 2)

        assert b"new" not in record(alive, 2, 2).element

    def test_a_vm_spanning_domains_keeps_its_whole_ovf_after_a_detach(
        self, alive: LivingSite
    ) -> None:
        """7.1: a detach bumps no generation; only the next edit shows the missing disk."""
        alive.put_into_maintenance(2)
        alive.detach(2)
        alive.engine.ovfs.outdated.add(uid("sd", 3))
        alive.settle(60)
        update(alive, 3)
        assert len(record(alive, 3, 3).disks) == 2

        alive.ask("PUT", f"/vms/{uid('vm', 3)}", "<vm><description>x</description></vm>")
        update(alive, 3)
        assert len(record(alive, 3, 3).disks) == 1

    def test_a_removed_vm_leaves_the_store(self, alive: LivingSite) -> None:
        """8.1: what was removed makes its domains outdated."""
        update(alive, 1)
        alive.ask("DELETE", f"/vms/{uid('vm', 2)};detach_only=true")

        update(alive, 2)

        assert record(alive, 2, 2) is None
        assert record(alive, 2, 3) is not None


class TestBackground:
    """8.1: the updater that runs every hour."""

    def test_it_writes_what_has_changed(self, alive: LivingSite) -> None:
        """8.1: OvfUpdateIntervalInMinutes = 60."""
        alive.ask("PUT", f"/vms/{uid('vm', 2)}", "<vm><description>later</description></vm>")
        alive.settle(3500)
        assert b"later" not in record(alive, 2, 2).element

        alive.settle(200)
        assert b"later" in record(alive, 2, 2).element

    def test_it_skips_data_centers_that_are_not_up(self, alive: LivingSite) -> None:
        """8.1: only those that are up."""
        alive.ask("PUT", f"/vms/{uid('vm', 2)}", "<vm><description>later</description></vm>")
        alive.store.set_value(f"/datacenters/{uid('dc', 1)}", "status", "problematic")
        alive.settle(3700)
        assert b"later" not in record(alive, 2, 2).element

    def test_a_detach_restarts_its_hour(self, alive: LivingSite) -> None:
        """7.1: ``triggerNow`` restarts the timer."""
        alive.settle(1800)
        alive.put_into_maintenance(2)
        alive.detach(2)
        at = alive.engine.now
        alive.settle(60)
        alive.ask("PUT", f"/vms/{uid('vm', 3)}", "<vm><description>later</description></vm>")
        alive.settle(3600 - (alive.engine.now - at) - 10)
        assert b"later" not in record(alive, 3, 3).element

        alive.settle(60)
        assert b"later" in record(alive, 3, 3).element

    def test_nothing_is_scheduled_where_nothing_changed(self, alive: LivingSite) -> None:
        """A quiet Engine has nothing to do."""
        assert alive.engine.next_event is None
