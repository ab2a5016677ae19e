"""Importing, naming, attaching and activating a domain on the simulated Engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from drplan.apply.result import ActionFailed
from drplan.errors import EngineFault
from drplan.model.parameters import (
    ActivateParameters,
    AttachParameters,
    ConnectParameters,
    ImportParameters,
    Portal,
    UpdateParameters,
)

if TYPE_CHECKING:
    from conftest import Bench

NFS = "storage_domain.prod-nfs"
ISCSI = "storage_domain.prod-iscsi"


def nfs(bench: Bench, **fields: object) -> ImportParameters:
    """The import of the demo's NFS domain."""
    known = {
        "storage_type": "nfs",
        "data_center": bench.center(),
        "domain_id": bench.ids["prod-nfs"],
        "address": "nas-south.example.org",
        "path": "/replica/prod-nfs",
    }
    return ImportParameters(**(known | fields))


def posts(bench: Bench, path: str) -> int:
    """How often a write was sent to the path."""
    return bench.transport.writes().count(f"POST {path}")


def test_a_file_domain_is_imported_by_its_id_and_without_a_name(bench: Bench) -> None:
    """A name could make the Engine create and format a domain."""
    result = bench.run(NFS, nfs(bench))
    assert result.found["id"] == bench.ids["prod-nfs"]
    body = next(item.body for item in bench.transport.sent if item.is_write).decode()
    assert "<name>" not in body
    assert "format" not in body
    assert bench.ids["prod-nfs"] in body


def test_mount_options_and_the_version_of_nfs_are_sent(bench: Bench) -> None:
    """As the mapping has them, in the API's words."""
    bench.run(NFS, nfs(bench, mount_options="soft", nfs_version="v4_1"))
    body = next(item.body for item in bench.transport.sent if item.is_write).decode()
    assert "<mount_options>soft</mount_options>" in body
    assert "<nfs_version>v4_1</nfs_version>" in body


def test_a_second_import_sends_nothing(bench: Bench) -> None:
    """The domain is looked for before anything is written."""
    bench.run(NFS, nfs(bench))
    assert bench.run(NFS, nfs(bench)).status == "converged"
    assert posts(bench, "/storagedomains") == 1


def test_a_lost_answer_is_looked_up_and_not_repeated(bench: Bench) -> None:
    """The import happened although nobody heard of it: it is sent once."""
    bench.transport.loses = "/storagedomains"
    result = bench.run(NFS, nfs(bench))
    assert result.found["id"] == bench.ids["prod-nfs"]
    assert posts(bench, "/storagedomains") == 1


def test_an_export_that_holds_nothing_is_left_alone(bench: Bench) -> None:
    """Without a replica the Engine refuses, and no domain is made."""
    before = list(bench.world.store.members("/storagedomains"))
    with pytest.raises(EngineFault):
        bench.run(NFS, nfs(bench, path="/replica/nothing"))
    assert list(bench.world.store.members("/storagedomains")) == before


def test_another_domain_at_the_path_is_not_taken(bench: Bench) -> None:
    """The id that was sent is not the one found: the Engine refuses."""
    other = "11111111-2222-4333-8444-555555555555"
    with pytest.raises(EngineFault):
        bench.run(NFS, nfs(bench, domain_id=other))


def test_every_write_carries_an_id_of_its_own(bench: Bench) -> None:
    """The Engine's jobs and events can be found by it."""
    bench.run(NFS, nfs(bench))
    names = [item.header("Correlation-Id") for item in bench.transport.sent if item.is_write]
    assert all(name and len(name) == 36 for name in names)
    assert len(set(names)) == len(names)
    kinds = [event.type for event in bench.events]
    assert kinds.index("intent") < kinds.index("sent") < kinds.index("accepted")


def test_only_what_differs_is_updated(bench: Bench) -> None:
    """A second update has nothing to do."""
    bench.run(NFS, nfs(bench))
    wanted = UpdateParameters(
        domain_id=bench.ids["prod-nfs"], name="prod-nfs-dr", warning_low_space_indicator=15
    )
    assert bench.run(NFS, wanted).status == "done"
    assert bench.world.store.value(f"/storagedomains/{wanted.domain_id}", "name") == "prod-nfs-dr"
    assert bench.run(NFS, wanted).status == "converged"


def test_attaching_waits_until_the_data_center_is_up(bench: Bench) -> None:
    """The first domain of a data center brings it up before the action ends."""
    bench.run(NFS, nfs(bench))
    result = bench.run(
        NFS,
        AttachParameters(data_center=bench.center(), domain_id=bench.ids["prod-nfs"], master=True),
    )
    assert result.found["status"] == "active"
    store = bench.world.store
    names = {
        store.value(path, "name"): store.value(path, "status")
        for path in store.members("/datacenters")
    }
    assert names["dr-production"] == "up"


