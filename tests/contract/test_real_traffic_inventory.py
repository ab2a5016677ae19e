"""The inventory of what real Engines sent is what stands in their XML.

The counts are taken here from the raw answers, with lxml and by hand: neither the SDK nor the
simulator has a part in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml
from lxml import etree

from drplan.errors import InvalidInput
from drplan.model.inventory import Inventory
from drplan.workflows.sites import read_recorded_inventory, read_recorded_site

REAL_TRAFFIC = Path(__file__).parents[2].parent / "shared" / "real-traffic"
API = "/ovirt-engine/api/"
COLLECTIONS = {
    "clusters": "clusters",
    "data_centers": "datacenters",
    "disks": "disks",
    "hosts": "hosts",
    "networks": "networks",
    "storage_domains": "storagedomains",
    "templates": "templates",
    "vms": "vms",
    "vnic_profiles": "vnicprofiles",
}
MEMBERS = {"nics": "nics", "disk_attachments": "diskattachments", "snapshots": "snapshots"}

pytestmark = pytest.mark.skipif(
    not REAL_TRAFFIC.is_dir(), reason="the recordings of real Engines are not beside the project"
)


@dataclass
class Raw:
    """What stands in the answers: elements by collection path and id, the last one counting."""

    entities: dict[str, dict[str, etree._Element]] = field(default_factory=dict)
    lists: dict[str, list[etree._Element]] = field(default_factory=dict)
    is_version_3: bool = False


def read_raw(path: Path) -> Raw:
    """Read a recording without any of drplan."""
    raw = Raw()
    for interaction in yaml.safe_load(path.read_text())["interactions"]:
        request, response = interaction["request"], interaction["response"]
        asked = request["uri"].partition("/api/")[2].partition("?")[0].rstrip("/")
        version = {k.lower(): v for k, v in request["headers"].items()}.get("version")
        raw.is_version_3 |= version == ["3"]
        if response["status"]["code"] == 404 and "/" in asked:
            collection, _, entity = asked.rpartition("/")
            raw.entities.get(collection, {}).pop(entity, None)
        content = {k.lower(): v for k, v in response["headers"].items()}.get("content-type", [""])
        if response["status"]["code"] != 200 or "xml" not in content[0]:
            continue
        root = etree.fromstring(response["body"]["string"].encode())
        is_list = root.get("id") is None
        if is_list:
            raw.lists[asked] = list(root)
        for element in list(root) if is_list else [root]:
            href = element.get("href", "")
            if href.startswith(API):
                collection, _, entity = href.removeprefix(API).rpartition("/")
                raw.entities.setdefault(collection, {})[entity] = element
                # The domain under a data center is the one in the list of all of them.
                if collection.startswith("datacenters/") and collection.endswith("storagedomains"):
                    raw.entities.setdefault("storagedomains", {}).setdefault(entity, element)
    return raw


def recordings() -> Iterator[Path]:
    """Every recording, where they are."""
    yield from sorted(REAL_TRAFFIC.glob("*.yaml")) if REAL_TRAFFIC.is_dir() else ()


def has_clusters_and_domains(path: Path) -> bool:
    """Whether the lists of clusters and storage domains were answered with 200."""
    raw = read_raw(path)
    return not raw.is_version_3 and {"clusters", "storagedomains"} <= raw.lists.keys()


WHOLE = [path for path in recordings() if has_clusters_and_domains(path)]
VERSION_3 = [path for path in recordings() if read_raw(path).is_version_3]


def test_the_recordings_are_the_ones_that_are_meant() -> None:
    """Four are whole inventories of version 4, and four were made through version 3."""
    assert (len(WHOLE), len(VERSION_3)) == (4, 4)


@pytest.fixture(params=WHOLE, ids=lambda path: path.stem)
def pair(request: pytest.FixtureRequest) -> tuple[Inventory, Raw]:
    """The inventory of a recording, and what stands in it."""
    return read_recorded_inventory(read_recorded_site([request.param])), read_raw(request.param)


def test_every_entity_is_there_once(pair: tuple[Inventory, Raw]) -> None:
    """Ids and names of all collections are those of the XML; what was gone by the end is not."""
    inventory, raw = pair
    for name, path in COLLECTIONS.items():
        found = {it.id: it.name for it in getattr(inventory, name)}
        expected = {
            key: element.findtext("name") or element.findtext("alias") or ""
            for key, element in raw.entities.get(path, {}).items()
        }

        assert found == expected, name
        assert len(getattr(inventory, name)) == len(found)


def test_every_member_of_vms_and_templates_is_there(pair: tuple[Inventory, Raw]) -> None:
    """vNICs, attachments and snapshots are those of the last list that was answered."""
    inventory, raw = pair
    checked = 0
    for kind, entities in (("vms", inventory.vms), ("templates", inventory.templates)):
        for entity in entities:
            for member, path in MEMBERS.items():
                listed = raw.lists.get(f"{kind}/{entity.id}/{path}")
                if kind == "templates" and member == "snapshots":
                    continue
                found = getattr(entity, member)
                if listed is None:
                    assert found is None
                    continue
                checked += 1
                assert sorted(getattr(it, "id", None) or it.disk_id for it in found) == sorted(
                    it.get("id", "") for it in listed
                )
    assert checked


def test_status_comes_from_under_the_data_center(pair: tuple[Inventory, Raw]) -> None:
    """Attached domains have the status listed there, all others the one of the list of all."""
    inventory, raw = pair
    attached = {
        element.get("id"): element.findtext("status")
        for path, elements in raw.lists.items()
        if path.startswith("datacenters/") and path.endswith("/storagedomains")
        for element in elements
    }
    for domain in inventory.storage_domains:
        top = raw.entities["storagedomains"][domain.id].findtext("status")

        assert domain.status == attached.get(domain.id, top)


def test_a_lun_is_one_with_all_its_paths(pair: tuple[Inventory, Raw]) -> None:
    """The XML has an entry per path; the inventory has the LUN once and loses no path."""
    inventory, raw = pair
    for domain in inventory.storage_domains:
        units = raw.entities["storagedomains"][domain.id].findall(
            "storage/volume_group/logical_units/logical_unit"
        )
        listed = {(it.get("id"), it.findtext("address"), it.findtext("target")) for it in units}

        assert {(lun.id, p.address, p.target) for lun in domain.luns for p in lun.paths} == listed
        assert len(domain.luns) == len({it.get("id") for it in units})


def test_plain_values_are_those_of_the_xml(pair: tuple[Inventory, Raw]) -> None:
    """Status, memory, references and level of VMs, hosts and clusters."""
    inventory, raw = pair
    for vm in inventory.vms:
        element = raw.entities["vms"][vm.id]
        assert vm.status == element.findtext("status")
        assert vm.memory == int(element.findtext("memory") or 0)
        assert vm.cluster_id == element.find("cluster").get("id")  # type: ignore[union-attr]
        assert vm.origin == element.findtext("origin")
    for host in inventory.hosts:
        element = raw.entities["hosts"][host.id]
        assert host.status == element.findtext("status")
        assert host.memory == int(element.findtext("memory") or 0)
    for cluster in inventory.clusters:
        element = raw.entities["clusters"][cluster.id]
        center = element.find("data_center")
        assert cluster.data_center_id == (None if center is None else center.get("id"))
        assert str(cluster.version) == "{}.{}".format(
            element.findtext("version/major"), element.findtext("version/minor")
        )


def test_what_was_not_recorded_is_a_gap(pair: tuple[Inventory, Raw]) -> None:
    """Nobody recorded an API root or a role: they are unknown, not absent."""
    inventory, _ = pair

    assert inventory.engine.full_version is None
    assert {"engine", "roles", "users", "mac_pools", "unregistered_vms"} <= {
        gap.collection for gap in inventory.gaps
    }
    assert not any(inventory.has_gap(name) for name in COLLECTIONS)


@pytest.mark.parametrize("path", VERSION_3, ids=lambda path: path.stem)
def test_version_3_is_refused_with_a_reason(path: Path) -> None:
    """The v4 SDK would read such answers without complaint and lose half of them."""
    with pytest.raises(InvalidInput) as caught:
        read_recorded_inventory(read_recorded_site([path]))

    assert "version 3" in caught.value.summary or "no answer holds any entity" in (
        caught.value.summary
    )


def test_single_entities_make_a_partial_inventory() -> None:
    """A recording of one cluster and one list holds just these, and says so."""
    site = read_recorded_site([REAL_TRAFFIC / "refresher_target_host.yaml"])

    inventory = read_recorded_inventory(site)

    assert (len(inventory.clusters), len(inventory.vnic_profiles)) == (1, 2)
    reasons = {gap.collection: gap.reason for gap in inventory.gaps}
    assert reasons["clusters"] == "recorded only in part"
    assert reasons["vms"] == "not recorded"
    assert "vnic_profiles" not in reasons
