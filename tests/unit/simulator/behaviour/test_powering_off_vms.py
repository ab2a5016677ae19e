from __future__ import annotations

import pytest

from drplan.wire.response import Response
from tests.unit.simulator.behaviour.living_sites import LivingSite
from tests.unit.simulator.behaviour.sites import fault, tree, uid

VM = f"/vms/{uid('vm', 2)}"
VERBS = ["stop", "shutdown"]


@pytest.fixture
def running(alive: LivingSite) -> LivingSite:
    """VM 2 runs on host 1."""
    alive.ask("POST", f"{VM}/start", "<action/>")
    alive.settle(200)
    assert alive.vm_status(2) == "up"
    return alive


def do(site: LivingSite, verb: str, body: str = "<action/>", number: int = 2) -> Response:
    """Ask for a stop or shutdown."""
    return site.ask("POST", f"/vms/{uid('vm', number)}/{verb}", body)


class TestStop:
    """5: power off."""

    def test_the_answer_comes_before_the_status(self, running: LivingSite) -> None:
        """5: the host destroyed it; ``down`` comes with the next poll; event 33."""
        assert do(running, "stop").status == 200
        assert running.vm_status(2) == "up"

        running.settle(5)

        assert running.vm_status(2) == "down"
        assert len(running.events(33)) == 1

    def test_run_time_members_go(self, running: LivingSite) -> None:
        """wire-facts 5: host, start_time and run_once only while it runs; stop_reason when down."""
        do(running, "stop")
        running.settle(5)

        vm = running.store.element(VM)
        assert [vm.find(tag) is None for tag in ("host", "start_time", "run_once")] == [True] * 3
        assert vm.findtext("stop_reason") == ""

    def test_its_memory_can_be_scheduled_again(self, running: LivingSite) -> None:
        """4.5: committed memory is freed."""
        path = f"/hosts/{running.store.reference(VM, 'host')}"
        before = int(running.store.value(path, "max_scheduling_memory") or 0)
        do(running, "stop")
        running.settle(5)

        assert int(running.store.value(path, "max_scheduling_memory") or 0) > before
        assert running.store.value(path, "summary/active") == "0"

    def test_paused_and_not_responding_vms_can_be_stopped(self, running: LivingSite) -> None:
        """5: both are accepted."""
        for status in ("paused", "not_responding"):
            running.vm_status(2, status)
            assert do(running, "stop").status == 200


class TestShutdown:
    """5: graceful, or not."""

    def test_the_guest_is_asked_and_obeys(self, running: LivingSite) -> None:
        """5: powering_down at once, down later; events 73 and 61."""
        assert do(running, "shutdown").status == 200
        assert running.vm_status(2) == "powering_down"

        running.settle(100)

        assert running.vm_status(2) == "down"
        assert (len(running.events(73)), len(running.events(61))) == (1, 1)

    def test_a_guest_that_ignores_it_is_up_again(self, running: LivingSite) -> None:
        """5: back to ``up``, event 147, no escalation."""
        running.engine.held_back.add(("vm", "vm2", "down"))
        do(running, "shutdown")
        running.settle(3600)

        assert running.vm_status(2) == "up"
        assert running.events(147) == ["Shutdown of VM vm2 failed."]

    def test_a_vm_that_is_not_up_is_stopped_hard(self, running: LivingSite) -> None:
        """5: event 76."""
        running.vm_status(2, "powering_up")
        do(running, "shutdown")
        running.settle(5)

        assert running.vm_status(2) == "down"
        assert len(running.events(76)) == 1

    def test_the_generation_is_raised_at_the_request(self, running: LivingSite) -> None:
        """8.3: an OVF written before the VM is down records powering_down, and stays so."""
        do(running, "shutdown")
        running.ask("POST", f"/storagedomains/{uid('sd', 2)}/updateovfstore", "<action/>")
        running.settle(20)
        assert running.copy(2).ovf_store.records[uid("vm", 2)].status == "powering_down"

        running.settle(100)
        assert running.vm_status(2) == "down"
        assert uid("vm", 2) not in running.engine.ovfs.changed


