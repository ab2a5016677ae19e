"""The plan: what people review, approve and run.

Its JSON keeps Terraform's top-level names where the meaning is the same. Consumers ignore keys that
they do not know; a newer major ``format_version`` is refused.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from drplan.model.action import Action
from drplan.model.change import Change
from drplan.model.check import Check
from drplan.model.desired import Desired, NotDone
from drplan.model.diagnostic import Diagnostic
from drplan.model.gate import Gate
from drplan.model.inventory import EngineIdentity

FORMAT_VERSION = "1.0"

Mode = Literal["failover", "migrate", "failback", "cleanup", "test"]


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who made the plan."""

    user: str
    host: str


class Direction(msgspec.Struct, frozen=True, kw_only=True):
    """From which site to which; names for people, and the roles the mapping gives them."""

    source: str
    target: str
    source_role: Literal["primary", "secondary"]
    target_role: Literal["primary", "secondary"]


class Site(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An Engine as the plan saw it."""

    site: str
    url: str | None = None
    engine: EngineIdentity
    taken: str | None = None
    live: bool = False
    requests: int = 0
    sha256: str = ""
    """Digest of the inventory read from it."""


class MappingReference(msgspec.Struct, frozen=True, kw_only=True):
    """The mapping file the plan was made from."""

    file: str
    sha256: str


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """A group of actions for the reader's eye; the graph decides the order."""

    number: int
    title: str
    actions: tuple[str, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Counts, as Terraform has them: resources to add, change, destroy; actions to invoke."""

    add: int = 0
    change: int = 0
    destroy: int = 0
    invoke: int = 0
    warnings: int = 0
    expected_failures: int = 0


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How many actions of a class run at once (design decision 21)."""

    connect: int = 1
    import_: int = msgspec.field(name="import", default=4)
    attach: int = 3
    sweep: int = 1
    register: int = 16
    start: int = 4


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A reviewed set of actions, self-contained.

    ``digest`` is the hash of the content without ids, times, author and approvals: people approve
    it. ``seal`` is the hash of the whole file: one changed byte is refused. Both are computed by
    ``documents.plan_file``. ``applyable`` is false while a check that blocks has failed;
    ``complete`` is false while actions rest on predictions.
    """

    format_version: str = FORMAT_VERSION
    drplan_version: str
    plan_id: str
    digest: str = ""
    seal: str = ""
    timestamp: str
    valid_until: str | None = None
    mode: Mode
    created_by: Author
    ticket: str | None = None
    message: str | None = None
    direction: Direction
    source: Site | None = None
    target: Site
    mapping: MappingReference
    applyable: bool
    complete: bool
    errored: bool = False
    changes: tuple[Change, ...] = ()
    resource_changes: tuple[Action, ...] = ()
    action_invocations: tuple[Action, ...] = ()
    gates: tuple[Gate, ...] = ()
    checks: tuple[Check, ...] = ()
    waves: tuple[Wave, ...] = ()
    not_done: tuple[NotDone, ...] = ()
    planned_values: Desired
    limits: Limits
    start_barrier: bool = False
    lease_wait_s: int = 140
    rto_target_s: int | None = None
    summary: Summary
    diagnostics: tuple[Diagnostic, ...] = ()
    secrets: tuple[str, ...] = ()
    """References to the secrets that applying needs."""
    approvals: tuple[str, ...] = ()

    def actions(self) -> tuple[Action, ...]:
        """Every action, in the order of their ids."""
        return tuple(
            sorted(self.resource_changes + self.action_invocations, key=lambda action: action.id)
        )
