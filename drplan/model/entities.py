"""What an Engine has, entity by entity, as far as disaster recovery needs it.

Ids are the Engine's. Sizes are bytes. ``None`` means that the Engine did not say: elements may be
missing in any answer, and an absent text and an empty one are the same thing here.
"""

from __future__ import annotations

import msgspec


class Entity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Anything with an id. Names are for people and need not be unique."""

    id: str
    name: str = ""


class Version(msgspec.Struct, frozen=True, order=True):
    """A compatibility level."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


class DataCenter(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A data center; ``status`` is the wire's word (``up``, ``uninitialized`` ...)."""

    status: str | None = None
    version: Version | None = None
    storage_format: str | None = None
    quota_mode: str | None = None
    local: bool = False
    mac_pool_id: str | None = None


class Cluster(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A cluster; it may belong to no data center.

    ``network_ids`` are the networks attached to it, ``None`` where that was not read.
    ``over_commit_percent`` is the memory policy's.
    """

    data_center_id: str | None = None
    version: Version | None = None
    architecture: str | None = None
    cpu_type: str | None = None
    bios_type: str | None = None
    over_commit_percent: int | None = None
    mac_pool_id: str | None = None
    threads_as_cores: bool = False
    network_ids: tuple[str, ...] | None = None


class LunPath(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way to a LUN; FCP paths have neither address nor target."""

    address: str | None = None
    port: int | None = None
    portal: str | None = None
    target: str | None = None


class Lun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A LUN with every path that the Engine lists for it."""

    id: str
    storage_type: str | None = None
    size: int | None = None
    paths: tuple[LunPath, ...] = ()
    volume_group_id: str | None = None
    storage_domain_id: str | None = None
    disk_id: str | None = None
    status: str | None = None


class Host(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A host. ``luns`` is what it sees, ``None`` where that was not asked."""

    address: str | None = None
    status: str | None = None
    cluster_id: str | None = None
    memory: int | None = None
    max_scheduling_memory: int | None = None
    sockets: int | None = None
    cores: int | None = None
    threads: int | None = None
    spm_status: str | None = None
    luns: tuple[Lun, ...] | None = None


class Network(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A logical network of one data center; names repeat across data centers."""

    data_center_id: str | None = None
    vlan: int | None = None
    usages: tuple[str, ...] = ()
    external: bool = False


class VnicProfile(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A vNIC profile of one network."""

    network_id: str | None = None
    pass_through: str | None = None


class MacRange(msgspec.Struct, frozen=True):
    """Both ends belong to the range."""

    first: str
    last: str


class MacPool(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """Where the Engine takes MAC addresses from."""

    allow_duplicates: bool = False
    default: bool = False
    ranges: tuple[MacRange, ...] = ()


class StorageDomain(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A storage domain.

    ``status`` is the one under its data center (only there is it real), or ``unattached``.
    ``type`` is ``data``, ``iso``, ``export`` or ``image``. ``critical_space_action_blocker`` is GiB,
    ``warning_low_space_indicator`` percent.
    """

    type: str | None = None
    storage_type: str | None = None
    status: str | None = None
    master: bool = False
    data_center_ids: tuple[str, ...] = ()
    address: str | None = None
    path: str | None = None
    vfs_type: str | None = None
    mount_options: str | None = None
    nfs_version: str | None = None
    volume_group_id: str | None = None
    luns: tuple[Lun, ...] = ()
    storage_format: str | None = None
    block_size: int | None = None
    available: int | None = None
    used: int | None = None
    committed: int | None = None
    backup: bool | None = None
    wipe_after_delete: bool | None = None
    discard_after_delete: bool | None = None
    critical_space_action_blocker: int | None = None
    warning_low_space_indicator: int | None = None


class StorageConnection(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """How hosts reach storage; a connection of a removed domain may be left behind."""

    type: str | None = None
    address: str | None = None
    path: str | None = None
    port: int | None = None
    target: str | None = None
    vfs_type: str | None = None
    mount_options: str | None = None


class Disk(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A disk: an image, a LUN, or one of the Engine's own (OVF_STORE, memory of a snapshot)."""

    content_type: str | None = None
    storage_type: str | None = None
    status: str | None = None
    format: str | None = None
    shareable: bool = False
    provisioned_size: int | None = None
    actual_size: int | None = None
    image_id: str | None = None
    storage_domain_ids: tuple[str, ...] = ()
    lun: Lun | None = None


class DiskAttachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a VM or template uses a disk."""

    disk_id: str
    active: bool = True
    bootable: bool = False
    read_only: bool = False
    interface: str | None = None


class Nic(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A vNIC; without ``vnic_profile_id`` it hangs on no network."""

    mac: str | None = None
    vnic_profile_id: str | None = None
    interface: str | None = None
    linked: bool = True
    plugged: bool = True


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A VM's snapshot; ``type`` is missing for the next-run configuration."""

    id: str
    type: str | None = None
    status: str | None = None
    description: str = ""
    with_memory: bool = False


class Permission(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A role that a user or a group has on an entity."""

    id: str
    role_id: str | None = None
    user_id: str | None = None
    group_id: str | None = None


class Template(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A template, or a version of one: then ``base_template_id`` is another's."""

    status: str | None = None
    cluster_id: str | None = None
    version_number: int | None = None
    version_name: str = ""
    base_template_id: str | None = None
    memory: int | None = None
    architecture: str | None = None
    disk_attachments: tuple[DiskAttachment, ...] | None = None
    nics: tuple[Nic, ...] | None = None


class Vm(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A VM. Collections that were not read are ``None``; empty ones are empty."""

    status: str | None = None
    cluster_id: str | None = None
    host_id: str | None = None
    template_id: str | None = None
    original_template_id: str | None = None
    origin: str | None = None
    architecture: str | None = None
    bios_type: str | None = None
    os_type: str | None = None
    memory: int | None = None
    memory_guaranteed: int | None = None
    memory_max: int | None = None
    sockets: int | None = None
    cores: int | None = None
    threads: int | None = None
    io_threads: int | None = None
    high_availability: bool = False
    priority: int = 0
    delete_protected: bool = False
    stateless: bool = False
    lease_domain_id: str | None = None
    vm_pool_id: str | None = None
    custom_compatibility_version: Version | None = None
    next_run_configuration: bool = False
    pinned_host_ids: tuple[str, ...] = ()
    start_time: str | None = None
    stop_time: str | None = None
    disk_attachments: tuple[DiskAttachment, ...] | None = None
    nics: tuple[Nic, ...] | None = None
    snapshots: tuple[Snapshot, ...] | None = None
    permissions: tuple[Permission, ...] | None = None
    tags: tuple[str, ...] | None = None


class AffinityGroup(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """An affinity group of one cluster; names are unique in an Engine."""

    cluster_id: str | None = None
    vm_ids: tuple[str, ...] = ()
    host_ids: tuple[str, ...] = ()
    positive: bool | None = None
    enforcing: bool | None = None


class AffinityLabel(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """An affinity label, common to the whole Engine."""

    vm_ids: tuple[str, ...] = ()
    host_ids: tuple[str, ...] = ()


class EngineRole(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A role that permissions give (``UserRole`` ...)."""


class AuthorizationDomain(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """Where users come from: an AAA (authz) domain."""


class User(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A user the Engine knows; ``user_name`` is ``login@domain``."""

    user_name: str | None = None
    principal: str | None = None
    domain_id: str | None = None
    domain_name: str | None = None


class UnregisteredVm(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A VM found in the OVF_STORE of an attached domain and not registered.

    ``status`` is what the OVF_STORE noted at its last writing: a hint, not a fact.
    """

    storage_domain_id: str
    status: str | None = None
    template_id: str | None = None
    high_availability: bool = False
    priority: int = 0
    memory: int | None = None
    origin: str | None = None
    lease_domain_id: str | None = None


class UnregisteredTemplate(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """A template found in the OVF_STORE of an attached domain and not registered."""

    storage_domain_id: str
    version_number: int | None = None
    version_name: str = ""
    base_template_id: str | None = None


class UnregisteredDisk(Entity, frozen=True, kw_only=True, omit_defaults=True):
    """An image found on an attached domain and unknown to the Engine."""

    storage_domain_id: str
    provisioned_size: int | None = None
