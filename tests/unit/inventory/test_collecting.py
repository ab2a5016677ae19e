"""Reading an Engine: gaps, fall-backs, order, and what must not be missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from drplan.errors import AnswerLost, EngineFault, LoginFailed
from drplan.inventory.collect import ESSENTIALS
from drplan.inventory.in_order import in_order
from drplan.model.inventory import Inventory
from drplan.wire.response import Response

Read = Callable[..., Inventory]
MakeAnswering = Callable[..., Any]

XML = (("Content-Type", "application/xml;charset=UTF-8"),)
HTML = (("Content-Type", "text/html;charset=UTF-8"),)
FOLLOW_ALL = "/vms?follow=nics%2Cdisk_attachments%2Csnapshots%2Cpermissions%2Ctags"
FOLLOW_SOME = "/vms?follow=nics%2Cdisk_attachments%2Csnapshots"
VM_WITH_LINKS = (
    "<vm id='v1'><name>web</name>"
    "<link href='/ovirt-engine/api/vms/v1/nics' rel='nics'/>"
    "<link href='/ovirt-engine/api/vms/v1/diskattachments' rel='diskattachments'/>"
    "<link href='/ovirt-engine/api/vms/v1/snapshots' rel='snapshots'/>"
    "<link href='/ovirt-engine/api/vms/v1/permissions' rel='permissions'/>"
    "<link href='/ovirt-engine/api/vms/v1/tags' rel='tags'/></vm>"
)


def reasons(inventory: Inventory) -> dict[str, str]:
    """The gaps as a dictionary."""
    return {gap.collection: gap.reason for gap in inventory.gaps}


def test_an_engine_that_says_nothing_is_all_gaps(read: Read) -> None:
    """Not one collection is taken for empty."""
    inventory = read({})

    assert inventory.vms == ()
    assert set(reasons(inventory)) == {
        "affinity_groups",
        "affinity_labels",
        "authorization_domains",
        "clusters",
        "data_centers",
        "disks",
        "engine",
        "hosts",
        "mac_pools",
        "networks",
        "roles",
        "started_vm_ids",
        "storage_connections",
        "storage_domains",
        "storage_domains.status",
        "templates",
        "unregistered_templates",
        "unregistered_vms",
        "users",
        "vms",
        "vnic_profiles",
    }
    assert reasons(inventory)["affinity_groups"] == "clusters could not be read"


def test_what_was_not_asked_for_is_no_gap(read: Read) -> None:
    """Events, unregistered entities and hosts' storage are left out without a word."""
    inventory = read(
        {"/hosts": "<hosts><host id='h1'><status>up</status></host></hosts>"},
        events=False,
        unregistered=False,
        storage_of_hosts=False,
    )

    assert not {"started_vm_ids", "unregistered_vms", "hosts.luns"} & set(reasons(inventory))
    assert inventory.hosts[0].luns is None


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Response(404, "Not Found"), "HTTP 404"),
        (Response(501, "Not Implemented", HTML, b"<html/>"), "HTTP 501"),
        (
            Response(
                403, "Forbidden", XML, b"<fault><detail>[User is not authorized.]</detail></fault>"
            ),
            "HTTP 403: User is not authorized.",
        ),
        (
            Response(200, "OK", XML, b"<roles><role"),
            "the Engine's answer cannot be read (HTTP 200, application/xml, 12 bytes)",
        ),
    ],
)
def test_a_collection_that_fails_is_a_gap_with_its_reason(
    read: Read, answer: Response, reason: str
) -> None:
    """The rest is read all the same."""
    inventory = read({"/roles": answer, "/users": "<users><user id='u1'/></users>"})

    assert reasons(inventory)["roles"] == reason
    assert [it.id for it in inventory.users] == ["u1"]


def test_wrong_credentials_end_the_reading(read: Read) -> None:
    """They are no gap: every other request would fail too."""
    with pytest.raises(LoginFailed):
        read({"*": Response(401, "Unauthorized", HTML, b"<html/>")})


@pytest.mark.parametrize("strict", [True, False])
def test_essentials_are_demanded_only_when_strict(read: Read, strict: bool) -> None:
    """A plan cannot do without some collections; a look at a recording can."""
    answers = {"/datacenters": Response(500, "Error", HTML, b"<html/>")}
    if strict:
        with pytest.raises(EngineFault):
            read(answers, strict=True)
    else:
        assert read(answers).has_gap("data_centers")


def test_essentials_are_fields_of_the_inventory() -> None:
    """A name that is none would never be demanded."""
    assert set(Inventory.__struct_fields__) >= ESSENTIALS