class TestBoth:
    """5: rows for either."""

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_vm_that_is_down_is_skipped(self, alive: LivingSite, verb: str) -> None:
        """5: 200, event 254."""
        assert do(alive, verb).status == 200
        assert alive.events(254)[0].startswith("VM vm2 is already Down, ")

    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("status", ["saving_state", "restoring_state"])
    def test_saving_and_restoring_are_refused(
        self, alive: LivingSite, verb: str, status: str
    ) -> None:
        """5: ACTION_TYPE_FAILED_VM_IS_SAVING_RESTORING."""
        alive.vm_status(2, status)

        assert fault(do(alive, verb)) == (
            409,
            f"[Cannot {verb} VM. VM is in saving/restoring state.\n"
            "-Please try again when the VM is either up or down.]",
        )

    @pytest.mark.parametrize("verb", VERBS)
    @pytest.mark.parametrize("status", ["image_locked", "unassigned", "unknown"])
    def test_what_does_not_run_is_refused(self, alive: LivingSite, verb: str, status: str) -> None:
        """5: ACTION_TYPE_FAILED_VM_IS_NOT_RUNNING, also where the host is gone."""
        alive.vm_status(2, status)

        assert fault(do(alive, verb)) == (409, f"[Cannot {verb} VM. VM is not running.]")

    def test_a_backup_refuses_unless_forced(self, running: LivingSite) -> None:
        """5: force means only this."""
        running.put(f"{VM}/backups/{uid('bak', 1)}", "<backup><phase>ready</phase></backup>")

        detail = "[Cannot stop VM. The VM is during a backup operation.]"
        assert fault(do(running, "stop")) == (409, detail)
        assert do(running, "stop", "<action><force>true</force></action>").status == 200

    @pytest.mark.parametrize("verb", VERBS)
    def test_a_suspended_vm_is_down_at_once(self, alive: LivingSite, verb: str) -> None:
        """5: the memory state is discarded; event 111."""
        alive.vm_status(2, "suspended")
        disk = alive.disk(9, (2,), alias="vm2_hibernation_memory", content="memory_dump_volume")

        assert do(alive, verb).status == 200

        assert alive.vm_status(2) == "down"
        assert not alive.store.exists(f"/disks/{disk}")
        assert len(alive.events(111)) == 1

    def test_an_unknown_vm_is_an_action_fault(self, alive: LivingSite) -> None:
        """1.5: the command validates: 400."""
        answer = do(alive, "stop", number=77)

        assert fault(answer) == (400, "[Cannot stop VM. VM is not found.]")
        assert tree(answer).tag == "action"

    def test_stopping_takes_no_lock(self, running: LivingSite) -> None:
        """2.2: stop and shutdown take none."""
        running.engine.locks.acquire("somebody", exclusive=[("VM", uid("vm", 2))])

        assert do(running, "stop").status == 200


class TestEditing:
    """PUT: at once or at the next start (wire-facts 5: next run)."""

    def test_a_vm_that_is_down_is_changed_at_once(self, alive: LivingSite) -> None:
        """The whole entity comes back."""
        answer = alive.ask("PUT", VM, "<vm><memory>2147483648</memory></vm>")

        assert answer.status == 200
        assert tree(answer).findtext("memory") == "2147483648"
        assert tree(answer).findtext("name") == "vm2"

    def test_a_running_vm_keeps_it_for_the_next_start(self, running: LivingSite) -> None:
        """``next_run_configuration_exists``, with a snapshot that has no type."""
        running.ask("PUT", VM, "<vm><memory>2147483648</memory><comment>c</comment></vm>")

        assert running.store.value(VM, "memory") == str(2**30)
        assert running.store.value(VM, "comment") == "c"
        assert running.store.value(VM, "next_run_configuration_exists") == "true"
        (snapshot,) = running.store.members(f"{VM}/snapshots")
        assert running.store.value(snapshot, "snapshot_type") is None

        do(running, "stop")
        running.settle(5)
        assert running.store.value(VM, "memory") == "2147483648"
        assert running.store.members(f"{VM}/snapshots") == ()

    def test_a_name_is_unique_in_its_data_center(self, alive: LivingSite) -> None:
        """ACTION_TYPE_FAILED_NAME_ALREADY_USED, 409."""
        assert fault(alive.ask("PUT", VM, "<vm><name>vm1</name></vm>"))[0] == 409
        assert alive.ask("PUT", VM, "<vm><name>vm2</name></vm>").status == 200

    def test_an_unknown_vm_is_404(self, alive: LivingSite) -> None:
        """1.5: PUT of an id that does not exist: empty 404."""
        assert alive.ask("PUT", f"/vms/{uid('vm', 77)}", "<vm/>").body == b""
