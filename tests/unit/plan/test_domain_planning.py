"""Which domains are planned, how they are reached, in what order they are attached."""

from __future__ import annotations

import msgspec
import pytest

from drplan.model.action import Action, Operation
from drplan.model.mapping import SecretRef, StorageMapping, StorageSide
from drplan.model.parameters import (
    AttachParameters,
    ConnectParameters,
    ImportParameters,
    UpdateParameters,
)
from drplan.model.plan import Plan
from tests.unit.plan.builders import iscsi, mapping, nfs, plan, source_site, target_site


def action(made: Plan, address: str, operation: Operation) -> Action:
    """The one action of that kind."""
    (found,) = [a for a in made.actions() if (a.address, a.operation) == (address, operation)]
    return found


def operations(made: Plan, address: str) -> list[str]:
    """What is done with one entity, in plan order."""
    return [a.operation for a in made.actions() if a.address == address]


def test_an_iscsi_domain_is_looked_for_behind_every_portal() -> None:
    """Every address with every target (B3.3, B3.5), and one import only."""
    source = source_site()
    source.add_domain("block", storage_type="iscsi", id="sd-block")
    made = plan(
        source,
        target_site(),
        mapping(nfs("d1", master=True), iscsi("block", "iqn.1", "iqn.2", domain_id="sd-block")),
    )
    connect = action(made, "storage_domain.block", "connect").parameters
    assert isinstance(connect, ConnectParameters)
    assert [(p.address, p.target, p.port) for p in connect.portals] == [
        ("192.0.2.1", "iqn.1", 3260),
        ("192.0.2.1", "iqn.2", 3260),
        ("192.0.2.2", "iqn.1", 3260),
        ("192.0.2.2", "iqn.2", 3260),
    ]
    assert operations(made, "storage_domain.block")[:4] == [
        "connect",
        "import",
        "attach",
        "activate",
    ]
    imported = action(made, "storage_domain.block", "import")
    assert imported.depends_on == (action(made, "storage_domain.block", "connect").id,)


def test_secrets_are_referred_to_and_never_held() -> None:
    """CHAP credentials stay references, and the plan lists what applying will need."""
    side = StorageSide(
        name="block",
        data_center="dc",
        addresses=("192.0.2.1",),
        targets=("iqn.1",),
        chap_username=SecretRef(ref="mapping:/dr_import_storages/0/dr_secondary_username"),
        chap_password=SecretRef(ref="env:CHAP"),
    )
    storage = StorageMapping(storage_type="iscsi", domain_id="x", primary=side, secondary=side)
    made = plan(source_site(), target_site(), mapping(storage))
    connect = action(made, "storage_domain.block", "connect").parameters
    assert isinstance(connect, ConnectParameters)
    assert connect.password == "env:CHAP"
    assert made.secrets == ("env:CHAP", "mapping:/dr_import_storages/0/dr_secondary_username")


def test_the_wanted_master_of_an_uninitialized_data_center_goes_first_and_alone() -> None:
    """Storage sheet 5.1: the others are attached once it is active."""
    source = source_site()
    source.add_domain("a0")
    made = plan(source, target_site(), mapping(nfs("a0"), nfs("d1", master=True)))
    first = action(made, "storage_domain.d1", "attach")
    other = action(made, "storage_domain.a0", "attach")
    assert isinstance(first.parameters, AttachParameters)
    assert first.parameters.master
    assert action(made, "storage_domain.d1", "activate").id in other.depends_on
    assert first.id < other.id


def test_an_initialized_data_center_takes_domains_at_once() -> None:
    """There is a master already: nobody waits, and nobody is called master."""
    source = source_site()
    source.add_domain("a0")
    target = target_site(status="up")
    made = plan(source, target, mapping(nfs("a0"), nfs("d1", master=True)))
    attach = action(made, "storage_domain.d1", "attach")
    assert isinstance(attach.parameters, AttachParameters)
    assert not attach.parameters.master
    assert len(action(made, "storage_domain.a0", "attach").depends_on) == 1