def test_a_failing_follow_is_tried_with_less(read: Read, answering: MakeAnswering) -> None:
    """Following permissions breaks some Engines; the rest can still be followed."""
    transport = answering(
        {
            FOLLOW_ALL: Response(500, "Error", HTML, b"<html/>"),
            FOLLOW_SOME: "<vms><vm id='v1'><nics><nic id='n1'/></nics>"
            "<link href='/x' rel='snapshots'/><link href='/x' rel='diskattachments'/></vm></vms>",
            "/vms/v1/permissions": "<permissions/>",
            "/vms/v1/tags": "<tags><tag id='t1'><name>dr</name></tag></tags>",
        }
    )

    vm = read(transport).vms[0]

    assert (vm.nics or ())[0].id == "n1"
    assert (vm.disk_attachments, vm.snapshots) == ((), ())
    assert (vm.permissions, vm.tags) == ((), ("dr",))
    assert [it for it in transport.asked if it.startswith("/vms")] == [
        FOLLOW_ALL,
        FOLLOW_SOME,
        "/vms/v1/permissions",
        "/vms/v1/tags",
    ]


def test_an_engine_that_ignores_follow_is_read_link_by_link(
    read: Read, answering: MakeAnswering
) -> None:
    """Before 4.2 the parameter means nothing, and every member looks empty: it is not believed."""
    transport = answering(
        {
            FOLLOW_ALL: f"<vms>{VM_WITH_LINKS}</vms>",
            "/vms/v1/nics": "<nics><nic id='n1'><name>nic1</name></nic></nics>",
            "/vms/v1/diskattachments": Response(404, "Not Found"),
        }
    )

    inventory = read(transport)
    vm = inventory.vms[0]

    assert [it.name for it in vm.nics or ()] == ["nic1"]
    assert vm.disk_attachments is None
    assert reasons(inventory)["vms.disk_attachments"] == "HTTP 404"
    assert reasons(inventory)["vms.tags"] == "not recorded"


def test_one_followed_member_vouches_for_the_empty_ones(
    read: Read, answering: MakeAnswering
) -> None:
    """An Engine follows every name or none: an empty list beside a full one is really empty."""
    full = "<vm id='v2'><name>a</name><nics><nic id='n1'/></nics></vm>"
    transport = answering({FOLLOW_ALL: f"<vms>{VM_WITH_LINKS}{full}</vms>"})

    vms = {it.id: it for it in read(transport).vms}

    assert vms["v1"].nics == ()
    assert vms["v1"].tags == ()
    assert "/vms/v1/nics" not in transport.asked


def test_entities_are_sorted_and_names_may_repeat(read: Read) -> None:
    """The Engine's order does not matter, and two networks of one name are two."""
    inventory = read(
        {
            "/networks": "<networks><network id='2'><name>b</name></network>"
            "<network id='9'><name>a</name></network><network id='3'><name>a</name></network>"
            "</networks>"
        }
    )

    assert [(it.name, it.id) for it in inventory.networks] == [("a", "3"), ("a", "9"), ("b", "2")]


def test_nothing_is_asked_by_search(read: Read, answering: MakeAnswering) -> None:
    """An invalid search is an empty list, so no decision may hang on one."""
    transport = answering(
        {
            "/datacenters": "<data_centers><data_center id='d1'/></data_centers>",
            "/storagedomains": "<storage_domains/>",
        }
    )

    read(transport, unregistered_disks=True)

    assert not [it for it in transport.asked if "search=" in it]


def test_calls_run_together_and_begin_in_order() -> None:
    """At most so many are under way, they begin in order, and results keep their places."""
    begun: list[int] = []

    async def call(number: int) -> int:
        begun.append(number)
        await trio.sleep(10 - number % 5)
        return number

    async def run() -> tuple[list[int], float]:
        found = await in_order([lambda it=it: call(it) for it in range(25)], 10)
        return found, trio.current_time()

    found, seconds = trio.run(run, clock=MockClock(autojump_threshold=0))

    assert found == begun == list(range(25))
    assert seconds == 30


def test_the_first_failure_by_order_is_raised_bare() -> None:
    """Not the first by time, and not inside a group."""

    async def call(number: int) -> int:
        await trio.sleep(10 - number)
        raise AnswerLost(f"call {number}")

    async def run() -> list[int]:
        return await in_order([lambda it=it: call(it) for it in range(3)], 5)

    with pytest.raises(AnswerLost, match="call 0"):
        trio.run(run, clock=MockClock(autojump_threshold=0))
