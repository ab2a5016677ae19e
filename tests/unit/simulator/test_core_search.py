"""The search language: what real Engines find, and what they do not understand."""

from __future__ import annotations

import pytest

from drplan.simulator import elements, storage_views
from drplan.simulator.search import SearchFailed, UnknownToSimulator, search
from drplan.simulator.store import Store

UUID = "00000000-0000-4000-8000-00000000000"


def put(store: Store, path: str, tag: str, members: str) -> None:
    """An entity from its members as XML."""
    entity_id = path.rpartition("/")[2]
    store.put(path, elements.parse(f'<{tag} id="{entity_id}">{members}</{tag}>'.encode()))


@pytest.fixture
def store() -> Store:
    """One data center with two domains, three VMs, a template; another data center, empty."""
    store = Store()
    version = "<version><major>4</major><minor>7</minor></version>"
    put(store, "/datacenters/dc1", "data_center", f"<name>DC1</name><status>up</status>{version}")
    put(store, "/datacenters/dc2", "data_center", "<name>DC2</name><status>problematic</status>")
    put(store, "/clusters/c1", "cluster", '<name>Cl 1</name><data_center id="dc1"/>')
    for number, status in ((1, "up"), (2, "non_responsive")):
        put(
            store,
            f"/hosts/h{number}",
            "host",
            f'<name>h{number}</name><status>{status}</status><cluster id="c1"/>',
        )
    for name in ("data1", "data10"):
        kind = "nfs" if name == "data1" else "iscsi"
        put(
            store,
            f"/storagedomains/{name}",
            "storage_domain",
            f"<name>{name}</name><storage><type>{kind}</type></storage>",
        )
        storage_views.attach(store, name, "dc1", "active")
    put(
        store,
        "/storagedomains/glance",
        "storage_domain",
        "<name>glance</name><status>unattached</status><storage><type>glance</type></storage>",
    )
    put(store, "/templates/t", "template", "<name>tpl</name><status>ok</status>")
    vms = (
        (1, "web server", "up", "h1"),
        (2, "web", "powering_up", "h1"),
        (3, "DB_1", "down", None),
    )
    for number, name, status, host in vms:
        runs = f'<host id="{host}"/>' if host else ""
        path = f"/vms/{UUID}{number}"
        put(
            store,
            path,
            "vm",
            f'<name>{name}</name><description></description><status>{status}</status><type>server</type><cluster id="c1"/>{runs}<template id="t"/>',
        )
        put(
            store,
            f"/disks/{UUID}{number}",
            "disk",
            f'<name>disk{number}</name><alias>disk{number}</alias><storage_type>image</storage_type><content_type>data</content_type><storage_domains><storage_domain id="data1"/></storage_domains>',
        )
        put(store, f"{path}/diskattachments/{UUID}{number}", "disk_attachment", "")
    put(store, f"/vms/{UUID}1/tags/g", "tag", "<name>tier1</name>")
    put(store, f"/disks/{UUID}8", "disk", "<name>lun</name><storage_type>lun</storage_type>")
    return store


def find(store: Store, collection: str, text: str, **options: int | None) -> list[str]:
    """The names (or, without one, ids) of what a search finds."""
    paths = search(store, collection, text, store.members(f"/{collection}"), **options)  # type: ignore[arg-type]
    return [store.value(path, "name") or path.rpartition("/")[2] for path in paths]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ["web server", "web", "DB_1"]),
        ("status=up", ["web server"]),
        ("status = UP", ["web server"]),
        ("STATUS!=up", ["web", "DB_1"]),
        ("status=poweringup", ["web"]),
        ("name=web", ["web"]),
        ('name="web server"', ["web server"]),
        ("name=web*", ["web server", "web"]),
        ('name="*b s*"', ["web server"]),
        ("name=db_1", ["DB_1"]),
        ("name=dbx1", []),
        ("name=%", []),
        (f"id={UUID}3", ["DB_1"]),
        ("name=web or name=db_1", ["web", "DB_1"]),
        ("status=up or status=down and name=db*", ["web server", "DB_1"]),
        ("status=down or status=up name=web*", ["web server"]),
        ("name=web* status=up", ["web server"]),
        ('cluster="Cl 1" and datacenter=dc1', ["web server", "web", "DB_1"]),
        ("datacenter=DC2", []),
        ("on_host=h1", ["web server", "web"]),
        ("host.name=h1", ["web server", "web"]),
        ("hosts.name!=h2", ["web server", "web", "DB_1"]),
        ("tag=tier1", ["web server"]),
        ("tag!=tier1", ["web", "DB_1"]),
        ("template.name=tpl and status=down", ["DB_1"]),
        ("storage.name=data1", ["web server", "web", "DB_1"]),
        ("storage.name=data10", []),
        ("storage=data", ["web server", "web", "DB_1"]),
        ("type=server", ["web server", "web", "DB_1"]),
        ('description=""', ["web server", "web", "DB_1"]),
        ("server", ["web server"]),
        ("(name=web)", []),
        ("nosuch=foo", []),
        ("sortby name", ["DB_1", "web", "web server"]),
        ("sortby name desc", ["web server", "web", "DB_1"]),
        ("name=web* sortby status", ["web", "web server"]),
    ],
)
def test_a_valid_search_finds(store: Store, text: str, names: list[str]) -> None:
    """Precedence, case, wildcards, quotes, cross references, order."""
    assert find(store, "vms", text) == names


