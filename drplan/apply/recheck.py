"""The last look before the first write: is the target still as the plan was made upon?"""

from __future__ import annotations

from collections.abc import Mapping

from drplan.errors import Refused
from drplan.model.inventory import Inventory
from drplan.model.plan import Plan
from drplan.plan.drift import judge
from drplan.plan.site_index import index


def recheck(plan: Plan, found: Inventory) -> Mapping[str, str]:
    """Judge every action against a fresh inventory of the target (design decision 17).

    Gives, by the ids of actions, why there is nothing left to do for them. Raises
    :class:`Refused` where the Engine is another one, or where an action no longer fits.
    """
    _refuse_another_engine(plan, found)
    fresh = index(found)
    converged: dict[str, str] = {}
    conflicts: list[str] = []
    for action in plan.actions():
        judgement = judge(action, fresh)
        if judgement.drift == "converged":
            converged[action.id] = judgement.reason
        elif judgement.drift == "conflict":
            conflicts.append(f"{action.address} {action.operation}: {judgement.reason}")
    if conflicts:
        raise Refused(
            f"{plan.direction.target} is not as it was when the plan was made",
            next_step="make the plan again: drplan plan --out FILE",
            findings=conflicts,
        )
    return converged


def _refuse_another_engine(plan: Plan, found: Inventory) -> None:
    planned, read = plan.target.engine.instance_id, found.engine.instance_id
    if planned is not None and read is not None and planned != read:
        raise Refused(
            "the plan was made for another Engine",
            where=found.url,
            next_step="use the Engine that the plan was made for, or plan again",
            findings=(f"planned for {planned}", f"found {read}"),
        )
