"""What becomes of direct LUNs, foreseen with the Engine's words (entities sheet 1.4, rows 15 to 18)."""

from __future__ import annotations

from drplan.model import entities
from drplan.model.action import Action
from drplan.model.parameters import RegisterVmParameters
from drplan.model.plan import Plan
from tests.unit.plan.builders import lun, mapping, plan, source_site, target_site
from tests.unit.plan.site_builder import SiteBuilder


def find(made: Plan, address: str) -> Action:
    """The registration of a VM."""
    (found,) = [a for a in made.actions() if (a.address, a.operation) == (address, "register")]
    return found


def failure(made: Plan, address: str) -> str:
    """Why its registration will be refused."""
    found = find(made, address).expected_failure
    assert found is not None
    return found


def seeing(*luns: str) -> SiteBuilder:
    """A target whose one host sees these LUNs."""
    target = target_site()
    host = target.parts["hosts"].pop()
    target.add(
        "hosts",
        entities.Host(
            id=host.id,
            name=host.name,
            status="up",
            cluster_id=host.cluster_id,
            luns=tuple(entities.Lun(id=item) for item in luns),
        ),
    )
    return target


def with_lun(*names: str) -> SiteBuilder:
    """A source with VMs that have the LUN 3600a."""
    source = source_site()
    for name in names:
        source.add_vm(name, luns=("3600a",))
    return source


def test_a_mapped_lun_that_is_seen_is_fine() -> None:
    """Nothing to foresee; the pair is sent."""
    made = plan(with_lun("files"), seeing("3600b"), mapping(luns=(lun("3600a", "3600b"),)))
    found = find(made, "vm.files")
    assert found.expected_failure is None
    assert isinstance(found.parameters, RegisterVmParameters)
    (sent,) = found.parameters.registration.luns
    assert (sent.source_id, sent.target.id) == ("3600a", "3600b")


def test_a_lun_that_no_host_sees_is_refused() -> None:
    """Row 15."""
    made = plan(with_lun("files"), seeing(), mapping(luns=(lun("3600a", "3600b"),)))
    assert "not visible" in failure(made, "vm.files")


def test_an_unmapped_lun_keeps_its_own_id() -> None:
    """1.4: then that id must be seen."""
    assert find(plan(with_lun("files"), seeing("3600a")), "vm.files").expected_failure is None
    assert "3600a" in failure(plan(with_lun("files"), seeing("3600b")), "vm.files")


def test_a_lun_mapping_without_a_target_is_refused() -> None:
    """Row 17, checked before the others."""
    incomplete = lun("3600a", "3600b", iqn=None)
    made = plan(with_lun("files"), seeing("3600b"), mapping(luns=(incomplete,)))
    assert "missing at least one connection parameter" in failure(made, "vm.files")


def test_a_lun_is_given_to_one_vm_only() -> None:
    """Row 16: also a shared one; the second comes after the first and is refused."""
    made = plan(with_lun("a", "b"), seeing("3600a"))
    first, second = find(made, "vm.a"), find(made, "vm.b")
    assert first.expected_failure is None
    assert second.expected_failure is not None
    assert "is used by another disk" in second.expected_failure
    assert first.id in second.after
    assert "lun:3600a" in first.exclusive


def test_a_lun_that_only_some_hosts_see_is_a_warning() -> None:
    """The Engine asks one of them at random."""
    target = seeing("3600a")
    target.add(
        "hosts",
        entities.Host(id="h2", name="h2", status="up", cluster_id="south-c1", luns=()),
    )
    made = plan(with_lun("files"), target)
    assert find(made, "vm.files").expected_failure is None
    assert any("may be refused for its LUN" in item.summary for item in made.diagnostics)
