"""The short forms of a scenario: sizes, disks, NICs, permissions, template addresses."""

from __future__ import annotations

import re

from drplan.simulator.scenario.definition import DiskSpec, NicSpec

UNITS = {"MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}

_SIZE = re.compile(r"(\d+) ?(MiB|GiB|TiB)")
_DISK = re.compile(r"(\S+) (\d+ ?(?:MiB|GiB|TiB))")
_NIC = re.compile(r"([^/\s]+)/([^/\s]+)(?: ([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}))?")
_PERMISSION = re.compile(r"(\S+@\S+) (\S+)")
_RANGE = re.compile(r"([0-9a-f]{2}(?::[0-9a-f]{2}){5})-([0-9a-f]{2}(?::[0-9a-f]{2}){5})")
_LEVEL = re.compile(r"(\d+)\.(\d+)")


class Misspelt(ValueError):
    """A short form that cannot be read; says what was expected."""


def size(text: str) -> int:
    """Bytes of ``16 GiB``."""
    found = _whole(_SIZE, text, "a size such as 16 GiB")
    return int(found[1]) * UNITS[found[2]]


def disk(spec: str | DiskSpec) -> DiskSpec:
    """A disk; ``DOMAIN SIZE`` for short."""
    if isinstance(spec, DiskSpec):
        return spec
    found = _whole(_DISK, spec, "a disk such as prod-nfs 20 GiB")
    return DiskSpec(on=found[1], size=found[2])


def disk_domains(spec: DiskSpec) -> tuple[str, ...]:
    """The names of the domains an image is on; none for a LUN."""
    if spec.on is None:
        return ()
    return (spec.on,) if isinstance(spec.on, str) else tuple(spec.on)


def nic(spec: str | NicSpec) -> NicSpec:
    """A NIC; ``NETWORK/PROFILE [MAC]`` for short."""
    if isinstance(spec, NicSpec):
        return spec
    found = _whole(_NIC, spec, "a NIC such as app/app, with or without a MAC address")
    return NicSpec(profile=f"{found[1]}/{found[2]}", mac=found[3].lower() if found[3] else None)


def profile(text: str) -> tuple[str, str]:
    """Network and profile of ``NETWORK/PROFILE``."""
    found = _whole(_NIC, text, "a vNIC profile such as app/app")
    return found[1], found[2]


def permission(text: str) -> tuple[str, str]:
    """User and role of ``LOGIN@DOMAIN ROLE``."""
    found = _whole(_PERMISSION, text, "a permission such as crm-owner@corp-authz UserRole")
    return found[1], found[2]


def template(text: str) -> tuple[str, int]:
    """Name and version of ``NAME`` or ``NAME@VERSION``."""
    name, _, version = text.partition("@")
    if version and not version.isdigit():
        raise Misspelt(f"{text!r} is not a template such as rhel9 or rhel9@2")
    return name, int(version or 1)


def mac_range(text: str) -> tuple[str, str]:
    """Both ends of ``FIRST-LAST``."""
    found = _whole(_RANGE, text, "a range such as 56:6f:1a:00:00:00-56:6f:1a:00:ff:ff")
    return found[1], found[2]


def level(text: str) -> tuple[str, str]:
    """Major and minor of a compatibility level."""
    found = _whole(_LEVEL, text, "a level such as 4.7")
    return found[1], found[2]


def mac_number(mac: str) -> int:
    """A MAC address as a number."""
    return int(mac.replace(":", ""), 16)


def mac_text(number: int) -> str:
    """A number as a MAC address, in lower case as Engines write it."""
    digits = f"{number:012x}"
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))


def _whole(pattern: re.Pattern[str], text: str, expected: str) -> re.Match[str]:
    found = pattern.fullmatch(text.strip())
    if found is None:
        raise Misspelt(f"{text!r} is not {expected}")
    return found
