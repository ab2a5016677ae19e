"""All that a plan is made from. The same request gives the same plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from drplan.model.drplan_section import UnexpectedRule
from drplan.model.inventory import Inventory
from drplan.model.mapping import Mapping, SiteRole
from drplan.model.plan import Author, Mode
from drplan.plan.selection import Selection


@dataclass(frozen=True, kw_only=True)
class PlanRequest:
    """The mapping, both sites, and who asks for what.

    ``source_inventory`` is ``None`` where nothing is known of the source; then ``unexpected`` says
    what is done with what is found. ``timestamp`` and ``valid_until`` are ISO 8601 in UTC, and like
    ``plan_id`` and ``author`` never change what is planned.
    """

    mapping: Mapping
    target_inventory: Inventory
    source_inventory: Inventory | None
    source_role: SiteRole = "primary"
    target_role: SiteRole = "secondary"
    mode: Mode = "failover"
    unexpected: UnexpectedRule | None = None
    selection: Selection = field(default_factory=Selection)
    live: bool = False
    plan_id: str
    timestamp: str
    valid_until: str | None = None
    author: Author
    drplan_version: str
    ticket: str | None = None
    message: str | None = None
