"""From a request to a plan: desired state, difference, actions, order, checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

import msgspec

from drplan import files
from drplan.errors import InvalidInput
from drplan.model.action import Action
from drplan.model.change import Change, ChangeKind
from drplan.model.check import Check
from drplan.model.drplan_section import UnexpectedRule
from drplan.model.inventory import Inventory
from drplan.model.plan import Direction as PlanDirection
from drplan.model.plan import Limits, MappingReference, Plan, Site, Summary
from drplan.plan.checks.context import CheckContext
from drplan.plan.checks.resources import EXPLAINED, resource_checks
from drplan.plan.checks.safety import safety_checks
from drplan.plan.checks.sites import site_checks
from drplan.plan.checks.storage import storage_checks
from drplan.plan.desired import Recovery, recover
from drplan.plan.diff import diff
from drplan.plan.direction import Direction, nfs_version
from drplan.plan.drift import expectation
from drplan.plan.findings import Findings
from drplan.plan.ordering import put_in_order
from drplan.plan.request import PlanRequest
from drplan.plan.rules.drafts import Drafts, action_key
from drplan.plan.rules.registering import registering
from drplan.plan.rules.start import start_actions
from drplan.plan.rules.storage_domain import storage_actions
from drplan.plan.rules.sweep import sweep_actions
from drplan.plan.rules.template import template_actions
from drplan.plan.rules.vm import vm_actions
from drplan.plan.site_index import index

ItemT = TypeVar("ItemT")

ESSENTIALS: Final = ("data_centers", "clusters", "storage_domains", "vms")
"""What must be known of the target: without it nothing can be told apart from what is there."""

STARTS_PER_HOST: Final = 4
"""The host agent creates at most four VMs at a time (entities sheet 4.4)."""


def build_plan(request: PlanRequest) -> Plan:
    """The plan for a request; ``digest`` and ``seal`` are left empty for who writes it.

    Raises :class:`InvalidInput` for a mode that this release does not have, a direction from a site
    to itself, a selector that fits nothing, and dependencies that go round.
    """
    _refuse(request)
    recovery = recover_for(request)
    changes = diff(recovery.desired, request.target_inventory)
    findings = Findings(request.mapping.file)
    drafts = _draft(recovery, changes, findings)
    ordered = put_in_order(drafts, recovery, request.mode, _site_name(request, target=True))
    checks = _checks(recovery, ordered.actions, request)
    _explain_checks(checks, findings)
    diagnostics, by_action = findings.numbered()
    keys = {number: key for key, number in ordered.ids.items()}
    actions = tuple(
        msgspec.structs.replace(
            action,
            diagnostics=by_action.get(keys[action.id], ()),
            expect=expectation(action, recovery.target),
        )
        for action in ordered.actions
    )
    settings = request.mapping.drplan
    return Plan(
        drplan_version=request.drplan_version,
        plan_id=request.plan_id,
        timestamp=request.timestamp,
        valid_until=request.valid_until,
        mode=request.mode,
        created_by=request.author,
        ticket=request.ticket,
        message=request.message,
        direction=PlanDirection(
            source=_site_name(request, target=False),
            target=_site_name(request, target=True),
            source_role=request.source_role,
            target_role=request.target_role,
        ),
        source=_site(request.source_inventory, _site_name(request, target=False), live=False)
        if request.source_inventory is not None
        else None,
        target=_site(request.target_inventory, _site_name(request, target=True), live=request.live),
        mapping=MappingReference(file=request.mapping.file, sha256=request.mapping.sha256),
        applyable=not any(check.blocks and check.status == "fail" for check in checks),
        complete=all(action.confidence == "observed" for action in actions),
        changes=changes,
        resource_changes=tuple(action for action in actions if action.change.actions),
        action_invocations=tuple(action for action in actions if not action.change.actions),
        gates=ordered.gates,
        checks=checks,
        waves=ordered.waves,
        not_done=recovery.desired.not_done,
        planned_values=recovery.desired,
        limits=_limits(recovery),
        start_barrier=settings.start.barrier,
        lease_wait_s=settings.lease_wait,
        rto_target_s=settings.rto_target,
        summary=_summary(actions, sum(d.severity == "warning" for d in diagnostics)),
        diagnostics=diagnostics,
        secrets=_secrets(actions),
    )


def recover_for(request: PlanRequest) -> Recovery:
    """The desired state of the request's target, with what it was derived from."""
    source = index(request.source_inventory) if request.source_inventory is not None else None
    return recover(
        Direction(request.mapping, request.source_role, request.target_role),
        source,
        index(request.target_inventory),
        unexpected_rule(request),
        request.selection,
    )


