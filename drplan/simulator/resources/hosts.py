"""Hosts as the way to storage: iSCSI discovery and login, importable domains, visible LUNs."""

from __future__ import annotations

from collections.abc import Iterator

from drplan.simulator import answers, elements, reading
from drplan.simulator.array import Array, DomainCopy, Lun, LunPath
from drplan.simulator.elements import Element
from drplan.simulator.faults import Refusal, incomplete, missing, query_failed
from drplan.simulator.handling import Answer, Call, Process, Route
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id

ISCSI_PORT = 3260
LOGIN_FAILED = "failed to login to iscsi node"
DISCOVERY_FAILED = "failed discovery of iscsi targets"
NO_TARGETS = "couldn't connect to the specified targets"
GIB = 1024**3


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


def host_storages(store: Store, array: Array, host: str) -> Iterator[Element]:
    """The ``host_storage`` elements of a host, from the array and the Engine's own knowledge."""
    disks = {lun: disk for disk, lun in lun_disks(store)}
    copies = {lun: copy for copy in array.block_copies for lun in copy.lun_ids}
    for lun, paths in array.visible_luns(host):
        yield _host_storage(host, lun, paths, disks.get(lun.id), copies.get(lun.id))


def known_luns(store: Store) -> frozenset[str]:
    """The LUNs in the Engine's database: of storage domains and of direct-LUN disks."""
    of_disks = {lun for _, lun in lun_disks(store)}
    of_domains = {
        unit.get("id") or ""
        for path in store.members("/storagedomains")
        if store.value(path, "storage/type") in ("iscsi", "fcp")
        for unit in store.element(path).iterfind("storage/volume_group/logical_units/logical_unit")
    }
    return frozenset(of_disks | of_domains)


def lun_disks(store: Store) -> Iterator[tuple[str, str]]:
    """The direct-LUN disks of the Engine: (disk id, LUN id)."""
    for path in store.members("/disks"):
        if store.value(path, "storage_type") == "lun":
            unit = store.element(path).find("lun_storage/logical_units/logical_unit")
            if unit is not None:
                yield entity_id(path), unit.get("id") or ""


def importable(
    store: Store, array: Array, host: str, targets: set[str] | None
) -> Iterator[DomainCopy]:
    """Block domains that ``host`` sees and the Engine does not know.

    ``targets`` limits them to LUNs behind those targets; ``None`` is Fibre Channel: every LUN.
    """
    known = known_luns(store)
    for copy in array.visible_block_copies(host):
        reached = targets is None or any(
            path.target in targets for lun in copy.lun_ids for path in array.luns[lun].paths
        )
        if (
            reached
            and not store.exists(f"/storagedomains/{copy.id}")
            and not known & set(copy.lun_ids)
        ):
            yield copy


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


def _host_storage(
    host: str, lun: Lun, paths: tuple[LunPath, ...], disk: str | None, copy: DomainCopy | None
) -> Element:
    element = elements.make(
        "host_storage", href=answers.href(f"/hosts/{host}/storage/{lun.id}"), id=lun.id
    )
    units = elements.make("logical_units")
    units.append(_logical_unit(lun, paths, disk, copy))
    element.append(units)
    elements.set_text(element, "type", "iscsi" if lun.is_iscsi else "fcp")
    element.append(answers.link("host", f"/hosts/{host}"))
    return element


def _logical_unit(
    lun: Lun, paths: tuple[LunPath, ...], disk: str | None, copy: DomainCopy | None
) -> Element:
    used = disk is not None or copy is not None
    members = {
        "address": paths[0].address if paths else None,
        "disk_id": disk,
        "lun_mapping": "0",
        "paths": str(max(1, len(paths))),
        "port": str(paths[0].port) if paths else None,
        "portal": paths[0].shown_portal if paths else None,
        "product_id": lun.product or None,
        "serial": lun.serial or None,
        "size": str(lun.size // GIB * GIB),
        "status": "used" if used else "free",
        "storage_domain_id": copy.id if copy else None,
        "target": paths[0].target if paths else None,
        "vendor_id": lun.vendor or None,
        "volume_group_id": (copy.volume_group or None) if copy else None,
    }
    unit = elements.make("logical_unit", id=lun.id)
    for tag, text in members.items():
        if text is not None:
            unit.append(elements.make(tag, text))
    return unit


ROUTES: tuple[Route, ...] = (
    Route("POST", "/hosts/{host}/discoveriscsi", discover),
    Route("POST", "/hosts/{host}/iscsidiscover", discover),
    Route("POST", "/hosts/{host}/iscsilogin", log_in, is_action=True),
    Route("POST", "/hosts/{host}/unregisteredstoragedomainsdiscover", discover_domains),
    Route("GET", "/hosts/{host}/storage", read_storage),
    Route("GET", "/hosts/{host}/storage/{lun}", read_storage),
)
