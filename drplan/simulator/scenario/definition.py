"""What a scenario file may say: two sites, and the mapping between them.

Every field has the default that makes the common case short. Sizes are written ``16 GiB``; a disk
is ``DOMAIN SIZE``, a NIC ``NETWORK/PROFILE`` with an optional MAC, a permission ``USER ROLE``, a
template ``NAME`` or ``NAME@VERSION``. Names refer to things of the same site.
"""

from __future__ import annotations

from typing import Literal

import msgspec

FORMAT = 1

StorageType = Literal["nfs", "glusterfs", "posixfs", "iscsi", "fcp", "localfs", "glance"]
DomainType = Literal["data", "iso", "export", "image"]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a scenario: a key that is not known is a mistake."""


class EngineSpec(Part, frozen=True):
    """An Engine: what its API root says."""

    host: str
    version: str = "4.5.6-1.el9"
    user: str = "admin@internal"
    ca_file: str | None = None
    instance_id: str | None = None


class MacPoolSpec(Part, frozen=True):
    """A MAC pool; a range is ``FIRST-LAST``. The one called Default is the Engine's default."""

    name: str
    ranges: tuple[str, ...]
    allow_duplicates: bool = False


class NetworkSpec(Part, frozen=True):
    """A network of a data center; without ``profiles`` it has one of its own name.

    ``management`` makes it the one that every Engine calls ``...0009``; ``external`` one of an
    external provider, whose profiles have no filter.
    """

    name: str
    vlan: int | None = None
    profiles: tuple[str, ...] | None = None
    management: bool = False
    external: bool = False
    description: str | None = None


class HostSpec(Part, frozen=True):
    """A host. Without ``schedulable`` its scheduling memory follows from what runs on it."""

    name: str
    memory: str = "256 GiB"
    schedulable: str | None = None
    sockets: int = 2
    cores: int = 16
    threads: int = 2
    status: str = "up"
    address: str | None = None
    spm: bool = False


class ClusterSpec(Part, frozen=True):
    """A cluster; ``networks`` limits which of its data center's networks it has."""

    name: str
    cpu: str = "Intel Cascadelake Server Family"
    architecture: str = "x86_64"
    level: str | None = None
    bios: str | None = "q35_sea_bios"
    over_commit: int = 100
    threads_as_cores: bool = False
    mac_pool: str = "Default"
    networks: tuple[str, ...] | None = None
    hosts: tuple[HostSpec, ...] = ()
    description: str | None = None


class LunSpec(Part, frozen=True):
    """A LUN of a block domain."""

    id: str
    size: str = "500 GiB"


class DomainSpec(Part, frozen=True):
    """A storage domain of a data center, or an unattached one of the site.

    iSCSI domains have ``portals`` (addresses, each of which is a path to every LUN) and a
    ``target``; file domains an ``address`` and a ``path``. ``space: false`` leaves out what the
    Engine leaves out for domains it could not measure.
    """

    name: str
    type: StorageType = "nfs"
    kind: DomainType = "data"
    id: str | None = None
    master: bool = False
    status: str = "active"
    address: str | None = None
    path: str | None = None
    vfs_type: str | None = None
    nfs_version: str | None = None
    portals: tuple[str, ...] = ()
    port: int = 3260
    target: str | None = None
    luns: tuple[LunSpec, ...] = ()
    size: str = "4 TiB"
    format: str | None = None
    space: bool = True
    wipe_after_delete: bool = False
    backup: bool = False
    discard_after_delete: bool = False
    critical_space: int = 5
    warning_low_space: int = 10
    description: str | None = None
    files: tuple[str, ...] = ()


class DataCenterSpec(Part, frozen=True):
    """A data center with its networks, clusters and attached storage domains.

    Without ``status`` it is up if a master domain is attached, and else uninitialized.
    """

    name: str
    level: str = "4.7"
    status: str | None = None
    local: bool = False
    quota: str = "disabled"
    mac_pool: str = "Default"
    networks: tuple[NetworkSpec, ...] = ()
    clusters: tuple[ClusterSpec, ...] = ()
    storage_domains: tuple[DomainSpec, ...] = ()
    description: str | None = None


class DirectLunSpec(Part, frozen=True):
    """A LUN outside every storage domain, to be used by a VM; hosts of the site see it."""

    id: str
    type: Literal["iscsi", "fcp"] = "iscsi"
    size: str = "100 GiB"
    address: str | None = None
    port: int = 3260
    target: str | None = None
    visible: bool = True


class DiskSpec(Part, frozen=True):
    """A disk of a VM or template: an image on ``on``, or a LUN.

    ``of_template`` (the default for the first disk of a thin VM) makes it a layer on the
    template's disk.
    """

    on: str | tuple[str, ...] | None = None
    size: str = "20 GiB"
    name: str | None = None
    lun: str | None = None
    bootable: bool | None = None
    shareable: bool = False
    format: Literal["raw", "cow"] = "cow"


class NicSpec(Part, frozen=True):
    """A NIC; ``profile`` is ``NETWORK/PROFILE``, absent for a NIC on no network."""

    profile: str | None = None
    mac: str | None = None
    name: str | None = None