def test_without_a_marked_master_the_first_domain_becomes_it_and_that_is_said() -> None:
    """Somebody must be first; the check says that nobody chose."""
    made = plan(source_site(), target_site(), mapping(nfs("d1")))
    parameters = action(made, "storage_domain.d1", "attach").parameters
    assert isinstance(parameters, AttachParameters)
    assert parameters.master
    (check,) = [check for check in made.checks if check.name == "master-domains"]
    assert check.status == "fail"
    assert not check.blocks


def test_a_renamed_domain_is_renamed_after_the_import() -> None:
    """The name never goes into the import (storage sheet 3.1); attaching does not wait for it to succeed."""
    storage = StorageMapping(
        storage_type="nfs",
        primary=StorageSide(name="d1", data_center="dc", addresses=("n",), path="/d1"),
        secondary=StorageSide(name="dr-d1", data_center="dc", addresses=("s",), path="/r"),
        wipe_after_delete=True,
    )
    made = plan(source_site(), target_site(), mapping(storage))
    update = action(made, "storage_domain.dr-d1", "update")
    assert isinstance(update.parameters, UpdateParameters)
    assert update.parameters.name == "dr-d1"
    assert update.parameters.wipe_after_delete is True
    attach = action(made, "storage_domain.dr-d1", "attach")
    assert update.id in attach.after
    assert update.id not in attach.depends_on
    assert made.planned_values.domains[0].source_name == "d1"


def test_a_file_domain_is_never_asked_to_discard() -> None:
    """The Engine refuses it there (storage sheet 3.3); the guide's own example has it (R80)."""
    made = plan(
        source_site(),
        target_site(),
        mapping(nfs("d1", discard_after_delete=True, backup=False)),
    )
    update = action(made, "storage_domain.d1", "update").parameters
    assert isinstance(update, UpdateParameters)
    assert update.discard_after_delete is None


def test_a_domain_that_is_there_but_inactive_is_only_activated() -> None:
    """What is done already is not done again (storage sheet 13)."""
    target = target_site(status="up")
    target.add_domain("d1", status="maintenance", master=True)
    made = plan(source_site(), target)
    assert operations(made, "storage_domain.d1") == ["activate", "sweep"]


def test_a_domain_that_is_there_but_unattached_is_attached() -> None:
    """Its id is known to the Engine: no import."""
    target = target_site()
    target.add_domain("d1", data_center=None)
    made = plan(source_site(), target)
    assert operations(made, "storage_domain.d1") == ["attach", "activate", "sweep"]


def test_a_domain_without_a_known_id_is_imported_as_unknown() -> None:
    """Neither mapping nor source tell it: the plan says so, and the id is an unknown of the import."""
    made = plan(source_site(), target_site(), mapping(nfs("d1", master=True), nfs("elsewhere")))
    found = action(made, "storage_domain.elsewhere", "import")
    assert isinstance(found.parameters, ImportParameters)
    assert found.parameters.domain_id is None
    assert found.confidence == "unknown"
    assert found.change.after_unknown == {"id": True}
    assert any("which domain stands there" in item.summary for item in made.diagnostics)


def test_another_domain_at_the_path_blocks_the_plan_and_names_the_refusal() -> None:
    """Design 18: an id that is not the expected one. The import is tried all the same in a rehearsal."""
    target = target_site(status="up")
    target.add_domain("shared", address="nas-south", path="/d1/", id="sd-shared")
    made = plan(source_site(), target)
    (check,) = [check for check in made.checks if check.name == "domain-ids"]
    assert (check.status, check.blocks) == ("fail", True)
    assert "sd-shared" in check.detail
    assert not made.applyable
    failure = action(made, "storage_domain.d1", "import").expected_failure
    assert failure is not None
    assert "already exists for shared" in failure


def test_a_mapped_id_that_is_not_the_sources_blocks_the_plan() -> None:
    """The mapping names a domain that the source knows under another id."""
    made = plan(source_site(), target_site(), mapping(nfs("d1", domain_id="other")))
    assert not made.applyable
    assert "the mapping says other" in next(
        check.detail for check in made.checks if check.name == "domain-ids"
    )


