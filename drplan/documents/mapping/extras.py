"""Reads the ``drplan:`` section: what drplan adds to the role's file, all of it optional."""

from __future__ import annotations

from typing import Final

from drplan.documents.mapping import keys
from drplan.documents.mapping.gates import read_gates
from drplan.documents.mapping.nodes import MapNode
from drplan.documents.mapping.section import Section
from drplan.documents.mapping.start import read_start, read_vm_groups
from drplan.model.drplan_section import (
    DEFAULT_LEASE_WAIT,
    DEFAULT_UNEXPECTED_LIMIT,
    DiscreetTest,
    DrplanSection,
    Exclusions,
    Limits,
    Notifications,
    ProfileForTest,
    ProfileName,
    ServiceGroup,
    UnexpectedPolicy,
    UnexpectedRule,
)
from drplan.model.mapping import SITE_ROLES, SiteRole

_POLICIES: Final[tuple[UnexpectedPolicy, ...]] = ("register", "list", "register+start")


def read_site_names(extras: Section | None) -> dict[SiteRole, str | None]:
    """Return what people call the two sites, where the file says so."""
    sites = extras.section("sites", keys.SITES) if extras else None
    names: dict[SiteRole, str | None] = {}
    for role in SITE_ROLES:
        site = sites.section(role, keys.SITE) if sites else None
        names[role] = site.filled("name") if site else None
    return names


def read_extras(extras: Section | None) -> DrplanSection:
    """Return the section, with its defaults where the file says nothing."""
    if extras is None:
        return DrplanSection()
    lease_wait = extras.seconds("lease_wait")
    return DrplanSection(
        test=_test(extras),
        start=read_start(extras),
        exclude=_exclude(extras),
        gates=read_gates(extras),
        notify=_notify(extras),
        unexpected=_unexpected(extras),
        allow_missing_disks={
            vm: section.texts(vm) for vm, section in extras.entries("allow_missing_disks")
        },
        lease_wait=DEFAULT_LEASE_WAIT if lease_wait is None else lease_wait,
        limits=_limits(extras),
        rto_target=extras.seconds("rto_target", least=1),
        services=_services(extras),
    )


def _test(extras: Section) -> DiscreetTest:
    test = extras.section("test", keys.TEST)
    if test is None:
        return DiscreetTest()
    suffix = test.text("name_suffix")
    if suffix == "":
        test.warning(
            "name_suffix",
            "without a suffix, the test's VMs and domains carry the names of production",
        )
    return DiscreetTest(
        profiles=_profiles(test),
        default_profile=_profile(test, "default_profile"),
        name_suffix=DiscreetTest().name_suffix if suffix is None else suffix,
    )


def _profiles(test: Section) -> tuple[ProfileForTest, ...]:
    profiles = []
    for item in test.sections("profiles", keys.TEST_PROFILE):
        item.report_unknown_keys(where=f"in {item.path}")
        source = _profile(item, "source")
        target = _profile(item, "target")
        if source is None and not item.has("source"):
            item.error("source", "expected `source:` with the network and profile it stands for")
        if source is not None:
            profiles.append(ProfileForTest(source=source, target=target, position=item.position))
    return tuple(profiles)


def _profile(section: Section, key: str) -> ProfileName | None:
    names = section.section(key, keys.PROFILE)
    if names is None:
        return None
    network, profile = names.filled("network"), names.filled("profile")
    if network is None or profile is None:
        missing = "network" if network is None else "profile"
        names.error(missing, f"{missing} is not filled in; a profile is named by both")
        return None
    return ProfileName(network=network, profile=profile)


def _exclude(extras: Section) -> Exclusions:
    exclude = extras.section("exclude", keys.EXCLUDE)
    if exclude is None:
        return Exclusions()
    return Exclusions(
        names=exclude.texts("names"),
        tags=exclude.texts("tags"),
        patterns=exclude.texts("patterns"),
    )


def _notify(extras: Section) -> Notifications:
    notify = extras.section("notify", keys.NOTIFY)
    if notify is None:
        return Notifications()
    return Notifications(
        gate=notify.command("gate"),
        failure=notify.command("failure"),
        end=notify.command("end"),
    )


def _unexpected(extras: Section) -> UnexpectedRule | None:
    """Return the rule: a policy alone, or ``{policy: …, limit: …}``."""
    node = extras.value("unexpected")
    if node is None:
        return None
    if not isinstance(node, MapNode) or node.template:
        policy = extras.choice("unexpected", _POLICIES)
        return UnexpectedRule(policy=policy) if policy else None
    rule = extras.section("unexpected", keys.UNEXPECTED)
    if rule is None:
        return None
    limit = rule.number("limit")
    return UnexpectedRule(
        policy=rule.choice("policy", _POLICIES) or "register",
        limit=DEFAULT_UNEXPECTED_LIMIT if limit is None else limit,
    )


def _limits(extras: Section) -> Limits:
    limits = extras.section("limits", keys.LIMITS)
    if limits is None:
        return Limits()
    return Limits(
        attach=limits.number("attach", least=1),
        ovf_update=limits.number("ovf_update", least=1),
        deactivate=limits.number("deactivate", least=1),
        register=limits.number("register", least=1),
        start_per_host=limits.number("start_per_host", least=1),
    )


def _services(extras: Section) -> tuple[ServiceGroup, ...]:
    return tuple(
        ServiceGroup(name=group.name, vms=group.vms, position=group.position)
        for group in read_vm_groups(extras, "services", "service")
    )
