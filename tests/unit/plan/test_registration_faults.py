"""Registrations that the Engine will refuse, foreseen with its own words (entities sheet 1.7, 1.9)."""

from __future__ import annotations

import pytest

from drplan.model import entities
from drplan.model.action import Action
from drplan.model.parameters import RegisterVmParameters
from drplan.model.plan import Plan
from tests.unit.plan.builders import (
    mapping,
    nfs,
    pair,
    plan,
    section,
    settings,
    source_site,
    target_site,
)
from tests.unit.plan.site_builder import SiteBuilder


def find(made: Plan, address: str, operation: str = "register") -> Action:
    """The one action of that kind."""
    (found,) = [a for a in made.actions() if (a.address, a.operation) == (address, operation)]
    return found


def failure(made: Plan, address: str) -> str:
    """Why its registration will be refused."""
    found = find(made, address).expected_failure
    assert found is not None
    return found


def test_a_cluster_that_is_nowhere_is_refused() -> None:
    """Row 1; the reason names the cluster, and a warning the remedy."""
    source = source_site()
    source.add_cluster("annex")
    source.add_vm("web", cluster="annex")
    made = plan(source, target_site())
    assert failure(made, "vm.web").startswith(
        "Cannot import VM. The relevant Cluster doesn't exist."
    )
    (warning,) = [item for item in made.diagnostics if item.address == "vm.web"]
    assert "dr_cluster_mappings" in warning.next_step


def test_a_mapped_cluster_that_is_missing_falls_back_to_the_same_name() -> None:
    """1.4: the Engine takes the original name, and only the plan tells."""
    source = source_site()
    source.add_vm("web")
    made = plan(source, target_site(), mapping(clusters=(pair("c1", "dr-c1"),)))
    found = find(made, "vm.web")
    assert found.predicts is not None
    assert found.predicts.cluster == "c1"
    assert any("goes to cluster c1" in item.summary for item in made.diagnostics)


def test_a_mapped_cluster_is_used_and_its_place_in_the_mapping_is_cited() -> None:
    """``mapped`` holds both names and the line."""
    source = source_site()
    source.add_vm("web")
    target = target_site()
    target.add_cluster("dr-c1")
    found = find(plan(source, target, mapping(clusters=(pair("c1", "dr-c1"),))), "vm.web")
    (mapped,) = [item for item in found.change.mapped if item.path == "cluster"]
    assert (mapped.source, mapped.target) == ("c1", "dr-c1")


def test_a_disk_on_a_domain_that_is_not_recovered_is_refused() -> None:
    """Row 7, by default: nothing is lost silently."""
    source = source_site()
    source.add_domain("d2")
    source.add_vm("web", domains=("d1", "d2"))
    assert "on d2, which is not recovered" in failure(plan(source, target_site()), "vm.web")


@pytest.mark.parametrize(
    "options",
    [
        {"settings": settings(partial_import=True)},
        {"drplan": section(allow_missing_disks={"we*": ("*",)})},
        {"drplan": section(allow_missing_disks={"web": ("vm-web_Disk2",)})},
    ],
)
def test_a_disk_may_be_missed_where_the_mapping_says_so(options: dict[str, object]) -> None:
    """Row 11: registered without it, and the disk is listed."""
    source = source_site()
    source.add_domain("d2")
    source.add_vm("web", domains=("d1", "d2"))
    source.add_vm("whole")
    made = plan(source, target_site(), mapping(**options))
    found = find(made, "vm.web")
    assert found.expected_failure is None
    assert found.predicts is not None
    assert [(item.kind, item.name) for item in found.predicts.dropped] == [("disk", "vm-web_Disk2")]
    for name, partial in (("vm.web", True), ("vm.whole", False)):
        parameters = find(made, name).parameters
        assert isinstance(parameters, RegisterVmParameters)
        assert parameters.allow_partial is partial


def test_another_disk_may_not_be_missed() -> None:
    """The mapping allows one disk, and it is not that one."""
    source = source_site()
    source.add_domain("d2")
    source.add_vm("web", domains=("d1", "d2"))
    made = plan(
        source, target_site(), mapping(drplan=section(allow_missing_disks={"web": ("other",)}))
    )
    assert failure(made, "vm.web")


def test_a_vm_with_no_disk_on_a_recovered_domain_is_not_there_to_register() -> None:
    """It is listed on no domain that comes: no action, and a reason."""
    source = source_site()
    source.add_domain("d2")
    source.add_vm("web", domains=("d2",))
    made = plan(source, target_site())
    assert {item.address: item.reason for item in made.not_done}["vm.web"] == "no_mapped_domain"
    assert not [a for a in made.actions() if a.address == "vm.web"]


