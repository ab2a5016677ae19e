from __future__ import annotations

import pytest

from tests.unit.simulator.behaviour.sites import Site, fault, tree, uid
from tests.unit.simulator.behaviour.worlds import World, import_body

GENERAL = "[General command validation failure.]"


@pytest.fixture
def target(world: World) -> Site:
    """A target that can reach the replica of the first domain."""
    world.plain_source()
    world.plain_target()
    return world.open(1)


def test_an_import_without_name_takes_the_name_and_shows_status_unknown(target: Site) -> None:
    """3.1: the name comes from the storage; the 201 shows unknown, a GET unattached."""
    answer = target.ask("POST", "/storagedomains", import_body(1))

    made = tree(answer)
    again = tree(target.ask("GET", f"/storagedomains/{uid('sd', 1)}"))
    assert answer.status == 201
    assert answer.header("Location") == f"/ovirt-engine/api/storagedomains/{uid('sd', 1)}"
    assert (made.get("id"), made.findtext("name")) == (uid("sd", 1), "d1")
    assert (made.findtext("status"), again.findtext("status")) == ("unknown", "unattached")
    assert made.findtext("storage/path") == "/exp/r1"


def test_the_connection_of_an_imported_domain_has_a_row(target: Site) -> None:
    """3.1 step 1: the connection is made and stored."""
    target.ask("POST", "/storagedomains", import_body(1))

    rows = target.store.members("/storageconnections")
    assert [target.store.value(row, "path") for row in rows] == ["/exp/r1"]


def test_a_nameless_post_on_an_empty_share_asks_for_a_name(world: World) -> None:
    """3.1 step 4: without a name nothing is created, and the connection is removed again."""
    world.plain_source()
    world.plain_target()
    target = world.open(1, empty=True)

    answer = target.ask("POST", "/storagedomains", import_body(1))

    assert fault(answer) == (400, "StorageDomain [name] required for add")
    assert target.store.members("/storageconnections") == ()


def test_a_named_post_on_an_empty_share_creates_a_new_domain(world: World) -> None:
    """3.1 step 4, the dangerous one: a brand-new domain under another id."""
    world.plain_source()
    world.plain_target()
    target = world.open(1, empty=True)

    answer = target.ask("POST", "/storagedomains", import_body(1, name="d1"))

    assert answer.status == 201
    assert tree(answer).get("id") != uid("sd", 1)
    assert [c.name for c in world.array.export("nas-b", "/exp/r1").domains] == ["d1"]


def test_another_domain_at_the_path_than_the_id_that_was_sent_is_a_500(world: World) -> None:
    """3.1 and 3.3: the sent id is looked up on the host and not found there."""
    world.plain_source()
    world.plain_target()
    target = world.open(1, holds="00000000-0000-4000-8000-0000000000ff")

    answer = target.ask("POST", "/storagedomains", import_body(1))

    assert fault(answer) == (500, GENERAL)
    assert target.store.members("/storageconnections") == ()


def test_without_an_expected_id_the_wrong_domain_is_imported(world: World) -> None:
    """3.1: the first domain at the path is taken; only the answer's id tells."""
    world.plain_source()
    world.plain_target()
    target = world.open(1, holds=uid("sd", 2))

    answer = target.ask("POST", "/storagedomains", import_body(1, expected=False))

    assert (answer.status, tree(answer).get("id")) == (201, uid("sd", 2))


def test_the_id_of_a_domain_that_is_mounted_elsewhere_is_illegal_connection_data(
    world: World,
) -> None:
    """3.3 ERROR_CANNOT_ADD_EXISTING_STORAGE_DOMAIN_CONNECTION_DATA_ILLEGAL."""
    world.plain_source()
    world.plain_target()
    target = world.open(1, 2)
    row = (
        "<storage_connection><address>nas-b</address><path>/exp/r2</path><type>nfs</type>"
        "</storage_connection>"
    )
    target.put(f"/storageconnections/{uid('conn', 1)}", row)
    body = import_body(1).replace(uid("sd", 1), uid("sd", 2))

    answer = target.ask("POST", "/storagedomains", body)

    detail = "[Cannot import Storage Domain. Internal Error: The connection data is illegal.]"
    assert fault(answer) == (400, detail)


def test_a_mount_that_fails_is_a_400_and_leaves_no_row(world: World) -> None:
    """3.3, last row: the host's own text."""
    world.plain_source()
    world.plain_target()
    target = world.open(1, state="absent")

    answer = target.ask("POST", "/storagedomains", import_body(1))

    assert fault(answer) == (400, "[Problem while trying to mount target]")
    assert target.store.members("/storageconnections") == ()


def test_a_failed_look_up_leaves_the_connection_behind(world: World) -> None:
    """3.4: the look-up runs outside the clean-up, and the next POST meets the row."""
    world.plain_source()
    world.plain_target()
    target = world.open(1, state="unreadable")

    first = target.ask("POST", "/storagedomains", import_body(1))
    second = target.ask("POST", "/storagedomains", import_body(1))

    row = target.store.members("/storageconnections")[0].rpartition("/")[2]
    assert first.status == 400
    detail = f"[Cannot add Storage Connection. Storage connection {row} already exists for .]"
    assert fault(second) == (409, detail)


def test_a_leftover_connection_can_be_deleted_and_one_in_use_cannot(target: Site) -> None:
    """3.4: DELETE of a connection in use is 409."""
    target.ask("POST", "/storagedomains", import_body(1))
    row = target.store.members("/storageconnections")[0]

    refused = target.ask("DELETE", row)
    for path in target.store.named("/storagedomains", "d1"):
        target.store.delete(path)
    done = target.ask("DELETE", row)

    assert fault(refused)[0] == 409
    assert "used by the following storage domains : d1." in fault(refused)[1]
    assert done.status == 200


