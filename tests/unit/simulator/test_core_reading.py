"""Reading: collections, entities, their parameters, and what is not there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from lxml import etree

from drplan.simulator import elements
from drplan.simulator.core import Engine
from drplan.simulator.latency import Latency
from drplan.simulator.store import Store
from drplan.wire.response import Response

MakeEngine = Callable[..., Engine]
Ask = Callable[..., Response]
IdsIn = Callable[[Response], list[str]]
API = "/ovirt-engine/api"


def put(store: Store, path: str, members: str = "", links: str = "") -> None:
    """An entity with an address, links to sub-collections, and members as XML."""
    tag = {"vms": "vm", "disks": "disk", "storagedomains": "storage_domain", "nics": "nic"} | {
        "diskattachments": "disk_attachment",
        "templates": "template",
        "clusters": "cluster",
        "affinitygroups": "affinity_group",
        "affinitylabels": "affinity_label",
        "hosts": "host",
        "tags": "tag",
        "networks": "network",
        "vnicprofiles": "vnic_profile",
        "datacenters": "data_center",
    }
    collection, entity_id = path.split("/")[-2:]
    name = tag[collection.partition(";")[0]]
    href = API + path.replace(";unregistered", "")
    linked = "".join(f'<link href="{href}/{rel}" rel="{rel}"/>' for rel in links.split())
    body = f'<{name} href="{href}" id="{entity_id}">{linked}{members}</{name}>'
    store.put(path, elements.parse(body.encode()))


@pytest.fixture
def store() -> Store:
    """Two VMs of which one has two disks on different domains, an unregistered one, labels."""
    store = Store()
    put(store, "/datacenters/dc", "<name>DC</name>")
    put(store, "/clusters/c", f'<name>C</name><data_center href="{API}/datacenters/dc" id="dc"/>')
    put(store, "/vms/b", '<name>b</name><cluster id="c"/>', "nics diskattachments tags")
    put(
        store,
        "/vms/a",
        f'<name>a</name><cluster href="{API}/clusters/c" id="c"/>',
        "nics diskattachments tags",
    )
    put(store, "/vms/a/nics/n", "<name>nic1</name>")
    for disk, domain in (("d1", "s1"), ("d2", "s2")):
        put(
            store,
            f"/vms/a/diskattachments/{disk}",
            f'<disk href="{API}/disks/{disk}" id="{disk}"/>',
        )
        put(
            store,
            f"/disks/{disk}",
            f'<name>{disk}</name><storage_domains><storage_domain id="{domain}"/></storage_domains>',
        )
        put(store, f"/storagedomains/{domain}", f"<name>{domain}</name>", "vms disks templates")
    put(store, "/storagedomains/s1/vms;unregistered/u", "<name>u</name>")
    put(store, "/affinitylabels/l", "<name>L</name>")
    store.put("/affinitylabels/l/vms/a", elements.make("vm", id="a"))
    put(store, "/clusters/c/affinitygroups/g", '<name>G</name><vms><vm id="a"/></vms>', "vms")
    return store


@pytest.fixture
def engine(make_engine: MakeEngine, store: Store) -> Engine:
    """An Engine around that store."""
    return make_engine(store)


def test_a_collection_is_written_as_a_real_engine_writes_it(engine: Engine, ask: Ask) -> None:
    """Declaration, four blanks a level, a newline at the end; a lone root where it is empty."""
    assert ask(engine, "/vms/a/nics").body == (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        b"<nics>\n"
        b'    <nic href="/ovirt-engine/api/vms/a/nics/n" id="n">\n'
        b"        <name>nic1</name>\n"
        b"    </nic>\n"
        b"</nics>\n"
    )
    assert ask(engine, "/vms/b/nics").body == (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<nics/>\n'
    )


@pytest.mark.parametrize(
    "target", ["/vms/missing", "/vms/missing/nics", "/vms/a/nics/x", "/storagedomains/s1/vms/u"]
)
def test_what_is_not_there_is_404_without_body_and_type(
    engine: Engine, ask: Ask, target: str
) -> None:
    """No fault, nothing to parse; an unregistered VM cannot be read by its id."""
    answer = ask(engine, target)
    assert (answer.status, answer.body, answer.media_type) == (404, b"", None)
    assert answer.header("Correlation-Id")


def test_an_address_outside_the_api_is_a_html_404(make_engine: MakeEngine) -> None:
    """The application server's page, not the API's empty answer."""
    from drplan.wire.request import Request

    engine = make_engine()
    ticket = engine.submit(0.0, Request.of("GET", "/api"))
    engine.advance(1.0)
    assert ticket.response is not None
    assert (ticket.response.status, ticket.response.media_type) == (404, "text/html")


@pytest.mark.parametrize("target", ["/nonsense", "/nonsense/1", "/vms/a/nonsense"])
def test_an_unknown_collection_is_no_empty_list(engine: Engine, ask: Ask, target: str) -> None:
    """501, loudly."""
    assert ask(engine, target).status == 501
    assert engine.unimplemented == [f"GET {target}"]


def test_version_3_and_json_are_not_simulated(engine: Engine, ask: Ask) -> None:
    """Both exist on real Engines; an unknown version is refused there too."""
    assert ask(engine, "/vms", headers=(("Version", "3"),)).status == 501
    assert ask(engine, "/vms", headers=(("Accept", "application/json"),)).status == 501
    assert ask(engine, "/vms", headers=(("Version", "5"),)).status == 400
    assert ask(engine, "/vms", headers=(("Version", "4"), ("Accept", "*/*"))).status == 200


@pytest.mark.parametrize(
    "target", ["/storagedomains/s1/vms?unregistered=true", "/storagedomains/s1/vms;unregistered"]
)
def test_unregistered_entities_have_their_own_list(
    engine: Engine, ask: Ask, ids_in: IdsIn, target: str
) -> None:
    """As a query or a matrix parameter; the registered list does not hold them."""
    assert ids_in(ask(engine, target)) == ["u"]
    assert ids_in(ask(engine, "/storagedomains/s1/vms")) == ["a"]
    assert ids_in(ask(engine, "/storagedomains/s1/vms?unregistered=false")) == ["a"]


def test_a_domain_lists_what_has_disks_on_it(engine: Engine, ask: Ask, ids_in: IdsIn) -> None:
    """A VM with disks on two domains is on both; the disks are told apart."""
    assert ids_in(ask(engine, "/storagedomains/s2/vms")) == ["a"]
    assert ids_in(ask(engine, "/storagedomains/s2/disks")) == ["d2"]
    assert ids_in(ask(engine, "/storagedomains/s2/templates")) == []
    engine.store.delete("/vms/a/diskattachments/d2")
    assert ids_in(ask(engine, "/storagedomains/s2/vms")) == []


def test_a_cluster_under_its_data_center_has_what_it_has_at_home(
    engine: Engine, ask: Ask, ids_in: IdsIn
) -> None:
    """BackendDataCenterClusterResource extends the cluster's own: the role's generator asks there."""
    assert ids_in(ask(engine, "/datacenters/dc/clusters/c/affinitygroups")) == ["g"]
    assert ask(engine, "/datacenters/dc/clusters/missing/affinitygroups").status == 404


def test_views_follow_references(engine: Engine, ask: Ask, ids_in: IdsIn) -> None:
    """Clusters of a data center, labels of a VM, members of an affinity group."""
    assert ids_in(ask(engine, "/datacenters/dc/clusters")) == ["c"]
    assert ids_in(ask(engine, "/vms/a/affinitylabels")) == ["l"]
    assert ids_in(ask(engine, "/vms/b/affinitylabels")) == []
    assert ids_in(ask(engine, "/affinitylabels/l/vms")) == ["a"]
    assert ids_in(ask(engine, "/clusters/c/affinitygroups/g/vms")) == ["a"]
    assert ids_in(ask(engine, "/datacenters/dc/clusters/c/affinitygroups")) == ["g"]
    assert ids_in(ask(engine, "/datacenters/dc/clusters/c/affinitygroups/g/vms")) == ["a"]
    assert ask(engine, "/datacenters/dc/clusters/nowhere/affinitygroups").status == 404
    assert ask(engine, "/vms/a/affinitylabels/l").status == 200
    assert ask(engine, "/vms/b/affinitylabels/l").status == 404


def test_follow_puts_collections_and_references_in_place(engine: Engine, ask: Ask) -> None:
    """Levels are joined by dots; the link stays."""
    answer = ask(engine, "/vms/a?follow=nics,disk_attachments.disk,cluster")
    vm = etree.fromstring(answer.body)
    assert vm.findtext("nics/nic/name") == "nic1"
    assert [d.text for d in vm.findall("disk_attachments/disk_attachment/disk/name")] == [
        "d1",
        "d2",
    ]
    assert vm.findtext("cluster/name") == "C"
    assert len(vm.findall("link")) == 3
    assert vm.find("tags") is None


def test_follow_works_for_every_entry_of_a_list(engine: Engine, ask: Ask) -> None:
    """An entry without members has an empty element, not none."""
    vms = etree.fromstring(ask(engine, "/vms?follow=nics").body)
    assert [len(vm.findall("nics/nic")) for vm in vms] == [0, 1]
    assert all(vm.find("nics") is not None for vm in vms)


@pytest.mark.parametrize(
    "target", ["/vms?follow=bios", "/vms/a?follow=nics.vnic_profile", "/vms?follow=cluster"]
)
def test_a_follow_that_fails_on_one_entry_fails_as_a_whole(
    engine: Engine, ask: Ask, target: str
) -> None:
    """An unknown name, a reference that is absent, one without address: 500 and HTML."""
    answer = ask(engine, target)
    assert (answer.status, answer.media_type) == (500, "text/html")


def test_max_caps_a_list(engine: Engine, ask: Ask, ids_in: IdsIn) -> None:
    """Without a search, under one, and on views; a negative one is the database's error."""
    assert ids_in(ask(engine, "/vms?max=1")) == ["b"]
    assert ids_in(ask(engine, "/vms?max=1&search=name%3D*")) == ["b"]
    assert ids_in(ask(engine, "/storagedomains/s1/disks?max=0")) == []
    answer = ask(engine, "/vms?max=-1")
    assert answer.status == 400
    assert etree.fromstring(answer.body).tag == "fault"


