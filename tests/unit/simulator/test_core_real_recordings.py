"""What the simulator answers is what real Engines answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from lxml import etree

from drplan.errors import InvalidInput
from drplan.simulator.core import Engine
from drplan.simulator.loading import load
from drplan.wire.recording import Exchange
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response

Recorded = Callable[[str], tuple[Exchange, ...]]
MakeEngine = Callable[..., Engine]
Ask = Callable[..., Response]
Form = tuple[str, tuple[tuple[str, str], ...], str, tuple["Form", ...]]

WHOLE = "refresher_network_recording.yaml"
V4 = (
    "ovirt_sdk_refresh_graph_target_vm.yaml",
    "ovirt_sdk_refresh_graph_target_vm_removal.yaml",
    "refresher_network_recording.yaml",
    "refresher_reconfigure_with_no_restart_needed_recording.yaml",
    "refresher_target_host.yaml",
)
V3 = (
    "event_parser_parse_event.yaml",
    "event_parser_parse_new_target.yaml",
    "refresher_after_migration.yaml",
)


def form(element: etree._Element) -> Form:
    """Tag, attributes in order, text, members in order."""
    text = "" if len(element) else (element.text or "")
    attributes = tuple(element.attrib.items())
    return element.tag, attributes, text, tuple(form(child) for child in element)


def entities(exchanges: tuple[Exchange, ...]) -> Iterator[tuple[str, etree._Element]]:
    """Every entity in the answers by the path it was found at, in the order of the recording.

    An entity's own address is no help: that of a template's attachment names a VM.
    """
    for exchange in exchanges:
        if exchange.response.status != 200 or exchange.response.media_type != "application/xml":
            continue
        if exchange.request.query and "search" not in dict(exchange.request.query):
            continue
        root = etree.fromstring(exchange.response.body)
        path = exchange.request.path[len(API_PREFIX) :]
        if root.get("href"):
            yield path, root
            continue
        for element in root:
            yield f"{path}/{element.get('id')}", element


@pytest.mark.parametrize("name", V4)
def test_every_recorded_entity_is_answered_as_it_was(
    name: str, recorded: Recorded, make_engine: MakeEngine, ask: Ask
) -> None:
    """Elements, their order, links and value forms: all as in the last recorded answer.

    A list and a single answer may differ in what they mention; what the later one lacks stays.
    """
    exchanges = recorded(name)
    engine = make_engine(load(exchanges).store)
    latest = dict(entities(exchanges))
    gone = {e.request.path[len(API_PREFIX) :] for e in exchanges if e.response.status == 404}
    checked = 0
    for path, element in latest.items():
        if any(path == lost or path.startswith(f"{lost}/") for lost in gone):
            assert ask(engine, path).status == 404
            continue
        answer = ask(engine, path)
        assert answer.status == 200, path
        answered = form(etree.fromstring(answer.body))
        wanted = form(element)
        assert answered[:2] == wanted[:2]
        kept = [member for member in answered[3] if member[0] in {m[0] for m in wanted[3]}]
        assert tuple(kept) == wanted[3], path
        checked += 1
    assert checked >= 2
    assert engine.unimplemented == []


@pytest.mark.parametrize("name", ["refresher_network_recording.yaml", "refresher_target_host.yaml"])
def test_answers_of_a_simple_recording_are_the_same_bytes(
    name: str, recorded: Recorded, make_engine: MakeEngine, ask: Ask
) -> None:
    """Where nothing was asked twice, every body is byte for byte what the Engine sent."""
    exchanges = recorded(name)
    engine = make_engine(load(exchanges).store)
    for exchange in exchanges:
        answer = ask(engine, exchange.request.target()[len(API_PREFIX) :])
        assert (answer.status, answer.body) == (exchange.response.status, exchange.response.body)
        assert answer.media_type == exchange.response.media_type


@pytest.mark.parametrize("name", V4)
def test_most_answers_of_every_recording_are_the_same_bytes(
    name: str, recorded: Recorded, make_engine: MakeEngine, ask: Ask
) -> None:
    """Only what changed while it was recorded, or was put together later, may differ."""
    exchanges = recorded(name)
    engine = make_engine(load(exchanges).store)
    reads = [e for e in exchanges if e.request.method == "GET"]
    same = sum(
        ask(engine, e.request.target()[len(API_PREFIX) :]).body == e.response.body for e in reads
    )
    assert same >= 0.7 * len(reads)


@pytest.mark.parametrize("name", V4)
def test_loading_is_idempotent(name: str, recorded: Recorded) -> None:
    """The same exchanges read twice in a row give the same store."""
    exchanges = recorded(name)
    once, twice = load(exchanges).store, load(exchanges + exchanges).store
    assert set(once.collections()) == set(twice.collections())
    for collection in once.collections():
        assert once.members(collection) == twice.members(collection), collection
        for path in once.members(collection):
            assert once.body(path) == twice.body(path), path


@pytest.mark.parametrize("name", V4)
def test_a_simulated_engine_can_be_recorded_itself(
    name: str, recorded: Recorded, make_engine: MakeEngine, ask: Ask
) -> None:
    """What it answers to ``follow`` and to plain lists, loaded again, is the same store."""
    store = load(recorded(name)).store
    engine = make_engine(store)
    again: list[Exchange] = []
    for collection in store.collections():
        if collection in {"", "/vms;all_content"}:
            continue
        follow = "?follow=nics,snapshots,disk_attachments" if collection == "/vms" else ""
        request = Request.of("GET", f"{API_PREFIX}{collection}{follow}")
        again.append(Exchange(request, ask(engine, f"{collection}{follow}")))
    copy = load(again).store
    for collection in store.collections():
        if collection == "/vms;all_content":
            continue
        assert copy.members(collection) == store.members(collection), collection
        for path in store.members(collection):
            assert copy.body(path) == store.body(path), path


@pytest.mark.parametrize("name", V3)
def test_traffic_of_version_3_is_refused(name: str, recorded: Recorded) -> None:
    """With a reason that names the version."""
    with pytest.raises(InvalidInput, match="API version 3"):
        load(recorded(name), where=name)


def test_a_recording_of_one_missing_disk_holds_no_entity(recorded: Recorded) -> None:
    """A 404 alone says nothing about an Engine."""
    with pytest.raises(InvalidInput, match="no answer holds any entity"):
        load(recorded("vm_fetch_no_disks.yaml"))


def test_coverage_of_a_real_recording(recorded: Recorded) -> None:
    """What was listed is covered, empty lists too; what was not is not."""
    loaded = load(recorded(WHOLE))
    assert loaded.coverage.seen("/vms")
    assert loaded.coverage.seen("/templates/00000000-0000-0000-0000-000000000000/diskattachments")
    assert not loaded.coverage.seen("/roles")
    assert not loaded.store.is_declared("/roles")


def test_a_real_storage_domain_shows_its_status_only_under_the_data_center(
    recorded: Recorded, make_engine: MakeEngine, ask: Ask
) -> None:
    """No status in the Engine's own list for attached ones, ``unattached`` for glance."""
    engine = make_engine(load(recorded(WHOLE)).store)
    top = etree.fromstring(ask(engine, "/storagedomains").body)
    for domain in top:
        attached = domain.find("data_centers") is not None
        assert domain.findtext("status") == (None if attached else "unattached")
    data_center = etree.fromstring(ask(engine, "/datacenters").body)[0].get("id")
    attached_list = etree.fromstring(ask(engine, f"/datacenters/{data_center}/storagedomains").body)
    assert {domain.findtext("status") for domain in attached_list} <= {"active", "inactive"}
    assert len(attached_list) == sum(d.find("data_centers") is not None for d in top)


def test_registered_entities_of_a_domain_are_found_through_their_disks(
    recorded: Recorded, make_engine: MakeEngine, ask: Ask
) -> None:
    """A recording need not hold ``/storagedomains/X/vms``: disks say what lives there."""
    engine = make_engine(load(recorded("ovirt_sdk_refresh_graph_target_vm.yaml")).store)
    found: set[str | None] = set()
    for domain in etree.fromstring(ask(engine, "/storagedomains").body):
        for vm in etree.fromstring(ask(engine, f"/storagedomains/{domain.get('id')}/vms").body):
            assert vm.get("href", "").startswith(f"{API_PREFIX}/storagedomains/{domain.get('id')}/")
            found.add(vm.get("id"))
    with_disks = {
        path.split("/")[2]
        for path in engine.store.collections()
        if path.startswith("/vms/")
        and path.endswith("/diskattachments")
        and engine.store.members(path)
    }
    assert found == with_disks
    assert found
