"""Show what a site holds, as it was recorded or as it is now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

from drplan.clock import Clock
from drplan.documents.mapping_file import load_mapping
from drplan.model.inventory import Inventory
from drplan.model.mapping import SiteRole
from drplan.workflows.credentials import Credentials, CredentialSources
from drplan.workflows.live_site import LiveOptions, read_live_inventory
from drplan.workflows.sites import (
    find_recorded_site,
    read_recorded_inventory,
    read_recorded_site,
)


@dataclass(frozen=True)
class InventoryRequest:
    """Which recordings to read.

    Either ``cassettes``, all of one Engine and merged in their order, or the cassette of ``role``
    in ``folder``. ``site`` is the name to give it.
    """

    cassettes: tuple[Path, ...] = ()
    folder: Path | None = None
    role: str = "primary"
    site: str | None = None


def show_inventory(request: InventoryRequest) -> Inventory:
    """The inventory that the recordings tell of.

    Raises ``InvalidInput`` where one of them cannot be read, is of API version 3, or belongs to
    another Engine than the first.
    """
    if request.folder is not None:
        site = find_recorded_site(request.folder, request.role, name=request.site)
    else:
        site = read_recorded_site(request.cassettes, name=request.site)
    return read_recorded_inventory(site)


@dataclass(frozen=True, kw_only=True)
class LiveInventoryRequest:
    """Which site of a mapping to ask. ``site`` is the name to give it, else the mapping's."""

    mapping: Path
    role: SiteRole
    site: str | None = None
    sources: CredentialSources = field(default_factory=CredentialSources)
    live: LiveOptions = field(default_factory=LiveOptions)


def show_live_inventory(request: LiveInventoryRequest, clock: Clock) -> Inventory:
    """The inventory that the Engine gives now; nothing is written to it.

    Raises ``InvalidInput`` for a mapping that cannot be used, ``LoginFailed``, and
    ``EngineUnreachable``. What the Engine refuses is a gap.
    """
    mapping, _ = load_mapping(request.mapping)
    details = mapping.site(request.role)
    login = Credentials(request.sources, mapping_file=request.mapping).login(details)
    return read_live_inventory(
        details,
        login,
        request.live,
        taken=clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        site=request.site,
        strict=False,
    )
