"""Checks of what VMs need at the target, summed up from what was foretold for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from drplan.model.action import Action
from drplan.model.check import Check
from drplan.model.mapping import NameMapping
from drplan.plan.checks.context import CheckContext, result, unknown
from drplan.plan.predict.memory import NO_HOST

EXPLAINED = frozenset({"networks", "capacity", "site-properties"})
"""Checks whose problems are warnings of their own already, entity by entity."""


def resource_checks(context: CheckContext) -> Iterable[Check]:
    """All of them, in the order of the guide."""
    if context.source is None:
        for name, rule in (("networks", "R4"), ("capacity", "R6"), ("site-properties", "R16")):
            yield unknown(name, "no inventory of the source tells what VMs need", rule=rule)
    else:
        yield _networks(context)
        yield _capacity(context)
        yield _properties(context)
    yield _doubles(context)
    yield _authorization_domains(context)


def _networks(context: CheckContext) -> Check:
    lost = Counter(
        nic.source
        for action in context.actions
        if action.predicts is not None
        for nic in action.predicts.nics
        if nic.outcome == "no_profile" and nic.source and "on purpose" not in nic.reason
    )
    return result(
        "networks",
        [f"{name}: {count} vNICs" for name, count in sorted(lost.items())],
        passed="every vNIC finds its network",
        failed="some vNICs find no network at the target",
        rule="R4",
        next_step="attach the networks to the clusters, or map their profiles",
    )


def _capacity(context: CheckContext) -> Check:
    refused = [action for action in context.actions if _for_lack_of_room(action)]
    return result(
        "capacity",
        [action.address for action in refused],
        passed="the hosts have memory and CPUs for every VM that is started",
        failed=f"no room for {len(refused)} VM{'' if len(refused) == 1 else 's'}, which will stay down",
        rule="R6",
        next_step="free memory at the target, or exclude VMs that can wait",
    )


def _for_lack_of_room(action: Action) -> bool:
    failure = action.expected_failure or ""
    return action.operation == "start" and (
        "memory" in failure or "CPU" in failure or failure == NO_HOST
    )


def _properties(context: CheckContext) -> Check:
    kinds = {"affinity_group", "affinity_label", "user", "role"}
    lost = sorted(
        {
            (item.kind.replace("_", " "), item.name)
            for action in context.actions
            if action.predicts is not None
            for item in action.predicts.dropped
            if item.kind in kinds
        }
    )
    return result(
        "site-properties",
        [f"{kind} {name}" for kind, name in lost],
        passed="every affinity group, label, user and role is there",
        failed="affinity groups, labels, users or roles are missing, and VMs lose them",
        rule="R16",
        next_step="create them at the target, or map them",
    )


def _doubles(context: CheckContext) -> Check:
    """A source name that is mapped twice would be an HTTP 500; drplan sends the first only."""
    direction = context.direction
    problems = []
    tables = (
        ("dr_cluster_mappings", direction.mapping.clusters),
        ("dr_affinity_group_mappings", direction.mapping.affinity_groups),
        ("dr_affinity_label_mappings", direction.mapping.affinity_labels),
        ("dr_domain_mappings", direction.mapping.domains),
        ("dr_role_mappings", direction.mapping.roles),
    )
    for key, pairs in tables:
        problems += [f"{key}: {name}" for name in _twice(context, pairs)]
    vnics = Counter(
        (side.data_center, side.network, side.profile)
        for item in direction.mapping.networks
        for side in (item.side(direction.source),)
        if side.network is not None
    )
    problems += [
        f"dr_network_mappings: {network}/{profile}"
        for (_, network, profile), count in sorted(vnics.items(), key=str)
        if count > 1
    ]
    return result(
        "unique-sources",
        problems,
        passed="every source name is mapped once",
        failed="a source name is mapped more than once; the first entry is used",
        rule="R82",
        next_step="remove the other entries",
    )


def _twice(context: CheckContext, pairs: tuple[NameMapping, ...]) -> list[str]:
    names = Counter(pair.name(context.direction.source) for pair in pairs)
    return [name for name, count in names.items() if name and count > 1]


def _authorization_domains(context: CheckContext) -> Check:
    """B6.4: the Engine looks this mapping up by login name, so that it never matches."""
    pairs = [
        pair.name(context.direction.source) or ""
        for pair in context.direction.mapping.domains
        if pair.name(context.direction.source) != pair.name(context.direction.target)
    ]
    return result(
        "authorization-domains",
        pairs,
        passed="no authorization domain is mapped to another",
        failed="mappings of authorization domains have no effect in the Engine",
        rule="B6.4",
        next_step="give the permissions again at the target",
    )