def test_what_is_no_replicated_data_is_left_alone_with_its_reason() -> None:
    """R23, R25: local, ISO, export and image domains, and that of the hosted engine."""
    source = source_site()
    source.add_domain("vault", id="sd-vault")
    source.add_domain("local", storage_type="localfs")
    source.add_domain("cds", type="iso")
    source.add_domain("copies", type="export")
    source.add_domain("glance", type="image", storage_type="glance", data_center=None)
    source.add_domain("other")
    source.add_vm("HostedEngine", domains=("vault",), origin="managed_hosted_engine")
    made = plan(source, target_site(), mapping(nfs("d1", master=True), nfs("vault")))
    assert {item.address: item.reason for item in made.not_done} == {
        "storage_domain.vault": "hosted_engine",
        "storage_domain.local": "local_storage",
        "storage_domain.cds": "iso",
        "storage_domain.copies": "export",
        "storage_domain.glance": "image",
        "storage_domain.other": "not_mapped",
        "vm.HostedEngine": "hosted_engine",
    }
    assert operations(made, "storage_domain.vault") == []


def test_a_data_center_without_a_host_blocks_the_plan() -> None:
    """R5: nothing can be attached there."""
    made = plan(source_site(), target_site(hosts=0))
    assert not made.applyable
    failure = action(made, "storage_domain.d1", "import").expected_failure
    assert failure == "There is no active Host in the Data Center."


def test_a_format_that_is_raised_is_said_before() -> None:
    """It cannot be undone, and the source may be unable to take the domain back."""
    source = source_site()
    source.parts["storage_domains"].clear()
    source.add_domain("d1", storage_format="v4")
    made = plan(source, target_site())
    (check,) = [check for check in made.checks if check.name == "storage-formats"]
    assert check.status == "fail"


def test_a_format_that_is_too_new_is_foreseen_as_a_refusal() -> None:
    """Storage sheet 5.2: format illegal."""
    target = target_site()
    target.parts["data_centers"].clear()
    target.add_data_center("dc", status="uninitialized", storage_format="v4")
    failure = action(plan(source_site(), target), "storage_domain.d1", "attach").expected_failure
    assert failure == "Cannot attach Storage. Storage Domain format V5 is illegal."


def test_a_name_that_the_target_has_already_stops_the_import() -> None:
    """The name on the storage is checked last (storage sheet 3.3)."""
    target = target_site(status="up")
    target.add_domain("d1", id="sd-stranger", address="nas-x", path="/x")
    made = plan(source_site(), target)
    failure = action(made, "storage_domain.d1", "import").expected_failure
    assert failure == "Cannot add Storage. The Storage Domain name is already in use."


@pytest.mark.parametrize(
    ("written", "sent"), [("v4_1", "v4_1"), ("4.2", "v4_2"), ("V3", "v3"), ("auto", "auto")]
)
def test_the_version_of_nfs_is_sent_in_the_words_of_the_api(written: str, sent: str) -> None:
    """With the mount options, and only for file domains."""
    found = imported(nfs_version=written, mount_options="soft")
    assert isinstance(found.parameters, ImportParameters)
    assert (found.parameters.nfs_version, found.parameters.mount_options) == (sent, "soft")
    assert found.diagnostics == ()


def test_an_unknown_version_of_nfs_is_not_sent_and_told() -> None:
    """The Engine would refuse the whole request."""
    found = imported(nfs_version="v5")
    assert isinstance(found.parameters, ImportParameters)
    assert found.parameters.nfs_version is None
    assert len(found.diagnostics) == 1


def imported(**fields: str) -> Action:
    """The import of an NFS domain whose target side has these attributes."""
    side = StorageSide(name="d1", data_center="dc", master=True, addresses=("s",), path="/r")
    storage = StorageMapping(
        storage_type="nfs",
        primary=side,
        secondary=msgspec.structs.replace(side, **fields),
    )
    return action(
        plan(source_site(), target_site(), mapping(storage)), "storage_domain.d1", "import"
    )
