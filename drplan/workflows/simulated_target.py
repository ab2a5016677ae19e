"""The target of a plan as a simulated Engine, with storage as replication would have left it.

What the target has comes from its recording. What lies on the storage comes from the source's: each
domain that the plan imports or attaches has a replica where the plan will look for it, unless the
folder's ``storage.yml`` says otherwise. The source's Engine takes no part: its site is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from drplan.model.desired import DesiredDomain
from drplan.model.parameters import ImportParameters, LunTarget, RegisterVmParameters
from drplan.model.plan import Plan
from drplan.simulator.array import Array, LunPath
from drplan.simulator.core import Engine
from drplan.simulator.loading import load
from drplan.simulator.replication import (
    LunPlacement,
    Placement,
    lay_out,
    place_luns,
    recall,
    replicate,
)
from drplan.simulator.scenario.storage import read_storage
from drplan.simulator.store import Store
from drplan.workflows.sites import RecordedSite

_GIB = 2**30


def simulate_target(
    plan: Plan,
    *,
    target: RecordedSite,
    source: RecordedSite,
    folder: Path,
    start: datetime,
    seed: int = 0,
) -> Engine:
    """The simulated target Engine, ready for the plan.

    ``folder`` may hold a ``storage.yml``. ``start`` is the Engine's time when the run begins.
    Raises ``InvalidInput`` where a recording or the file cannot be used.
    """
    target_store, source_store = store_of(target), store_of(source)
    notes = read_storage(folder)
    array = Array()
    lay_out(target_store, array)
    recall(source_store, array)
    replicate(source_store, array, notes.placements(_placements(plan, source_store)))
    place_luns(array, notes.luns(_lun_placements(plan, source_store)))
    return Engine(target.name, target_store, array=array, start=start, seed=seed)


def store_of(site: RecordedSite) -> Store:
    """What the site had, as its recording tells it."""
    return load(site.recording.exchanges, where=site.source).store


def _placements(plan: Plan, source: Store) -> Iterator[Placement]:
    """Where the replica of each domain stands that is not attached to the target yet."""
    wanted = {
        action.address for action in plan.actions() if action.operation in ("import", "attach")
    }
    for domain in plan.planned_values.domains:
        original = _original(domain, source)
        if domain.address in wanted and original is not None:
            yield placement_of(domain.connection, original)


def _original(domain: DesiredDomain, source: Store) -> str | None:
    """The source's domain that is replicated: by id, or by its name there."""
    if domain.id is not None and source.exists(f"/storagedomains/{domain.id}"):
        return domain.id
    name = domain.source_name or domain.name
    named = (path.rpartition("/")[2] for path in source.members("/storagedomains"))
    return next(
        (key for key in named if source.value(f"/storagedomains/{key}", "name") == name), None
    )


def placement_of(connection: ImportParameters, original: str) -> Placement:
    """The clean replica of the source's domain where the target looks for it."""
    return Placement(
        domain=original,
        storage_type=connection.storage_type,
        address=connection.address,
        path=connection.path,
        targets=tuple(
            LunPath(portal.address, portal.port, portal.target) for portal in connection.portals
        ),
    )


def _lun_placements(plan: Plan, source: Store) -> Iterator[LunPlacement]:
    """The replicas of direct LUNs, where the mapping names them."""
    sizes = lun_sizes(source)
    targets: dict[str, tuple[LunTarget, str]] = {}
    for action in plan.actions():
        if isinstance(action.parameters, RegisterVmParameters):
            for pair in action.parameters.registration.luns:
                targets.setdefault(pair.target.id, (pair.target, pair.source_id))
    for target, source_id in targets.values():
        yield LunPlacement(
            lun_id=target.id, size=sizes.get(source_id, _GIB), targets=tuple(_paths(target))
        )


def _paths(target: LunTarget) -> Iterable[LunPath]:
    if target.address is not None and target.target is not None:
        yield LunPath(target.address, target.port or 3260, target.target, target.portal or "")


def lun_sizes(source: Store) -> dict[str, int]:
    """The sizes of a site's direct LUNs, in bytes, by their ids."""
    return {
        unit.get("id") or "": int(unit.findtext("size") or _GIB)
        for path in source.members("/disks")
        for unit in source.element(path).findall("lun_storage/logical_units/logical_unit")
    }
