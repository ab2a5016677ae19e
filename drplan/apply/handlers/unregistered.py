"""What an attached domain holds that is not registered: read, and compared with the predictions.

Read only: deleting such an entry would remove disks (storage sheet 8.4).
"""

from __future__ import annotations

from typing import NamedTuple

from drplan.apply.context import Context
from drplan.plan.addresses import address


class Found(NamedTuple):
    """A VM or template found on a domain."""

    kind: str
    id: str
    name: str
    status: str = ""
    base_template: str = ""
    version: int = 1
    origin: str = ""

    @property
    def address(self) -> str:
        """How it is called in what people read."""
        name = f"{self.name}@{self.version}" if self.version > 1 else self.name
        return address(self.kind, name)


async def unregistered_on(context: Context, domain: str) -> tuple[Found, ...]:
    """Templates first, base versions before others, then VMs; each sorted by name and id.

    Records of what is registered already reappear when a domain is attached later, so they are
    filtered by what the Engine has (entities sheet 1.8).
    """
    system = context.engine.system
    service = system.storage_domains_service().storage_domain_service(domain)
    templates = await context.read(service.templates_service().list, unregistered=True)
    vms = await context.read(service.vms_service().list, unregistered=True)
    registered = {item.id for item in await context.read(system.vms_service().list)}
    registered |= {item.id for item in await context.read(system.templates_service().list)}
    found = [
        Found(
            "template",
            item.id,
            item.name or item.id,
            base_template=_base(item),
            version=_number(item),
        )
        for item in templates
        if item.id not in registered
    ]
    found.sort(key=lambda item: (item.base_template != item.id, item.name, item.id))
    machines = [
        Found(
            "vm",
            item.id,
            item.name or item.id,
            status=getattr(item.status, "value", ""),
            origin=item.origin or "",
        )
        for item in vms
        if item.id not in registered
    ]
    machines.sort(key=lambda item: (item.name, item.id))
    return (*found, *machines)


def _base(template: object) -> str:
    version = getattr(template, "version", None)
    base = getattr(version, "base_template", None)
    return str(base.id) if base is not None else str(getattr(template, "id", ""))


def _number(template: object) -> int:
    return getattr(getattr(template, "version", None), "version_number", None) or 1


async def compare_with_predictions(context: Context, domain: str) -> tuple[str, ...]:
    """Say, before anything is registered, whether the domain holds what was predicted.

    Gives one line for every entity that is missing. What is there and was not predicted is the
    business of the sweep.
    """
    predicted = context.shared.predicted.get(context.action.address, {})
    if not predicted:
        return ()
    there = await unregistered_on(context, domain)
    ids = {item.id for item in there}
    missing = {key: name for key, name in predicted.items() if key not in ids}
    registered = await _registered_among(context, tuple(missing))
    surprises = tuple(
        f"{name} was predicted and is not on the domain"
        for key, name in sorted(missing.items(), key=lambda pair: pair[1])
        if key not in registered
    )
    extra = sum(item.id not in predicted for item in there)
    confirmed = len(predicted) - len(surprises)
    context.tell(
        "prediction_result",
        f"{confirmed} of {len(predicted)} predicted entities found, {extra} others",
        level="warn" if surprises else "info",
    )
    return surprises


async def _registered_among(context: Context, ids: tuple[str, ...]) -> frozenset[str]:
    if not ids:
        return frozenset()
    system = context.engine.system
    known = {item.id for item in await context.read(system.vms_service().list)}
    known |= {item.id for item in await context.read(system.templates_service().list)}
    return frozenset(known.intersection(ids))
