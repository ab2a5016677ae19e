"""The Engines that a scenario makes: whether they answer like real ones (wire-facts.md 9)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from drplan.resources import fixture_folder
from drplan.simulator import elements
from drplan.simulator.elements import Element
from drplan.simulator.rules.memory import HOST_GUEST_OVERHEAD, HOST_RESERVED
from drplan.simulator.scenario.builders import build_engine
from drplan.simulator.scenario.reader import read_scenario
from drplan.simulator.scenario.site import DEFAULT_MAC_POOL, MANAGEMENT_NETWORK, Site
from drplan.simulator.store import Store
from drplan.wire.cassette import read_cassette
from drplan.wire.request import API_PREFIX

REAL_TRAFFIC = Path(__file__).parents[4] / "shared" / "real-traffic"
GIB = 2**30
NOT_BUILT = (
    "/cpuprofiles/",
    "/diskprofiles/",
    "/icons/",
    "/networkfilters/",
    "/openstacknetworkproviders/",
    "/schedulingpolicies/",
)
"""Things that bodies refer to and that no scenario describes."""


@pytest.fixture(scope="module")
def sites() -> tuple[Site, Site]:
    """The two sites of the demo."""
    scenario, _ = read_scenario(fixture_folder("two-site") / "scenario.yml")
    return Site.of(scenario, "primary"), Site.of(scenario, "secondary")


@pytest.fixture(scope="module")
def north(sites: tuple[Site, Site]) -> Store:
    """The Engine of the primary."""
    return build_engine(*sites)


@pytest.fixture(scope="module")
def south(sites: tuple[Site, Site]) -> Store:
    """The Engine of the secondary."""
    return build_engine(sites[1], sites[0])


def all_of(store: Store, collection: str) -> Iterator[Element]:
    """The entities of a collection."""
    for path in store.members(collection):
        yield store.element(path)


def only(store: Store, collection: str, name: str) -> Element:
    """The one entity of that name."""
    (path,) = store.named(collection, name)
    return store.element(path)


def children(store: Store, name: str, rel: str) -> list[Element]:
    """The entities of a sub-collection of the VM of that name."""
    (path,) = store.named("/vms", name)
    return list(all_of(store, f"{path}/{rel}"))


def test_attached_domains_show_their_status_only_under_their_data_center(north: Store) -> None:
    """The top list has no status for attached domains, and ``unattached`` for the others."""
    statuses = {
        elements.text_of(d, "name"): elements.text_of(d, "status")
        for d in all_of(north, "/storagedomains")
    }
    (center,) = north.named("/datacenters", "production")
    below = [elements.text_of(d, "status") for d in all_of(north, f"{center}/storagedomains")]

    assert statuses.pop("ovirt-image-repository") == "unattached"
    assert set(statuses.values()) == {None}
    assert below == ["active"] * 6


def test_a_lun_stands_once_for_every_path(north: Store) -> None:
    """Two LUNs with two paths each are four entries, and the order of paths differs."""
    domain = only(north, "/storagedomains", "prod-iscsi")
    units = domain.findall("storage/volume_group/logical_units/logical_unit")

    assert [u.get("id", "")[-4:] for u in units] == ["1001", "1001", "1002", "1002"]
    portals = [elements.text_of(u, "address") for u in units]
    assert portals == ["192.0.2.31", "192.0.2.32", "192.0.2.32", "192.0.2.31"]


def test_hosts_list_a_lun_once_with_its_first_path(north: Store) -> None:
    """A host's list has one entry a LUN, direct ones and those of its data center's domains."""
    (host,) = north.named("/hosts", "north-h1")
    listed = [
        u.get("id")
        for s in all_of(north, f"{host}/storage")
        for u in s.findall("logical_units/logical_unit")
    ]

    assert len(listed) == len(set(listed)) == 4


def test_the_secondary_sees_the_fibre_channel_replica_before_any_login(south: Store) -> None:
    """A host of the secondary lists the replica's LUN as used, without a storage domain."""
    (host,) = south.named("/hosts", "south-h1")
    found = {elements.text_of(s, "type"): s for s in all_of(south, f"{host}/storage")}

    unit = found["fcp"].find("logical_units/logical_unit")
    assert unit is not None
    assert elements.text_of(unit, "status") == "used"
    assert elements.text_of(unit, "volume_group_id")
    assert elements.text_of(unit, "storage_domain_id") is None


