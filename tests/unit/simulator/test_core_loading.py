"""Loading: what a store holds after recorded exchanges were read."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drplan.errors import InvalidInput
from drplan.simulator import elements, storage_views
from drplan.simulator.core import Engine
from drplan.simulator.loading import Loaded, load
from drplan.wire.recording import Exchange
from drplan.wire.request import Request
from drplan.wire.response import Response

LoadAnswers = Callable[..., Loaded]
MakeExchange = Callable[..., Exchange]
API = "/ovirt-engine/api"


def vm(entity_id: str, members: str) -> str:
    """A VM as the Engine writes it, with the links that every VM has."""
    links = "".join(
        f'<link href="{API}/vms/{entity_id}/{rel}" rel="{rel}"/>'
        for rel in ("nics", "diskattachments", "tags")
    )
    return f'<vm href="{API}/vms/{entity_id}" id="{entity_id}">{links}{members}</vm>'


def domain(members: str, base: str = "") -> str:
    """A storage domain under a base address (the Engine's, or a data center's)."""
    return f'<storage_domain href="{API}{base}/storagedomains/s" id="s">{members}</storage_domain>'


def test_lists_and_entities_are_merged_and_the_later_wins(load_answers: LoadAnswers) -> None:
    """Members that the later answer does not mention stay."""
    store = load_answers(
        ("/hosts", f'<hosts><host href="{API}/hosts/h" id="h"><name>old</name></host></hosts>'),
        ("/hosts/h", f'<host href="{API}/hosts/h" id="h"><memory>5</memory></host>'),
        ("/hosts/h", f'<host href="{API}/hosts/h" id="h"><name>new</name></host>'),
    ).store
    assert store.value("/hosts/h", "name") == "new"
    assert store.value("/hosts/h", "memory") == "5"


def test_a_vm_that_went_down_keeps_no_host(load_answers: LoadAnswers) -> None:
    """Run-time members do not outlive an answer without them."""
    up = vm("a", '<fqdn>a.example</fqdn><status>up</status><host id="h"/>')
    store = load_answers(
        ("/vms", f"<vms>{up}</vms>"), ("/vms/a", vm("a", "<status>down</status>"))
    ).store
    assert store.reference("/vms/a", "host") is None
    assert store.value("/vms/a", "fqdn") is None


def test_a_reference_inside_another_entity_overwrites_nothing(load_answers: LoadAnswers) -> None:
    """A snapshot's own copy of the VM, without address, is the snapshot's affair."""
    inner = '<vm id="a"><name>as it was</name></vm>'
    store = load_answers(
        ("/vms/a", vm("a", "<name>now</name>")),
        (
            "/vms/a/snapshots",
            f'<snapshots><snapshot href="{API}/vms/a/snapshots/s" id="s">{inner}</snapshot></snapshots>',
        ),
    ).store
    assert store.value("/vms/a", "name") == "now"
    assert elements.text_of(store.element("/vms/a/snapshots/s"), "vm/name") == "as it was"


def test_a_later_404_deletes_with_everything_beneath(load_answers: LoadAnswers) -> None:
    """Also where the 404 was answered to a question about a sub-collection."""
    nics = f'<nics><nic href="{API}/vms/a/nics/n" id="n"/></nics>'
    answers = (("/vms", f"<vms>{vm('a', '')}{vm('b', '')}</vms>"), ("/vms/a/nics", nics))
    for gone in ("/vms/a", "/vms/a/nics"):
        store = load_answers(*answers, (gone, 404)).store
        assert store.members("/vms") == ("/vms/b",)
        assert not store.exists("/vms/a/nics/n")


def test_a_html_404_says_nothing_about_the_entity(make_exchange: MakeExchange) -> None:
    """A wrong address is the client's mistake."""
    page = Response(404, "", (("Content-Type", "text/html"),), b"<html/>")
    store = load(
        [
            make_exchange("/vms", f"<vms>{vm('a', '')}</vms>"),
            Exchange(Request.of("GET", f"{API}/vms/a"), page),
        ]
    ).store
    assert store.exists("/vms/a")


