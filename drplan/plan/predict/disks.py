"""Which disks will not be there, and whether the Engine then refuses (entities sheet 1.7, 1.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from drplan.model.entities import Disk
from drplan.model.prediction import Dropped
from drplan.plan.site_index import SiteIndex

NO_DOMAIN: Final = "Cannot import {kind}. Storage Domain doesn't exist."
NO_ACTIVE_COPY: Final = (
    "Cannot import Template. The image {disk} does not exist on any active storage domain."
)
ALREADY_THERE: Final = (
    "Cannot import {kind}. The following disks already exist: {names}. Please import as a clone."
)


@dataclass(frozen=True)
class MissingDisks:
    """The images on no recovered domain. ``allowed``: registered without them all the same."""

    missing: tuple[Disk, ...]
    allowed: bool
    source: SiteIndex

    @property
    def dropped(self) -> tuple[Dropped, ...]:
        """What is lost: only where the registration goes through without the disks."""
        if not self.allowed:
            return ()
        return tuple(
            Dropped(kind="disk", name=disk.name or disk.id, reason=self.why(disk))
            for disk in self.missing
        )

    def why(self, disk: Disk) -> str:
        """On which domain the disk lies, in a few words."""
        names = [
            self.source.storage_domains[name].name
            for name in disk.storage_domain_ids
            if name in self.source.storage_domains
        ]
        return f"on {', '.join(names)}, which is not recovered" if names else "on no known domain"

    def sentence(self) -> str:
        """All missing disks in one sentence."""
        return "; ".join(f"{disk.name or disk.id}: {self.why(disk)}" for disk in self.missing)


def may_miss(name: str, disks: Sequence[Disk], rules: dict[str, tuple[str, ...]]) -> bool:
    """Whether the mapping's ``allow_missing_disks`` lets the VM go without all of these disks."""
    allowed = [
        item for pattern, items in rules.items() if fnmatchcase(name, pattern) for item in items
    ]
    return bool(allowed) and all(
        "*" in allowed or disk.name in allowed or disk.id in allowed for disk in disks
    )


def already_registered(disks: Sequence[Disk], target: SiteIndex) -> tuple[Disk, ...]:
    """The images that the target's Engine knows already; two shareable ones do not collide."""
    return tuple(
        disk
        for disk in disks
        if (found := target.disks.get(disk.id)) is not None
        and not (disk.shareable and found.shareable)
    )
