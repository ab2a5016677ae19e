"""AAA (authz) domains: where users come from."""

from __future__ import annotations

from drplan.inventory.collectors.values import text
from drplan.inventory.reader import Reader
from drplan.model.entities import AuthorizationDomain


async def read_authorization_domains(reader: Reader) -> tuple[AuthorizationDomain, ...]:
    """Every AAA domain; ids are the names in hex."""
    listed = await reader.entries("authorization_domains", reader.system.domains_service().list)
    return tuple(AuthorizationDomain(id=it.id, name=text(it.name)) for it in listed)