def test_followed_collections_become_entities_of_their_own(load_answers: LoadAnswers) -> None:
    """The parent keeps its link and does not show them without being asked."""
    disk = f'<disk href="{API}/disks/d" id="d"><name>disk1</name></disk>'
    attachment = (
        f'<disk_attachment href="{API}/vms/a/diskattachments/d" id="d">'
        f"<bootable>true</bootable>{disk}</disk_attachment>"
    )
    followed = f"<disk_attachments>{attachment}</disk_attachments><tags/><name>app</name>"
    loaded = load_answers(
        ("/vms?follow=disk_attachments.disk,tags", f"<vms>{vm('a', followed)}</vms>")
    )
    store = loaded.store
    parent = store.element("/vms/a")
    assert parent.find("disk_attachments") is None
    assert parent.find("tags") is None
    assert len(parent.findall("link")) == 3
    assert store.value("/vms/a/diskattachments/d", "bootable") == "true"
    reference = store.element("/vms/a/diskattachments/d").find("disk")
    assert reference is not None
    assert dict(reference.attrib) == {"href": f"{API}/disks/d", "id": "d"}
    assert len(reference) == 0
    assert store.value("/disks/d", "name") == "disk1"
    assert loaded.coverage.seen("/vms/a/diskattachments")
    assert loaded.coverage.seen("/vms/a/tags")
    assert not loaded.coverage.seen("/vms/a/nics")
    assert not loaded.coverage.seen("/disks")


def test_coverage_tells_whole_lists_from_searches(load_answers: LoadAnswers) -> None:
    """A list under a search or a limit does not cover its collection."""
    coverage = load_answers(
        ("/vms?search=status%3Dup", "<vms/>"),
        ("/disks?max=5", "<disks/>"),
        ("/hosts", "<hosts/>"),
        ("/storagedomains/s/vms?unregistered=true", "<vms/>"),
    ).coverage
    assert coverage.complete == {"/hosts", "/storagedomains/s/vms;unregistered"}
    assert coverage.partial == {"/vms", "/disks"}


def test_a_reference_in_a_list_makes_no_entity(load_answers: LoadAnswers) -> None:
    """The members of a label refer to VMs; a VM that nobody read is not there."""
    loaded = load_answers(
        ("/affinitylabels/l/vms", f'<vms><vm href="{API}/vms/a" id="a"/></vms>'),
        ("/hosts", "<hosts/>"),
    )
    assert loaded.store.members("/vms") == ()
    assert loaded.store.members("/affinitylabels/l/vms") == ("/affinitylabels/l/vms/a",)


def test_a_whole_list_decides_the_order(load_answers: LoadAnswers) -> None:
    """Whatever was met before it."""
    store = load_answers(
        ("/vms/b", vm("b", "")),
        ("/vms/x", vm("x", "")),
        ("/vms?max=2", f"<vms>{vm('x', '')}{vm('b', '')}</vms>"),
        ("/vms", f"<vms>{vm('a', '')}{vm('b', '')}</vms>"),
    ).store
    assert store.members("/vms") == ("/vms/a", "/vms/b", "/vms/x")


def test_unregistered_entities_stand_apart(load_answers: LoadAnswers) -> None:
    """The latest list counts: what is missing there was registered."""
    first = f"<vms>{vm('a', '<name>a</name>')}{vm('b', '<name>b</name>')}</vms>"
    store = load_answers(
        ("/storagedomains/s/vms;unregistered", first),
        ("/storagedomains/s/vms?unregistered=true", f"<vms>{vm('b', '<name>b</name>')}</vms>"),
    ).store
    assert store.members("/storagedomains/s/vms;unregistered") == (
        "/storagedomains/s/vms;unregistered/b",
    )
    assert store.members("/vms") == ()


def test_an_attached_domain_has_its_status_under_the_data_center(load_answers: LoadAnswers) -> None:
    """The top view loses ``unattached`` when the domain was seen attached later."""
    attached = domain("<name>d</name><status>active</status>", "/datacenters/c")
    store = load_answers(
        ("/datacenters/c", f'<data_center href="{API}/datacenters/c" id="c"/>'),
        ("/storagedomains/s", domain("<name>d</name><status>unattached</status>")),
        ("/datacenters/c/storagedomains", f"<storage_domains>{attached}</storage_domains>"),
    ).store
    assert store.value("/storagedomains/s", "status") is None
    assert storage_views.status(store, "s") == "active"


