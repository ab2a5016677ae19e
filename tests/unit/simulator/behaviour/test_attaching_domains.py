from __future__ import annotations

from typing import Any

import pytest

from drplan.simulator import storage_views
from tests.unit.simulator.behaviour.sites import Site, fault, tree, uid
from tests.unit.simulator.behaviour.worlds import World, import_body


@pytest.fixture
def target(world: World) -> Site:
    """A target that has imported the first domain; two VMs lived on the source."""
    source = world.plain_source()
    source.vm(1, disks=(source.disk(1),), status="up")
    source.vm(2)
    world.plain_target()
    site = world.open(1, 2)
    site.ask("POST", "/storagedomains", import_body(1))
    return site


def status(target: Site, number: int = 1) -> str | None:
    """The real status of a domain."""
    return storage_views.status(target.store, uid("sd", number))


def test_attach_passes_locked_maintenance_and_activating(world: World, target: Site) -> None:
    """4.3 and 5: the statuses that a client sees, and 201 with the attached view."""
    body = f"<storage_domain id='{uid('sd', 1)}'/>"
    path = f"/datacenters/{uid('dc', 1)}/storagedomains"
    ticket = target.submit("POST", path, body)
    seen = []
    while ticket.response is None:
        target.step()
        now = status(target)
        if not seen or seen[-1] != now:
            seen.append(now)

    answer = tree(ticket.response)
    assert seen == ["locked", "maintenance", "activating", "active"]
    assert ticket.response.status == 201
    assert answer.findtext("status") == "active"
    assert answer.find("data_center").get("id") == uid("dc", 1)
    assert target.events(962) == [
        "Storage Domain d1 was attached to Data Center dc1-b by admin@internal-authz"
    ]


def test_an_attached_domain_has_no_status_in_the_engine_wide_list(
    world: World, target: Site
) -> None:
    """4.1: the status stands only under the data center."""
    world.attach(1)

    view = tree(target.ask("GET", f"/storagedomains/{uid('sd', 1)}"))
    assert view.find("status") is None
    assert view.find("data_centers/data_center").get("id") == uid("dc", 1)


def test_unregistered_entities_appear_at_attach_with_their_last_status(
    world: World, target: Site
) -> None:
    """8.2 to 8.4: VMs with an image here, and every VM without images; not before the attach."""
    path = f"/storagedomains/{uid('sd', 1)}/vms?unregistered=true"
    before = tree(target.ask("GET", path))
    world.attach(1)
    after = tree(target.ask("GET", path))

    assert len(before) == 0
    assert [(vm.findtext("name"), vm.findtext("status")) for vm in after] == [
        ("vm1", "up"),
        ("vm2", "down"),
    ]


def test_an_unregistered_vm_shows_neither_cluster_nor_disks_nor_nics(
    world: World, target: Site
) -> None:
    """8.4 and entities 3: what is absent; the entity itself is 404."""
    world.attach(1)
    path = f"/storagedomains/{uid('sd', 1)}/vms"

    vm = tree(target.ask("GET", f"{path}?unregistered=true"))[0]
    assert [vm.find(tag) for tag in ("cluster", "disk_attachments", "nics", "host")] == [None] * 4
    assert vm.find("storage_domain").get("id") == uid("sd", 1)
    assert vm.get("href") == f"/ovirt-engine/api{path}/{uid('vm', 1)}"
    assert [link.get("rel") for link in vm.findall("actions/link")] == ["register"]
    assert target.ask("GET", f"{path}/{uid('vm', 1)}").status == 404


def test_the_ovf_store_disks_are_registered_and_the_others_listed(
    world: World, target: Site
) -> None:
    """5: OVF_STORE disks become disks; images are unregistered disks."""
    world.attach(1)

    listed = tree(target.ask("GET", f"/storagedomains/{uid('sd', 1)}/disks?unregistered=true"))
    assert target.store.exists(f"/disks/{uid('ovf', 2)}")
    assert [disk.get("id") for disk in listed] == [uid("disk", 1)]


def test_a_disk_with_snapshots_is_left_out_of_the_unregistered_disks(world: World) -> None:
    """8.4: disks with more than one volume are silently missing."""
    source = world.plain_source()
    vm = source.vm(1, disks=(source.disk(1),))
    source.put(
        f"/vms/{vm}/snapshots/{uid('snap', 1)}",
        "<snapshot><snapshot_type>regular</snapshot_type></snapshot>",
    )
    world.plain_target()
    target = world.open(1)
    world.recover(1)

    listed = tree(target.ask("GET", f"/storagedomains/{uid('sd', 1)}/disks?unregistered=true"))
    assert len(listed) == 0


def test_vms_of_origin_external_get_no_row(world: World) -> None:
    """9 and entities 3: they are skipped at attach."""
    source = world.plain_source()
    source.vm(1, extra="")
    with source.store.edit(f"/vms/{uid('vm', 1)}") as vm:
        vm.find("origin").text = "external"
    world.plain_target()
    target = world.open(1)
    world.recover(1)

    answer = target.ask("GET", f"/storagedomains/{uid('sd', 1)}/vms?unregistered=true")
    assert len(tree(answer)) == 0


def test_an_unreadable_ovf_store_gives_empty_lists_and_event_1017(world: World) -> None:
    """8.4: attach succeeds all the same."""
    source = world.plain_source()
    source.vm(1)
    world.plain_target()
    target = world.open(1)
    world.array.export("nas-b", "/exp/r1").domains[0].ovf_store.readable = False
    world.recover(1)

    assert status(target) == "active"
    assert len(target.events(1017)) == 1
    assert target.store.members(f"/storagedomains/{uid('sd', 1)}/vms;unregistered") == ()