class SnapshotSpec(Part, frozen=True):
    """A snapshot; with ``memory`` it has two disks of its own on the VM's first domain."""

    name: str
    memory: bool = False


class TemplateSpec(Part, frozen=True):
    """A template, or with ``version`` above 1 a version of the base of that name."""

    name: str
    cluster: str
    version: int = 1
    version_name: str | None = None
    memory: str = "2 GiB"
    cpus: int = 1
    disks: tuple[str | DiskSpec, ...] = ()
    nics: tuple[str | NicSpec, ...] = ()
    os: str = "rhel_9x64"


class VmSpec(Part, frozen=True):
    """A VM. ``ha`` is the priority of a highly available one.

    A VM with a ``template`` is thin (its first disk stands on the template's), unless ``clone``.
    ``priority`` is for VMs that are not highly available.
    """

    name: str
    cluster: str
    memory: str = "4 GiB"
    guaranteed: str | None = None
    cpus: int = 2
    ha: int | None = None
    priority: int = 1
    template: str | None = None
    clone: bool = False
    status: str = "up"
    host: str | None = None
    disks: tuple[str | DiskSpec, ...] = ()
    nics: tuple[str | NicSpec, ...] = ()
    snapshots: tuple[SnapshotSpec, ...] = ()
    lease: str | None = None
    permissions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    boot: tuple[str, ...] = ("hd",)
    os: str = "rhel_9x64"
    bios: str = "q35_sea_bios"
    type: str = "server"
    origin: str = "ovirt"
    delete_protected: bool = False
    description: str | None = None
    next_run: bool = False


class AffinityGroupSpec(Part, frozen=True):
    """An affinity group of a cluster."""

    name: str
    cluster: str
    vms: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    positive: bool = False
    enforcing: bool = True


class AffinityLabelSpec(Part, frozen=True):
    """An affinity label of the Engine."""

    name: str
    vms: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


class SiteSpec(Part, frozen=True):
    """One site: an Engine and all it has.

    ``spare_clusters`` belong to no data center. ``replica_luns`` are block domains of the other site whose replicas the hosts see already, as
    Fibre Channel needs no login.
    """

    name: str
    engine: EngineSpec
    mac_pools: tuple[MacPoolSpec, ...] = ()
    data_centers: tuple[DataCenterSpec, ...] = ()
    spare_clusters: tuple[str, ...] = ()
    unattached: tuple[DomainSpec, ...] = ()
    direct_luns: tuple[DirectLunSpec, ...] = ()
    replica_luns: tuple[str, ...] = ()
    templates: tuple[TemplateSpec, ...] = ()
    vms: tuple[VmSpec, ...] = ()
    affinity_groups: tuple[AffinityGroupSpec, ...] = ()
    affinity_labels: tuple[AffinityLabelSpec, ...] = ()
    authorization_domains: tuple[str, ...] = ("internal-authz",)
    users: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class StorageMappingSpec(Part, frozen=True):
    """A replicated domain of the primary, and where the secondary finds it."""

    domain: str
    data_center: str
    name: str | None = None
    master: bool | None = None
    address: str | None = None
    path: str | None = None
    port: int | None = None
    target: str | None = None


class NetworkMappingSpec(Part, frozen=True):
    """A vNIC profile of the primary (``NETWORK/PROFILE``) and the secondary's.

    ``to: none`` means no profile on purpose. ``profile_id`` replaces the id that the profile has.
    ``of`` is the primary's data center; ``at`` the secondary's.
    """

    source: str = msgspec.field(name="from")
    of: str
    to: str
    at: str | None = None
    profile_id: str | None = None


class LunMappingSpec(Part, frozen=True):
    """A direct LUN of the primary, and the one that replaces it; ``alias`` is its disk's."""

    source: str = msgspec.field(name="from")
    to: str
    alias: str | None = None


class MappingSpec(Part, frozen=True):
    """What the mapping file will say. ``networks: null`` leaves the vNIC mapping empty."""

    variables: dict[str, str] = {}
    storage: tuple[StorageMappingSpec, ...] = ()
    clusters: dict[str, str] = {}
    affinity_groups: dict[str, str] = {}
    affinity_labels: dict[str, str] = {}
    domains: dict[str, str] = {}
    roles: dict[str, str] = {}
    networks: tuple[NetworkMappingSpec, ...] | None = None
    luns: tuple[LunMappingSpec, ...] = ()
    drplan: dict[str, object] = {}


class BehindSpec(Part, frozen=True):
    """Where the storage behind the secondary is not a clean replica.

    ``absent``: nothing can be reached at the place. ``empty``: there is an empty share.
    ``read_only``: the replica was not promoted. ``occupied``: the secondary's own domain is there.
    Either ``domain`` (of the primary) or ``lun`` (a direct one of the secondary) is given.
    """

    state: Literal["absent", "empty", "read_only", "occupied"]
    domain: str | None = None
    lun: str | None = None


class Scenario(Part, frozen=True):
    """A whole scenario file. ``taken`` is the moment both sites were read, with UTC offset."""

    format: int
    name: str
    taken: str
    primary: SiteSpec
    secondary: SiteSpec
    mapping: MappingSpec
    storage_behind_secondary: tuple[BehindSpec, ...] = ()
