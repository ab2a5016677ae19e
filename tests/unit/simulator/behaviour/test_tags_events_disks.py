from __future__ import annotations

import pytest

from tests.unit.simulator.behaviour.sites import Site, fault, tree, uid
from tests.unit.simulator.behaviour.worlds import World, recovered

EVENT = (
    "<event><origin>drplan-dc</origin><severity>normal</severity><custom_id>{}</custom_id>"
    "<description>run took over</description></event>"
)


@pytest.fixture
def target(world: World) -> Site:
    """A target without replicas."""
    world.plain_target()
    return world.open()


def test_an_event_claims_its_pair_for_ever(target: Site) -> None:
    """10.4: 201 once, then 400 with the stray equals sign."""
    first = target.ask("POST", "/events", EVENT.format(41))
    second = target.ask("POST", "/events", EVENT.format(41))
    third = target.ask("POST", "/events", EVENT.format(42))

    assert (first.status, tree(first).findtext("code")) == (201, "9801")
    assert fault(second) == (
        400,
        "[=Cannot add External Event. External Event with this custom id already exists.]",
    )
    assert int(tree(third).get("id") or 0) > int(tree(first).get("id") or 0)


def test_the_origin_ovirt_is_not_for_others(target: Site) -> None:
    """10.4: in any case of letters."""
    answer = target.ask("POST", "/events", EVENT.format(1).replace("drplan-dc", "OVIRT"))

    detail = "[Cannot add External Event. Illegal Origin for External Event : oVirt]"
    assert fault(answer) == (400, detail)


def test_an_event_has_mandatory_members(target: Site) -> None:
    """10.4: origin, severity, custom_id, description."""
    answer = target.ask("POST", "/events", "<event><origin>x</origin></event>")

    detail = "Event [severity, customId, description] required for add"
    assert fault(answer) == (400, detail)


def test_a_tag_keeps_the_id_that_was_sent_and_refuses_it_twice(target: Site) -> None:
    """10.3: the primary key makes it atomic; a duplicate name is said first."""
    body = f"<tag id='{uid('tag', 1)}'><name>{{}}</name></tag>"
    first = target.ask("POST", "/tags", body.format("drplan-lock"))
    name = target.ask("POST", "/tags", body.format("drplan-lock"))
    same_id = target.ask("POST", "/tags", body.format("other"))

    assert (first.status, tree(first).get("id")) == (201, uid("tag", 1))
    assert fault(name) == (409, "[The specified Tag name already exists.]")
    assert fault(same_id) == (400, "[Internal Engine Error]")


def test_tag_names_are_checked(target: Site) -> None:
    """10.3 VALIDATION_TAGS_INVALID_TAG_NAME."""
    assert fault(target.ask("POST", "/tags", "<tag><name>a b</name></tag>"))[0] == 400
    assert target.ask("POST", "/tags", "<tag><name>a.b_c-1</name></tag>").status == 201


def test_a_tag_is_changed_and_removed(target: Site) -> None:
    """10.3: PUT and DELETE; missing is 404."""
    key = tree(target.ask("POST", "/tags", "<tag><name>t</name></tag>")).get("id")
    path = f"/tags/{key}"

    changed = target.ask("PUT", path, "<tag><description>holder=me</description></tag>")
    removed = target.ask("DELETE", path)
    gone = target.ask("DELETE", path)

    assert tree(changed).findtext("description") == "holder=me"
    assert [removed.status, gone.status] == [200, 404]


def test_a_floating_disk_is_registered(world: World) -> None:
    """1.11: events 381 and 378; a disk that is there has the misleading text."""
    world.plain_source().disk(1)
    target = recovered(world)
    path = (
        f"/datacenters/{uid('dc', 1)}/storagedomains/{uid('sd', 1)}/disks/{uid('disk', 1)}/register"
    )

    done = target.ask("POST", path, "<action/>")
    again = target.ask("POST", path, "<action/>")
    unknown = target.ask("POST", path.replace(uid("disk", 1), uid("disk", 9)), "<action/>")

    assert done.status == 200
    assert target.store.value(f"/disks/{uid('disk', 1)}", "status") == "ok"
    assert [len(target.events(381)), len(target.events(378))] == [1, 1]
    assert "The following disks are locked: disk1." in fault(again)[1]
    assert unknown.status == 404