@pytest.mark.parametrize(
    "text",
    [
        "status=powering_up",
        "status=8",
        "status=nonsense",
        "status<up",
        "name<a",
        "name=",
        "name=x and",
        "name=x or",
        "and name=x",
        'name="x',
        "name='x'",
        "name=x;",
        "name=x\\",
        "name=web server db",
        "name=my vm",
        "one two",
        "(name=web or name=db)",
        "( name=web )",
        "name in web",
        "limit 5 name=web",
        "sortby nosuch",
        "sortby name page 2",
        "sortby",
        "page",
        "page x",
        "page 1 name=web",
        "name= and status=up",
    ],
)
def test_an_invalid_search_finds_nothing(store: Store, text: str) -> None:
    """The Engine notes the error and answers with an empty list."""
    assert find(store, "vms", text) == []


@pytest.mark.parametrize(
    ("collection", "text", "names"),
    [
        ("hosts", "status=up and datacenter=DC1", ["h1"]),
        ("hosts", "status=nonresponsive", ["h2"]),
        ("hosts", "status=non_responsive", []),
        ("hosts", "status=up and storage=data10", ["h1"]),
        ("hosts", "vms.name=web", ["h1"]),
        ("hosts", "status=up and storage=dc1", ["h1"]),
        ("hosts", "status=up and storage=dc2", []),
        ("datacenters", "status=up", ["DC1"]),
        ("datacenters", "status=nonresponsive", ["DC2"]),
        ("datacenters", 'storage="data1"', ["DC1"]),
        ("datacenters", "compatibility_version=4.7", ["DC1"]),
        ("clusters", "datacenter.name=DC1", ["Cl 1"]),
        ("clusters", "datacenter=C", ["Cl 1"]),
        ("storagedomains", "status=active", ["data1", "data10"]),
        ("storagedomains", "status=unattached", ["glance"]),
        ("storagedomains", "name=data1 and type != glance", ["data1"]),
        ("storagedomains", "type=data", []),
        ("storagedomains", "datacenter=dc1", ["data1", "data10"]),
        ("storagedomains", "datacenter=d*", []),
        ("storagedomains", "datacenter!=dc2", ["data1", "data10"]),
        ("storagedomains", "status = active and storage.name=data1", []),
        ("disks", "disk_type = lun and number_of_vms =0", ["lun"]),
        ("disks", "number_of_vms>=1 and alias=disk2", ["disk2"]),
        ("disks", "storage.name=data1 and vm_names=web", ["disk2"]),
        ("disks", "disk_content_type=ovf_store", []),
        ("templates", f"vm.id={UUID}2", ["tpl"]),
        ("templates", "vm.name=nobody", []),
        ("templates", "childcount=3", ["tpl"]),
    ],
)
def test_every_object_has_its_own_fields(
    store: Store, collection: str, text: str, names: list[str]
) -> None:
    """The queries that clients send, and what really happens (engine-entities.md 7.4)."""
    assert find(store, collection, text) == names


def test_pages_need_a_size(store: Store) -> None:
    """``page N`` with ``max``; without it the second is empty; disks never have a second."""
    assert find(store, "vms", "page 2", limit=2) == ["DB_1"]
    assert find(store, "vms", "page 3", limit=2) == []
    assert find(store, "vms", "page 1") == ["web server", "web", "DB_1"]
    assert find(store, "vms", "page 2") == []
    assert find(store, "vms", "name=* sortby name desc page 2", limit=1) == ["web"]
    assert find(store, "disks", "page 2", limit=1) == []


def test_a_blank_after_the_page_gives_the_first(store: Store) -> None:
    """A quirk of the parser."""
    assert find(store, "vms", "page 2 ", limit=2) == ["web server", "web"]


@pytest.mark.parametrize(
    ("collection", "text"),
    [
        ("vms", "id=5"),
        ("vms", "page 0"),
        ("jobs", "status=finished"),
        ("jobs", "correlation_id!=x"),
    ],
)
def test_what_the_database_rejects_is_an_error(store: Store, collection: str, text: str) -> None:
    """These are the few searches that do not end in an empty list."""
    with pytest.raises(SearchFailed):
        find(store, collection, text)


def test_jobs_are_found_by_correlation_id_with_its_case(store: Store) -> None:
    """The id is in no body: it is looked up beside."""
    put(store, "/jobs/j1", "job", "")
    put(store, "/jobs/j2", "job", "")
    correlation = {"j1": "Run-1", "j2": "run-1"}
    members = store.members("/jobs")
    found = search(store, "jobs", "correlation_id=run-1", members, correlation=correlation)
    assert found == ["/jobs/j2"]
    assert search(store, "jobs", "", members, correlation=correlation) == list(members)


def test_case_can_be_made_to_count(store: Store) -> None:
    """``case_sensitive=true``; by default the server ignores case."""
    members = store.members("/vms")
    assert search(store, "vms", "name=db_1", members, is_case_sensitive=True) == []
    assert len(search(store, "vms", "name=DB_1", members, is_case_sensitive=True)) == 1


def test_fields_of_real_engines_that_are_missing_here_are_named(store: Store) -> None:
    """Not taken for free text, which would quietly find nothing."""
    with pytest.raises(UnknownToSimulator, match="searching vms by uptime"):
        find(store, "vms", "uptime>5")