def test_a_search_that_is_invalid_is_an_empty_list(engine: Engine, ask: Ask, ids_in: IdsIn) -> None:
    """200 all the same; a collection without search ignores it."""
    assert ids_in(ask(engine, "/vms?search=status%3Dpowering_up")) == []
    assert ids_in(ask(engine, "/affinitylabels?search=%28%28")) == ["l"]


def test_a_search_for_a_field_that_is_not_simulated_is_loud(engine: Engine, ask: Ask) -> None:
    """A wrong guess would look like an answer."""
    assert ask(engine, "/vms?search=memory%3E5").status == 501
    assert engine.unimplemented == ["searching vms by memory"]


def test_events_come_newest_first_and_after_a_number(
    engine: Engine, ask: Ask, ids_in: IdsIn
) -> None:
    """By number and not by text; ``from`` is exclusive."""
    for _ in range(11):
        engine.emit_event(32, "normal", "VM is up", links={"vm": "a"})
    assert ids_in(ask(engine, "/events?max=3")) == ["11", "10", "9"]
    assert ids_in(ask(engine, "/events?from=9")) == ["11", "10"]
    assert ids_in(ask(engine, "/events?search=type%3D33")) == []
    assert ids_in(ask(engine, "/events?search=event_vm%3Da&max=1")) == ["11"]