def test_a_domain_seen_unattached_later_is_not_attached(load_answers: LoadAnswers) -> None:
    """The view under the data center goes."""
    attached = domain("<name>d</name><status>active</status>", "/datacenters/c")
    store = load_answers(
        ("/datacenters/c", f'<data_center href="{API}/datacenters/c" id="c"/>'),
        ("/datacenters/c/storagedomains", f"<storage_domains>{attached}</storage_domains>"),
        ("/storagedomains/s", domain("<name>d</name><status>unattached</status>")),
    ).store
    assert storage_views.attached_path(store, "s") is None
    assert storage_views.status(store, "s") == "unattached"


def test_the_view_that_was_not_recorded_is_derived(load_answers: LoadAnswers) -> None:
    """From the attached one the other, from ``data_centers`` the attached one, without status."""
    data_center = ("/datacenters/c", f'<data_center href="{API}/datacenters/c" id="c"/>')
    listed = '<data_centers><data_center id="c"/></data_centers>'
    store = load_answers(
        data_center, ("/storagedomains/s", domain(f"<name>d</name>{listed}"))
    ).store
    assert store.value("/datacenters/c/storagedomains/s", "name") == "d"
    assert storage_views.status(store, "s") is None
    attached = domain("<name>d</name><status>active</status>", "/datacenters/c")
    store = load_answers(
        data_center,
        ("/datacenters/c/storagedomains", f"<storage_domains>{attached}</storage_domains>"),
    ).store
    assert store.value("/storagedomains/s", "name") == "d"
    assert store.value("/storagedomains/s", "status") is None


def test_what_all_content_adds_is_kept_apart(load_answers: LoadAnswers) -> None:
    """A later plain answer does not lose the OVF, and a plain reading does not show it."""
    ovf = "<initialization><configuration><data>ovf</data></configuration></initialization>"
    store = load_answers(
        ("/vms/a?all_content=true", vm("a", f"{ovf}<virtio_scsi/><name>a</name>")),
        ("/vms/a", vm("a", "<name>a</name>")),
    ).store
    assert store.element("/vms/a").find("initialization") is None
    extra = store.element("/vms;all_content/a")
    assert elements.text_of(extra, "initialization/configuration/data") == "ovf"


def test_labels_listed_under_vms_become_members_of_the_labels(load_answers: LoadAnswers) -> None:
    """One truth for both directions."""
    label = f'<affinity_label href="{API}/vms/a/affinitylabels/l" id="l"><name>x</name></affinity_label>'
    store = load_answers(
        ("/vms", f"<vms>{vm('a', '')}</vms>"),
        ("/vms/a/affinitylabels", f"<affinity_labels>{label}</affinity_labels>"),
    ).store
    assert store.value("/affinitylabels/l", "name") == "x"
    assert store.members("/affinitylabels/l/vms") == ("/affinitylabels/l/vms/a",)


def test_collections_that_are_not_in_the_books_are_kept(
    load_answers: LoadAnswers, make_engine: Callable[..., Engine], ask: Callable[..., Response]
) -> None:
    """A newer Engine has more than the simulator knows: what was recorded is answered."""
    device = f'<vm_mediated_device href="{API}/vms/a/mediateddevices/m" id="m"/>'
    store = load_answers(
        ("/vms", f"<vms>{vm('a', '')}</vms>"),
        ("/vms/a/mediateddevices", f"<vm_mediated_devices>{device}</vm_mediated_devices>"),
    ).store
    engine = make_engine(store)
    assert ask(engine, "/vms/a/mediateddevices").body.count(b"<vm_mediated_device ") == 1
    assert ask(engine, "/vms/a/mediateddevices/m").status == 200
    assert ask(engine, "/vms/a/mediateddevices/x").status == 404


def test_a_recording_without_headers_is_read_by_its_bodies(make_exchange: MakeExchange) -> None:
    """Some clients keep no response headers."""
    bare = [
        Exchange(
            Request.of("GET", f"{API}/vms"), Response(200, "", (), b"<vms><vm id='a'/></vms>")
        ),
        Exchange(Request.of("GET", f"{API}/x"), Response(200, "", (), b"<html></html>")),
    ]
    assert load(bare).store.members("/vms") == ("/vms/a",)


