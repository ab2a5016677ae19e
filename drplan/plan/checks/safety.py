"""The checks that block: going on would harm a site."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from drplan.model.check import Check
from drplan.plan.checks.context import CheckContext, result, unknown
from drplan.plan.observed import domain_at, observed_domain


def safety_checks(context: CheckContext) -> Iterable[Check]:
    """All four, in the order in which an operator should look at them."""
    yield _engines(context)
    yield _split_brain(context)
    yield _hosts_up(context)
    yield _domain_ids(context)


def _engines(context: CheckContext) -> Check:
    """R1: two different Engines, and each the one that the mapping names."""
    target, source = context.target.inventory, context.source
    problems = []
    mapped_target = context.direction.mapping.site(context.direction.target).url
    mapped_source = context.direction.mapping.site(context.direction.source).url
    ours, theirs = _place(target.url), _place(source.inventory.url if source else None)
    instance = target.engine.instance_id
    if source is not None and instance and instance == source.inventory.engine.instance_id:
        problems.append(f"both sites are the same Engine (instance {instance})")
    if ours is not None and ours == _place(mapped_source) != _place(mapped_target):
        problems.append(f"what was read as the target is the source's Engine ({target.url})")
    if theirs is not None and theirs == _place(mapped_target) != _place(mapped_source):
        problems.append("what was read as the source is the target's Engine")
    if not problems and (instance is None or source is None):
        return unknown(
            "different-engines",
            "whether the two Engines are different ones is not known",
            rule="R1",
            blocks=True,
        )
    return result(
        "different-engines",
        problems,
        passed="the two Engines are different ones",
        failed="the Engines are not the two that the mapping names",
        rule="R1",
        blocks=True,
        next_step="check the mapping's URLs and which recording belongs to which site",
    )


def _split_brain(context: CheckContext) -> Check:
    return unknown(
        "source-fenced",
        "that the source site is down is verified when the plan is applied",
        rule="R38",
        blocks=True,
        apply=True,
    )


def _hosts_up(context: CheckContext) -> Check:
    """R5 and R35: every data center needs a host that is Up."""
    if context.target.inventory.has_gap("hosts"):
        return unknown("hosts-up", "the target's hosts were not read", rule="R5", blocks=True)
    problems = []
    for name in context.data_center_names:
        found = context.target.data_centers_named.get(name)
        if found is not None and not context.target.hosts_up(found.id):
            problems.append(f"no host of {name} is Up")
    return result(
        "hosts-up",
        problems,
        passed="every target data center has a host that is Up",
        failed="a target data center has no host that is Up",
        rule="R5",
        blocks=True,
        next_step="activate a host there, and plan again",
    )


def _domain_ids(context: CheckContext) -> Check:
    """The id in the mapping, the source's and what stands at the path must be one and the same."""
    return result(
        "domain-ids",
        _domain_id_problems(context),
        passed="every known domain id is the expected one",
        failed="a domain id is not the expected one",
        rule="R72",
        blocks=True,
        next_step="correct the mapping, or look what stands at that path",
    )


def _domain_id_problems(context: CheckContext) -> Iterable[str]:
    for item in context.domains:
        desired = item.desired
        mapped = item.mapping.domain_id
        if mapped is not None and item.source is not None and mapped != item.source.id:
            yield (
                f"{desired.address}: the mapping says {mapped}, the source's"
                f" {item.source.name} is {item.source.id}"
            )
        present = domain_at(desired, context.target)
        if present is not None and desired.id is not None and present.id != desired.id:
            yield (
                f"{desired.address}: {present.name} ({present.id}) stands at"
                f" {desired.connection.address or ''}:{desired.connection.path},"
                f" expected is {desired.id}"
            )
        named = context.target.storage_domains_named.get(desired.name)
        meant = observed_domain(desired, context.target)
        if named is not None and meant is not None and named.id != meant.id and present is None:
            yield f"{desired.address}: another domain ({named.id}) has its name"


def _place(url: str | None) -> tuple[str, int] | None:
    if not url:
        return None
    parts = urlsplit(url)
    if parts.hostname is None:
        return None
    return parts.hostname.lower(), parts.port or 443