def test_a_vm_on_two_domains_is_listed_on_both(world: World) -> None:
    """8.2: clients must de-duplicate by id."""
    source = world.plain_source()
    source.vm(1, disks=(source.disk(1, (1,)), source.disk(2, (2,))))
    world.plain_target()
    target = world.open(1, 2)
    world.recover(1, 2)

    for number in (1, 2):
        path = f"/storagedomains/{uid('sd', number)}/vms;unregistered/{uid('vm', 1)}"
        assert target.store.exists(path)


def test_attach_raises_the_format_to_that_of_the_data_center(world: World) -> None:
    """5.2: irreversibly, with the transaction of the attach."""
    world.plain_source()
    world.source.domain(1, storage_format="v4")
    world.plain_target()
    target = world.open(1)
    target.ask("POST", "/storagedomains", import_body(1))

    answer = tree(world.attach(1))

    assert answer.findtext("storage_format") == "v5"
    assert world.array.export("nas-b", "/exp/r1").domains[0].storage_format == "v5"


def test_a_format_newer_than_the_data_center_is_illegal(world: World) -> None:
    """5.2 ACTION_TYPE_FAILED_STORAGE_DOMAIN_FORMAT_ILLEGAL."""
    world.plain_source()
    world.plain_target()
    world.target.data_center(minor=2)
    target = world.open(1)
    target.ask("POST", "/storagedomains", import_body(1))

    detail = "[Cannot attach Storage. Storage Domain format V5 is illegal.]"
    assert fault(world.attach(1)) == (409, detail)


def test_a_second_attach_has_the_misleading_text(world: World, target: Site) -> None:
    """5.2 ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL: already attached."""
    world.attach(1)

    status_code, detail = fault(world.attach(1))
    assert status_code == 409
    assert detail.startswith("[Cannot attach Storage. The relevant Storage Domain is inaccessible.")


def test_attach_needs_the_data_center_the_domain_and_an_up_host(world: World, target: Site) -> None:
    """5.2, the first three rows in their order."""
    no_center = world.attach(1, center=5)
    no_domain = world.attach(7)
    for number in (1, 2):
        target.store.set_value(f"/hosts/{uid('host', number)}", "status", "down")
    no_host = world.attach(7)

    assert fault(no_center) == (400, "[Data Center doesn't exist.]")
    assert fault(no_domain) == (400, "[Cannot attach Storage. Storage Domain doesn't exist.]")
    assert fault(no_host) == (
        409,
        "[Cannot attach Storage. There is no active Host in the Data Center.]",
    )


def test_an_unknown_name_in_the_body_is_404(target: Site) -> None:
    """5.2: the name is looked up before the command."""
    path = f"/datacenters/{uid('dc', 1)}/storagedomains"

    answer = target.ask("POST", path, "<storage_domain><name>nix</name></storage_domain>")

    assert fault(answer) == (404, "Entity not found: Storage: name=nix")


def test_attach_needs_an_active_master(world: World, target: Site) -> None:
    """5.2 ACTION_TYPE_FAILED_MASTER_STORAGE_DOMAIN_NOT_ACTIVE."""
    storage_views.set_status(target.store, uid("sd", 9), "maintenance")

    status_code, detail = fault(world.attach(1))
    assert status_code == 409
    assert detail.startswith("[Failed to attach Storage due to an error on the Data Center master")


def test_the_domain_is_locked_while_it_is_attached(world: World, target: Site) -> None:
    """5.2, row "lock busy"."""
    body = f"<storage_domain id='{uid('sd', 1)}'/>"
    path = f"/datacenters/{uid('dc', 1)}/storagedomains"
    first = target.submit("POST", path, body)
    second = target.ask("POST", path, body)
    while first.response is None:
        target.step()

    assert first.response.status == 201
    assert fault(second) == (
        409,
        "[Cannot attach Storage. Related operation is currently in progress."
        " Please try again later.]",
    )


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"state": "read_only"}, "[Error attaching storage domain]"),
        ({"lease_until": 10_000.0}, "[Cannot acquire host id]"),
    ],
)
def test_what_the_storage_refuses_rolls_the_attach_back(
    world: World, change: dict[str, Any], detail: str
) -> None:
    """5.2 VDSM failures and 12: the map row is removed, the domain is unattached again."""
    world.plain_source()
    world.plain_target()
    target = world.open(1, **change)
    target.ask("POST", "/storagedomains", import_body(1))

    answer = world.attach(1)

    assert fault(answer) == (400, detail)
    assert status(target) == "unattached"


def test_all_hosts_failing_to_connect_is_an_empty_detail(world: World, target: Site) -> None:
    """5.2, row "all hosts failed to connect"."""
    world.array.export("nas-b", "/exp/r1").mount = "refuses"

    assert fault(world.attach(1)) == (400, "[]")
    assert status(target) == "unattached"


def test_an_iso_domain_with_foreign_metadata_cannot_be_attached(world: World) -> None:
    """5: the force-detach is for data domains only."""
    world.plain_source()
    world.source.domain(4, kind="iso")
    world.plain_target()
    target = world.open(4)
    target.ask("POST", "/storagedomains", import_body(4).replace("<type>data", "<type>iso"))

    status_code, detail = fault(world.attach(4))
    assert status_code == 400
    assert detail.startswith("[The Domain is already used by another Data Center.")