def test_importing_a_known_domain_again_is_a_conflict(target: Site) -> None:
    """13: the second import meets the connection."""
    target.ask("POST", "/storagedomains", import_body(1))

    answer = target.ask("POST", "/storagedomains", import_body(1))

    assert fault(answer)[0] == 409
    assert "already exists for d1." in fault(answer)[1]


def test_a_name_in_use_is_a_conflict(target: Site) -> None:
    """3.3 ACTION_TYPE_FAILED_STORAGE_DOMAIN_NAME_ALREADY_EXIST."""
    answer = target.ask("POST", "/storagedomains", import_body(1, name="d9"))

    detail = "[Cannot add Storage. The Storage Domain name is already in use.]"
    assert fault(answer) == (409, detail)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.b", "Storage Domain name must be formed of"),
        ("x" * 51, "The given name is too long."),
    ],
)
def test_names_are_checked(target: Site, name: str, text: str | None) -> None:
    """3.3: characters first, then the length of at most 50."""
    answer = target.ask("POST", "/storagedomains", import_body(1, name=name))

    status, detail = fault(answer)
    assert status == 400
    assert text in detail


def test_discard_after_delete_is_for_block_domains(target: Site) -> None:
    """3.3 ACTION_TYPE_FAILED_DISCARD_AFTER_DELETE_SUPPORTED_ONLY_BY_BLOCK_DOMAINS."""
    body = import_body(1).replace(
        "<type>data", "<discard_after_delete>true</discard_after_delete><type>data"
    )

    answer = target.ask("POST", "/storagedomains", body)

    detail = "[Cannot add Storage. Discard after delete is supported only by block domains.]"
    assert fault(answer) == (400, detail)


@pytest.mark.parametrize(
    ("storage", "text"),
    [
        ({"path": "relative"}, "Mount path is illegal"),
        ({"mount_options": "timeo=3,soft"}, "duplicate managed options: timeo."),
        ({"type": "posixfs", "vfs_type": " ", "address": ""}, None),
        ({"type": "posixfs"}, "HostStorage [vfsType] required for add"),
        ({"path": ""}, "HostStorage [path] required for add"),
        ({"address": ""}, "HostStorage [address] required for add"),
    ],
)
def test_connections_are_checked(target: Site, storage: dict[str, str], text: str | None) -> None:
    """3.3: paths, managed mount options, and the members each type must have."""
    answer = target.ask("POST", "/storagedomains", import_body(1, **storage))

    if text is None:
        assert answer.status == 400
    else:
        assert fault(answer)[0] == 400
        assert text in fault(answer)[1]


def test_an_empty_vfs_type_is_refused(target: Site) -> None:
    """3.3 VALIDATION_STORAGE_CONNECTION_EMPTY_VFSTYPE."""
    body = import_body(1, type="posixfs").replace("</storage>", "<vfs_type></vfs_type></storage>")

    answer = target.ask("POST", "/storagedomains", body)

    assert fault(answer) == (400, "[VFS type cannot be empty.]")


def test_the_host_must_be_up(target: Site) -> None:
    """3.3 VDS_ADD_STORAGE_SERVER_STATUS_MUST_BE_UP."""
    target.store.set_value(f"/hosts/{uid('host', 1)}", "status", "maintenance")

    answer = target.ask("POST", "/storagedomains", import_body(1))

    detail = "[Cannot add storage server connection when Host status is not up]"
    assert fault(answer) == (409, detail)


def test_an_unknown_host_is_404_by_name_and_500_by_id(target: Site) -> None:
    """3.3, row "host unknown"."""
    by_id = import_body(1).replace(uid("host", 1), uid("host", 7))
    by_name = import_body(1).replace(
        f"<host id='{uid('host', 1)}'/>", "<host><name>h7</name></host>"
    )

    assert fault(target.ask("POST", "/storagedomains", by_id)) == (500, GENERAL)
    assert fault(target.ask("POST", "/storagedomains", by_name)) == (
        404,
        "Entity not found: Hosts: name=h7",
    )


def test_two_imports_of_one_path_at_once_meet_the_connection_lock(target: Site) -> None:
    """3.3, row "connection lock busy"."""
    first = target.submit("POST", "/storagedomains", import_body(1))
    second = target.ask("POST", "/storagedomains", import_body(1))
    while first.response is None:
        target.step()

    assert first.response.status == 201
    assert fault(second) == (
        409,
        "[Cannot add Storage Connection. Related operation is currently in progress."
        " Please try again later.]",
    )


def test_a_domain_can_be_renamed_and_not_to_a_name_in_use(target: Site) -> None:
    """3.1: PUT renames in both views; names in use are refused."""
    target.ask("POST", "/storagedomains", import_body(1))
    path = f"/storagedomains/{uid('sd', 1)}"

    done = target.ask("PUT", path, "<storage_domain><name>new</name></storage_domain>")
    refused = target.ask("PUT", path, "<storage_domain><name>d9</name></storage_domain>")

    assert done.status == 200
    assert target.store.value(path, "name") == "new"
    assert fault(refused)[0] == 409
    assert target.ask("PUT", "/storagedomains/" + uid("sd", 77), "<storage_domain/>").status == 404


def test_missing_elements_are_named(target: Site) -> None:
    """1.5 and 3: what is mandatory is told in one answer."""
    answer = target.ask(
        "POST", "/storagedomains", "<storage_domain><name>x</name></storage_domain>"
    )

    detail = "StorageDomain [host.id|name, type, storage] required for add"
    assert fault(answer) == (400, detail)