def test_names_repeat_across_data_centers(north: Store) -> None:
    """Networks and vNIC profiles of one name are there more than once, and so is a VM."""
    assert len(north.named("/networks", "ovirtmgmt")) == 3
    assert len(north.named("/vnicprofiles", "app")) == 2
    assert len(north.named("/vms", "wiki")) == 2
    assert len(north.named("/templates", "rhel9")) == 2


def test_engines_share_ids(north: Store, south: Store) -> None:
    """Blank, the default MAC pool and the first management network are the same on both."""
    shared = {path for c in ("/templates", "/macpools", "/networks") for path in north.members(c)}
    shared &= {path for c in ("/templates", "/macpools", "/networks") for path in south.members(c)}

    assert shared == {
        "/templates/00000000-0000-0000-0000-000000000000",
        f"/macpools/{DEFAULT_MAC_POOL}",
        f"/networks/{MANAGEMENT_NETWORK}",
    }


def test_references_may_be_missing(north: Store, south: Store) -> None:
    """A cluster without data center, a template without cluster, a domain without sizes."""
    local = only(north, "/storagedomains", "lab-local")

    assert only(north, "/clusters", "Default").find("data_center") is None
    assert only(north, "/templates", "Blank").find("cluster") is None
    assert local.find("available") is None
    assert local.find("storage/address") is None
    assert only(south, "/datacenters", "dr-branch").find("storage_format") is None
    assert only(north, "/vnicprofiles", "sdn").find("network_filter") is None


def test_every_attached_data_domain_has_two_ovf_stores(north: Store) -> None:
    """The list of disks holds the Engine's own: OVF_STOREs and the memory of snapshots."""
    kinds = [elements.text_of(d, "content_type") for d in all_of(north, "/disks")]
    data = [d for d in all_of(north, "/storagedomains") if elements.text_of(d, "type") == "data"]

    assert kinds.count("ovf_store") == 2 * len(data)
    assert kinds.count("memory_dump_volume") == kinds.count("memory_metadata_volume") == 1


def test_the_next_run_snapshot_has_no_type(north: Store) -> None:
    """It holds the whole VM, with its id and without an address."""
    active, next_run = children(north, "backup-server", "snapshots")
    inside = next_run.find("vm")

    assert elements.text_of(active, "snapshot_type") == "active"
    assert next_run.find("snapshot_type") is None
    assert inside is not None
    assert inside.get("href") is None


def test_the_order_of_links_is_the_engine_s_own(north: Store, south: Store) -> None:
    """Within an Engine it never changes, between two it does."""
    orders = [
        {
            tuple(link.get("rel") for link in host.findall("link"))
            for host in all_of(store, "/hosts")
        }
        for store in (north, south)
    ]

    assert [len(order) for order in orders] == [1, 1]
    assert orders[0] != orders[1]


def test_lists_are_not_sorted(north: Store) -> None:
    """Neither VMs nor disks come in the order of their names."""
    for collection in ("/vms", "/disks"):
        names = [elements.text_of(entity, "name") or "" for entity in all_of(north, collection)]
        assert names != sorted(names)


def test_empty_and_absent_descriptions_are_mixed(north: Store) -> None:
    """Clients have to treat an empty description and none alike."""
    found = {elements.text_of(vm, "description") for vm in all_of(north, "/vms")}

    assert found == {None, ""}


def test_dates_carry_milliseconds_and_an_offset_that_follows_the_season(north: Store) -> None:
    """Two offsets stand in one list, and never a ``Z``."""
    dates = [elements.text_of(vm, "creation_time") or "" for vm in all_of(north, "/vms")]

    assert all(re.fullmatch(r".{10}T.{8}\.\d{3}\+0[12]:00", date) for date in dates)
    assert {date[-6:] for date in dates} == {"+01:00", "+02:00"}


def test_a_vm_that_is_down_has_no_host(north: Store) -> None:
    """Host, start time and run-once flag are there for running VMs alone."""
    for vm in all_of(north, "/vms"):
        running = elements.text_of(vm, "status") != "down"
        tags = [vm.find(tag) is not None for tag in ("host", "start_time", "run_once")]
        assert tags == [running] * 3, elements.text_of(vm, "name")


def test_a_vm_of_a_silent_host_is_unknown(north: Store) -> None:
    """What is known of it stays, and its host does not answer."""
    vm = only(north, "/vms", "proxy")
    host = f"/hosts/{elements.reference(vm, 'host')}"

    assert elements.text_of(vm, "status") == "unknown"
    assert north.value(host, "status") == "non_responsive"


def test_an_idle_host_has_all_its_memory_but_386_mib(south: Store) -> None:
    """Recorded idle hosts had exactly that much to schedule (entities sheet 4.5)."""
    host = only(south, "/hosts", "south-h1")

    kept = (HOST_GUEST_OVERHEAD + HOST_RESERVED) * 2**20
    assert int(elements.text_of(host, "max_scheduling_memory") or 0) == 256 * GIB - kept


