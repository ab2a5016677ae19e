"""Which refusals are worth another attempt."""

from __future__ import annotations

import pytest

from drplan.apply.retry import is_short_of_memory, may_pass, pauses
from drplan.errors import EngineFault


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (
            409,
            "[Cannot attach Storage. Related operation is currently in progress. "
            "Please try again later.]",
        ),
        (409, "[Cannot run VM. VM db01 is being imported.]"),
        (409, "[Cannot run VM: VM is locked. Please try again in a few minutes.]"),
        (409, "[Cannot ${action} Storage. Storage Domain OVF data is currently being updated.]"),
        (400, "[Cannot acquire host id]"),
    ],
)
def test_what_is_busy_may_pass(code: int, text: str) -> None:
    """A lock or a lease ends by itself."""
    assert may_pass(EngineFault(code, "Operation Failed", text))


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (409, "[Import VM failed - VM Name already exists in the Data Center. Please rename]"),
        (400, "[Cannot import VM. The relevant Cluster doesn't exist.]"),
        (409, "[Cannot activate Storage. The relevant Storage Domain's status is Active.]"),
        (500, "[Related operation is currently in progress. Please try again later.]"),
    ],
)
def test_what_is_wrong_stays_wrong(code: int, text: str) -> None:
    """Asking again would give the same answer for ever."""
    assert not may_pass(EngineFault(code, "Operation Failed", text))


def test_a_lack_of_memory_is_told_apart() -> None:
    """It passes only while other starts are under way."""
    fault = EngineFault(
        409,
        "Operation Failed",
        "[Cannot run VM. There is no host that satisfies current scheduling constraints. See below "
        "for details:, The host h1 did not satisfy internal filter Memory because its available "
        "memory is too low (1024 MB) to run the VM.]",
    )
    assert is_short_of_memory(fault)
    assert not may_pass(fault)


def test_pauses_double_and_never_exceed_the_total() -> None:
    """The waits grow to the longest, and stop in time."""
    assert list(pauses(2.0, longest=8.0, total=30.0)) == [2.0, 4.0, 8.0, 8.0, 8.0]
