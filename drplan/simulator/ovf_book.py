"""What an Engine remembers of its OVFs: the last one of each entity, and what is out of date.

An entity's OVF is generated when its *generation* was raised (created, edited, started, stopped by
the Engine) and not when it merely changes (a crash, a shutdown from inside, a detach): storage
sheet 7.1 and 8.3. A domain's OVF_STORE is written only when something on it was generated anew.
"""

from __future__ import annotations

from collections.abc import Iterable

from drplan.simulator import definitions
from drplan.simulator.ovf import OvfRecord
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id


class OvfBook:
    """The generated OVFs, the entities with a raised generation, the domains out of date."""

    def __init__(self) -> None:
        self._generated: dict[str, OvfRecord] | None = None
        self.changed: set[str] = set()
        self.outdated: set[str] = set()
        self.updated_at = 0.0
        """When the background updater last ran: its hour counts from there."""
        self.is_due = False
        """Whether the background updater is scheduled."""

    def generated(self, store: Store) -> dict[str, OvfRecord]:
        """The last OVF of each entity by id; what was loaded counts as generated before."""
        if self._generated is None:
            self._generated = {record.id: record for record in definitions.definitions(store)}
        return self._generated

    def regenerate(self, store: Store, paths: Iterable[str]) -> set[str]:
        """Generate the OVFs of these entities; gives the domains that hold or held them."""
        wanted = tuple(paths)
        known = self.generated(store)
        touched: set[str] = set()
        for record in definitions.definitions_of(store, wanted):
            before = known.get(record.id)
            for one in (before, record) if before is not None else (record,):
                touched.update(definitions.holders(store, one))
            known[record.id] = record
        self.changed.difference_update(entity_id(path) for path in wanted)
        return touched

    def forget(self, store: Store, entity: str) -> None:
        """An entity left the Engine: its OVF goes at the next write of the domains it was on."""
        record = self.generated(store).pop(entity, None)
        self.changed.discard(entity)
        if record is not None:
            self.outdated.update(definitions.holders(store, record))
