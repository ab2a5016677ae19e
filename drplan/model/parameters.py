"""What an action needs to be carried out: one type an operation, in the Engine's own terms.

Secrets are references (``env:NAME``, ``file:PATH``, ``mapping:/pointer``), never values.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

NfsVersion = Literal["auto", "v3", "v4", "v4_0", "v4_1", "v4_2"]


class Reference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entity of the target: the name people know, and the id where it is known."""

    name: str
    id: str | None = None


class Portal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An iSCSI target behind an address."""

    address: str
    target: str
    port: int = 3260


class NamePair(msgspec.Struct, frozen=True):
    """A name at the source and the one that stands for it at the target."""

    source: str
    target: str


class VnicPair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a source network and profile are mapped (entities sheet 1.5).

    With ``profile_id`` the Engine tries that first, then the target names; both target names empty
    (not ``None``) mean no profile on purpose.
    """

    network: str
    profile: str
    profile_id: str | None = None
    target_network: str | None = None
    target_profile: str | None = None


class LunTarget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A LUN at the target and its one connection."""

    id: str
    storage_type: Literal["iscsi", "fcp"]
    address: str | None = None
    port: int | None = None
    portal: str | None = None
    target: str | None = None
    username: str | None = None
    password: str | None = None
    """Both are references to secrets."""


class LunPair(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A LUN at the source and the one that stands for it at the target."""

    source_id: str
    source_type: Literal["iscsi", "fcp"]
    target: LunTarget


class Registration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The mappings that go into a registration. Sources are unique (a duplicate is an HTTP 500)."""

    clusters: tuple[NamePair, ...] = ()
    roles: tuple[NamePair, ...] = ()
    domains: tuple[NamePair, ...] = ()
    affinity_groups: tuple[NamePair, ...] = ()
    affinity_labels: tuple[NamePair, ...] = ()
    vnics: tuple[VnicPair, ...] = ()
    luns: tuple[LunPair, ...] = ()


class ConnectParameters(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="connect"
):
    """Discover and log in to the targets of a block domain on hosts of the data center."""

    storage_type: Literal["iscsi", "fcp"]
    data_center: Reference
    portals: tuple[Portal, ...] = ()
    domain_id: str | None = None
    username: str | None = None
    password: str | None = None


class ImportParameters(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="import"
):
    """Import an existing storage domain.

    A file domain is imported with the expected id and without a name: a named request on an empty
    share would create and format a domain (storage sheet 3.1).
    """

    domain_type: Literal["data", "iso"] = "data"
    storage_type: Literal["nfs", "glusterfs", "posixfs", "iscsi", "fcp"]
    data_center: Reference
    domain_id: str | None = None
    address: str | None = None
    path: str | None = None
    vfs_type: str | None = None
    mount_options: str | None = None
    nfs_version: NfsVersion | None = None
    portals: tuple[Portal, ...] = ()


class UpdateParameters(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="update"
):
    """Rename an imported domain and set its attributes; ``None`` leaves one as it is.

    ``critical_space_action_blocker`` is GiB, ``warning_low_space_indicator`` percent.
    """

    domain_id: str | None = None
    name: str | None = None
    wipe_after_delete: bool | None = None
    discard_after_delete: bool | None = None
    backup: bool | None = None
    critical_space_action_blocker: int | None = None
    warning_low_space_indicator: int | None = None


class AttachParameters(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="attach"
):
    """Attach a domain to a data center; the first to an uninitialized one becomes its master."""

    data_center: Reference
    domain_id: str | None = None
    master: bool = False


class ActivateParameters(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="activate"
):
    """See that a domain is active: attaching activates, but its failure is not an error there."""

    data_center: Reference
    domain_id: str | None = None


class SweepParameters(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="sweep"
):
    """List what a domain holds that was not predicted, and treat it as the policy says.

    ``expected_ids`` are the VMs and templates that other actions of the plan take care of.
    """

    domain_id: str | None = None
    policy: Literal["register", "list", "register+start"] = "register"
    limit: int = 50
    expected_ids: tuple[str, ...] = ()
    registration: Registration = msgspec.field(default_factory=Registration)


class RegisterTemplateParameters(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="kind",
    tag="register_template",
):
    """Register a template through one of the domains that hold its disks."""

    template_id: str
    domain_id: str | None
    domain: str
    cluster: Reference | None = None
    allow_partial: bool = False
    registration: Registration = msgspec.field(default_factory=Registration)


class RegisterVmParameters(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="kind",
    tag="register_vm",
):
    """Register a VM through ``domain`` (an address in the plan).

    Without ``cluster`` the Engine takes the source's cluster name through the mappings.
    """

    vm_id: str
    domain_id: str | None
    domain: str
    cluster: Reference | None = None
    allow_partial: bool = False
    reassign_bad_macs: bool = False
    registration: Registration = msgspec.field(default_factory=Registration)


class StartParameters(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="start"
):
    """Start a VM and wait until it is up. ``delay`` is seconds between its turn and the request."""

    vm_id: str
    wait_for: Literal["up", "guest_agent"] = "up"
    delay: int = 0


Parameters: TypeAlias = (
    ConnectParameters
    | ImportParameters
    | UpdateParameters
    | AttachParameters
    | ActivateParameters
    | SweepParameters
    | RegisterTemplateParameters
    | RegisterVmParameters
    | StartParameters
)
