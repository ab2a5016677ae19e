"""``--target`` and ``--exclude``: what part of the desired state a plan is about.

A target brings what it needs: a VM its domains, its template and the VMs that it starts after; a
template its base. What is left out takes along what cannot be without it: a domain the VMs and
templates on it, a template the VMs based on it. VMs that merely start after an excluded one stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from drplan.errors import InvalidInput
from drplan.model.desired import Desired, DesiredVm, NotDone
from drplan.plan.addresses import matches


@dataclass(frozen=True)
class Selection:
    """Selectors as the command line gives them: address patterns, ``tag:NAME``, ``ha:true``."""

    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()


def select(desired: Desired, selection: Selection, tags: Mapping[str, tuple[str, ...]]) -> Desired:
    """The desired state cut down to the selection; what was left out is said in ``not_done``.

    ``tags`` are those of the VMs at the source, by id. Raises :class:`InvalidInput` for a selector
    that fits nothing.
    """
    if selection.targets:
        kept = _with_needs(desired, _chosen(desired, selection.targets, tags))
        return _cut(desired, kept, "not_targeted", "outside what --target names")
    if selection.excludes:
        left_out = _chosen(desired, selection.excludes, tags)
        kept = _everything(desired) - _with_dependents(desired, left_out)
        return _cut(
            desired, kept, "excluded", "left out with --exclude, or needs what was left out"
        )
    return desired


def _everything(desired: Desired) -> set[str]:
    return (
        {item.address for item in desired.domains}
        | {item.address for item in desired.templates}
        | {item.address for item in desired.vms}
    )


def _chosen(
    desired: Desired, selectors: Sequence[str], tags: Mapping[str, tuple[str, ...]]
) -> set[str]:
    chosen: set[str] = set()
    for selector in selectors:
        found = set(_selected(desired, selector, tags))
        if not found:
            raise InvalidInput(
                f"nothing in the plan fits {selector!r}",
                next_step="use an address of the plan (vm.NAME, template.NAME,"
                " storage_domain.NAME, * allowed), tag:NAME or ha:true",
            )
        chosen |= found
    return chosen


def _selected(
    desired: Desired, selector: str, tags: Mapping[str, tuple[str, ...]]
) -> Iterable[str]:
    kind, _, value = selector.partition(":")
    tests: dict[str, Callable[[DesiredVm], bool]] = {
        "tag": lambda vm: value in tags.get(vm.id, ()),
        "ha": lambda vm: vm.high_availability is (value.lower() in {"true", "yes", "1"}),
    }
    if kind in tests:
        return [vm.address for vm in desired.vms if tests[kind](vm)]
    return [name for name in _everything(desired) if matches(selector, name)]


def _with_needs(desired: Desired, chosen: set[str]) -> set[str]:
    needs = _needs(desired)
    found: set[str] = set()
    waiting = sorted(chosen)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(needs.get(name, ()))
    return found


def _needs(desired: Desired) -> dict[str, set[str]]:
    """What each address cannot do without, and for VMs also what they start after."""
    hard = _hard_needs(desired)
    for vm in desired.vms:
        hard[vm.address] |= set(vm.start_after)
    masters = {item.data_center: item.address for item in desired.domains if item.master}
    for domain in desired.domains:
        hard[domain.address] = {masters.get(domain.data_center, domain.address)}
    return hard


def _hard_needs(desired: Desired) -> dict[str, set[str]]:
    templates = {item.id: item.address for item in desired.templates}
    needs: dict[str, set[str]] = {}
    for template in desired.templates:
        needs[template.address] = set(template.domains)
        if template.base_template_id in templates:
            needs[template.address].add(templates[template.base_template_id or ""])
    for vm in desired.vms:
        needs[vm.address] = set(vm.domains)
        if vm.template_id in templates:
            needs[vm.address].add(templates[vm.template_id or ""])
    return needs


def _with_dependents(desired: Desired, left_out: set[str]) -> set[str]:
    needs = _hard_needs(desired)
    found = set(left_out)
    grown = True
    while grown:
        more = {name for name, wanted in needs.items() if wanted & found} - found
        found |= more
        grown = bool(more)
    return found


def _cut(desired: Desired, kept: set[str], reason: str, detail: str) -> Desired:
    vms = tuple(
        msgspec.structs.replace(
            vm, start_after=tuple(name for name in vm.start_after if name in kept)
        )
        for vm in desired.vms
        if vm.address in kept
    )
    gone = sorted(_everything(desired) - kept)
    partial = reason == "not_targeted"
    return msgspec.structs.replace(
        desired,
        domains=tuple(item for item in desired.domains if item.address in kept),
        templates=tuple(item for item in desired.templates if item.address in kept),
        vms=vms,
        sweeps=() if partial else tuple(s for s in desired.sweeps if s.domain in kept),
        not_done=desired.not_done
        + tuple(
            NotDone(address=name, operation=_operation(name), reason=reason, detail=detail)
            for name in gone
        ),
    )


def _operation(name: str) -> str:
    return "import" if name.startswith("storage_domain") else "register"
