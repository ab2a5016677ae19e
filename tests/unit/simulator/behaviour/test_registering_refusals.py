from __future__ import annotations

import pytest

from tests.unit.simulator.behaviour.sites import fault, tree, uid
from tests.unit.simulator.behaviour.worlds import (
    World,
    mapping,
    recovered,
    source_with_vm,
)

VM = uid("vm", 1)


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