def test_a_diskless_vm_is_registered_through_a_domain_of_its_data_center() -> None:
    """1.8: it is listed on every data domain there."""
    source = source_site()
    source.add_domain("d2")
    source.add_vm("pxe", domains=())
    made = plan(source, target_site(), mapping(nfs("d2"), nfs("d1", master=True)))
    parameters = find(made, "vm.pxe").parameters
    assert isinstance(parameters, RegisterVmParameters)
    assert parameters.domain == "storage_domain.d1"


def test_a_name_that_is_taken_in_the_data_center_is_refused() -> None:
    """Row 3."""
    source = source_site()
    source.add_vm("web")
    target = target_site()
    target.add_vm("web", id="another", domains=())
    made = plan(source, target)
    assert failure(made, "vm.web").startswith("Import VM failed - VM Name already exists")


def test_the_name_is_free_in_another_data_center() -> None:
    """Names are unique per data center only."""
    source = source_site()
    source.add_vm("web")
    target = target_site()
    target.add_data_center("far")
    target.add_cluster("far", data_center="far")
    target.add_vm("web", id="another", cluster="far", domains=())
    assert find(plan(source, target), "vm.web").expected_failure is None


def test_of_two_source_vms_of_one_name_in_one_data_center_the_second_is_refused() -> None:
    """Two data centers become one; addresses tell them apart, and they never register together."""
    source = source_site()
    source.add_data_center("branch")
    source.add_cluster("c2", data_center="branch")
    source.add_domain("d2", data_center="branch")
    source.add_vm("wiki")
    source.add_vm("wiki", id="vm-wiki2", cluster="c2", domains=("d2",))
    made = plan(
        source,
        target_site(),
        mapping(nfs("d1", master=True), nfs("d2"), clusters=(pair("c2", "c1"),)),
    )
    first, second = find(made, "vm.branch/wiki"), find(made, "vm.dc/wiki")
    assert first.expected_failure is None
    assert second.expected_failure is not None
    assert "is vm.branch/wiki" in second.expected_failure
    assert first.id in second.after
    assert first.exclusive == second.exclusive == ("vm-name:wiki",)


def test_a_registered_vm_is_left_as_it_is() -> None:
    """Decided by id: no registration, and no start of one that was started here before."""
    source = source_site()
    source.add_vm("web")
    target = target_site()
    target.add_vm("web", domains=(), status="down")
    target.started.append("vm-web")
    made = plan(source, target)
    assert not [a for a in made.actions() if a.address == "vm.web"]
    assert {item.address: item.reason for item in made.not_done}["vm.web"] == "ran_at_target"


def test_a_registered_vm_that_never_ran_here_is_started() -> None:
    """Design decision 12: its power state is desired until it was up once."""
    source = source_site()
    source.add_vm("web")
    target = target_site()
    target.add_vm("web", domains=(), status="down")
    assert [a.operation for a in plan(source, target).actions() if a.address == "vm.web"] == [
        "start"
    ]


def test_a_thin_vm_waits_for_its_template_and_every_domain_with_a_copy() -> None:
    """Entities sheet 1.9: copies are recorded only for domains that are active."""
    source = source_site()
    source.add_domain("d2")
    source.add_template("base", domains=("d1", "d2"))
    source.add_vm("web", template_id="t-base")
    made = plan(source, target_site(), mapping(nfs("d1", master=True), nfs("d2")))
    template = find(made, "template.base")
    copies = {
        find(made, "storage_domain.d1", "activate").id,
        find(made, "storage_domain.d2", "activate").id,
    }
    assert copies == set(template.depends_on)
    assert set(find(made, "vm.web").depends_on) == copies | {template.id}


def test_a_thin_vm_whose_template_is_not_recovered_is_refused() -> None:
    """Row 12."""
    source = source_site()
    source.add_domain("d2")
    source.add_template("base", domains=("d2",))
    source.add_vm("web", template_id="t-base")
    made = plan(source, target_site())
    assert failure(made, "vm.web") == (
        "Cannot import VM. The relevant Template doesn't exist. (base is not recovered)"
    )


def test_a_template_version_waits_for_its_base() -> None:
    """And is called by its version."""
    source = source_site()
    source.add_template("base")
    source.add_template("base", id="t-base2", version=2, base="t-base")
    made = plan(source, target_site())
    assert find(made, "template.base").id in find(made, "template.base@2").depends_on