def test_attaching_twice_sends_one_request(bench: Bench) -> None:
    """The attached view is read first; the Engine's refusal would be misleading."""
    bench.run(NFS, nfs(bench))
    attach = AttachParameters(data_center=bench.center(), domain_id=bench.ids["prod-nfs"])
    bench.run(NFS, attach)
    assert bench.run(NFS, attach).status == "converged"
    assert sum(line.endswith("/storagedomains") for line in bench.transport.writes()) == 2


def test_a_lost_answer_of_an_attach_is_looked_up(bench: Bench) -> None:
    """The domain is attached, and the request is not sent again."""
    bench.run(NFS, nfs(bench))
    center = next(
        path
        for path in bench.world.store.members("/datacenters")
        if bench.world.store.value(path, "name") == "dr-production"
    )
    bench.transport.loses = f"{center}/storagedomains"
    attach = AttachParameters(data_center=bench.center(), domain_id=bench.ids["prod-nfs"])
    assert bench.run(NFS, attach).found["status"] == "active"
    assert posts(bench, f"{center}/storagedomains") == 1


def test_attaching_tells_what_was_predicted_and_is_missing(bench: Bench) -> None:
    """Predictions meet reality before anything is registered."""
    bench.run(NFS, nfs(bench))
    bench.shared.predicted = {NFS: {"11111111-2222-4333-8444-555555555555": "vm.ghost"}}
    attach = AttachParameters(data_center=bench.center(), domain_id=bench.ids["prod-nfs"])
    result = bench.run(NFS, attach)
    assert result.surprises == ("vm.ghost was predicted and is not on the domain",)
    told = [event for event in bench.events if event.type == "prediction_result"]
    assert len(told) == 1
    assert "0 of 1 predicted" in told[0].message


def test_activating_what_is_active_sends_nothing(bench: Bench) -> None:
    """Attaching activates; a second activation would be refused."""
    bench.run(NFS, nfs(bench))
    bench.run(NFS, AttachParameters(data_center=bench.center(), domain_id=bench.ids["prod-nfs"]))
    result = bench.run(
        NFS, ActivateParameters(data_center=bench.center(), domain_id=bench.ids["prod-nfs"])
    )
    assert result.status == "converged"
    assert not any(line.endswith("/activate") for line in bench.transport.writes())


def test_activating_what_is_not_attached_fails(bench: Bench) -> None:
    """There is nothing to activate."""
    bench.run(NFS, nfs(bench))
    with pytest.raises(ActionFailed, match="not attached"):
        bench.run(
            NFS, ActivateParameters(data_center=bench.center(), domain_id=bench.ids["prod-nfs"])
        )


def connect(bench: Bench, address: str = "198.51.100.31") -> ConnectParameters:
    """The connection of the demo's iSCSI domain."""
    return ConnectParameters(
        storage_type="iscsi",
        data_center=bench.center(),
        domain_id=bench.ids["prod-iscsi"],
        portals=(
            Portal(address="198.51.100.99", target="iqn.2026-01.org.example:south.prod"),
            Portal(address=address, target="iqn.2026-01.org.example:south.prod"),
        ),
    )


def test_one_reachable_portal_is_enough(bench: Bench) -> None:
    """A dead portal is told, and the domain is seen through the other one."""
    result = bench.run(ISCSI, connect(bench))
    assert result.found["id"] == bench.ids["prod-iscsi"]
    assert "198.51.100.99" in result.note


def test_what_no_host_sees_is_not_imported(bench: Bench) -> None:
    """Every host is asked before the action fails, and each is named."""
    with pytest.raises(ActionFailed, match="no host sees") as raised:
        bench.run(ISCSI, connect(bench, "198.51.100.98"))
    assert "south-h1" in str(raised.value)


def test_a_block_domain_is_imported_through_the_host_that_sees_it(bench: Bench) -> None:
    """The import says so, and names no LUNs: those would be formatted."""
    connected = bench.run(ISCSI, connect(bench))
    bench.shared.found[ISCSI] = dict(connected.found)
    result = bench.run(
        ISCSI,
        ImportParameters(
            storage_type="iscsi",
            data_center=bench.center(),
            domain_id=bench.ids["prod-iscsi"],
        ),
    )
    assert result.found["id"] == bench.ids["prod-iscsi"]
    body = bench.transport.sent[-1].body.decode()
    assert "<import>true</import>" in body
    assert "logical_unit" not in body
    assert connected.found["host"] in body
