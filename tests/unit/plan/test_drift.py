"""Whether a fresh look at the target means: do it, it is done, or plan again."""

from __future__ import annotations

import msgspec

from drplan.model import entities
from drplan.model.action import Action, Operation
from drplan.model.inventory import Inventory
from drplan.model.plan import Plan
from drplan.plan.drift import classify
from tests.unit.plan.builders import plan, reached, source_site, target_site
from tests.unit.plan.site_builder import SiteBuilder


def sites() -> tuple[SiteBuilder, SiteBuilder]:
    """One VM with one vNIC."""
    source = source_site()
    source.add_vm("web", nics=(("app/app", "56:6f:1a:00:00:01"),))
    return source, target_site()


def find(made: Plan, operation: Operation) -> Action:
    """The action of that kind."""
    (found,) = [a for a in made.actions() if a.operation == operation]
    return found


def changed(target: SiteBuilder, collection: str, **fields: object) -> Inventory:
    """The target with the first of a collection changed."""
    inventory = target.build()
    first, *others = getattr(inventory, collection)
    return msgspec.structs.replace(
        inventory, **{collection: (msgspec.structs.replace(first, **fields), *others)}
    )


def test_an_unchanged_target_is_the_same_for_every_action() -> None:
    """Also where its collections come in another order."""
    source, target = sites()
    made = plan(source, target)
    inventory = target.build()
    turned = msgspec.structs.replace(inventory, networks=tuple(reversed(inventory.networks)))
    assert {classify(action, turned).drift for action in made.actions()} == {"same"}


def test_everything_has_converged_once_it_is_done() -> None:
    """But a sweep: it is a look, and looking again does no harm."""
    source, target = sites()
    made = plan(source, target)
    after = reached(source.build(), target.build(), made)
    drifts = {action.operation: classify(action, after).drift for action in made.actions()}
    assert {drift for operation, drift in drifts.items() if operation != "sweep"} == {"converged"}


def test_a_name_that_somebody_took_is_a_conflict() -> None:
    """It was free when the plan was made."""
    source, target = sites()
    made = plan(source, target)
    target.add_vm("web", id="another", domains=())
    judgement = classify(find(made, "register"), target.build())
    assert judgement.drift == "conflict"
    assert judgement.reason == "vm-name:dc/web is there, and was not"


def test_a_cluster_that_is_gone_is_a_conflict() -> None:
    """It was there when the plan was made."""
    source, target = sites()
    made = plan(source, target)
    judgement = classify(find(made, "register"), changed(target, "clusters", name="renamed"))
    assert judgement.drift == "conflict"
    assert judgement.reason == "cluster:c1 is not there any more"


def test_a_profile_that_is_not_attached_any_more_is_a_conflict() -> None:
    """The prediction of the vNIC would be wrong."""
    source, target = sites()
    made = plan(source, target)
    fresh = changed(target, "clusters", network_ids=())
    assert classify(find(made, "register"), fresh).drift == "conflict"


def test_what_no_action_uses_may_change() -> None:
    """A description, another VM, a host's memory."""
    source, target = sites()
    made = plan(source, target)
    target.add_vm("unrelated", domains=())
    target.add("roles", entities.EngineRole(id="r", name="NewRole"))
    assert {classify(action, target.build()).drift for action in made.actions()} == {"same"}


def test_a_data_center_without_hosts_is_a_conflict() -> None:
    """There was one that was Up."""
    source, target = sites()
    made = plan(source, target)
    fresh = changed(target, "hosts", status="maintenance")
    assert classify(find(made, "attach"), fresh).drift == "conflict"


def test_a_vm_that_an_operator_stopped_is_not_started_again() -> None:
    """It ran here since it was registered."""
    source, target = sites()
    made = plan(source, target)
    target.add_vm("web", domains=(), status="down")
    target.started.append("vm-web")
    judgement = classify(find(made, "start"), target.build())
    assert (judgement.drift, judgement.reason) == (
        "converged",
        "was started before, and stopped since",
    )


def test_a_foreseen_refusal_is_no_drift() -> None:
    """The name was taken already when the plan was made."""
    source, target = sites()
    target.add_vm("web", id="another", domains=())
    made = plan(source, target)
    assert classify(find(made, "register"), target.build()).drift == "same"
