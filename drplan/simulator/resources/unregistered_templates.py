"""Registering templates: POST /storagedomains/{sd}/templates/{t}/register (entities sheet 1.9).

Synchronous and without locks. Copies of a disk are recorded only for domains that are active and
have a row of the template at this moment.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from drplan.simulator import (
    answers,
    elements,
    monitoring,
    ovf_updater,
    storage_views,
    unregistered,
)
from drplan.simulator.faults import Refusal
from drplan.simulator.handling import Call, Process, Route, Wait
from drplan.simulator.ovf import OvfDisk
from drplan.simulator.registration import checks, identities, images, references, rows, vnics
from drplan.simulator.registration.pending import Pending
from drplan.simulator.registration.request import parse
from drplan.simulator.rules import storage_domains as rules
from drplan.simulator.rules.messages import fail_with, refuse_with
from drplan.simulator.topology import data_center_of_cluster

_IMPORT = {"action": "import", "type": "Template"}


def register(call: Call) -> Process:
    """The request, the row, the validations in their order, and what is written."""
    request = parse(call.body(), is_vm=False)
    given = references.given_cluster(call.store, request)
    record = references.row_of(call, call.ids["template"], "template")
    if record is None:
        raise _without_row(call)
    cluster = given or references.mapped_cluster(call.store, request, record)
    pending = Pending(call, call.ids["sd"], record, request, cluster, list(record.image_disks()))
    name = call.store.value(f"/clusters/{cluster}", "name")
    what = f"Importing Template {record.name} from configuration to Cluster {name}"
    with monitoring.job(call, what) as job:
        yield call.engine.latency.write
        _validate(pending)
        yield from _check_images(pending)
        path = _execute(pending)
        yield call.engine.latency.register_template
        call.store.set_value(path, "status", "ok")
    _event(
        pending,
        180,
        "normal",
        f"Template {record.name} has been successfully imported from the given configuration.",
    )
    return answers.action(call, answers.link("template", path), job=job)


def _without_row(call: Call) -> Refusal:
    """Unknown, or registered already: two different texts, both 400."""
    if call.store.exists(f"/templates/{call.ids['template']}"):
        return refuse_with("ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_EXIST", **_IMPORT)
    return refuse_with("ACTION_TYPE_FAILED_VM_NOT_FOUND", **_IMPORT)


def _validate(pending: Pending) -> None:
    checks.check_cluster(pending)
    _check_domain(pending)
    _check_id(pending)
    checks.check_architecture(pending)
    _check_name(pending)
    images.exclude_known(pending)


def _check_domain(pending: Pending) -> None:
    """The domain of the address is not active; partial makes no difference."""
    status = storage_views.status(pending.store, pending.domain)
    if status != "active":
        raise refuse_with(
            "ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL2",
            **_IMPORT,
            status=rules.status_name(status),
        )


def _check_id(pending: Pending) -> None:
    """A VM or template has the id, while the row is there."""
    for collection in ("/templates", "/vms"):
        path = f"{collection}/{pending.record.id}"
        if pending.store.exists(path):
            name = pending.store.value(path, "name") or ""
            raise refuse_with("VMT_CANNOT_IMPORT_TEMPLATE_EXISTS", **_IMPORT, TemplateOrVmName=name)


def _check_name(pending: Pending) -> None:
    """A base template's name must be free in the data center; a version needs its base."""
    element = elements.parse(pending.record.element)
    base = elements.reference(element, "version/base_template") or pending.record.id
    if base != pending.record.id:
        if not pending.store.exists(f"/templates/{base}"):
            raise refuse_with("VMT_CANNOT_IMPORT_TEMPLATE_VERSION_MISSING_BASE")
        return
    for path in pending.store.named("/templates", pending.name):
        cluster = pending.store.reference(path, "cluster")
        if cluster and data_center_of_cluster(pending.store, cluster) == pending.center:
            raise refuse_with("VM_CANNOT_IMPORT_TEMPLATE_NAME_EXISTS")


def _check_images(pending: Pending) -> Generator[Wait, None, None]:
    """Each image on an active domain, and there in fact; with partial those that fail go."""
    kept: list[OvfDisk] = []
    for disk in pending.images:
        active = tuple(d for d in disk.storage_domains if _is_active(pending, d))
        if active:
            kept.append(replace(disk, storage_domains=active))
        elif pending.request.allow_partial:
            pending.missing.disks[disk.id] = disk.alias
        else:
            raise refuse_with(
                "ACTION_TYPE_FAILED_CANNOT_FIND_DISK_IMAGE_IN_ACTIVE_DOMAINS",
                **_IMPORT,
                diskImageId=disk.id,
                imageId=disk.image_id,
            )
    pending.images = kept
    yield from images.check_volumes(pending)
    pending.images = [
        replace(disk, storage_domains=tuple(_copies(pending, disk))) for disk in pending.images
    ]
    checks.check_domain_type(pending)
    identities.choose_permissions(pending)


def _is_active(pending: Pending, domain: str) -> bool:
    return (
        storage_views.data_center_of(pending.store, domain) == pending.center
        and storage_views.status(pending.store, domain) == "active"
    )


def _copies(pending: Pending, disk: OvfDisk) -> Generator[str, None, None]:
    for domain in disk.storage_domains:
        row = f"{unregistered.collection(domain, 'template')}/{pending.record.id}"
        if pending.store.exists(row) and images.has_volume(pending, domain, disk.id):
            yield domain


def _execute(pending: Pending) -> str:
    text = pending.missing.text(with_disks=pending.request.allow_partial)
    if text:
        _event(
            pending,
            1197,
            "warning",
            "The following entities could not be verified and will not be part of the imported"
            f" Template {pending.record.name}: '{text}' (User: {monitoring.USER}).",
        )
    if identities.has_double_permission(pending):
        raise fail_with("ENGINE")
    profiles = vnics.profiles_of(pending)
    path = rows.write_entity(pending, "locked")
    rows.write_nics(pending, path, profiles, [None] * len(profiles))
    rows.write_disks(pending, path)
    rows.write_permissions(pending, path)
    unregistered.remove_rows(pending.call.engine, pending.record.id, "template")
    references.unlist_disks(pending)
    ovf_updater.note_change(pending.call.engine, path)
    return path


def _event(pending: Pending, code: int, severity: str, text: str) -> None:
    links = {"cluster": pending.cluster or ""}
    if pending.store.exists(f"/templates/{pending.record.id}"):
        links["template"] = pending.record.id
    pending.call.engine.emit_event(
        code, severity, text, correlation_id=pending.call.correlation_id, links=links
    )


ROUTES: tuple[Route, ...] = (
    Route("POST", "/storagedomains/{sd}/templates/{template}/register", register, is_action=True),
)
