"""Making hosts see the LUNs of a block domain, before it is imported (storage sheet 2.2)."""

from __future__ import annotations

from typing import Any

from ovirtsdk4 import types

from drplan.apply.context import Context
from drplan.apply.directory import data_center_id, host_name, up_hosts
from drplan.apply.handlers.storage_domain import known_domains
from drplan.apply.result import ActionFailed, Result
from drplan.errors import EngineFault
from drplan.model.parameters import ConnectParameters, Portal


async def connect(context: Context, parameters: ConnectParameters) -> Result:
    """Log in to the targets, host by host, until one sees the domain that is expected.

    Where no id is expected, a host that sees exactly one importable domain will do. The host is
    remembered: the import must be asked of one that sees the LUNs.
    """
    if parameters.domain_id is not None and parameters.domain_id in await known_domains(context):
        return Result(status="converged", note="the domain is known to the Engine already")
    data_center = await data_center_id(context, parameters.data_center)
    troubles: list[str] = []
    for host in await up_hosts(context, data_center):
        name = await host_name(context, host)
        seen, host_troubles = await _visible_domains(context, parameters, host)
        troubles += [f"{name}: {trouble}" for trouble in host_troubles]
        domain = _expected(seen, parameters.domain_id)
        if domain is not None:
            note = f"seen by {name}" + (f"; {'; '.join(troubles)}" if troubles else "")
            return Result(note=note, found={"id": domain, "host": host})
        troubles.append(f"{name}: sees {', '.join(sorted(seen)) or 'no domain to import'}")
    wanted = parameters.domain_id or "exactly one new domain"
    raise ActionFailed(f"no host sees {wanted} ({'; '.join(troubles)})")


def _expected(seen: dict[str, str], wanted: str | None) -> str | None:
    if wanted is not None:
        return wanted if wanted in seen else None
    return next(iter(seen)) if len(seen) == 1 else None


async def _visible_domains(
    context: Context, parameters: ConnectParameters, host: str
) -> tuple[dict[str, str], list[str]]:
    """The domains that ``host`` could import, id to name, and what went wrong on the way."""
    if parameters.storage_type == "fcp":
        return await _discover(context, host, None, ())
    seen: dict[str, str] = {}
    troubles: list[str] = []
    for portal in _one_of_each_address(parameters.portals):
        logged_in, trouble = await _log_in(context, host, parameters, portal)
        troubles += trouble
        if logged_in:
            details = _details(context, parameters, portal)
            found, trouble = await _discover(context, host, details, logged_in)
            seen |= found
            troubles += trouble
    return seen, troubles


async def _log_in(
    context: Context, host: str, parameters: ConnectParameters, portal: Portal
) -> tuple[tuple[str, ...], list[str]]:
    """Log in to the wanted targets behind one portal, with the details that discovery gives."""
    iscsi = _details(context, parameters, portal)
    try:
        answer = await _ask_host(context, host, "discoveriscsi", types.Action(iscsi=iscsi))
    except EngineFault as fault:
        return (), [f"{portal.address}: {fault}"]
    offered = {item.target: item for item in answer.discovered_targets or ()}
    logged_in: list[str] = []
    troubles: list[str] = []
    for target in _targets_behind(portal, parameters.portals):
        if target not in offered:
            troubles.append(f"{portal.address} does not offer {target}")
            continue
        login = _login(context, parameters, portal, offered[target])
        try:
            await _ask_host(context, host, "iscsilogin", types.Action(iscsi=login))
        except EngineFault as fault:
            troubles.append(f"{portal.address} {target}: {fault}")
        else:
            logged_in.append(target)
    return tuple(logged_in), troubles


async def _discover(
    context: Context, host: str, iscsi: types.IscsiDetails | None, targets: tuple[str, ...]
) -> tuple[dict[str, str], list[str]]:
    """The block domains that ``host`` could import now.

    For iSCSI only ``iscsi_targets`` counts, which the SDK's own method cannot send.
    """
    action = types.Action(iscsi=iscsi, iscsi_targets=list(targets) or None)
    try:
        answer = await _ask_host(context, host, "unregisteredstoragedomainsdiscover", action)
    except EngineFault as fault:
        return {}, [str(fault)]
    return {item.id: item.name or "" for item in answer.storage_domains or ()}, []


async def _ask_host(context: Context, host: str, name: str, action: types.Action) -> Any:
    """Run an action of a host. Doing it twice does no harm: there is nothing to look at first."""
    service = context.engine.system.hosts_service().host_service(host)

    async def send(correlation: str) -> Any:
        return await context.engine.action(service, name, action, correlation_id=correlation)

    async def look() -> None:
        return None

    return await context.write(f"POST /hosts/{host}/{name}", send, look)


def _details(context: Context, parameters: ConnectParameters, portal: Portal) -> types.IscsiDetails:
    return types.IscsiDetails(
        address=portal.address,
        port=portal.port,
        username=_secret(context, parameters.username),
        password=_secret(context, parameters.password),
    )


def _login(
    context: Context, parameters: ConnectParameters, portal: Portal, offered: Any
) -> types.IscsiDetails:
    """What discovery returned, not the alias that was asked (storage sheet 2.2)."""
    return types.IscsiDetails(
        address=offered.address or portal.address,
        port=offered.port or portal.port,
        portal=offered.portal,
        target=offered.target,
        username=_secret(context, parameters.username),
        password=_secret(context, parameters.password),
    )


def _secret(context: Context, reference: str | None) -> str | None:
    return context.secrets.resolve(reference) if reference else None


def _one_of_each_address(portals: tuple[Portal, ...]) -> tuple[Portal, ...]:
    return tuple({(portal.address, portal.port): portal for portal in portals}.values())


def _targets_behind(portal: Portal, portals: tuple[Portal, ...]) -> tuple[str, ...]:
    here = (portal.address, portal.port)
    return tuple(other.target for other in portals if (other.address, other.port) == here)