def unexpected_rule(request: PlanRequest) -> UnexpectedRule:
    """What sweeps do. Without an inventory everything is unexpected, and somebody must decide."""
    rule = request.unexpected or request.mapping.drplan.unexpected
    source = request.source_inventory
    if request.unexpected is None and (source is None or source.has_gap("vms")):
        raise InvalidInput(
            "the VMs of the source are not known, so every VM found would be unexpected",
            next_step="say what to do with them: --unexpected register, register+start or list;"
            " or give a recording of the source",
        )
    return rule or UnexpectedRule()


def _refuse(request: PlanRequest) -> None:
    if request.mode != "failover":
        raise InvalidInput(
            f"the mode {request.mode} is not in this release",
            next_step="plan a failover; the other modes follow",
        )
    if request.source_role == request.target_role:
        raise InvalidInput(
            "the source and the target are the same site",
            next_step="give --from and --to different sites",
        )
    missing = [name for name in ESSENTIALS if request.target_inventory.has_gap(name)]
    if missing:
        raise InvalidInput(
            f"the target was not read well enough to plan upon: {', '.join(missing)} could not be read",
            where=_site_name(request, target=True),
            next_step="record the target again, with an account that may see everything",
        )


def _draft(recovery: Recovery, changes: tuple[Change, ...], findings: Findings) -> Drafts:
    kinds = _kinds(changes)
    drafts = Drafts()
    storage_actions(recovery, kinds, drafts)
    _explain_domains(recovery, drafts, findings)
    if recovery.source is not None:
        state = registering(recovery, recovery.source, drafts)
        templates = _waiting(recovery.templates, kinds, "template_unregistered")
        template_actions(recovery, templates, state, drafts, findings)
        vms = _waiting(recovery.vms, kinds, "vm_unregistered")
        vm_actions(vms, state, drafts, findings)
        start_actions(recovery, _waiting(recovery.vms, kinds, "vm_down"), drafts, findings)
        _explain_skipped(drafts, findings)
    sweep_actions(recovery, kinds, drafts)
    return drafts


def _waiting(
    items: Mapping[str, ItemT], kinds: Mapping[str, frozenset[ChangeKind]], kind: ChangeKind
) -> list[ItemT]:
    return [item for address, item in items.items() if kind in kinds.get(address, frozenset())]


def _kinds(changes: Iterable[Change]) -> Mapping[str, frozenset[ChangeKind]]:
    found: dict[str, set[ChangeKind]] = {}
    for change in changes:
        found.setdefault(change.address, set()).add(change.kind)
    return {address: frozenset(kinds) for address, kinds in found.items()}


def _explain_domains(recovery: Recovery, drafts: Drafts, findings: Findings) -> None:
    for key, action in drafts.actions.items():
        if action.expected_failure is not None:
            item = recovery.domains[action.address]
            findings.warn(
                f"{action.address}: the {action.operation} will fail",
                detail=action.expected_failure,
                address=action.address,
                actions=(key,),
                position=item.mapping.position,
                next_step="clear the place at the target, or correct the mapping",
            )
        if action.operation == "import":
            _explain_nfs_version(action.address, key, recovery, findings)
        if action.operation == "import" and action.confidence == "unknown":
            findings.warn(
                f"{action.address}: which domain stands there is not known before the import",
                detail="neither the mapping nor an inventory of the source tells its id",
                address=action.address,
                actions=(key,),
                next_step="add dr_domain_id to the mapping, or record the source",
            )


