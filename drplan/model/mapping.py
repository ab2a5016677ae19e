"""The mapping: what belongs together on the primary and on the secondary site.

Plain values as the role's var file means them, with the position each came from. Names are the
file's own text. No secret is held, only references to where one is found. Attribute numbers (R60
and up) are those of the oVirt disaster recovery guide's table of mapping attributes.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

from drplan.model.diagnostic import Position
from drplan.model.drplan_section import DrplanSection

SiteRole = Literal["primary", "secondary"]
"""The two roles a site can have in a mapping. Which one is the target depends on the plan."""

StorageType = Literal["nfs", "glusterfs", "posixfs", "iscsi", "fcp"]
DomainType = Literal["data", "iso"]
LunStorageType = Literal["iscsi", "fcp"]

SITE_ROLES: Final[tuple[SiteRole, ...]] = get_args(SiteRole)
STORAGE_TYPES: Final[tuple[StorageType, ...]] = get_args(StorageType)
FILE_STORAGE_TYPES: Final[frozenset[StorageType]] = frozenset({"nfs", "glusterfs", "posixfs"})
BLOCK_STORAGE_TYPES: Final[frozenset[StorageType]] = frozenset({"iscsi", "fcp"})
DEFAULT_ISCSI_PORT: Final = 3260
DEFAULT_LUN_PORTAL: Final = "1"


def other_site(role: SiteRole) -> SiteRole:
    """Return the role of the site across."""
    return "secondary" if role == "primary" else "primary"


class SecretRef(msgspec.Struct, frozen=True, kw_only=True):
    """Where a secret is found, never the secret itself.

    ``env:NAME`` is an environment variable, ``mapping:/dr_import_storages/0/dr_primary_password``
    a value of the mapping file by JSON pointer.
    """

    ref: str


class SiteDetails(msgspec.Struct, frozen=True, kw_only=True):
    """How one site's Engine is reached (R60 to R63), and what people call the site."""

    role: SiteRole
    name: str
    url: str
    username: str
    ca_file: str | None = None
    """On the control machine; ``None``: the system's own certificates."""
    password: SecretRef | None = None
    position: Position | None = None


class StorageSide(msgspec.Struct, frozen=True, kw_only=True):
    """One storage domain as one site knows it, or shall know it (R66 to R75)."""

    name: str
    data_center: str
    master: bool = False
    addresses: tuple[str, ...] = ()
    path: str | None = None
    vfs_type: str | None = None
    mount_options: str | None = None
    nfs_version: str | None = None
    targets: tuple[str, ...] = ()
    port: int = DEFAULT_ISCSI_PORT
    chap_username: SecretRef | None = None
    chap_password: SecretRef | None = None
    position: Position | None = None

    @property
    def address(self) -> str | None:
        """The first address, or ``None`` where the storage type has none."""
        return self.addresses[0] if self.addresses else None


class StorageMapping(msgspec.Struct, frozen=True, kw_only=True):
    """One replicated storage domain: an entry of ``dr_import_storages`` (R64 to R80).

    ``domain_id`` is the domain's id, the same on both sites; the role's file has it for block
    domains only. Attributes that are ``None`` are left as the domain has them.
    """

    storage_type: StorageType
    domain_type: DomainType = "data"
    domain_id: str | None = None
    primary: StorageSide
    secondary: StorageSide
    wipe_after_delete: bool | None = None
    backup: bool | None = None
    discard_after_delete: bool | None = None
    critical_space_action_blocker: int | None = None
    """GiB."""
    warning_low_space_indicator: int | None = None
    """Per cent."""
    position: Position | None = None

    def side(self, role: SiteRole) -> StorageSide:
        """Return the domain as the given site knows it."""
        return self.primary if role == "primary" else self.secondary


class NameMapping(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of names (R82 to R86). A name that is ``None`` means: not mapped."""

    primary: str | None = None
    secondary: str | None = None
    position: Position | None = None

    def name(self, role: SiteRole) -> str | None:
        """Return the name on the given site, or ``None``."""
        return self.primary if role == "primary" else self.secondary


class NetworkSide(msgspec.Struct, frozen=True, kw_only=True):
    """A vNIC profile on one site (R87 to R90).

    ``profile_id`` is ``None`` where the file has none or the zero GUID: then the Engine looks for
    the names. An empty ``network`` and ``profile`` (both ``""``) mean "no profile, on purpose".
    """

    network: str | None = None
    profile: str | None = None
    profile_id: str | None = None
    data_center: str | None = None


class NetworkMapping(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of vNIC profiles: an entry of ``dr_network_mappings``."""

    primary: NetworkSide = NetworkSide()
    secondary: NetworkSide = NetworkSide()
    position: Position | None = None

    def side(self, role: SiteRole) -> NetworkSide:
        """Return the profile on the given site."""
        return self.primary if role == "primary" else self.secondary


class LunSide(msgspec.Struct, frozen=True, kw_only=True):
    """A direct LUN as one site sees it (R91 to R97)."""

    logical_unit_id: str | None = None
    storage_type: LunStorageType | None = None
    address: str | None = None
    port: int = DEFAULT_ISCSI_PORT
    portal: str = DEFAULT_LUN_PORTAL
    target: str | None = None
    username: SecretRef | None = None
    password: SecretRef | None = None


class LunMapping(msgspec.Struct, frozen=True, kw_only=True):
    """A pair of direct LUNs: an entry of ``dr_lun_mappings``."""

    primary: LunSide = LunSide()
    secondary: LunSide = LunSide()
    position: Position | None = None

    def side(self, role: SiteRole) -> LunSide:
        """Return the LUN as the given site sees it."""
        return self.primary if role == "primary" else self.secondary


class RoleSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The role's own variables, as far as the file sets them; ``None`` means absent.

    What is absent follows drplan's defaults, not the role's. ``positions`` holds where each one
    that was given stands, by the name of the field.
    """

    partial_import: bool | None = None
    reset_mac_pool: bool | None = None
    ignore_error_clean: bool | None = None
    ignore_error_recover: bool | None = None
    target_host: SiteRole | None = None
    source_map: SiteRole | None = None
    cleanup_retries_maintenance: int | None = None
    cleanup_delay_maintenance: int | None = None
    """Seconds."""
    clean_orphaned_vms: bool | None = None
    clean_orphaned_disks: bool | None = None
    report_file: str | None = None
    running_vms: str | None = None
    positions: dict[str, Position] = {}


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """A whole mapping file. ``sha256`` is that of the file's bytes, in hexadecimal.

    An empty tuple of mappings of one kind means: match by name (R20).
    """

    file: str
    sha256: str
    primary: SiteDetails
    secondary: SiteDetails
    storages: tuple[StorageMapping, ...] = ()
    clusters: tuple[NameMapping, ...] = ()
    affinity_groups: tuple[NameMapping, ...] = ()
    affinity_labels: tuple[NameMapping, ...] = ()
    domains: tuple[NameMapping, ...] = ()
    """AAA domains, which the Engine's registration never matches (it looks up login names)."""
    roles: tuple[NameMapping, ...] = ()
    networks: tuple[NetworkMapping, ...] = ()
    luns: tuple[LunMapping, ...] = ()
    settings: RoleSettings = RoleSettings()
    drplan: DrplanSection = DrplanSection()

    def site(self, role: SiteRole) -> SiteDetails:
        """Return the details of the site with the given role."""
        return self.primary if role == "primary" else self.secondary
