"""What a registration loses without a refusal (entities sheet 1.4, rows 25 to 27 of 1.7)."""

from __future__ import annotations

import msgspec

from drplan.model import entities
from drplan.model.action import Action
from drplan.model.inventory import Gap
from drplan.model.plan import Plan
from tests.unit.plan.builders import (
    mapping,
    pair,
    plan,
    source_site,
    target_site,
)
from tests.unit.plan.site_builder import SiteBuilder


def register(made: Plan, name: str = "web") -> Action:
    """The registration of a VM."""
    (found,) = [
        a for a in made.actions() if a.address == f"vm.{name}" and a.operation == "register"
    ]
    return found


def dropped(made: Plan, name: str = "web") -> list[tuple[str, str]]:
    """Kind and name of everything that is lost."""
    predicts = register(made, name).predicts
    assert predicts is not None
    return [(item.kind, item.name) for item in predicts.dropped]


def grouped(*names: str) -> SiteBuilder:
    """A source whose VMs share an affinity group and a label."""
    source = source_site()
    for name in names:
        source.add_vm(name)
    ids = tuple(f"vm-{name}" for name in names)
    source.add(
        "affinity_groups",
        entities.AffinityGroup(id="g", name="apart", cluster_id="north-c1", vm_ids=ids),
    )
    source.add("affinity_labels", entities.AffinityLabel(id="l", name="licensed", vm_ids=ids))
    return source


def test_missing_groups_and_labels_are_lost() -> None:
    """No mapping, no entity of the same name."""
    assert dropped(plan(grouped("web"), target_site())) == [
        ("affinity_group", "apart"),
        ("affinity_label", "licensed"),
    ]


def test_a_mapped_group_and_a_label_of_the_same_name_are_kept() -> None:
    """And the VMs that share one never register at the same time (fact B6.6)."""
    target = target_site()
    target.add(
        "affinity_groups",
        entities.AffinityGroup(id="tg", name="dr-apart", cluster_id="south-c1"),
    )
    target.add("affinity_labels", entities.AffinityLabel(id="tl", name="licensed"))
    made = plan(grouped("web", "db"), target, mapping(affinity_groups=(pair("apart", "dr-apart"),)))
    assert dropped(made) == []
    assert register(made).exclusive == ("affinity-group:dr-apart", "affinity-label:licensed")
    assert register(made).exclusive == register(made, "db").exclusive


def test_a_group_of_another_cluster_is_lost_in_silence() -> None:
    """Only the Engine's log tells; the plan does."""
    target = target_site()
    target.add_cluster("c2")
    target.add(
        "affinity_groups", entities.AffinityGroup(id="tg", name="apart", cluster_id="south-c2")
    )
    predicts = register(plan(grouped("web"), target)).predicts
    assert predicts is not None
    assert "another cluster" in predicts.dropped[0].reason


def with_permissions(*pairs: tuple[str, str]) -> SiteBuilder:
    """A source whose VM web gives roles to users, as pairs of user and role."""
    source = source_site()
    source.add_vm(
        "web",
        permissions=tuple(
            entities.Permission(id=f"p{number}", user_id=user, role_id=role)
            for number, (user, role) in enumerate(pairs)
        ),
    )
    for user in {user for user, _ in pairs}:
        source.add("users", entities.User(id=user, name=user, user_name=f"{user}@corp"))
    for role in {role for _, role in pairs}:
        source.add("roles", entities.EngineRole(id=role, name=role))
    return source


def knowing(users: tuple[str, ...], roles: tuple[str, ...]) -> SiteBuilder:
    """A target that knows these users and roles."""
    target = target_site()
    for user in users:
        target.add("users", entities.User(id=f"t-{user}", name=user, user_name=f"{user}@corp"))
    for role in roles:
        target.add("roles", entities.EngineRole(id=f"t-{role}", name=role))
    return target


def test_unknown_users_and_roles_are_lost() -> None:
    """A user must be in the target Engine's own table."""
    made = plan(
        with_permissions(("crm-owner", "UserRole"), ("crm-reader", "Special")),
        knowing(("crm-owner",), ("UserRole",)),
    )
    assert dropped(made) == [("role", "Special"), ("user", "crm-reader@corp")]


def test_a_mapped_role_is_kept() -> None:
    """Mapped to one that the target has."""
    made = plan(
        with_permissions(("crm-owner", "Special")),
        knowing(("crm-owner",), ("UserRole",)),
        mapping(roles=(pair("Special", "UserRole"),)),
    )
    assert dropped(made) == []


def test_a_role_that_one_user_would_get_twice_rolls_the_registration_back() -> None:
    """1.4: the Engine applies the mapping twice, and the index on permissions is unique."""
    made = plan(
        with_permissions(("crm-owner", "A"), ("crm-owner", "B")),
        knowing(("crm-owner",), ("A", "B", "C")),
        mapping(roles=(pair("A", "B"), pair("B", "C"))),
    )
    failure = register(made).expected_failure
    assert failure is not None
    assert "the role C twice" in failure


def test_nothing_is_said_of_what_could_not_be_read() -> None:
    """A gap is unknown, not absent; a check says that there are gaps."""
    target = msgspec.structs.replace(
        target_site().build(), gaps=(Gap(collection="affinity_groups", reason="no permission"),)
    )
    made = plan(grouped("web"), target)
    assert dropped(made) == [("affinity_label", "licensed")]
    assert any(c.name == "complete-inventories" and c.status == "fail" for c in made.checks)


def test_a_lease_on_a_domain_that_is_not_recovered_is_lost_or_moved() -> None:
    """Row 26."""
    source = source_site()
    source.add_domain("d2")
    source.add_vm("web", ha=1, lease_domain_id="sd-d2")
    predicts = register(plan(source, target_site())).predicts
    assert predicts is not None
    assert predicts.dropped[0].kind == "lease"
    assert "moves it" in predicts.dropped[0].reason


def test_pinned_hosts_are_cleared() -> None:
    """Row 27."""
    source = source_site()
    source.add_vm("web", pinned_host_ids=("north-c1-h1",))
    assert dropped(plan(source, target_site())) == [("pinned_host", "c1-h1")]


def test_every_loss_has_a_warning() -> None:
    """One per VM, which the action refers to."""
    made = plan(grouped("web"), target_site())
    (warning,) = [item for item in made.diagnostics if item.address == "vm.web"]
    assert warning.summary == "vm.web loses affinity group apart, affinity label licensed"
    assert register(made).diagnostics == (warning.id,)
