"""Show what a recorded site holds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from drplan.model.inventory import Inventory
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
