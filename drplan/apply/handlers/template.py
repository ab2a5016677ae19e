"""Registering a template (entities sheet 1.9)."""

from __future__ import annotations

from typing import Any

from drplan.apply.context import Context
from drplan.apply.handlers.registration import registration_action
from drplan.apply.result import Result
from drplan.model.parameters import Reference, RegisterTemplateParameters, Registration

_POLL = 2.0
_SETTLING = 600.0


async def register_template(context: Context, parameters: RegisterTemplateParameters) -> Result:
    """Register a template and wait until it is usable; nothing to do where it is there."""
    service = context.engine.system.templates_service().template_service(parameters.template_id)
    if await context.find(service.get) is not None:
        return Result(status="converged", note="registered already")
    domain = context.domain_id(parameters.domain, parameters.domain_id)
    await send_template(
        context,
        domain,
        parameters.template_id,
        registration=parameters.registration,
        cluster=parameters.cluster,
        allow_partial=parameters.allow_partial,
    )
    return Result(note=f"id {parameters.template_id}")


async def send_template(
    context: Context,
    domain: str,
    template: str,
    *,
    registration: Registration,
    cluster: Reference | None,
    allow_partial: bool,
) -> None:
    """Send the registration of one template and wait until its status is ``ok``."""
    registered = context.engine.system.templates_service().template_service(template)
    domains = context.engine.system.storage_domains_service()
    service = domains.storage_domain_service(domain).templates_service().template_service(template)
    body = registration_action(
        registration,
        context.secrets,
        cluster=cluster,
        allow_partial=allow_partial,
        reassign_bad_macs=None,
    )

    async def send(correlation: str) -> Any:
        return await context.engine.action(service, "register", body, correlation_id=correlation)

    async def look() -> Any | None:
        return await context.find(registered.get)

    async def usable() -> bool | None:
        found = await look()
        return True if getattr(getattr(found, "status", None), "value", None) == "ok" else None

    await context.write(f"POST /storagedomains/{domain}/templates/{template}/register", send, look)
    await context.until(usable, every=_POLL, at_most=_SETTLING, what="the template was not usable")
