"""File connections: what a host mounts, as bodies, rows and domains describe it."""

from __future__ import annotations

from dataclasses import dataclass

from drplan.simulator import elements
from drplan.simulator.elements import Element

FILE_TYPES = ("nfs", "glusterfs", "posixfs", "localfs")
FURTHER = ("mount_options", "nfs_retrans", "nfs_timeo", "nfs_version", "vfs_type")


@dataclass(frozen=True, slots=True)
class Connection:
    """A file connection as a body describes it."""

    storage_type: str
    address: str | None
    path: str
    members: tuple[tuple[str, str], ...] = ()

    @property
    def spelled(self) -> str:
        """The connection string: ``address:path``, or the path alone."""
        return f"{self.address}:{self.path}" if self.address else self.path

    def member(self, tag: str) -> str | None:
        """One of the further members: ``vfs_type``, ``mount_options``, ``nfs_version`` …"""
        return dict(self.members).get(tag)


def connection_of(storage: Element) -> Connection:
    """The connection that a ``<storage>`` element or a connection row describes."""
    members = tuple(
        (tag, text) for tag in FURTHER if (text := elements.text_of(storage, tag)) is not None
    )
    return Connection(
        elements.text_of(storage, "type") or "",
        elements.text_of(storage, "address") or None,
        elements.text_of(storage, "path") or "",
        members,
    )
