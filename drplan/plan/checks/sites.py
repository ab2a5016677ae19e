"""Checks of the Engines, their data centers and versions, and of the inventory's age."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from drplan.model.check import Check
from drplan.model.inventory import EngineIdentity, is_hosted_engine
from drplan.plan.checks.context import CheckContext, result, unknown

MAX_INVENTORY_AGE: Final = timedelta(hours=26)
_MINIMUM: Final = (4, 2)
_TROUBLES: Final = (
    ((4, 5, 3), "B6.8: before 4.5.3 a start may find no host until a lease's domain is reported"),
    ((4, 5, 3), "B6.11: before 4.5.3 stale records of a detached domain may be listed"),
    ((4, 5, 4), "B6.10: before 4.5.4 a scan that fails during an attach may harm the OVF store"),
    ((4, 5, 4), "B6.11: before 4.5.4 VMs imported from an OVA may be missing from the OVF store"),
)


def site_checks(context: CheckContext) -> Iterable[Check]:
    """All of them, in the order of the guide."""
    yield _target_engine(context)
    yield _data_centers(context)
    yield _engine_versions(context)
    yield _levels(context)
    yield _minimum_level(context)
    yield _passive(context)
    yield _quota(context)
    yield _known_troubles(context)
    yield _inventory_age(context)
    yield _gaps(context)


def _target_engine(context: CheckContext) -> Check:
    version = context.target.inventory.engine.full_version
    if version is None:
        return unknown("target-engine", "the target's version was not read", rule="R2")
    return result(
        "target-engine",
        (),
        passed=f"the target's Engine answered: oVirt {version}",
        failed="",
        rule="R2",
    )


def _data_centers(context: CheckContext) -> Check:
    problems = []
    for name in context.data_center_names:
        found = context.target.data_centers_named.get(name)
        if found is None:
            problems.append(f"there is no data center {name}")
        elif found.status not in {"up", "uninitialized", None}:
            problems.append(f"data center {name} is {found.status}")
    for pair in context.direction.mapping.clusters:
        cluster = pair.name(context.direction.target)
        if cluster and cluster not in context.target.clusters_named:
            problems.append(f"there is no cluster {cluster}, which is mapped")
    return result(
        "data-centers",
        problems,
        passed="every mapped data center and cluster exists",
        failed="a mapped data center or cluster is missing or not up",
        rule="R3",
        next_step="create it at the target, or correct the mapping",
    )


def _engine_versions(context: CheckContext) -> Check:
    if context.source is None:
        return unknown("engine-versions", "the source's version is not known", rule="R7")
    ours, theirs = context.target.inventory.engine, context.source.inventory.engine
    if ours.full_version is None or theirs.full_version is None:
        return unknown("engine-versions", "the Engines' versions were not both read", rule="R7")
    problems = []
    if _version(ours) != _version(theirs):
        problems.append(f"source {theirs.full_version}, target {ours.full_version}")
    return result(
        "engine-versions",
        problems,
        passed=f"both Engines are oVirt {ours.full_version}",
        failed="the Engines' versions differ",
        rule="R7",
        next_step="bring both Engines to the same version",
    )


def _levels(context: CheckContext) -> Check:
    problems = []
    for old, new in context.data_center_pairs:
        if old.version and new.version and old.version != new.version:
            problems.append(f"data center {old.name} {old.version}, {new.name} {new.version}")
    source = context.source
    for name, cluster in source.clusters_named.items() if source else ():
        other = context.target.clusters_named.get(
            context.direction.target_name(context.direction.clusters, name)
        )
        if other and cluster.version and other.version and cluster.version != other.version:
            problems.append(f"cluster {name} {cluster.version}, {other.name} {other.version}")
    return result(
        "compatibility-levels",
        problems,
        passed="data centers and clusters have the same levels on both sites",
        failed="compatibility levels differ",
        rule="R8",
        next_step="raise the lower level, or accept that going back may be impossible",
    )


def _minimum_level(context: CheckContext) -> Check:
    problems = [
        f"{item.name} has level {item.version}"
        for name in context.data_center_names
        if (item := context.target.data_centers_named.get(name)) is not None
        and item.version is not None
        and (item.version.major, item.version.minor) < _MINIMUM
    ]
    return result(
        "minimum-level",
        problems,
        passed="every target data center has at least level 4.2",
        failed="a target data center is below level 4.2",
        rule="R10",
    )


def _passive(context: CheckContext) -> Check:
    """R13: the ideal target has no VMs and no attached data domains but its own Engine's."""
    known = {item.desired.id for item in context.domains}
    planned = {item.desired.id for item in context.recovery.vms.values()}
    others = [
        vm.name
        for vm in context.target.inventory.vms
        if vm.id not in planned and not is_hosted_engine(vm)
    ]
    domains = [
        item.name
        for item in context.target.inventory.storage_domains
        if item.data_center_ids and item.type == "data" and item.id not in known
    ]
    problems = []
    if others:
        problems.append(f"VMs of its own: {_few(others)}")
    if domains:
        problems.append(f"attached domains of its own: {_few(domains)}")
    return result(
        "passive-target",
        problems,
        passed="the target has no VMs and no attached domains of its own",
        failed="the target is not empty: names, ids and addresses may collide",
        rule="R13",
    )


