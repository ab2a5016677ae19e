"""Which MAC addresses stay and which change (entities sheet 1.6).

"In use" and "in range" are meant of the pool of the target's cluster. Which address the Engine takes
from a pool is its own affair: it is never predicted, only that it takes one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from drplan.model.entities import MacPool, Nic

DUPLICATE: Final = (
    "Cannot import Virtual Machine, because that action would create duplicates in target MAC pool,"
    " which are not allowed. Either allow duplicate MACs in MAC Pool, or allow reassignment of bad"
    " MACs during import. Problematic NICs are {nics}"
)
NOT_ENOUGH: Final = "Not enough MAC addresses left in MAC Address Pool."
INVALID: Final = "the address {mac} of {nic} is no usable MAC address"
_FORMAT: Final = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")


@dataclass
class PoolUse:
    """The addresses of one pool that are taken, as the plan goes on, and who has each.

    ``given`` counts those that the pool will have given away: which ones nobody knows before.
    """

    pool: MacPool | None
    taken: dict[str, str] = field(default_factory=dict)
    given: int = 0
    _ranges: tuple[tuple[int, int], ...] = ()
    _taken_in_range: int = 0

    def __post_init__(self) -> None:
        ranges = self.pool.ranges if self.pool is not None else ()
        self._ranges = tuple((_number(item.first), _number(item.last)) for item in ranges)
        self._taken_in_range = sum(1 for mac in self.taken if self.holds(mac))

    def claim(self, address: str, result: MacResult) -> None:
        """Note what the VM at ``address`` will hold once it is registered."""
        for item in result.nics:
            mac = (item.nic.mac or "").lower()
            if item.outcome != "kept":
                self.given += 1
            elif mac and mac not in self.taken:
                self.taken[mac] = address
                self._taken_in_range += self.holds(mac)

    def holds(self, mac: str) -> bool:
        """Whether an address lies in a range of the pool; without a known pool all do."""
        if not self._ranges:
            return True
        number = _number(mac)
        return any(low <= number <= high for low, high in self._ranges)

    def duplicate(self, mac: str) -> bool:
        """Whether the address is taken and the pool forbids that."""
        return self.pool is not None and not self.pool.allow_duplicates and mac in self.taken

    def free(self) -> int | None:
        """How many addresses are left; ``None`` where the pool is not known."""
        if not self._ranges:
            return None
        size = sum(high - low + 1 for low, high in self._ranges)
        return size - self._taken_in_range - self.given


@dataclass(frozen=True)
class MacPrediction:
    """What becomes of one NIC's address. ``external``: kept although outside the pool (event 925)."""

    nic: Nic
    outcome: Literal["kept", "reassigned", "allocated"]
    reason: str = ""
    external: bool = False


@dataclass(frozen=True)
class MacResult:
    """What becomes of a VM's addresses; ``failure`` is the Engine's refusal, if it will refuse."""

    reassign: bool
    nics: tuple[MacPrediction, ...]
    failure: str | None = None


def predict_macs(nics: Sequence[Nic], use: PoolUse, reset: bool | None) -> MacResult:
    """What becomes of the addresses of one VM.

    ``reset`` is the mapping's ``dr_reset_mac_pool``. Where it is absent, reassignment is asked for
    only if an address is bad: a duplicate, or out of range (design decision 3).
    """
    for nic in nics:
        if nic.mac is not None and not _usable(nic.mac):
            failure = INVALID.format(mac=nic.mac, nic=nic.name)
            return MacResult(bool(reset), _kept(nics), failure)
    seen: set[str] = set()
    bad: dict[str, str] = {}
    for nic in nics:
        mac = (nic.mac or "").lower()
        reason = _why_bad(mac, use, seen) if mac else ""
        if reason:
            bad[nic.id] = reason
        seen.add(mac)
    reassign = bool(bad) if reset is None else reset
    needed = sum(1 for nic in nics if nic.mac is None or (reassign and nic.id in bad))
    duplicates = [nic.name for nic in nics if nic.id in bad and "use" in bad[nic.id]]
    if duplicates and not reassign:
        return MacResult(False, _kept(nics), DUPLICATE.format(nics=", ".join(duplicates)))
    free = use.free()
    if needed and free is not None and free < needed:
        return MacResult(reassign, _kept(nics), NOT_ENOUGH)
    return MacResult(reassign, tuple(_outcome(nic, bad, use, reassign=reassign) for nic in nics))


def _outcome(nic: Nic, bad: dict[str, str], use: PoolUse, *, reassign: bool) -> MacPrediction:
    if nic.mac is None:
        return MacPrediction(nic, "allocated", "had no address")
    if reassign and nic.id in bad:
        return MacPrediction(nic, "reassigned", bad[nic.id])
    return MacPrediction(nic, "kept", external=not use.holds(nic.mac))


def _why_bad(mac: str, use: PoolUse, seen: set[str]) -> str:
    name = f" {use.pool.name}" if use.pool and use.pool.name else ""
    if use.duplicate(mac):
        return f"it is in use in the MAC pool{name}"
    if mac in seen and use.pool is not None and not use.pool.allow_duplicates:
        return "another NIC of the VM has it in use"
    if not use.holds(mac):
        return f"it is in no range of the MAC pool{name}"
    return ""


def _kept(nics: Sequence[Nic]) -> tuple[MacPrediction, ...]:
    return tuple(MacPrediction(nic, "kept") for nic in nics)


def _usable(mac: str) -> bool:
    return bool(_FORMAT.fullmatch(mac)) and not int(mac[:2], 16) & 1


def _number(mac: str) -> int:
    return int(mac.replace(":", ""), 16)
