"""What drplan adds to the role's mapping file, under the one extra top-level key ``drplan:``.

Everything here is optional. The Ansible role ignores the key, so that one file serves both tools.
Durations are whole seconds. A *VM pattern* is a VM's name or a shell pattern (``db*``), matched
case-sensitively against the whole name.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

from drplan.model.diagnostic import Position

WaitFor = Literal["up", "guest_agent"]
"""When a started VM counts as there: reported up, or up with its guest agent answering."""

UnexpectedPolicy = Literal["register", "list", "register+start"]
"""What is done with entities found on a domain that the plan did not predict."""

GatePoint = Literal["cleanup", "evacuate", "storage", "register", "start"]
"""The part of the plan that a gate stands before."""

PlanMode = Literal["failover", "migrate", "failback", "cleanup", "test"]
"""What a plan can be for."""

GATE_POINTS: Final[tuple[GatePoint, ...]] = get_args(GatePoint)
PLAN_MODES: Final[tuple[PlanMode, ...]] = get_args(PlanMode)
DEFAULT_UNEXPECTED_LIMIT: Final = 50
DEFAULT_LEASE_WAIT: Final = 140
"""Seconds after which sanlock calls a host dead."""


class StartTier(msgspec.Struct, frozen=True, kw_only=True):
    """VMs that are started before those of the next tier."""

    name: str
    vms: tuple[str, ...] = ()
    position: Position | None = None


class StartRules(msgspec.Struct, frozen=True, kw_only=True):
    """In what order VMs are started, and when a started VM counts as there.

    ``tiers`` is the order, first tier first; a VM of no tier comes after all of them.
    ``depends_on`` maps a VM pattern to the VM patterns that must be there before it.
    ``delay`` maps a VM pattern to the seconds to wait after its dependencies are there.
    ``wait_for`` maps a VM pattern to its own condition; ``default_wait_for`` holds for the rest.
    ``barrier`` holds back all other VMs until every HA VM is there.
    """

    tiers: tuple[StartTier, ...] = ()
    depends_on: dict[str, tuple[str, ...]] = {}
    delay: dict[str, int] = {}
    wait_for: dict[str, WaitFor] = {}
    default_wait_for: WaitFor = "up"
    barrier: bool = False


class Exclusions(msgspec.Struct, frozen=True, kw_only=True):
    """VMs that are left alone: by exact name, by tag at the source, by shell pattern."""

    names: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class GateRule(msgspec.Struct, frozen=True, kw_only=True):
    """A point where a person, or a command, must say yes.

    Exactly one of ``prompt`` and ``command`` is set. ``modes`` empty means every mode that has
    the part named by ``before``. ``timeout`` (seconds) bounds the command.
    """

    name: str
    before: GatePoint
    modes: tuple[PlanMode, ...] = ()
    prompt: str | None = None
    command: tuple[str, ...] = ()
    timeout: int | None = None
    position: Position | None = None


class Notifications(msgspec.Struct, frozen=True, kw_only=True):
    """Commands (as argument lists, empty = none) run at a gate, at a failure, at the end."""

    gate: tuple[str, ...] = ()
    failure: tuple[str, ...] = ()
    end: tuple[str, ...] = ()


class ProfileName(msgspec.Struct, frozen=True, kw_only=True):
    """A vNIC profile by the two names the Engine matches: its network's and its own."""

    network: str
    profile: str


class ProfileForTest(msgspec.Struct, frozen=True, kw_only=True):
    """The vNIC profile that stands in for a source profile in a discreet test.

    ``target`` ``None`` means no profile: the vNIC is there, connected to nothing.
    """

    source: ProfileName
    target: ProfileName | None = None
    position: Position | None = None


class DiscreetTest(msgspec.Struct, frozen=True, kw_only=True):
    """How VMs are kept apart from production in the ``test`` mode.

    ``default_profile`` is used for source profiles not listed; ``None`` means no profile.
    ``name_suffix`` is appended to the names of what the test registers.
    """

    profiles: tuple[ProfileForTest, ...] = ()
    default_profile: ProfileName | None = None
    name_suffix: str = "-test"


class UnexpectedRule(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep does with what it finds: the policy, and at most how many are registered."""

    policy: UnexpectedPolicy = "register"
    limit: int = DEFAULT_UNEXPECTED_LIMIT


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How many actions of a kind run at once; ``None`` keeps the built-in number."""

    attach: int | None = None
    """Per data center."""
    ovf_update: int | None = None
    deactivate: int | None = None
    register: int | None = None
    start_per_host: int | None = None
    """Per host that is Up."""


class ServiceGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A named group of VMs that together make a service, as people speak of it."""

    name: str
    vms: tuple[str, ...] = ()
    position: Position | None = None


class DrplanSection(msgspec.Struct, frozen=True, kw_only=True):
    """The whole ``drplan:`` section. The names of the sites are on the sites themselves.

    ``allow_missing_disks`` maps a VM pattern to the disks (names or ids, ``*`` for any) it may be
    registered without. ``lease_wait`` and ``rto_target`` are seconds; ``rto_target`` ``None``
    means that no target is set. ``unexpected`` ``None`` means that the mapping says nothing, so
    that the command line or the default decides.
    """

    test: DiscreetTest = DiscreetTest()
    start: StartRules = StartRules()
    exclude: Exclusions = Exclusions()
    gates: tuple[GateRule, ...] = ()
    notify: Notifications = Notifications()
    unexpected: UnexpectedRule | None = None
    allow_missing_disks: dict[str, tuple[str, ...]] = {}
    lease_wait: int = DEFAULT_LEASE_WAIT
    limits: Limits = Limits()
    rto_target: int | None = None
    services: tuple[ServiceGroup, ...] = ()
