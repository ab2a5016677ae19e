"""Hosts as the way to storage: iSCSI discovery and login, importable domains, visible LUNs."""

from __future__ import annotations

from drplan.simulator import answers, elements, reading
from drplan.simulator.array import Array, DomainCopy, LunPath
from drplan.simulator.elements import Element
from drplan.simulator.faults import Refusal, incomplete, missing, query_failed
from drplan.simulator.handling import Answer, Call, Process, Route
from drplan.simulator.store import Store
from drplan.simulator.visible_storage import NO_TARGETS, host_storages, importable

ISCSI_PORT = 3260
LOGIN_FAILED = "failed to login to iscsi node"
DISCOVERY_FAILED = "failed discovery of iscsi targets"


def discover(call: Call) -> Process:
    """POST /hosts/{host}/discoveriscsi and iscsidiscover: the targets behind a portal.

    Storage sheet 2.2: one server code for both; a failure is a raw fault without brackets.
    """
    host = _host(call)
    address, port = _portal(call.body(), "iscsi.address", target=False)
    yield call.engine.latency.iscsi_discover
    array: Array = call.engine.array
    found = array.portals(host, address, port)
    if not found:
        raise query_failed(DISCOVERY_FAILED)
    details = elements.make("discovered_targets")
    targets = elements.make("iscsi_targets")
    for path in found:
        details.append(_details(path))
        targets.append(elements.make("iscsi_target", path.target))
    return answers.action(call, details, targets)


def log_in(call: Call) -> Process:
    """POST /hosts/{host}/iscsilogin: ``address`` and ``target`` are mandatory, port 3260.

    Storage sheet 2.2: a failure is an action fault, 400, the host's text in lower case.
    """
    host = _host(call)
    address, port = _portal(call.body(), "iscsi.address, iscsi.target", target=True)
    target = elements.text_of(call.body(), "iscsi/target") or ""
    yield call.engine.latency.iscsi_login
    array: Array = call.engine.array
    if not array.knows_target(host, address, port, target):
        raise Refusal(400, f"[{LOGIN_FAILED}]")
    array.log_in(host, target)
    show_storage(call.store, array, host)
    return answers.action(call)


def discover_domains(call: Call) -> Process:
    """POST /hosts/{host}/unregisteredstoragedomainsdiscover: block domains to import.

    Storage sheet 2.2: with ``iscsi/address`` only ``iscsi_targets`` counts; without, Fibre
    Channel. Domains and LUNs that the Engine knows are filtered out.
    """
    host = _host(call)
    body = call.body()
    array: Array = call.engine.array
    address = elements.text_of(body, "iscsi/address")
    yield call.engine.latency.device_scan
    targets: set[str] | None = None
    if address:
        port = int(elements.text_of(body, "iscsi/port") or ISCSI_PORT)
        asked = [e.text or "" for e in body.findall("iscsi_targets/iscsi_target")]
        targets = {t for t in asked if array.knows_target(host, address, port, t)}
        if not targets:
            raise query_failed(NO_TARGETS)
        for target in sorted(targets):
            array.log_in(host, target)
    found = elements.make("storage_domains")
    for copy in importable(call.store, array, host, targets):
        found.append(_importable_element(copy))
    return answers.action(call, found)


def read_storage(call: Call) -> Answer:
    """GET /hosts/{host}/storage: the LUNs that the host sees now, one path of each.

    Entities sheet 6; a host that is not Up makes the query fail.
    """
    host = _host(call)
    path = f"/hosts/{host}"
    if call.store.value(path, "status") != "up":
        name = call.store.value(path, "address") or call.store.value(path, "name")
        raise query_failed(f"Cannot fetch storage devices, host {name} is not UP.")
    show_storage(call.store, call.engine.array, host)
    return reading.read(call)


def show_storage(store: Store, array: Array | None, host: str) -> None:
    """Write what the host sees now to where lists and ``follow`` read it."""
    if array is None:
        return
    collection = f"/hosts/{host}/storage"
    store.drop(collection)
    store.declare(collection)
    for element in host_storages(store, array, host):
        store.put(f"{collection}/{element.get('id')}", element)


def _host(call: Call) -> str:
    host = call.ids["host"]
    if not call.store.exists(f"/hosts/{host}"):
        raise missing()
    return host


def _portal(body: Element, required: str, *, target: bool) -> tuple[str, int]:
    address = elements.text_of(body, "iscsi/address")
    if not address or (target and not elements.text_of(body, "iscsi/target")):
        verb = "iscsiLogin" if target else "iscsiDiscover"
        raise incomplete(f"Action [{required}] required for {verb}")
    return address, int(elements.text_of(body, "iscsi/port") or ISCSI_PORT)


def _details(path: LunPath) -> Element:
    details = elements.make("iscsi_details")
    for tag, text in (
        ("address", path.address),
        ("port", str(path.port)),
        ("portal", path.shown_portal),
        ("target", path.target),
    ):
        details.append(elements.make(tag, text))
    return details


def _importable_element(copy: DomainCopy) -> Element:
    element = elements.make("storage_domain", id=copy.id)
    storage = elements.make("storage")
    storage.append(elements.make("type", copy.storage_type))
    elements.set_text(element, "name", copy.name)
    elements.set_text(element, "storage_format", copy.storage_format)
    elements.set_text(element, "type", copy.type)
    elements.place(element, storage)
    return element


ROUTES: tuple[Route, ...] = (
    Route("POST", "/hosts/{host}/discoveriscsi", discover),
    Route("POST", "/hosts/{host}/iscsidiscover", discover),
    Route("POST", "/hosts/{host}/iscsilogin", log_in, is_action=True),
    Route("POST", "/hosts/{host}/unregisteredstoragedomainsdiscover", discover_domains),
    Route("GET", "/hosts/{host}/storage", read_storage),
    Route("GET", "/hosts/{host}/storage/{lun}", read_storage),
)
