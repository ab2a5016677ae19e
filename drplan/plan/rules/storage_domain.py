"""Storage domains: connect, import, update, attach, activate.

Rules: a file domain is imported by id and without a name (storage sheet 3.1); the first domain of
an uninitialized data center alone, the others when it is active (5.1); an Engine that knows the
domain already skips what is done (13).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from drplan.model.action import Action, Alteration, Call, Confidence, LimitClass, Mapped, Operation
from drplan.model.change import ChangeKind
from drplan.model.desired import DesiredDomain
from drplan.model.entities import StorageDomain
from drplan.model.mapping import BLOCK_STORAGE_TYPES
from drplan.model.parameters import (
    ActivateParameters,
    AttachParameters,
    ConnectParameters,
    Reference,
    UpdateParameters,
)
from drplan.plan.desired import Recovery
from drplan.plan.desired_domains import PlannedDomain
from drplan.plan.diff import ATTRIBUTES
from drplan.plan.domain_faults import attach_fault, import_fault
from drplan.plan.observed import observed_domain
from drplan.plan.rules.drafts import ESTIMATES, STORAGE_GATE, Drafts, action_key

NAME_FORMAT: Final = re.compile(r"[0-9a-zA-Z_-]{1,50}")

_CALLS: Final[dict[Operation, tuple[Call, ...]]] = {
    "connect": (
        Call(method="POST", path="/hosts/{host}/discoveriscsi"),
        Call(method="POST", path="/hosts/{host}/iscsilogin"),
        Call(method="POST", path="/hosts/{host}/unregisteredstoragedomainsdiscover"),
    ),
    "import": (Call(method="POST", path="/storagedomains"),),
    "update": (Call(method="PUT", path="/storagedomains/{storage_domain}"),),
    "attach": (Call(method="POST", path="/datacenters/{data_center}/storagedomains"),),
    "activate": (
        Call(
            method="POST",
            path="/datacenters/{data_center}/storagedomains/{storage_domain}/activate",
        ),
    ),
}


@dataclass(frozen=True)
class _Context:
    """What the actions of one domain are made from."""

    item: PlannedDomain
    recovery: Recovery
    found: StorageDomain | None
    first: str | None
    """The domain of the data center that must be active before any other is attached."""

    @property
    def desired(self) -> DesiredDomain:
        return self.item.desired

    @property
    def data_center(self) -> Reference:
        return Reference(name=self.desired.data_center, id=self.desired.data_center_id)


def storage_actions(
    recovery: Recovery, changes: Mapping[str, frozenset[ChangeKind]], drafts: Drafts
) -> None:
    """Draft the actions of every domain that has changes."""
    firsts = first_domains(recovery, changes)
    waiting = [item for address, item in recovery.domains.items() if changes.get(address)]
    waiting.sort(key=lambda item: item.desired.address not in firsts.values())
    for item in waiting:
        context = _Context(
            item,
            recovery,
            observed_domain(item.desired, recovery.target),
            firsts.get(item.desired.data_center),
        )
        for action in _actions(context, changes[item.desired.address], drafts):
            drafts.add(action)


def first_domains(
    recovery: Recovery, changes: Mapping[str, frozenset[ChangeKind]]
) -> Mapping[str, str]:
    """For each data center that needs one, the domain that must be active before the others.

    In an uninitialized data center that is the wanted master, else the first by address; in another
    one its master, where that is among the domains to activate.
    """
    firsts: dict[str, str] = {}
    for address, item in recovery.domains.items():
        if not changes.get(address):
            continue
        name = item.desired.data_center
        if _uninitialized(recovery, name) and item.mapping.domain_type == "data":
            current = firsts.get(name)
            if current is None or (
                item.desired.master and not recovery.domains[current].desired.master
            ):
                firsts[name] = address
        else:
            found = observed_domain(item.desired, recovery.target)
            if found is not None and found.master and "domain_inactive" in changes[address]:
                firsts[name] = address
    return firsts


def _uninitialized(recovery: Recovery, data_center: str) -> bool:
    found = recovery.target.data_centers_named.get(data_center)
    return found is not None and found.status == "uninitialized"


def _actions(context: _Context, kinds: frozenset[ChangeKind], drafts: Drafts) -> Iterable[Action]:
    absent = "domain_absent" in kinds
    if absent:
        if context.desired.connection.storage_type in BLOCK_STORAGE_TYPES:
            yield _connect(context)
        yield _import(context)
    if _needs_update(context, absent=absent, kinds=kinds):
        yield _update(context)
    if absent or "domain_unattached" in kinds:
        yield _attach(context)
    if absent or kinds & {"domain_unattached", "domain_inactive"}:
        yield _activate(context)


def _connect(context: _Context) -> Action:
    desired = context.desired
    side = context.item.mapping.side(context.recovery.direction.target)
    parameters = ConnectParameters(
        storage_type="fcp" if desired.connection.storage_type == "fcp" else "iscsi",
        data_center=context.data_center,
        portals=desired.connection.portals,
        domain_id=desired.id,
        username=side.chap_username.ref if side.chap_username else None,
        password=side.chap_password.ref if side.chap_password else None,
    )
    calls = _CALLS["connect"][2:] if parameters.storage_type == "fcp" else _CALLS["connect"]
    return _action(
        context, "connect", Alteration(operation="connect", after=parameters), calls=calls
    )


def _import(context: _Context) -> Action:
    desired = context.desired
    connected = desired.connection.storage_type in BLOCK_STORAGE_TYPES
    alteration = Alteration(
        operation="import",
        actions=("create",),
        after=desired.connection,
        after_unknown={"id": True} if desired.id is None else {},
        mapped=tuple(_mapped(context)),
    )
    return _action(
        context,
        "import",
        alteration,
        depends_on=(action_key(desired.address, "connect"),) if connected else (),
        expected_failure=import_fault(context.item, context.recovery),
    )


def _needs_update(context: _Context, *, absent: bool, kinds: frozenset[ChangeKind]) -> bool:
    """Attributes of a domain that is imported are unknown until then: they are set if any is wanted."""
    if not absent:
        return "domain_differs" in kinds
    desired = context.desired
    wanted = [getattr(desired, name) for name in ATTRIBUTES if name != "name"]
    known = context.item.source
    return any(value is not None for value in wanted) or known is None or known.name != desired.name


def _update(context: _Context) -> Action:
    desired, found = context.desired, context.found
    renamed = found is None or found.name != desired.name
    parameters = UpdateParameters(
        domain_id=desired.id or (found.id if found else None),
        name=desired.name if renamed else None,
        wipe_after_delete=desired.wipe_after_delete,
        discard_after_delete=desired.discard_after_delete,
        backup=desired.backup,
        critical_space_action_blocker=desired.critical_space_action_blocker,
        warning_low_space_indicator=desired.warning_low_space_indicator,
    )
    return _action(
        context,
        "update",
        Alteration(operation="update", actions=("update",), after=parameters),
        depends_on=(action_key(desired.address, "import"),) if found is None else (),
        expected_failure=_update_fault(context) if renamed else None,
    )


def _update_fault(context: _Context) -> str | None:
    name = context.desired.name
    if not NAME_FORMAT.fullmatch(name):
        return (
            "Storage Domain name must be formed of 'a-z', 'A-Z', '0-9', '_' or '-' characters,"
            " and have at most 50 of them"
        )
    other = context.recovery.target.storage_domains_named.get(name)
    if other is not None and other.id != context.desired.id:
        return "Cannot edit Storage. The Storage Domain name is already in use."
    return None


def _attach(context: _Context) -> Action:
    desired = context.desired
    parameters = AttachParameters(
        data_center=context.data_center,
        domain_id=desired.id or (context.found.id if context.found else None),
        master=context.first == desired.address,
    )
    needs = [action_key(desired.address, "import")] if context.found is None else []
    if context.first is not None and context.first != desired.address:
        needs.append(action_key(context.first, "activate"))
    return _action(
        context,
        "attach",
        Alteration(operation="attach", actions=("create",), after=parameters),
        depends_on=tuple(needs),
        after=(action_key(desired.address, "update"),),
        expected_failure=attach_fault(context.item, context.found, context.recovery),
    )


def _activate(context: _Context) -> Action:
    desired = context.desired
    parameters = ActivateParameters(
        data_center=context.data_center,
        domain_id=desired.id or (context.found.id if context.found else None),
    )
    attached = context.found is not None and desired.data_center_id in context.found.data_center_ids
    needs = [] if attached else [action_key(desired.address, "attach")]
    if attached and context.first is not None and context.first != desired.address:
        needs.append(action_key(context.first, "activate"))
    return _action(
        context,
        "activate",
        Alteration(operation="activate", after=parameters),
        depends_on=tuple(needs),
        after=(action_key(desired.address, "update"),) if attached else (),
    )


_LIMIT_CLASSES: Final[Mapping[Operation, LimitClass]] = {
    "connect": "connect",
    "import": "import",
    "update": "attach",
    "attach": "attach",
    "activate": "attach",
    "sweep": "sweep",
}
"""What a domain's operations are counted as: all that the data center's SPM must do is one class."""


def _action(
    context: _Context,
    operation: Operation,
    change: Alteration,
    *,
    depends_on: tuple[str, ...] = (),
    after: tuple[str, ...] = (),
    expected_failure: str | None = None,
    calls: tuple[Call, ...] | None = None,
) -> Action:
    desired = context.desired
    return Action(
        id=action_key(desired.address, operation),
        address=desired.address,
        type="storage_domain",
        name=desired.name,
        change=change,
        confidence=_confidence(context),
        action_reason=_reason(context, operation),
        limit_class=_LIMIT_CLASSES[operation],
        limit_scope=desired.data_center if _LIMIT_CLASSES[operation] == "attach" else "",
        depends_on=depends_on or (STORAGE_GATE,),
        after=after,
        expected_failure=expected_failure,
        estimate=ESTIMATES[operation],
        calls=_CALLS[operation] if calls is None else calls,
    )


def _confidence(context: _Context) -> Confidence:
    if context.found is not None:
        return "observed"
    return "unknown" if context.desired.id is None else "predicted"


def _reason(context: _Context, operation: Operation) -> str:
    if context.desired.id is None and context.found is None:
        return "its id is not known before the import"
    if operation == "attach" and context.first == context.desired.address:
        return "first in the data center, and so its master"
    return ""


def _mapped(context: _Context) -> Iterable[Mapped]:
    direction, mapping = context.recovery.direction, context.item.mapping
    source, target = mapping.side(direction.source), mapping.side(direction.target)
    where = direction.where(target.position or mapping.position)
    for path, old, new in (
        ("name", source.name, target.name),
        ("data_center", source.data_center, target.data_center),
        ("address", ", ".join(source.addresses), ", ".join(target.addresses)),
        ("path", source.path or "", target.path or ""),
    ):
        if old != new:
            yield Mapped(path=path, source=old or None, target=new or None, where=where)