def test_a_thin_vm_stands_on_its_template_and_a_clone_does_not(north: Store) -> None:
    """A clone remembers the template it was made from, and that is all."""
    thin, clone = only(north, "/vms", "web-03"), only(north, "/vms", "build-runner")
    (base,) = (
        t
        for t in all_of(north, "/templates")
        if elements.text_of(t, "name") == "rhel9"
        and elements.text_of(t, "version/version_number") == "1"
    )

    version = f"/templates/{elements.reference(thin, 'template')}"
    assert north.value(version, "version/version_name") == "2026-02"
    assert north.reference(version, "version/base_template") == base.get("id")
    assert set(elements.reference(clone, "template") or "") == {"0", "-"}
    assert elements.reference(clone, "original_template") == base.get("id")


def test_macs_are_unique_and_given_ones_are_kept(north: Store) -> None:
    """NICs without an address of their own get the next of the pool."""
    macs = [
        elements.text_of(nic, "mac/address")
        for path in north.members("/vms")
        for nic in all_of(north, f"{path}/nics")
    ]

    assert len(macs) == len(set(macs))
    assert "00:1a:4a:16:01:51" in macs
    assert sum(str(mac).startswith("56:6f:1a:00:00:") for mac in macs) == len(macs) - 1


def test_a_nic_on_no_network_has_no_profile(north: Store) -> None:
    """The element is missing, not empty."""
    (nic,) = children(north, "kiosk", "nics")

    assert nic.find("vnic_profile") is None


def test_a_direct_lun_has_neither_status_nor_sizes(north: Store) -> None:
    """Its disk names the LUN and its first path (entities sheet 8)."""
    disk = only(north, "/disks", "files-lun")

    assert elements.text_of(disk, "storage_type") == "lun"
    assert [disk.find(t) for t in ("status", "provisioned_size", "storage_domains")] == [None] * 3
    assert disk.find("lun_storage/logical_units/logical_unit/target") is not None


@pytest.mark.parametrize("site", ["north", "south"])
def test_every_reference_leads_somewhere(site: str, request: pytest.FixtureRequest) -> None:
    """What a body refers to by address is in the Engine."""
    store: Store = request.getfixturevalue(site)

    lost = []
    for collection in store.collections():
        for entity in all_of(store, collection):
            for member in entity.iter():
                href = (member.get("href") or "").removeprefix(API_PREFIX)
                if href and not store.exists(href) and not expected_to_be_lost(member, href):
                    lost.append(href)
    assert lost == []


def expected_to_be_lost(member: Element, href: str) -> bool:
    """Links lead to collections; a template's attachment names the template as a VM."""
    owner = member.getparent()
    of_template = owner is not None and owner.find("template") is not None
    template_as_vm = member.tag == "vm" and of_template
    return member.tag == "link" or template_as_vm or href.startswith(NOT_BUILT) or "quotas" in href


def test_bodies_have_the_members_that_real_ones_always_have(north: Store) -> None:
    """No element that every recorded entity of a kind has is missing here."""
    if not REAL_TRAFFIC.is_dir():
        pytest.skip("the recordings of real Engines are not there")
    real = always_there(recorded_entities())
    built = always_there(
        entity
        for collection in (
            "/clusters",
            "/datacenters",
            "/hosts",
            "/networks",
            "/storagedomains",
            "/templates",
            "/vms",
            "/vnicprofiles",
        )
        for entity in all_of(north, collection)
    )

    assert {kind: real[kind] - built[kind] for kind in built if real[kind] - built[kind]} == {}


def recorded_entities() -> Iterator[Element]:
    """The entities of every complete v4 recording."""
    for path in sorted(REAL_TRAFFIC.glob("*.yaml")):
        if not path.name.startswith(("ovirt_sdk", "refresher_network", "refresher_reconfigure")):
            continue
        for exchange in read_cassette(path).exchanges:
            of_data_center = "datacenters/" in exchange.request.path
            if exchange.response.status == 200 and not of_data_center:
                yield from elements.parse(exchange.response.body)


def always_there(entities: Iterator[Element]) -> dict[str, set[str]]:
    """The members that every entity of a kind has."""
    found: dict[str, set[str]] = {}
    for entity in entities:
        if entity.get("href"):
            tags = {str(child.tag) for child in entity}
            found[str(entity.tag)] = found.get(str(entity.tag), tags) & tags
    return found
