"""A registration under way: what it was given, and what the checks have decided so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from drplan.simulator.handling import Call
from drplan.simulator.ovf import OvfDisk, OvfRecord
from drplan.simulator.registration.request import LunTarget, Registration
from drplan.simulator.store import Store
from drplan.simulator.topology import data_center_of_cluster


@dataclass(slots=True)
class Missing:
    """What will not be part of the entity, in the order of event 1188."""

    disks: dict[str, str] = field(default_factory=dict)
    affinity_groups: list[str] = field(default_factory=list)
    affinity_labels: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)

    def text(self, *, with_disks: bool) -> str:
        """The list as events 1188 and 1197 have it; empty where nothing is missing."""
        parts = (
            ("Disks", list(self.disks.values()) if with_disks else []),
            ("Affinity groups", self.affinity_groups),
            ("Affinity labels", self.affinity_labels),
            ("Users", self.users),
            ("Roles", self.roles),
        )
        return "".join(f"{label}: {', '.join(names)} " for label, names in parts if names)


@dataclass(slots=True)
class Pending:
    """One registration: the row, the request, the cluster, and the disks that are left."""

    call: Call
    domain: str
    record: OvfRecord
    request: Registration
    cluster: str | None
    images: list[OvfDisk] = field(default_factory=list)
    luns: list[tuple[OvfDisk, LunTarget]] = field(default_factory=list)
    missing: Missing = field(default_factory=Missing)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    permissions: list[tuple[str, str]] = field(default_factory=list)

    @property
    def store(self) -> Store:
        """The Engine's entities."""
        return self.call.store

    @property
    def name(self) -> str:
        """The name the entity is to have: the request may rename."""
        return self.request.name or self.record.name

    @property
    def center(self) -> str | None:
        """The data center: that of the cluster."""
        return None if self.cluster is None else data_center_of_cluster(self.store, self.cluster)

    def domains(self) -> set[str]:
        """The domains that the definition's images lie on."""
        return {d for disk in self.record.image_disks() for d in disk.storage_domains}

    @property
    def type_name(self) -> str:
        """What the Engine's texts call the entity."""
        return "VM" if self.record.kind == "vm" else "Template"