def test_what_needs_a_failing_template_is_warned_of_and_tried_no_less() -> None:
    """The VM will be skipped; that is said, and its action stays in the plan."""
    source = source_site()
    source.add_cluster("annex")
    source.add_template("base", cluster="annex")
    source.add_vm("web", template_id="t-base")
    made = plan(source, target_site())
    assert failure(made, "template.base").startswith("Cannot import Template.")
    found = find(made, "vm.web")
    assert found.expected_failure is None
    (warning,) = [item for item in made.diagnostics if item.summary == "vm.web will be skipped"]
    assert warning.id in found.diagnostics
    assert warning.id in find(made, "vm.web", "start").diagnostics


def test_a_template_whose_name_is_taken_is_refused() -> None:
    """1.9: base names are unique in a data center."""
    source = source_site()
    source.add_template("base")
    target = target_site()
    target.add_template("base", id="another", domains=())
    assert failure(plan(source, target), "template.base").startswith("Import Template failed")


def test_an_architecture_that_does_not_fit_is_refused() -> None:
    """Row 19."""
    source = source_site()
    source.add_vm("power", architecture="ppc64")
    assert "doesn't support VM architecture" in failure(plan(source, target_site()), "vm.power")


def test_a_cluster_that_never_had_a_host_is_refused() -> None:
    """Row 20: it has no BIOS type yet."""
    source = source_site()
    source.add_vm("web")
    target = target_site()
    target.add_cluster("fresh", hosts=0, bios_type=None)
    made = plan(source, target, mapping(clusters=(pair("c1", "fresh"),)))
    assert "bios type" in failure(made, "vm.web")


def test_a_disk_that_the_target_knows_already_is_refused() -> None:
    """Row 10."""
    source = source_site()
    source.add_vm("web")
    target = target_site()
    target.add("disks", entities.Disk(id="vm-web-disk1", name="vm-web_Disk1"))
    assert "already exist: vm-web_Disk1" in failure(plan(source, target), "vm.web")


def test_a_domain_in_another_data_center_than_the_cluster_does_not_count() -> None:
    """Row 7: the domain is not attached to the VM's data center."""
    source = source_site()
    source.add_vm("web")
    target = target_site()
    target.add_data_center("far")
    target.add_cluster("far", data_center="far")
    made = plan(source, target, mapping(clusters=(pair("c1", "far"),)))
    assert "Storage Domain doesn't exist" in failure(made, "vm.web")


def test_a_template_on_other_domains_than_the_vm_is_refused() -> None:
    """Row 13: a copy must be on a domain of the VM's own disks."""
    source = source_site()
    source.add_domain("d2")
    source.add_template("base", domains=("d1",))
    source.add_vm("web", domains=("d2",), template_id="t-base")
    source.add_vm("pxe", domains=(), template_id="t-base")
    made = plan(source, target_site(), mapping(nfs("d1", master=True), nfs("d2")))
    for address in ("vm.web", "vm.pxe"):
        assert "does not contain the VM Template" in failure(made, address)


def test_a_diskless_vm_is_looked_for_in_its_own_data_center_only() -> None:
    """Another data center's domains do not list it."""
    source = source_site()
    source.add_data_center("branch")
    source.add_cluster("c2", data_center="branch")
    source.add_vm("pxe", cluster="c2", domains=())
    made = plan(source, target_site(), mapping(clusters=(pair("c2", "c1"),)))
    assert {item.address: item.reason for item in made.not_done}["vm.pxe"] == "no_mapped_domain"


def with_memory(*domains: str) -> SiteBuilder:
    """A source with a VM on d1 and d2 whose snapshot's memory is on these domains."""
    source = source_site()
    source.add_domain("d2")
    source.add_domain("d3")
    source.add_vm(
        "web",
        domains=("d1", "d2"),
        snapshots=(entities.Snapshot(id="s", type="regular", with_memory=True),),
    )
    for number, domain in enumerate(domains):
        source.add(
            "disks",
            entities.Disk(
                id=f"memory{number}",
                name="web_snapshot_memory",
                content_type="memory_dump_volume",
                storage_domain_ids=(f"sd-{domain}",),
            ),
        )
    return source


def test_a_vm_with_memory_is_registered_through_the_domain_that_holds_it() -> None:
    """Row 11b: memory volumes are looked for on the domain of the request only."""
    mapped = mapping(nfs("d1", master=True), nfs("d2"), nfs("d3"))
    parameters = find(plan(with_memory("d2"), target_site(), mapped), "vm.web").parameters
    assert isinstance(parameters, RegisterVmParameters)
    assert parameters.domain == "storage_domain.d2"


def test_memory_on_a_domain_that_does_not_list_the_vm_is_refused() -> None:
    """It cannot be registered through that one."""
    mapped = mapping(nfs("d1", master=True), nfs("d2"), nfs("d3"))
    assert "memory of a snapshot" in failure(
        plan(with_memory("d3"), target_site(), mapped), "vm.web"
    )
