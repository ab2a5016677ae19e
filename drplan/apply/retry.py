"""Which refusals may pass by themselves, and how long to wait before asking again.

Texts are matched by their tails: their heads name the operation (storage sheet 11, entities 4.3).
"""

from __future__ import annotations

from collections.abc import Iterator

from drplan.errors import EngineFault

_BUSY_TAILS = (
    "Related operation is currently in progress. Please try again later.",
    "Storage Domain OVF data is currently being updated.",
    "Please wait until tasks will finish and try again.",
    "is being imported.",
    "Please try again in a few minutes.",
    "Please wait for the operation to finish, and try again.",
    "Template's Image is locked (temporarily).",
    "The VM name is already in use, please choose a unique name and try again.",
)
_BUSY_PARTS = (
    "locked domains in the Data Center",
    "The master role is being switched from storage domain",
)
_PASSING_FAILURES = (
    # A host id that the other site held is given up after the lease's time (storage sheet 12).
    "Cannot acquire host id",
    # The SPM is being started or moved (storage sheet 12).
    "Error connecting to the Storage Pool Manager service",
)
_NO_HOST_HAS_THE_MEMORY = "did not satisfy internal filter Memory"


def may_pass(fault: EngineFault) -> bool:
    """Whether the same request can succeed later without anybody doing anything.

    Not so for a lack of memory, which passes only while other starts are under way: see
    :func:`is_short_of_memory`.
    """
    text = str(fault).strip()
    if fault.code == 409:
        return text.endswith(_BUSY_TAILS) or any(part in text for part in _BUSY_PARTS)
    return fault.code == 400 and any(part in text for part in _PASSING_FAILURES)


def is_short_of_memory(fault: EngineFault) -> bool:
    """Whether a start was refused because no host had the memory (entities sheet 4.3 and 4.4).

    While many VMs start, memory that is pending counts, and the refusal may be too early.
    """
    return fault.code == 409 and _NO_HOST_HAS_THE_MEMORY in str(fault)


def pauses(first: float, *, longest: float = 30.0, total: float) -> Iterator[float]:
    """Seconds to wait before each further attempt: doubling, never more than ``total`` in all."""
    spent, pause = 0.0, first
    while spent + pause <= total:
        yield pause
        spent += pause
        pause = min(pause * 2, longest)
