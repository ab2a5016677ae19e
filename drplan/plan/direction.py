"""The mapping as seen from the source to the target: which side is which, and by what names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import TypeVar, get_args

from drplan.model import mapping as mappings
from drplan.model.diagnostic import Position
from drplan.model.mapping import BLOCK_STORAGE_TYPES
from drplan.model.parameters import (
    ImportParameters,
    LunPair,
    LunTarget,
    NamePair,
    NfsVersion,
    Portal,
    Reference,
    Registration,
    VnicPair,
)

PairT = TypeVar("PairT")
KeyT = TypeVar("KeyT")


@dataclass(frozen=True)
class Direction:
    """A mapping read from ``source`` to ``target``, two site roles."""

    mapping: mappings.Mapping
    source: mappings.SiteRole
    target: mappings.SiteRole

    def where(self, position: Position | None) -> str | None:
        """``mapping.yml:18`` for a place in the mapping file."""
        return f"{PurePath(self.mapping.file).name}:{position.line}" if position else None

    @cached_property
    def clusters(self) -> Mapping[str, mappings.NameMapping]:
        """Cluster mappings by the source's name; the first of several wins."""
        return self._named(self.mapping.clusters)

    @cached_property
    def roles(self) -> Mapping[str, mappings.NameMapping]:
        """Role mappings by the source's name."""
        return self._named(self.mapping.roles)

    @cached_property
    def authorization_domains(self) -> Mapping[str, mappings.NameMapping]:
        """AAA domain mappings by the source's name; the Engine makes nothing of them (B6.4)."""
        return self._named(self.mapping.domains)

    @cached_property
    def affinity_groups(self) -> Mapping[str, mappings.NameMapping]:
        """Affinity group mappings by the source's name."""
        return self._named(self.mapping.affinity_groups)

    @cached_property
    def affinity_labels(self) -> Mapping[str, mappings.NameMapping]:
        """Affinity label mappings by the source's name."""
        return self._named(self.mapping.affinity_labels)

    @cached_property
    def luns(self) -> Mapping[str, mappings.LunMapping]:
        """LUN mappings by the source's LUN id."""
        return _first(
            (item.side(self.source).logical_unit_id, item)
            for item in self.mapping.luns
            if item.side(self.target).logical_unit_id
        )

    def target_name(self, table: Mapping[str, mappings.NameMapping], name: str) -> str:
        """The name that stands for ``name`` at the target: the mapped one, else the same."""
        found = table.get(name)
        return (found.name(self.target) if found else None) or name

    def networks(
        self, data_center: str | None
    ) -> Mapping[tuple[str, str], mappings.NetworkMapping]:
        """vNIC profile mappings by the source's network and profile, as VMs of a data center use them.

        The Engine knows no data center in a vNIC mapping and takes the first that fits by name. So
        entries that say they are for another data center (R90) are left out here.
        """
        return _first(
            ((side.network, side.profile), item)
            for item in self.mapping.networks
            for side in (item.side(self.source),)
            if data_center is None or side.data_center in {None, data_center}
            if side.network is not None and side.profile is not None
        )

    def registration(self, data_center: str | None) -> Registration:
        """The mappings to send with a registration of an entity of the given source data center.

        Each source name appears once: a duplicate is an HTTP 500 (entities sheet 1.12). Names that
        are mapped to nothing are not sent.
        """
        return _registration(self, data_center)

    def connection(
        self, storage: mappings.StorageMapping, domain_id: str | None
    ) -> ImportParameters:
        """How a mapped domain is reached and imported at the target."""
        side = storage.side(self.target)
        block = storage.storage_type in BLOCK_STORAGE_TYPES
        portals = tuple(
            Portal(address=address, target=target, port=side.port)
            for address in side.addresses
            for target in side.targets
        )
        return ImportParameters(
            domain_type=storage.domain_type,
            storage_type=storage.storage_type,
            data_center=Reference(name=side.data_center),
            domain_id=domain_id,
            address=None if block else side.address,
            path=None if block else side.path,
            vfs_type=None if block else side.vfs_type,
            mount_options=None if block else side.mount_options,
            nfs_version=nfs_version(side) if storage.storage_type == "nfs" else None,
            portals=portals if storage.storage_type == "iscsi" else (),
        )

    def _named(self, pairs: Iterable[mappings.NameMapping]) -> Mapping[str, mappings.NameMapping]:
        return _first((pair.name(self.source), pair) for pair in pairs if pair.name(self.target))


def nfs_version(side: mappings.StorageSide) -> NfsVersion | None:
    """The version of NFS in the API's words (``v4_1`` for 4.1); ``None`` for what is none of them."""
    wanted = (side.nfs_version or "").lower().removeprefix("v").replace(".", "_")
    return next((name for name in get_args(NfsVersion) if name.removeprefix("v") == wanted), None)


def _first(pairs: Iterable[tuple[KeyT | None, PairT]]) -> Mapping[KeyT, PairT]:
    found: dict[KeyT, PairT] = {}
    for key, value in pairs:
        if key:
            found.setdefault(key, value)
    return found


def _registration(direction: Direction, data_center: str | None) -> Registration:
    def names(table: Mapping[str, mappings.NameMapping]) -> tuple[NamePair, ...]:
        return tuple(
            NamePair(source, target)
            for source, pair in table.items()
            if (target := pair.name(direction.target))
        )

    return Registration(
        clusters=names(direction.clusters),
        roles=names(direction.roles),
        domains=names(direction.authorization_domains),
        affinity_groups=names(direction.affinity_groups),
        affinity_labels=names(direction.affinity_labels),
        vnics=tuple(
            pair
            for key, item in direction.networks(data_center).items()
            if (pair := _vnic(key, item.side(direction.target))) is not None
        ),
        luns=tuple(_lun(direction, key, item) for key, item in direction.luns.items()),
    )


def _vnic(source: tuple[str, str], target: mappings.NetworkSide) -> VnicPair | None:
    named = target.network is not None and target.profile is not None
    if target.profile_id is None and not named:
        return None
    return VnicPair(
        network=source[0],
        profile=source[1],
        profile_id=target.profile_id,
        target_network=target.network if named else None,
        target_profile=target.profile if named else None,
    )


def _lun(direction: Direction, source_id: str, item: mappings.LunMapping) -> LunPair:
    source, target = item.side(direction.source), item.side(direction.target)
    storage_type = target.storage_type or source.storage_type or "iscsi"
    iscsi = storage_type == "iscsi"
    return LunPair(
        source_id=source_id,
        source_type=source.storage_type or storage_type,
        target=LunTarget(
            id=target.logical_unit_id or source_id,
            storage_type=storage_type,
            address=target.address if iscsi else None,
            port=target.port if iscsi else None,
            portal=target.portal if iscsi else None,
            target=target.target if iscsi else None,
            username=target.username.ref if target.username else None,
            password=target.password.ref if target.password else None,
        ),
    )
