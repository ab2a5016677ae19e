"""MAC addresses at registration (entities sheet 1.6; Engine: VnicWithBadMacPredicate).

"In use" and "in range" are meant of the MAC pool of the *target cluster*.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from drplan.simulator.rules.messages import Finding

_FORMAT = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}\Z")

DUPLICATE = "ACTION_TYPE_FAILED_CANNOT_ADD_IFACE_DUE_TO_MAC_DUPLICATES"
NOT_ENOUGH = "MAC_POOL_NOT_ENOUGH_MAC_ADDRESSES"
INVALID = "ACTION_TYPE_FAILED_NETWORK_INTERFACE_MAC_INVALID"


@dataclass(frozen=True, slots=True)
class MacPool:
    """A MAC pool: inclusive ranges as numbers, and whether it allows duplicates."""

    id: str
    ranges: tuple[tuple[int, int], ...]
    allow_duplicates: bool

    def holds(self, mac: str) -> bool:
        """Whether the address lies in a range of the pool."""
        number = mac_number(mac)
        return any(low <= number <= high for low, high in self.ranges)

    def free(self, in_use: Iterable[str]) -> Iterator[str]:
        """The pool's addresses that nobody uses, lowest first; multicast ones are no addresses."""
        taken = {m.lower() for m in in_use}
        for low, high in self.ranges:
            for number in range(low, high + 1):
                mac = mac_text(number)
                if mac not in taken and not is_multicast(mac):
                    yield mac


@dataclass(frozen=True, slots=True)
class NicMac:
    """A NIC of the VM to register and the address its OVF has."""

    nic: str
    mac: str | None


@dataclass(frozen=True, slots=True)
class MacDecision:
    """What a NIC ends with. ``external`` means: kept although outside the pool (event 925)."""

    nic: str
    mac: str
    external: bool = False


class MacInUse(Exception):
    """Execution fails: an address is taken (MAC_ADDRESS_IS_IN_USE)."""

    def __init__(self, nic: str, mac: str) -> None:
        super().__init__(f"{nic}: {mac}")
        self.nic = nic
        self.mac = mac


def mac_number(mac: str) -> int:
    """The address as a number."""
    return int(mac.replace(":", ""), 16)


def mac_text(number: int) -> str:
    """The address of a number, lower case with colons."""
    text = f"{number:012x}"
    return ":".join(text[i : i + 2] for i in range(0, 12, 2))


def is_multicast(mac: str) -> bool:
    """Whether the lowest bit of the first octet is set."""
    return bool(int(mac[:2], 16) & 1)


def validate_duplicates(
    nics: Sequence[NicMac], pool: MacPool, in_use: frozenset[str], *, reassign: bool
) -> list[Finding]:
    """Row "MAC in use, pool forbids duplicates", and the number parsing before it.

    A text that is no number fails with CAN_DO_ACTION_GENERAL_FAILURE unless the pool allows
    duplicates.
    """
    if pool.allow_duplicates:
        return []
    if any(n.mac is not None and not _is_number(n.mac) for n in nics):
        return [Finding("CAN_DO_ACTION_GENERAL_FAILURE")]
    if reassign:
        return []
    bad = [n.nic for n in nics if n.mac is not None and n.mac.lower() in in_use]
    return [Finding(DUPLICATE, {f"{DUPLICATE}_LIST": ", ".join(bad)})] if bad else []


def validate_macs(
    nics: Sequence[NicMac], pool: MacPool, in_use: frozenset[str], *, reassign: bool
) -> list[Finding]:
    """Rows "multicast or not hexadecimal" and "fewer free addresses than NICs that need one"."""
    for nic in nics:
        if nic.mac is not None and (not _FORMAT.match(nic.mac) or is_multicast(nic.mac)):
            return [Finding(INVALID, {"IfaceName": nic.nic, "MacAddress": nic.mac})]
    needed = sum(1 for n in nics if n.mac is None or (reassign and _is_bad(n.mac, pool, in_use)))
    free = pool.free(in_use)
    if any(next(free, None) is None for _ in range(needed)):
        return [Finding(NOT_ENOUGH)]
    return []


def assign(
    nics: Sequence[NicMac], pool: MacPool, in_use: frozenset[str], *, reassign: bool
) -> list[MacDecision]:
    """The address of every NIC, in order.

    With ``reassign`` a bad address (in use where that is forbidden, or out of range) is replaced,
    so is the second of two equal ones. Without it an address is kept; a taken one raises
    ``MacInUse``.
    """
    taken = set(in_use)
    decisions: list[MacDecision] = []
    for nic in nics:
        mac = nic.mac.lower() if nic.mac is not None else None
        replace = mac is None or (reassign and _is_bad(mac, pool, frozenset(taken)))
        if mac is None or replace:
            mac = next(pool.free(taken | _still_wanted(nics, decisions)), None)
            if mac is None:
                raise MacInUse(nic.nic, nic.mac or "")
            decisions.append(MacDecision(nic.nic, mac))
        elif mac in taken and not pool.allow_duplicates:
            raise MacInUse(nic.nic, mac)
        else:
            decisions.append(MacDecision(nic.nic, mac, external=not pool.holds(mac)))
        taken.add(mac)
    return decisions


def _still_wanted(nics: Sequence[NicMac], done: Sequence[MacDecision]) -> set[str]:
    return {n.mac.lower() for n in nics[len(done) :] if n.mac is not None}


def _is_bad(mac: str, pool: MacPool, in_use: frozenset[str]) -> bool:
    duplicate = not pool.allow_duplicates and mac.lower() in in_use
    return duplicate or not pool.holds(mac)


def _is_number(mac: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-fA-F]+", mac.replace(":", "")))