def test_all_content_shows_what_is_kept_apart(engine: Engine, ask: Ask) -> None:
    """As a parameter or as the old header, for one VM and for all."""
    extra = elements.parse(b'<vm id="a"><virtio_scsi><enabled>true</enabled></virtio_scsi></vm>')
    engine.store.put("/vms;all_content/a", extra)
    assert b"virtio_scsi" not in ask(engine, "/vms/a").body
    assert b"virtio_scsi" in ask(engine, "/vms/a?all_content=true").body
    assert b"virtio_scsi" in ask(engine, "/vms", headers=(("All-Content", "true"),)).body


def test_the_api_root_tells_the_version_only_where_it_was_recorded(
    engine: Engine, ask: Ask
) -> None:
    """Otherwise it links, and says nothing of a product."""
    root = etree.fromstring(ask(engine, "").body)
    assert root.tag == "api"
    assert root.find("product_info") is None
    assert "vms" in [link.get("rel") for link in root.findall("link")]
    recorded = elements.parse(
        b"<api><product_info><version><full_version>4.4.10</full_version></version></product_info>"
        b"<time>2020-01-01T00:00:00.000Z</time></api>"
    )
    engine.store.put("/", recorded)
    root = etree.fromstring(ask(engine, "/").body)
    assert root.findtext("product_info/version/full_version") == "4.4.10"
    assert root.findtext("time", "").startswith("2026-03-01T12:00:0")


def test_a_long_list_takes_longer(make_engine: MakeEngine, ask: Ask, store: Store) -> None:
    """Entries, followed ones included, unregistered OVFs and device scans cost what they cost."""
    latency = Latency(read=1.0, read_entry=0.5, unregistered_entry=4.0, device_scan=9.0)
    engine = make_engine(store, latency=latency)
    put(store, "/hosts/h", "<status>up</status>")
    took = []
    for target in (
        "/vms/a",
        "/vms",
        "/vms?follow=nics",
        "/storagedomains/s1/vms?unregistered=true",
        "/hosts/h/storage",
    ):
        before = engine.now
        ask(engine, target)
        took.append(engine.now - before)
    assert took == [1.0, 2.0, 3.5, 5.0, 9.0]
