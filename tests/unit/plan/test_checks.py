"""Which checks block, which warn, and what each says."""

from __future__ import annotations

import msgspec
import pytest

from drplan.model import entities
from drplan.model.check import Check
from drplan.model.plan import Plan
from tests.unit.plan.builders import (
    mapping,
    nfs,
    pair,
    plan,
    source_site,
    target_site,
)
from tests.unit.plan.site_builder import SiteBuilder


def check(made: Plan, name: str) -> Check:
    """The check of that name."""
    (found,) = [item for item in made.checks if item.name == name]
    return found


def test_a_clean_pair_of_sites_fails_no_check() -> None:
    """All pass, or are left for the moment of applying."""
    made = plan(source_site(), target_site())
    assert [item.name for item in made.checks if item.status == "fail"] == []
    assert made.applyable
    assert made.diagnostics == ()


def test_only_four_checks_can_block() -> None:
    """Design decision 18."""
    made = plan(source_site(), target_site())
    assert {item.name for item in made.checks if item.blocks} == {
        "different-engines",
        "source-fenced",
        "hosts-up",
        "domain-ids",
    }


def test_every_check_cites_its_rule_and_has_its_own_name() -> None:
    """R numbers of the guide, or a fact's."""
    checks = plan(source_site(), target_site()).checks
    assert all(item.rule for item in checks)
    assert len({item.name for item in checks}) == len(checks)


def test_one_engine_on_both_sides_blocks() -> None:
    """R1: the instance id tells, not the URL."""
    target = target_site()
    target.instance_id = "instance-north"
    made = plan(source_site(), target)
    assert check(made, "different-engines").status == "fail"
    assert not made.applyable
    assert made.diagnostics[0].severity == "error"
    assert made.diagnostics[0].id == "E1"


def test_recordings_that_are_mixed_up_block() -> None:
    """What was read as the target is the Engine that the mapping calls the source."""
    target = msgspec.structs.replace(
        target_site().build(), url="https://ENGINE-north.example.org:443/ovirt-engine/api"
    )
    assert check(plan(source_site(), target), "different-engines").status == "fail"


def test_an_engine_that_was_not_read_is_unknown_and_does_not_block() -> None:
    """Unknown is not wrong."""
    target = target_site()
    target.instance_id = None
    made = plan(source_site(), target)
    assert check(made, "different-engines").status == "unknown"
    assert made.applyable


def test_the_source_is_looked_at_when_the_plan_is_applied() -> None:
    """Split brain cannot be judged from a recording."""
    found = check(plan(source_site(), target_site()), "source-fenced")
    assert (found.status, found.when) == ("unknown", "apply")


def with_level(name: str, minor: int) -> SiteBuilder:
    """A target whose data center and cluster have level 4.``minor``."""
    del name
    target = target_site()
    for collection in ("data_centers", "clusters"):
        target.parts[collection] = [
            msgspec.structs.replace(item, version=entities.Version(4, minor))
            for item in target.parts[collection]
        ]
    return target


def test_other_levels_are_a_warning() -> None:
    """R8: data centers and clusters."""
    found = check(plan(source_site(), with_level("dc", 6)), "compatibility-levels")
    assert found.status == "fail"
    assert "data center dc 4.7, dc 4.6" in found.detail
    assert "cluster c1 4.7, c1 4.6" in found.detail


def test_a_level_below_the_minimum_is_a_warning() -> None:
    """R10."""
    assert check(plan(source_site(), with_level("dc", 1)), "minimum-level").status == "fail"


def test_other_engine_versions_are_a_warning() -> None:
    """R7, and what is known to be wrong with the older one (B6.8, B6.10)."""
    target = target_site()
    target.version = (4, 5, 2)
    made = plan(source_site(), target)
    assert check(made, "engine-versions").status == "fail"
    assert "B6.10" in check(made, "known-troubles").detail


def test_missing_data_centers_and_clusters_are_a_warning() -> None:
    """R3; what hangs on them fails by itself."""
    made = plan(
        source_site(),
        target_site(),
        mapping(nfs("d1", data_center="gone"), clusters=(pair("c1", "x"),)),
    )
    detail = check(made, "data-centers").detail
    assert "no data center gone" in detail
    assert "no cluster x" in detail


def test_an_unmapped_domain_with_disks_is_a_warning() -> None:
    """R11."""
    source = source_site()
    source.add_domain("d2")
    source.add_domain("empty")
    source.add_vm("web", domains=("d1", "d2"))
    assert check(plan(source, target_site()), "replicated-domains").detail == "d2"


def test_disks_on_local_storage_are_a_warning() -> None:
    """R23."""
    source = source_site()
    source.add_domain("local", storage_type="localfs")
    source.add_vm("lab", domains=("local",))
    made = plan(source, target_site())
    assert check(made, "local-storage").status == "fail"
    assert {i.address: i.reason for i in made.not_done}["vm.lab"] == "local_storage"


def test_a_vm_beside_the_hosted_engine_is_a_warning() -> None:
    """R25: found by the origin of the VM, not by a name."""
    source = source_site()
    source.add_domain("vault")
    source.add_vm("HostedEngine", domains=("vault",), origin="hosted_engine")
    source.add_vm("lodger", domains=("vault",))
    made = plan(source, target_site())
    assert "lodger" in check(made, "hosted-engine").detail
    assert {i.address: i.reason for i in made.not_done}["vm.lodger"] == "hosted_engine"


def test_an_old_inventory_is_a_warning_with_its_age() -> None:
    """Design decision 18: it warns, it does not block."""
    source = msgspec.structs.replace(source_site().build(), taken="2026-03-12T02:00:00Z")
    found = check(plan(source, target_site()), "inventory-age")
    assert found.status == "fail"
    assert found.detail == "it is 49 hours old"


@pytest.mark.parametrize(("mode", "status"), [("enabled", "fail"), ("audit", "pass")])
def test_enforced_quota_is_a_warning(mode: str, status: str) -> None:
    """Registrations can be refused for lack of quota."""
    target = target_site()
    target.parts["data_centers"].clear()
    target.add_data_center("dc", status="uninitialized", quota_mode=mode)
    assert check(plan(source_site(), target), "quota").status == status


def test_mappings_of_authorization_domains_are_a_warning() -> None:
    """B6.4: they never match."""
    made = plan(source_site(), target_site(), mapping(domains=(pair("corp", "dr-corp"),)))
    assert check(made, "authorization-domains").status == "fail"


def test_a_failed_check_is_a_warning_that_cites_it() -> None:
    """Once: checks that sum up what is warned of entity by entity are not repeated."""
    target = target_site()
    target.version = (4, 5, 7)
    made = plan(source_site(), target)
    (warning,) = made.diagnostics
    assert "engine-versions, R7" in warning.detail
