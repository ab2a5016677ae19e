"""The storage behind the Engines: exports, LUNs, and the storage domains that lie on them.

Several Engines share one array. A replicated domain is *two copies* with one id: the original
where the source has it, the replica where the target will look. Hosts see copies through the
places they lie on. Nothing here knows Engines' databases: an Engine asks what a host would ask.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from drplan.simulator.ovf import OvfRecord
from drplan.simulator.store import Store

ReplicaState = Literal["read_write", "read_only"]
MountState = Literal["mounts", "refuses", "unreadable"]


@dataclass(slots=True)
class OvfStore:
    """The OVF_STORE of a domain: its hidden disks and the definitions of the newest one.

    ``readable`` false means that the disks exist and none can be read (event 1017).
    """

    disk_ids: tuple[str, ...] = ()
    records: dict[str, OvfRecord] = field(default_factory=dict)
    readable: bool = True


@dataclass(frozen=True, slots=True)
class Volume:
    """The volumes of one disk on one domain: the disk's element and the length of its chain."""

    disk_id: str
    element: bytes
    chain: int = 1


@dataclass(slots=True)
class DomainCopy:
    """One copy of a storage domain, as its own metadata tells it.

    ``pool`` is the data center that the metadata names, whoever wrote it. ``lease_until`` is the
    moment (seconds of the run) until which a host of the other site may still hold the host id;
    attaching or activating before fails with ``Cannot acquire host id`` (storage sheet 12).
    """

    id: str
    name: str
    type: str
    storage_format: str
    storage_type: str
    pool: str | None = None
    master: bool = False
    state: ReplicaState = "read_write"
    block_size: int = 512
    size: int = 0
    used: int = 0
    volumes: dict[str, Volume] = field(default_factory=dict)
    ovf_store: OvfStore = field(default_factory=OvfStore)
    lease_until: float = 0.0
    lun_ids: tuple[str, ...] = ()
    volume_group: str = ""

    @property
    def is_block(self) -> bool:
        """Whether the copy lies on LUNs."""
        return self.storage_type in ("iscsi", "fcp")


@dataclass(frozen=True, slots=True)
class ExportKey:
    """Where an export is found: what a host mounts, whatever the file system is called."""

    address: str
    path: str

    @classmethod
    def of(cls, address: str | None, path: str) -> ExportKey:
        """The key of ``address:path``, or of a path that holds both (POSIX, GlusterFS)."""
        whole = f"{address}:{path}" if address else path
        head, colon, tail = whole.partition(":")
        spelled = (head, tail) if colon else ("", whole)
        return cls(spelled[0], "/" + spelled[1].strip("/") if spelled[1] != "/" else "/")


@dataclass(slots=True)
class Export:
    """A shared directory: mountable or not, with the domains that lie on it, or empty.

    ``unreadable``: the mount works and the look for domains on it fails. ``hosts`` limits who
    can mount it; ``None`` means every host of every Engine.
    """

    key: ExportKey
    domains: list[DomainCopy] = field(default_factory=list)
    mount: MountState = "mounts"
    hosts: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class LunPath:
    """One way to an iSCSI LUN: a portal of a target."""

    address: str
    port: int
    target: str
    portal: str = ""

    @property
    def shown_portal(self) -> str:
        """The portal as a host reports it."""
        return self.portal or f"{self.address}:{self.port},1"


@dataclass(slots=True)
class Lun:
    """A LUN, with its paths (iSCSI) or none (FCP) and the hosts that are allowed to see it."""

    id: str
    size: int
    paths: tuple[LunPath, ...] = ()
    vendor: str = ""
    product: str = ""
    serial: str = ""
    hosts: frozenset[str] | None = None

    @property
    def is_iscsi(self) -> bool:
        """Whether a host has to log in to a target before it sees the LUN."""
        return bool(self.paths)


@dataclass(slots=True, eq=False)
class Keeper:
    """A site that shares the array: its database, and since when it is down (``None``: it lives)."""

    store: Store
    down_since: float | None = None


@dataclass(slots=True, eq=False)
class Mirror:
    """A replicated domain: the side that is written, and its replica, while the link holds."""

    source: DomainCopy
    replica: DomainCopy
    broken: bool = False


@dataclass(slots=True)
class Array:
    """All storage of all sites. ``sessions`` are the iSCSI logins: (host id, target).

    ``keepers`` are the sites whose hosts may hold host ids (see ``host_ids``).
    """

    exports: dict[ExportKey, Export] = field(default_factory=dict)
    luns: dict[str, Lun] = field(default_factory=dict)
    block_copies: list[DomainCopy] = field(default_factory=list)
    sessions: set[tuple[str, str]] = field(default_factory=set)
    mirrors: list[Mirror] = field(default_factory=list)
    keepers: list[Keeper] = field(default_factory=list)

    def export(self, address: str | None, path: str) -> Export | None:
        """The export at that address and path, if the array has one."""
        return self.exports.get(ExportKey.of(address, path))

    def ensure_export(self, address: str | None, path: str) -> Export:
        """The export at that address and path, made empty if it was not there."""
        key = ExportKey.of(address, path)
        return self.exports.setdefault(key, Export(key))

    def mountable(self, host: str, address: str | None, path: str) -> Export | None:
        """The export if ``host`` can mount it; ``None`` where the mount fails."""
        found = self.export(address, path)
        if found is None or found.mount == "refuses":
            return None
        return found if found.hosts is None or host in found.hosts else None

    def portals(self, host: str, address: str, port: int) -> tuple[LunPath, ...]:
        """The portals that discovery at ``address`` answers with, sorted, one per target."""
        targets = {
            path.target
            for lun in self.luns.values()
            for path in lun.paths
            if path.address == address and path.port == port and _allowed(lun, host)
        }
        paths = {
            (path.target, path.address, path.port): path
            for lun in self.luns.values()
            for path in lun.paths
            if path.target in targets
        }
        return tuple(paths[key] for key in sorted(paths))

    def knows_target(self, host: str, address: str, port: int, target: str) -> bool:
        """Whether ``host`` can log in to ``target`` at that portal."""
        return any(p.target == target for p in self.portals(host, address, port))

    def log_in(self, host: str, target: str) -> None:
        """Remember the iSCSI session of ``host`` to ``target``."""
        self.sessions.add((host, target))

    def has_sessions(self, host: str) -> bool:
        """Whether the host is logged in to any target."""
        return any(h == host for h, _ in self.sessions)

    def visible_luns(self, host: str) -> Iterator[tuple[Lun, tuple[LunPath, ...]]]:
        """The LUNs that ``host`` sees now, each with the paths it has sessions for."""
        for lun in self.luns.values():
            if not _allowed(lun, host):
                continue
            paths = tuple(p for p in lun.paths if (host, p.target) in self.sessions)
            if paths or not lun.is_iscsi:
                yield lun, paths

    def visible_block_copies(self, host: str) -> Iterator[DomainCopy]:
        """The block domains all of whose LUNs ``host`` sees."""
        seen = {lun.id for lun, _ in self.visible_luns(host)}
        for copy in self.block_copies:
            if copy.lun_ids and seen.issuperset(copy.lun_ids):
                yield copy

    def copies(self) -> Iterator[DomainCopy]:
        """Every copy of every domain."""
        for export in self.exports.values():
            yield from export.domains
        yield from self.block_copies


def _allowed(lun: Lun, host: str) -> bool:
    return lun.hosts is None or host in lun.hosts
