"""What every check can look at, and how a result is written down."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drplan.model.action import Action
from drplan.model.check import Check, CheckStatus
from drplan.model.entities import DataCenter
from drplan.plan.desired import Recovery
from drplan.plan.desired_domains import PlannedDomain
from drplan.plan.direction import Direction
from drplan.plan.site_index import SiteIndex


@dataclass(frozen=True)
class CheckContext:
    """The two sites, what is planned, and when. ``now`` is ISO 8601 in UTC."""

    recovery: Recovery
    actions: tuple[Action, ...]
    now: str
    live: bool

    @property
    def source(self) -> SiteIndex | None:
        """The source site, if anything is known of it."""
        return self.recovery.source

    @property
    def target(self) -> SiteIndex:
        """The target site."""
        return self.recovery.target

    @property
    def direction(self) -> Direction:
        """The mapping and which way it is read."""
        return self.recovery.direction

    @property
    def domains(self) -> tuple[PlannedDomain, ...]:
        """The planned domains."""
        return tuple(self.recovery.domains.values())

    @property
    def data_center_names(self) -> tuple[str, ...]:
        """The target's data centers that something is planned for."""
        return tuple(sorted({item.desired.data_center for item in self.domains}))

    @property
    def data_center_pairs(self) -> tuple[tuple[DataCenter, DataCenter], ...]:
        """Data centers of both sites that a domain links, source first, each pair once."""
        pairs: dict[tuple[str, str], tuple[DataCenter, DataCenter]] = {}
        for item in self.domains:
            if self.source is None or item.source is None:
                continue
            old = self.source.data_center_of_domain(item.source)
            new = self.target.data_centers_named.get(item.desired.data_center)
            if old is not None and new is not None:
                pairs[old.id, new.id] = (old, new)
        return tuple(pairs[key] for key in sorted(pairs))


def result(
    name: str,
    problems: Iterable[str],
    *,
    passed: str,
    failed: str,
    rule: str,
    blocks: bool = False,
    next_step: str = "",
) -> Check:
    """``pass`` where there are no problems, else ``fail`` with the problems as detail."""
    found = tuple(dict.fromkeys(problems))
    status: CheckStatus = "fail" if found else "pass"
    return Check(
        name=name,
        status=status,
        summary=failed if found else passed,
        detail="; ".join(found),
        rule=rule,
        blocks=blocks,
        next_step=next_step if found else "",
    )


def unknown(
    name: str, summary: str, *, rule: str, blocks: bool = False, apply: bool = False
) -> Check:
    """A check that cannot be decided from what is known now."""
    return Check(
        name=name,
        status="unknown",
        summary=summary,
        rule=rule,
        blocks=blocks,
        when="apply" if apply else "plan",
    )