def _explain_nfs_version(address: str, key: str, recovery: Recovery, findings: Findings) -> None:
    mapping = recovery.domains[address].mapping
    side = mapping.side(recovery.direction.target)
    if mapping.storage_type == "nfs" and side.nfs_version and nfs_version(side) is None:
        findings.warn(
            f"{address}: {side.nfs_version} is no version of NFS that the Engine knows",
            detail="the Engine chooses one itself",
            address=address,
            actions=(key,),
            position=mapping.position,
            next_step="write auto, v3, v4, v4_0, v4_1 or v4_2",
        )


def _explain_skipped(drafts: Drafts, findings: Findings) -> None:
    """What fails takes along what depends on it: said once for each entity."""
    told: set[str] = set()
    for key, action in drafts.actions.items():
        if action.operation != "register" or action.expected_failure is not None:
            continue
        causes = sorted(
            {
                drafts.actions[need].address
                for need in action.depends_on
                if drafts.actions[need].address in drafts.doomed
            }
        )
        if causes and action.address not in told:
            told.add(action.address)
            findings.warn(
                f"{action.address} will be skipped",
                detail=f"it needs {', '.join(causes)}, which is expected to fail",
                address=action.address,
                actions=(key, action_key(action.address, "start")),
            )


def _checks(
    recovery: Recovery, actions: tuple[Action, ...], request: PlanRequest
) -> tuple[Check, ...]:
    context = CheckContext(recovery, actions, request.timestamp, request.live)
    return (
        *safety_checks(context),
        *site_checks(context),
        *storage_checks(context),
        *resource_checks(context),
    )


def _explain_checks(checks: tuple[Check, ...], findings: Findings) -> None:
    """A failed check is a warning, or an error if it blocks."""
    for check in checks:
        if check.status == "fail" and check.name not in EXPLAINED:
            findings.warn(
                check.summary,
                detail=f"{check.detail} (check {check.name}, {check.rule})",
                address=f"check.{check.name}",
                next_step=check.next_step,
                severity="error" if check.blocks else "warning",
            )


def _limits(recovery: Recovery) -> Limits:
    """The built-in limits, as the mapping changes them; starts are counted over all Up hosts."""
    settings = recovery.direction.mapping.drplan.limits
    names = {item.desired.data_center for item in recovery.domains.values()}
    data_centers = [recovery.target.data_centers_named.get(name) for name in sorted(names)]
    hosts = sum(len(recovery.target.hosts_up(item.id)) for item in data_centers if item)
    standard = Limits()
    return Limits(
        attach=settings.attach or standard.attach,
        register=settings.register or standard.register,
        start=max(1, (settings.start_per_host or STARTS_PER_HOST) * max(1, hosts)),
    )


def _summary(actions: tuple[Action, ...], warnings: int) -> Summary:
    """Entities are counted, not actions: a domain's import and attach add one domain."""
    added = {action.address for action in actions if "create" in action.change.actions}
    changed = {action.address for action in actions if action.operation == "update"} - added
    return Summary(
        add=len(added),
        change=len(changed),
        invoke=sum(action.operation == "start" for action in actions),
        warnings=warnings,
        expected_failures=sum(action.expected_failure is not None for action in actions),
    )


def _secrets(actions: tuple[Action, ...]) -> tuple[str, ...]:
    found: set[str] = set()
    for action in actions:
        parameters = action.parameters
        found |= {getattr(parameters, name, None) or "" for name in ("username", "password")}
        registration = getattr(parameters, "registration", None)
        for pair in registration.luns if registration is not None else ():
            found |= {pair.target.username or "", pair.target.password or ""}
    return tuple(sorted(found - {""}))


def _site_name(request: PlanRequest, *, target: bool) -> str:
    role = request.target_role if target else request.source_role
    return request.mapping.site(role).name


def _site(inventory: Inventory, name: str, *, live: bool) -> Site:
    return Site(
        site=name,
        url=inventory.url,
        engine=inventory.engine,
        taken=inventory.taken,
        live=live,
        requests=inventory.requests,
        sha256=files.digest(msgspec.json.encode(inventory, order="deterministic")),
    )
