"""The last look before the first write: is the target still as the plan was made upon?"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import msgspec

from drplan.errors import Refused
from drplan.model.action import Action
from drplan.model.inventory import Inventory
from drplan.model.plan import Plan
from drplan.plan.drift import judge
from drplan.plan.site_index import index


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What a fresh look means for the actions, by their ids, each with the reason.

    For ``converged`` there is nothing left to do; ``conflicts`` no longer fit.
    """

    converged: Mapping[str, str]
    conflicts: Mapping[str, str]


def standing(
    plan: Plan, found: Inventory, *, done: AbstractSet[str] = frozenset(), begun: bool = False
) -> Standing:
    """Judge every action that is not ``done`` against a fresh inventory of the target.

    A run that has ``begun`` has itself altered what its storage actions were planned upon: of these
    only the words count, not the digest of fields. Raises :class:`Refused` where the Engine is
    another one.
    """
    refuse_another_engine(plan, found)
    fresh = index(found)
    converged: dict[str, str] = {}
    conflicts: dict[str, str] = {}
    for action in plan.actions():
        if action.id in done:
            continue
        judgement = judge(_without_digest(action) if begun else action, fresh)
        if judgement.drift == "converged":
            converged[action.id] = judgement.reason
        elif judgement.drift == "conflict":
            conflicts[action.id] = f"{action.address} {action.operation}: {judgement.reason}"
    return Standing(converged=converged, conflicts=conflicts)


def _without_digest(action: Action) -> Action:
    if action.type != "storage_domain":
        return action
    expected = msgspec.structs.replace(action.expect, fingerprint="")
    return msgspec.structs.replace(action, expect=expected)


def recheck(plan: Plan, found: Inventory) -> Mapping[str, str]:
    """Judge every action against a fresh inventory of the target (design decision 17).

    Gives, by the ids of actions, why there is nothing left to do for them. Raises
    :class:`Refused` where the Engine is another one, or where an action no longer fits.
    """
    stands = standing(plan, found)
    refuse_conflicts(plan, stands)
    return stands.converged


def refuse_conflicts(plan: Plan, stands: Standing) -> None:
    """Raise :class:`Refused` where an action no longer fits."""
    if stands.conflicts:
        raise Refused(
            f"{plan.direction.target} is not as it was when the plan was made",
            next_step="make the plan again: drplan plan --out FILE",
            findings=tuple(stands.conflicts.values()),
        )


def refuse_another_engine(plan: Plan, found: Inventory) -> None:
    """Raise :class:`Refused` where the inventory is not of the plan's target."""
    planned, read = plan.target.engine.instance_id, found.engine.instance_id
    if planned is not None and read is not None and planned != read:
        raise Refused(
            "the plan was made for another Engine",
            where=found.url,
            next_step="use the Engine that the plan was made for, or plan again",
            findings=(f"planned for {planned}", f"found {read}"),
        )