def test_writes_in_a_recording_count(make_exchange: MakeExchange) -> None:
    """The answer to a PUT, what a POST created, what a DELETE removed."""
    tag = '<tag href="/ovirt-engine/api/tags/{0}" id="{0}"><name>{1}</name></tag>'
    created = make_exchange("/tags", tag.format("t", "new"), method="POST")
    store = load(
        [
            make_exchange("/vms", f"<vms>{vm('a', '<name>old</name>')}{vm('b', '')}</vms>"),
            make_exchange("/vms/a", vm("a", "<name>new</name>"), method="PUT"),
            make_exchange("/vms/b", "<action><status>complete</status></action>", method="DELETE"),
            Exchange(
                created.request, Response(201, "", created.response.headers, created.response.body)
            ),
        ]
    ).store
    assert store.value("/vms/a", "name") == "new"
    assert store.members("/vms") == ("/vms/a",)
    assert store.value("/tags/t", "name") == "new"


def test_addresses_without_the_new_prefix_are_normalised(load_answers: LoadAnswers) -> None:
    """An Engine reached at ``/api`` writes addresses that begin so."""
    store = load_answers(
        (
            "/hosts",
            '<hosts><host href="/api/hosts/h" id="h"><cluster href="/api/clusters/c" id="c"/></host></hosts>',
        )
    ).store
    host = store.element("/hosts/h")
    assert host.get("href") == f"{API}/hosts/h"
    cluster = host.find("cluster")
    assert cluster is not None
    assert cluster.get("href") == f"{API}/clusters/c"


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        ('<vm id="a"><status><state>up</state></status></vm>', "<status><state>"),
        ('<vm id="a"><mac address="00:00"/></vm>', "<mac> carries the attribute address"),
        ('<vm id="a"><cpu><topology sockets="1"/></cpu></vm>', "<topology> carries"),
        ('<vm id="a"><version major="4" minor="2"/></vm>', "<version> carries"),
        ('<vm id="a"><os type="other"/></vm>', "<os> carries"),
    ],
)
def test_version_3_is_refused_by_the_shape_of_a_body(
    load_answers: LoadAnswers, body: str, sign: str
) -> None:
    """The message names the sign and the request."""
    with pytest.raises(InvalidInput) as refused:
        load_answers(("/vms/a", body))
    assert "API version 3" in str(refused.value)
    assert sign in str(refused.value)
    assert "GET /ovirt-engine/api/vms/a" in str(refused.value)


def test_version_3_is_refused_by_the_requests_header(make_exchange: MakeExchange) -> None:
    """A user looks the same in both versions; what was asked for tells them apart."""
    plain = make_exchange("/users/u", '<user id="u"><name>x</name></user>')
    request = Request.of("GET", f"{API}/users/u", headers=(("version", "3"),))
    with pytest.raises(InvalidInput, match="header Version: 3"):
        load([Exchange(request, plain.response)])


def test_a_body_that_was_cut_is_refused(load_answers: LoadAnswers) -> None:
    """With the request it answered."""
    with pytest.raises(InvalidInput, match="not whole") as refused:
        load_answers(("/vms", "<vms><vm id='a'>"))
    assert "GET /ovirt-engine/api/vms" in str(refused.value)


@pytest.mark.parametrize(
    ("target", "status", "media_type", "text"),
    [
        ("/somewhere", 200, "text/html", "no request goes to an Engine's API"),
        (f"{API}/vms", 401, "text/html", "every request failed"),
        (f"{API}/vms", 200, "application/json", "answers are JSON"),
    ],
)
def test_a_foreign_recording_is_refused(
    target: str, status: int, media_type: str, text: str
) -> None:
    """Nothing of an Engine, only failures, only JSON: each has its message."""
    response = Response(status, "", (("Content-Type", media_type),), b"{}")
    with pytest.raises(InvalidInput, match=text):
        load([Exchange(Request.of("GET", target), response)])


def test_no_exchanges_at_all_are_refused() -> None:
    """An empty recording is not an Engine without entities."""
    with pytest.raises(InvalidInput):
        load([])
