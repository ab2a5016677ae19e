"""Images leave the storage: the array loses the volumes, the Engine the disks.

What the SPM does with them takes its time; the disks are ``locked`` until then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from drplan.simulator import forgetting, mirroring
from drplan.simulator.array import DomainCopy
from drplan.simulator.entities_on_domains import holders_of
from drplan.simulator.handling import Background
from drplan.simulator.reach import known_copy
from drplan.simulator.spm_tasks import start_task
from drplan.simulator.topology import entity_id

if TYPE_CHECKING:
    from drplan.simulator.core import Engine

REMOVE = "RemoveAllVmImages"


def remove_images(engine: Engine, center: str, disks: Collection[str]) -> Background:
    """Remove these images from every domain that holds them, then from the Engine."""
    for disk in disks:
        engine.store.set_value(disk, "status", "locked")
        for domain in holders_of(engine.store, disk):
            start_task(engine, center, domain, REMOVE, engine.latency.remove_disk * len(disks))
    for disk in disks:
        yield from engine.hold(f"spm:{center}", engine.latency.remove_disk)
        for domain in holders_of(engine.store, disk):
            delete_volumes(engine, domain, {entity_id(disk)})
        forgetting.forget_disks(engine.store, {disk})


def delete_volumes(engine: Engine, domain: str, disks: Collection[str]) -> None:
    """Delete the volumes of these disks from the domain, for good."""
    for copy in _copies(engine, domain):
        for disk in disks:
            copy.volumes.pop(disk, None)
        mirroring.written(engine.array, copy)


def _copies(engine: Engine, domain: str) -> Iterator[DomainCopy]:
    if engine.array is not None:
        copy = known_copy(engine.store, engine.array, domain)
        if copy is not None:
            yield copy
