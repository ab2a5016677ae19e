"""Which VMs were started here since they were registered, from the Engine's events.

A VM that ran at this site and was stopped by somebody must not be started again by a later plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from drplan.inventory.reader import Reader

REGISTERED = 174
START_ACCEPTED = 153
STARTED = 32
START_FAILED = 54

NEWEST = 20_000
"""How many events are read, newest first: an Engine keeps those of thirty days."""


async def read_started_vms(reader: Reader) -> tuple[str, ...]:
    """The ids of VMs that were started since they were registered, sorted.

    Events are listed and filtered here: one wrong word in a search would look like an empty
    history. Where there are more of them than are read, that is a gap.
    """
    events = await reader.get("started_vm_ids", reader.system.events_service().list, max=NEWEST)
    if events is None:
        return ()
    if len(events) >= NEWEST:
        reader.note_gap("started_vm_ids", f"only the newest {NEWEST} events were read")
    return started_vms(events)


def started_vms(events: Iterable[Any]) -> tuple[str, ...]:
    """The VMs whose last registration, if its event is still there, was followed by a start.

    The Engine writes 153 when it accepts a start and 32 when the VM runs; a start that comes to
    nothing ends with 54 (entities sheet 4.3).
    """
    ran: dict[str, bool] = {}
    accepted: set[str] = set()
    for event in sorted(events, key=_number):
        vm_id = None if event.vm is None else event.vm.id
        if vm_id is None:
            continue
        if event.code == REGISTERED:
            ran[vm_id] = False
            accepted.discard(vm_id)
        elif event.code == START_ACCEPTED:
            accepted.add(vm_id)
        elif event.code == START_FAILED:
            accepted.discard(vm_id)
        elif event.code == STARTED:
            ran[vm_id] = True
    return tuple(sorted(accepted | {vm_id for vm_id, has_run in ran.items() if has_run}))


def _number(event: Any) -> int:
    return event.index if event.index is not None else int(event.id)
