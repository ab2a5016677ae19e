"""The unmodified role against two served Engines, and what its known defects leave there.

B numbers are the role's defects and limits in docs/simulator.md, "The role beside drplan".
"""

from __future__ import annotations

import shutil
from pathlib import Path

from ruamel.yaml import YAML

from drplan.model.inventory import Inventory
from tests.peer.life_cycle import LifeCycle, Stage, play
from tests.peer.role import Ansible
from tests.peer.sites import FIXTURE, served

MAPPED = {"prod-nfs", "prod-gluster", "prod-iscsi", "prod-fcp", "branch-posix"}


def active(inventory: Inventory | None) -> set[str]:
    """The names of the storage domains that are active."""
    assert inventory is not None
    return {it.name for it in inventory.storage_domains if it.status == "active"}


def sent(stage: Stage, role: str, ending: str) -> list[str]:
    """The writes to an Engine whose address has that end."""
    return [it for it in stage.writes[role] if it.split()[1].partition("?")[0].endswith(ending)]


def test_the_generated_mapping_has_the_primary_side(life_cycle: LifeCycle) -> None:
    """All of it, with the Engine's own domain, ISO and local storage too (B2.8, R23)."""
    assert life_cycle.generated.code == 0
    yaml = YAML(typ="safe", pure=True)
    generated = yaml.load(life_cycle.generated_file)
    written = yaml.load(FIXTURE / "mapping.yml")
    storages = {it["dr_primary_name"]: it for it in generated["dr_import_storages"]}
    assert storages.keys() == MAPPED | {"engine-vault", "iso-library", "lab-local"}
    for storage in written["dr_import_storages"]:
        found = storages[storage["dr_primary_name"]]
        ours = {key: it for key, it in storage.items() if not key.startswith("dr_secondary_")}
        assert {key: it for key, it in found.items() if key in ours} == ours
    groups = {it["primary_name"] for it in generated["dr_affinity_group_mappings"]}
    assert "erp-app-apart" in groups
    assert {it["primary_logical_unit_id"] for it in generated["dr_lun_mappings"]} == {
        360014050000000000000000000003001
    }, "the id is written without quotes, and read as a number (B2.9)"


def test_validation_refuses_the_engines_own_vm_and_exits_0(life_cycle: LifeCycle) -> None:
    """Both sites are read whole; then a protected VM that is not in the plan (B2.22, B2.4)."""
    output = life_cycle.validated.output
    assert "Finished validation for 'dr_affinity_group_mappings'" in output
    assert "does not exist in the setup" not in output
    assert "does not support delete protected VMs" in output
    assert "HostedEngine" in output
    assert life_cycle.validated.code == 0


def test_the_failover_reaches_its_end(life_cycle: LifeCycle) -> None:
    """Five types of storage imported and attached, every VM registered, with exit code 0."""
    stage = life_cycle.failover
    assert stage.played.code == 0, stage.played.output
    assert active(stage.secondary) >= MAPPED
    before = {vm.id for vm in life_cycle.before["secondary"].vms}
    found = {vm.id for vm in stage.secondary.vms} - before
    assert len(sent(stage, "secondary", "/register")) == len(found) + 3, "three are templates"
    assert stage.secondary.unregistered_vms == ()
    assert not any(it.endswith(("400", "409", "500", "501")) for it in stage.writes["secondary"])


def test_the_failover_imports_iscsi_once_per_target_and_logs_in_twice(
    life_cycle: LifeCycle,
) -> None:
    """The module logs in again while it builds the body of its request (B3.3, B3.4)."""
    assert len(sent(life_cycle.failover, "secondary", "/iscsilogin")) == 2


def test_the_report_shows_single_characters(life_cycle: LifeCycle) -> None:
    """A list that stayed a string (B1.2)."""
    assert "VMs registered successfully: [, ],  , +, '" in life_cycle.failover.report


def test_a_vm_of_unknown_status_stops_the_cleaning(life_cycle: LifeCycle) -> None:
    """The module refuses it, and the play with it; no storage domain was touched."""
    stage = life_cycle.clean_with_unknown_vm
    assert stage.played.code == 2
    assert "Not possible to control VM, if it's in 'unknown' status" in stage.played.output
    assert sent(stage, "primary", "/stop")
    assert active(stage.primary) >= MAPPED


def test_domains_that_are_active_are_never_removed(life_cycle: LifeCycle) -> None:
    """The orderly search has parentheses, so it is invalid and finds nothing (wire-facts 9)."""
    stage = life_cycle.clean_active
    assert stage.played.code == 0, stage.played.output
    assert {it.split()[0] for it in stage.writes["primary"]} <= {"POST"}
    assert not sent(stage, "primary", "/deactivate")
    assert active(stage.primary) >= MAPPED


def test_vms_are_powered_off_without_asking_them(life_cycle: LifeCycle) -> None:
    """``stop``, never ``shutdown`` (B4.7); VMs without a mapped domain go on."""
    for stage in (life_cycle.clean_with_unknown_vm, life_cycle.clean_active):
        assert not sent(stage, "primary", "/shutdown")
    primary = life_cycle.clean_active.primary
    assert primary is not None
    still = {it.name for it in primary.vms if it.status != "down"}
    assert "HostedEngine" in still


