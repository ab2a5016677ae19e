"""Importing, naming, attaching and activating a storage domain.

Each looks before it writes: none of these calls may be repeated blindly (storage sheet 13).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ovirtsdk4 import types

from drplan.apply.context import Context
from drplan.apply.directory import data_center_id, host_name, up_hosts
from drplan.apply.handlers.unregistered import compare_with_predictions
from drplan.apply.result import ActionFailed, Result
from drplan.errors import EngineFault
from drplan.model.parameters import (
    ActivateParameters,
    AttachParameters,
    ImportParameters,
    UpdateParameters,
)

_ATTACHED = ("active", "maintenance", "inactive", "unknown")
_SETTLING = 900.0
_POLL = 3.0
_ATTRIBUTES = (
    "name",
    "wipe_after_delete",
    "discard_after_delete",
    "backup",
    "critical_space_action_blocker",
    "warning_low_space_indicator",
)
_HOST_IS_THE_REASON = ("mount", "couldn't connect", "Host status is not up")


async def known_domains(context: Context) -> Mapping[str, Any]:
    """Every storage domain the Engine knows, by id."""
    service = context.engine.system.storage_domains_service()
    return {item.id: item for item in await context.read(service.list)}


async def import_domain(context: Context, parameters: ImportParameters) -> Result:
    """Import a domain without a name, and compare the id of what was imported.

    A named request on an empty share would create and format a domain there (storage sheet 3.1).
    """
    address = context.action.address
    expected = parameters.domain_id or context.shared.found.get(address, {}).get("id")
    present = await _present(context, parameters, expected)
    if present is not None:
        return Result(status="converged", note="imported already", found={"id": present})
    imported = await _import_on_some_host(context, parameters, expected)
    if expected is not None and imported != expected:
        raise ActionFailed(
            f"another domain was imported: {imported} stands there, {expected} was expected; "
            "it is not attached to anything, and should be removed without formatting"
        )
    return Result(note=f"id {imported}", found={"id": imported})


async def _import_on_some_host(
    context: Context, parameters: ImportParameters, expected: str | None
) -> str:
    hosts = await _candidates(context, parameters)
    service = context.engine.system.storage_domains_service()

    async def look() -> str | None:
        return await _present(context, parameters, expected)

    for number, host in enumerate(hosts, start=1):
        body = _import_body(parameters, expected, host)

        async def send(correlation: str, body: types.StorageDomain = body) -> str:
            answer = await context.engine.call(service.add, body, correlation_id=correlation)
            return str(answer.id)

        try:
            return await context.write("POST /storagedomains", send, look)
        except EngineFault as fault:
            if number == len(hosts) or not _another_host_may_do(fault):
                raise
            name = await host_name(context, host)
            context.tell("retry", f"{name}: {fault}; trying another host", level="warn")
    raise ActionFailed("no host could be asked")


def _another_host_may_do(fault: EngineFault) -> bool:
    return any(part in str(fault) for part in _HOST_IS_THE_REASON)


async def _candidates(context: Context, parameters: ImportParameters) -> tuple[str, ...]:
    """The hosts to ask: the one that sees the LUNs, or any that is up."""
    found = context.shared.found.get(context.action.address, {}).get("host")
    hosts = await up_hosts(context, await data_center_id(context, parameters.data_center))
    return tuple(sorted(hosts, key=lambda host: host != found))


async def _present(
    context: Context, parameters: ImportParameters, expected: str | None
) -> str | None:
    """The id of the domain if the Engine has it, by id or else by where it is."""
    domains = await known_domains(context)
    if expected is not None:
        return expected if expected in domains else None
    if parameters.path is None:
        return None
    wanted = (parameters.storage_type, parameters.address, parameters.path)
    for domain in domains.values():
        storage = domain.storage
        if storage is None or storage.type is None:
            continue
        if (storage.type.value, storage.address, storage.path) == wanted:
            return str(domain.id)
    return None


def _import_body(
    parameters: ImportParameters, expected: str | None, host: str
) -> types.StorageDomain:
    """What is sent: never a name, never a wish to format (design decision 22)."""
    is_block = parameters.storage_type in ("iscsi", "fcp")
    return types.StorageDomain(
        id=expected,
        import_=True if is_block else None,
        type=types.StorageDomainType(parameters.domain_type),
        host=types.Host(id=host),
        storage=types.HostStorage(
            type=types.StorageType(parameters.storage_type),
            address=None if is_block else parameters.address,
            path=None if is_block else parameters.path,
            vfs_type=None if is_block else _vfs_type(parameters),
            mount_options=parameters.mount_options,
            nfs_version=types.NfsVersion(parameters.nfs_version)
            if parameters.nfs_version
            else None,
        ),
    )


def _vfs_type(parameters: ImportParameters) -> str | None:
    """The Engine demands one for GlusterFS too, where there is but one (storage sheet 3.1)."""
    return "glusterfs" if parameters.storage_type == "glusterfs" else parameters.vfs_type


async def update_domain(context: Context, parameters: UpdateParameters) -> Result:
    """Rename the domain and set its attributes, those that differ."""
    domain = context.domain_id(context.action.address, parameters.domain_id)
    service = context.engine.system.storage_domains_service().storage_domain_service(domain)

    async def differing() -> dict[str, Any]:
        found = await context.read(service.get)
        wanted = {name: getattr(parameters, name) for name in _ATTRIBUTES}
        return {
            name: value
            for name, value in wanted.items()
            if value is not None and getattr(found, name) != value
        }

    changes = await differing()
    if not changes:
        return Result(status="converged", note="named and set already")

    async def look() -> bool | None:
        return None if await differing() else True

    async def send(correlation: str) -> bool:
        body = types.StorageDomain(**changes)
        await context.engine.call(service.update, body, correlation_id=correlation)
        return True

    await context.write(f"PUT /storagedomains/{domain}", send, look)
    return Result(note=", ".join(f"{name} = {_shown(value)}" for name, value in changes.items()))


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


async def attach_domain(context: Context, parameters: AttachParameters) -> Result:
    """Attach the domain, wait until the data center is up, and look what is on the domain.

    The request ends when the domain is active or its activation has failed, which is no error of
    the request (storage sheet 5): activating comes next.
    """
    domain = context.domain_id(context.action.address, parameters.domain_id)
    center = await data_center_id(context, parameters.data_center)
    status = await _status(context, center, domain)
    was_attached = status is not None
    if not was_attached:
        service = _attached_domains(context, center)

        async def look() -> str | None:
            return await _status(context, center, domain)

        async def send(correlation: str) -> str | None:
            body = types.StorageDomain(id=domain)
            await context.engine.call(service.add, body, correlation_id=correlation)
            return ""

        await context.write(f"POST /datacenters/{center}/storagedomains", send, look)
    status = await _settled(context, center, domain)
    await _data_center_up(context, center)
    surprises = await compare_with_predictions(context, domain)
    return Result(
        status="converged" if was_attached else "done",
        note=f"status {status}",
        found={"id": domain} if was_attached else {"id": domain, "status": status},
        surprises=surprises,
    )


async def activate_domain(context: Context, parameters: ActivateParameters) -> Result:
    """See that the domain is active; activate it where attaching did not."""
    domain = context.domain_id(context.action.address, parameters.domain_id)
    center = await data_center_id(context, parameters.data_center)
    status = await _settled(context, center, domain)
    if status == "active":
        # Attaching activates: in a run that attached it, this action has seen to it.
        was_ours = "status" in context.shared.found.get(context.action.address, {})
        return Result(status="done" if was_ours else "converged", found={"status": status})
    service = _attached_domains(context, center).storage_domain_service(domain)

    async def look() -> bool | None:
        return True if await _status(context, center, domain) == "active" else None

    async def send(correlation: str) -> bool:
        await context.engine.call(service.activate, correlation_id=correlation)
        return True

    await context.write(f"POST /datacenters/{center}/storagedomains/{domain}/activate", send, look)
    await context.until(look, every=_POLL, at_most=_SETTLING, what="the domain was not active")
    return Result(found={"status": "active"})


def _attached_domains(context: Context, center: str) -> Any:
    centers = context.engine.system.data_centers_service()
    return centers.data_center_service(center).storage_domains_service()


async def _status(context: Context, center: str, domain: str) -> str | None:
    """The status under the data center, the only real one; ``None`` where it is not attached."""
    for item in await context.read(_attached_domains(context, center).list):
        if item.id == domain:
            return str(item.status.value) if item.status is not None else "unknown"
    return None


async def _settled(context: Context, center: str, domain: str) -> str:
    """The status once nothing is going on any more (storage sheet 4.3)."""

    async def look() -> str | None:
        status = await _status(context, center, domain)
        if status is None:
            raise ActionFailed("the domain is not attached to the data center")
        return status if status in _ATTACHED else None

    return await context.until(
        look, every=_POLL, at_most=_SETTLING, what="the domain came to no lasting status"
    )


async def _data_center_up(context: Context, center: str) -> None:
    """The first domain of a data center brings it up; nothing may follow before."""
    service = context.engine.system.data_centers_service().data_center_service(center)

    async def look() -> bool | None:
        found = await context.read(service.get)
        return True if getattr(found.status, "value", None) == "up" else None

    await context.until(look, every=_POLL, at_most=_SETTLING, what="the data center was not up")
