"""What an OVF_STORE holds of a VM or template: the definition as it was last written.

An OVF names clusters, networks, profiles, affinity groups, labels, users and roles; it carries
ids only for what lives on storage (entities sheet 1.4, storage sheet 8.2). Records are frozen:
a registration reads them and never changes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BLANK_TEMPLATE = "00000000-0000-0000-0000-000000000000"

EntityKind = Literal["vm", "template"]


@dataclass(frozen=True, slots=True)
class OvfNic:
    """A vNIC: its network and profile by *name*, as an OVF has them; ``""`` means none."""

    id: str
    name: str
    mac: str | None
    network: str
    profile: str
    element: bytes


@dataclass(frozen=True, slots=True)
class OvfDisk:
    """An attached disk: the disk, how it is attached, and where its image lives.

    ``storage_domains`` has several ids for a template's disk with copies, none for a LUN.
    ``lun_id`` is set for a direct LUN. ``volumes`` counts the image chain, snapshots included.
    """

    id: str
    alias: str
    image_id: str
    shareable: bool
    storage_domains: tuple[str, ...]
    lun_id: str | None
    volumes: int
    disk: bytes
    attachment: bytes

    @property
    def is_image(self) -> bool:
        """Whether the disk is an image on storage domains and not a direct LUN."""
        return self.lun_id is None


@dataclass(frozen=True, slots=True)
class OvfMemory:
    """The memory of a snapshot (or of a suspended VM): its two volumes and their domain."""

    disk_ids: tuple[str, ...]
    storage_domain: str


@dataclass(frozen=True, slots=True)
class OvfPermission:
    """A direct permission of a user on the VM; group permissions are not in an OVF."""

    login: str
    domain: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OvfRecord:
    """One definition in an OVF_STORE, with the status of ``metadata.json`` beside it.

    ``status`` is the wire status at the last write; ``down`` where none was recorded. ``element``
    is the ``<vm>`` or ``<template>`` as the source Engine showed it.
    """

    id: str
    kind: EntityKind
    name: str
    status: str
    cluster: str
    template_id: str
    element: bytes
    nics: tuple[OvfNic, ...] = ()
    disks: tuple[OvfDisk, ...] = ()
    memories: tuple[OvfMemory, ...] = ()
    snapshots: tuple[bytes, ...] = ()
    permissions: tuple[OvfPermission, ...] = ()
    affinity_groups: tuple[str, ...] = ()
    affinity_labels: tuple[str, ...] = ()
    lease_domain: str | None = None
    architecture: str = "x86_64"
    origin: str = "ovirt"
    parsable: bool = True

    @property
    def is_thin(self) -> bool:
        """Whether the VM is based on a template other than Blank."""
        return self.kind == "vm" and self.template_id not in ("", BLANK_TEMPLATE)

    def image_disks(self) -> tuple[OvfDisk, ...]:
        """The disks that are images, shareable ones included."""
        return tuple(d for d in self.disks if d.is_image)