def test_of_two_vms_of_one_name_one_runs_on(life_cycle: LifeCycle) -> None:
    """VMs are stopped by name: both times it is the same one (as B3.15)."""
    primary = life_cycle.clean_active.primary
    assert primary is not None
    assert sorted(str(it.status) for it in primary.vms if it.name == "wiki") == ["down", "up"]


def test_domains_that_are_inactive_are_refused(life_cycle: LifeCycle) -> None:
    """The module manages no inactive domain, not even to destroy it: the play stops."""
    stage = life_cycle.clean_inactive
    assert stage.played.code == 2
    assert "Not possible to manage storage domain" in stage.played.output
    assert stage.writes["primary"] == ()


def test_domains_in_maintenance_are_destroyed(life_cycle: LifeCycle) -> None:
    """Removed from the database alone, the masters last (B4.10); orphans stay (B4.5)."""
    stage = life_cycle.clean_in_maintenance
    assert stage.played.code == 0, stage.played.output
    removed = [it for it in stage.writes["primary"] if it.startswith("DELETE /storagedomains/")]
    assert len(removed) == len(MAPPED)
    assert all("destroy=true" in it for it in removed)
    assert stage.primary is not None
    assert not MAPPED & {it.name for it in stage.primary.storage_domains}
    assert not any(it.startswith("DELETE /vms/") for it in stage.writes["primary"])


def test_the_failback_waits_for_the_storage(life_cycle: LifeCycle) -> None:
    """At a terminal it does; then everything is imported and registered at the primary."""
    stage = life_cycle.failback
    assert stage.played.code == 0, stage.played.output
    assert "press ENTER" in stage.played.output
    assert active(stage.primary) >= MAPPED
    assert stage.primary is not None
    assert {it.id for it in stage.primary.vms} >= {it.id for it in life_cycle.before["primary"].vms}


def test_the_failback_does_not_remember_what_ran(life_cycle: LifeCycle) -> None:
    """The list of running VMs cannot be made; the error is passed over, nothing starts (B4.1)."""
    assert "can only concatenate str" in life_cycle.failback.played.output
    assert not sent(life_cycle.failback, "primary", "/start")


def test_a_vm_without_disks_is_registered_though_it_is_there(life_cycle: LifeCycle) -> None:
    """Every domain lists it, no clean-up removed it: the Engine refuses it by its id (B3.14)."""
    refused = [it for it in life_cycle.failback.writes["primary"] if it.endswith(" 409")]
    diskless = {it.id for it in life_cycle.before["primary"].vms if it.name == "pxe-boot"}
    assert refused
    assert {it.split("/")[-2] for it in refused} == diskless


def test_the_failback_leaves_both_sites_with_the_domains(life_cycle: LifeCycle) -> None:
    """The orderly removal finds nothing here either: they are active twice."""
    assert active(life_cycle.failback.secondary) >= MAPPED


def test_a_name_sent_to_an_empty_share_makes_a_new_domain(ansible: Ansible, tmp_path: Path) -> None:
    """And the role reports it as added (B3.1)."""
    cassettes = tmp_path / "cassettes"
    shutil.copytree(FIXTURE, cassettes)
    original = "636139cd-d390-5fe0-85bb-51f417647627"
    (cassettes / "storage.yml").write_text(
        f"format: 1\nreplicas:\n- {{domain: {original}, name: prod-nfs, state: empty}}\n"
    )
    storages = YAML(typ="safe", pure=True).load(FIXTURE / "mapping.yml")["dr_import_storages"]
    only = [it for it in storages if it["dr_primary_name"] == "prod-nfs"]
    with served(tmp_path, cassettes) as sites:
        sites.steer("POST", "/sites/primary/down")
        sites.steer("POST", "/time/skip?seconds=200")
        folder = tmp_path / "role"
        folder.mkdir()
        played, report = play(
            ansible, sites, "fail_over", folder, more={"dr_import_storages": only}
        )
        found = sites.inventory("secondary", "after")
    assert played.code == 0, played.output
    assert "storage domains were successfully added" in report
    made = [it for it in found.storage_domains if it.name == "prod-nfs"]
    assert [it.status for it in made] == ["active"]
    assert made[0].id != original
    assert not found.unregistered_vms


def test_the_older_role_ends_before_it_registers(older_ansible: Ansible, tmp_path: Path) -> None:
    """Role 3.2.0 says ``include``, which its own Ansible 10 refuses; the storage is attached."""
    with served(tmp_path) as sites:
        sites.steer("POST", "/sites/primary/down")
        sites.steer("POST", "/time/skip?seconds=200")
        folder = tmp_path / "role"
        folder.mkdir()
        played, _ = play(older_ansible, sites, "fail_over", folder)
        found = sites.inventory("secondary", "after")
        writes = sites.writes("secondary")
    assert played.code != 0
    assert "ansible.builtin.include has been removed" in played.output
    assert active(found) >= MAPPED
    assert not any("/register " in it or "/start " in it for it in writes)