def _quota(context: CheckContext) -> Check:
    problems = [
        f"data center {name} enforces quota"
        for name in context.data_center_names
        if (item := context.target.data_centers_named.get(name)) is not None
        and item.quota_mode == "enabled"
    ]
    return result(
        "quota",
        problems,
        passed="no target data center enforces quota",
        failed="a target data center enforces quota: registrations may be refused for lack of it",
        rule="R3",
        next_step="set the quota mode to audit for the failover",
    )


def _known_troubles(context: CheckContext) -> Check:
    engine = context.target.inventory.engine
    version = _version(engine)
    if version is None:
        return unknown("known-troubles", "the target's version was not read", rule="B6.8")
    return result(
        "known-troubles",
        [text for fixed, text in _TROUBLES if version < fixed],
        passed=f"no known troubles of oVirt {engine.full_version} concern a failover",
        failed=f"oVirt {engine.full_version} has known troubles",
        rule="B6.8",
        next_step="update the target's Engine when there is time",
    )


def _inventory_age(context: CheckContext) -> Check:
    if context.source is None:
        return unknown("inventory-age", "there is no inventory of the source", rule="R106")
    taken = context.source.inventory.taken
    if taken is None:
        return unknown("inventory-age", "when the source was recorded is not known", rule="R106")
    age = datetime.fromisoformat(context.now) - datetime.fromisoformat(taken)
    hours = int(age.total_seconds() // 3600)
    problems = [f"it is {hours} hours old"] if age > MAX_INVENTORY_AGE else []
    return result(
        "inventory-age",
        problems,
        passed=f"the source's inventory is {hours} hours old",
        failed=f"the source's inventory is older than {int(MAX_INVENTORY_AGE.total_seconds() // 3600)} hours",
        rule="R106",
        next_step="record the source daily: what changed since is found by the sweeps only",
    )


def _gaps(context: CheckContext) -> Check:
    problems = [f"target: {gap.collection} ({gap.reason})" for gap in context.target.inventory.gaps]
    if context.source is not None:
        problems += [
            f"source: {gap.collection} ({gap.reason})" for gap in context.source.inventory.gaps
        ]
    return result(
        "complete-inventories",
        problems,
        passed="everything was read from both sites" if context.source else "everything was read",
        failed="not everything could be read: what it would hold is unknown, not absent",
        rule="R15",
    )


def _version(engine: EngineIdentity) -> tuple[int, int, int] | None:
    if engine.major is None or engine.minor is None:
        return None
    return engine.major, engine.minor, engine.build or 0


def _few(names: list[str], limit: int = 5) -> str:
    shown = ", ".join(names[:limit])
    return f"{shown} and {len(names) - limit} more" if len(names) > limit else shown
