"""Both views of a storage domain tell the same."""

from __future__ import annotations

import pytest

from drplan.simulator import elements, storage_views
from drplan.simulator.store import Store

TOP = b"""<storage_domain href="/ovirt-engine/api/storagedomains/s" id="s">
    <actions><link href="/ovirt-engine/api/storagedomains/s/updateovfstore" rel="updateovfstore"/></actions>
    <name>data</name>
    <link href="/ovirt-engine/api/storagedomains/s/disks" rel="disks"/>
    <link href="/ovirt-engine/api/storagedomains/s/vms" rel="vms"/>
    <master>false</master>
    <status>unattached</status>
    <type>data</type>
</storage_domain>"""


@pytest.fixture
def store() -> Store:
    """A data center and an unattached domain."""
    store = Store()
    store.put("/datacenters/d", elements.make("data_center", id="d"))
    store.put("/storagedomains/s", elements.parse(TOP))
    return store


def test_attaching_makes_the_view_under_the_data_center(store: Store) -> None:
    """Its own address, actions and links; the status is shown there and nowhere else."""
    assert storage_views.status(store, "s") == "unattached"
    path = storage_views.attach(store, "s", "d", "locked")
    assert path == "/datacenters/d/storagedomains/s"
    view = store.element(path)
    assert view.get("href") == "/ovirt-engine/api/datacenters/d/storagedomains/s"
    assert [link.get("rel") for link in view.findall("actions/link")] == ["activate", "deactivate"]
    assert [link.get("href") for link in view.findall("link")] == [
        "/ovirt-engine/api/datacenters/d/storagedomains/s/disks"
    ]
    assert elements.text_of(view, "status") == "locked"
    assert elements.reference(view, "data_center") == "d"
    assert store.references(path, "data_centers/data_center") == ("d",)
    assert store.value("/storagedomains/s", "status") is None
    assert store.references("/storagedomains/s", "data_centers/data_center") == ("d",)
    assert store.reference("/storagedomains/s", "data_center") is None


def test_what_is_written_reaches_both_views(store: Store) -> None:
    """A name and the master flag are the same everywhere."""
    storage_views.attach(store, "s", "d", "active")
    storage_views.set_field(store, "s", "name", "renamed")
    storage_views.set_field(store, "s", "master", "true")
    for path in ("/storagedomains/s", "/datacenters/d/storagedomains/s"):
        assert store.value(path, "name") == "renamed"
        assert store.value(path, "master") == "true"


def test_the_status_lives_only_under_the_data_center(store: Store) -> None:
    """Setting it touches one view; an unattached domain has none to set."""
    with pytest.raises(KeyError):
        storage_views.set_status(store, "s", "active")
    storage_views.attach(store, "s", "d", "locked")
    storage_views.set_status(store, "s", "active")
    assert storage_views.status(store, "s") == "active"
    assert store.value("/storagedomains/s", "status") is None
    assert storage_views.data_center_of(store, "s") == "d"
    assert storage_views.domains_of(store, "d") == ("s",)


def test_detaching_leaves_the_domain_unattached(store: Store) -> None:
    """The view is gone, ``data_centers`` too."""
    storage_views.attach(store, "s", "d", "maintenance")
    storage_views.detach(store, "s")
    assert storage_views.attached_path(store, "s") is None
    assert storage_views.status(store, "s") == "unattached"
    assert store.references("/storagedomains/s", "data_centers/data_center") == ()
