"""What should be at the target when all is done: the mapping applied to the source's inventory.

It stands in the plan as ``planned_values``, so that anyone can compare the target with it later,
without the mapping and without the source.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from drplan.model.parameters import ImportParameters, Registration

Power = Literal["up", "down", "unmanaged"]


class DesiredDomain(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A storage domain that should be attached to a data center of the target and active.

    ``id`` is ``None`` where nobody knows it before the import. ``connection`` says how it is
    reached there. Attributes that are ``None`` are left as they are. ``critical_space_action_blocker``
    is GiB, ``warning_low_space_indicator`` percent.
    """

    address: str
    name: str
    connection: ImportParameters
    id: str | None = None
    source_name: str | None = None
    data_center: str
    data_center_id: str | None = None
    master: bool = False
    size: int | None = None
    wipe_after_delete: bool | None = None
    discard_after_delete: bool | None = None
    backup: bool | None = None
    critical_space_action_blocker: int | None = None
    warning_low_space_indicator: int | None = None


class DesiredTemplate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A template (version) that should be registered."""

    address: str
    id: str
    name: str
    version_number: int | None = None
    base_template_id: str | None = None
    cluster: str | None = None
    domains: tuple[str, ...] = ()
    """Addresses of the planned domains that hold a copy of its disks."""


class DesiredVm(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A VM that should be registered, and what its power state should be.

    ``power`` is ``unmanaged`` where an operator's later decision must stand. ``tier`` counts from 0,
    the first to start. ``memory`` is bytes.
    """

    address: str
    id: str
    name: str
    cluster: str | None = None
    data_center: str | None = None
    template_id: str | None = None
    domains: tuple[str, ...] = ()
    """Addresses of the planned domains that hold its disks, or through which it can be registered."""
    power: Power = "down"
    power_reason: str = ""
    high_availability: bool = False
    priority: int = 0
    tier: int = 0
    memory: int | None = None
    start_after: tuple[str, ...] = ()
    """Addresses of VMs that must be up before this one starts."""


class DesiredSweep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to do with entities found on a domain that nobody predicted."""

    domain: str
    policy: Literal["register", "list", "register+start"]
    limit: int
    registration: Registration


class NotDone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something a reader might expect and that will not happen, and why.

    ``reason`` is a stable word (``was_down_at_source``, ``excluded``, ``disks_not_recovered`` ...),
    ``detail`` says it in a sentence.
    """

    address: str
    operation: str
    reason: str
    detail: str = ""


class Desired(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The desired state of the target."""

    domains: tuple[DesiredDomain, ...] = ()
    templates: tuple[DesiredTemplate, ...] = ()
    vms: tuple[DesiredVm, ...] = ()
    sweeps: tuple[DesiredSweep, ...] = ()
    not_done: tuple[NotDone, ...] = ()
