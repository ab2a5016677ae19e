"""Both sites of a mapping as simulated Engines that share their storage.

Each Engine has what its recording holds. The storage of both is on one array; each mapped domain
that one site has and the other has not has a replica where the mapping puts it there, unless the
folder's ``storage.yml`` says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from drplan.errors import InvalidInput
from drplan.model.mapping import (
    BLOCK_STORAGE_TYPES,
    SITE_ROLES,
    LunSide,
    SiteRole,
    StorageMapping,
    other_site,
)
from drplan.model.mapping import Mapping as SiteMapping
from drplan.plan.direction import Direction
from drplan.simulator import elements
from drplan.simulator.array import Array, LunPath
from drplan.simulator.core import Engine
from drplan.simulator.host_ids import site_goes_down
from drplan.simulator.replication import LunPlacement, Placement, lay_out, place_luns, replicate
from drplan.simulator.scenario.storage import read_storage
from drplan.simulator.store import Store
from drplan.simulator.timeline import Timeline
from drplan.simulator.version import Version
from drplan.workflows.simulated_target import lun_sizes, placement_of, store_of
from drplan.workflows.sites import RecordedSite

_GIB = 2**30
_VERSION = re.compile(r"\d+\.\d+\.\d+(\.\d+)?(-[\w.]+)?")


def simulate_sites(
    mapping: SiteMapping,
    sites: Mapping[SiteRole, RecordedSite],
    *,
    folder: Path,
    start: datetime,
    down: SiteRole | None = None,
    version: str | None = None,
    seed: int = 0,
) -> dict[SiteRole, Engine]:
    """The Engines of both sites by role, in one world.

    ``start`` is their time when it begins. ``down`` is a site that was lost before, long enough ago
    for its hosts' leases to have expired. ``version`` (such as 4.4.10) replaces the recorded one.
    Raises ``InvalidInput`` where a recording or ``storage.yml`` cannot be used.
    """
    stores = {role: store_of(sites[role]) for role in SITE_ROLES}
    notes = read_storage(folder)
    array = Array()
    for role in SITE_ROLES:
        lay_out(stores[role], array)
    for target in SITE_ROLES:
        source = stores[other_site(target)]
        direction = Direction(mapping, other_site(target), target)
        placements = tuple(_placements(direction, source, stores[target], array))
        luns = tuple(_luns(mapping, source, target, array))
        behind_secondary = target == "secondary"
        replicate(source, array, notes.placements(placements) if behind_secondary else placements)
        place_luns(array, notes.luns(luns) if behind_secondary else luns)
    timeline = Timeline()
    for store in stores.values():
        if version is not None:
            _show_version(store, version)
    engines: dict[SiteRole, Engine] = {
        role: Engine(role, stores[role], array=array, start=start, seed=seed, timeline=timeline)
        for role in SITE_ROLES
    }
    if down is not None:
        lost = engines[down]
        site_goes_down(lost, at=-lost.latency.sanlock_dead)
    return engines


def _placements(
    direction: Direction, source: Store, target: Store, array: Array
) -> Iterator[Placement]:
    """The replicas of what the source has and the target has not, and where there is room."""
    for storage in direction.mapping.storages:
        original = _original(storage, direction.source, source)
        if original is None or target.exists(f"/storagedomains/{original}"):
            continue
        connection = direction.connection(storage, original)
        if not _is_taken(storage, direction.target, array):
            yield placement_of(connection, original)


def _original(storage: StorageMapping, role: SiteRole, store: Store) -> str | None:
    """The id of the mapped domain at a site, by its name there or by its id."""
    named = store.named("/storagedomains", storage.side(role).name)
    if named:
        return named[0].rpartition("/")[2]
    known = storage.domain_id
    return known if known is not None and store.exists(f"/storagedomains/{known}") else None


def _is_taken(storage: StorageMapping, role: SiteRole, array: Array) -> bool:
    """Whether another domain of the site lies at the place already."""
    side = storage.side(role)
    if storage.storage_type in BLOCK_STORAGE_TYPES or side.path is None:
        return False
    export = array.export(side.address, side.path)
    return export is not None and bool(export.domains)


def _luns(
    mapping: SiteMapping, source: Store, target: SiteRole, array: Array
) -> Iterator[LunPlacement]:
    """The replicas of direct LUNs that the target's hosts have not seen yet."""
    sizes = lun_sizes(source)
    for pair in mapping.luns:
        key = pair.side(target).logical_unit_id
        original = pair.side(other_site(target)).logical_unit_id
        if key is None or original not in sizes or key in array.luns:
            continue
        yield LunPlacement(
            lun_id=key,
            size=sizes.get(original, _GIB),
            targets=tuple(_paths(pair.side(target))),
        )


def _paths(side: LunSide) -> Iterator[LunPath]:
    if side.address is not None and side.target is not None:
        yield LunPath(side.address, side.port, side.target)


def _show_version(store: Store, version: str) -> None:
    """Make the API root tell the version; the Engine behaves like the version it tells."""
    if not _VERSION.fullmatch(version):
        raise InvalidInput(
            f"{version} is not the version of an Engine", next_step="write it like 4.4.10 or 4.5.7"
        )
    if store.find("/") is None:
        store.put("/", elements.make("api"))
    numbers = Version.parse(version)
    with store.edit("/") as root:
        for name, number in zip(("major", "minor", "build", "revision"), numbers, strict=True):
            elements.set_text(root, f"product_info/version/{name}", str(number))
        elements.set_text(root, "product_info/version/full_version", version)
