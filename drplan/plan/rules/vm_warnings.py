"""What people are told about a VM's registration: whatever it loses, changes or will not survive."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from drplan.plan.findings import Findings
from drplan.plan.rules.registering import Registering

if TYPE_CHECKING:
    from drplan.plan.rules.vm import Foreseen

_WITH_OWN_WARNING = frozenset({"network"})


def explain(foreseen: Foreseen, state: Registering, key: str, findings: Findings) -> None:
    """Warn of everything that the registration of one VM changes without being asked to."""
    address = foreseen.item.desired.address
    if foreseen.failure is not None:
        findings.warn(
            f"{address} will not be registered",
            detail=foreseen.failure,
            address=address,
            actions=(key,),
            next_step=_remedy(foreseen),
        )
        return
    state.explain_cluster(foreseen.item.cluster, address, key, findings)
    state.explain_vnics(foreseen.vnics, address, key, findings)
    _explain_macs(foreseen, state, key, findings)
    _explain_dropped(foreseen, key, findings)
    for lun in foreseen.luns:
        if lun.code == "lun_seen_by_some":
            findings.warn(
                f"{address} may be refused for its LUN {lun.disk.name}",
                detail=lun.detail,
                address=address,
                actions=(key,),
                next_step="make every host of the data center see the LUN",
            )


def _explain_macs(foreseen: Foreseen, state: Registering, key: str, findings: Findings) -> None:
    address = foreseen.item.desired.address
    settings = state.recovery.direction.mapping.settings
    for mac in foreseen.macs.nics:
        if mac.outcome == "reassigned":
            findings.warn(
                f"{address} gets a new MAC address on {mac.nic.name}",
                detail=f"{mac.nic.mac} does not stay: {mac.reason}. What is bound to it (DHCP"
                " reservations, licences) will not know the VM.",
                address=address,
                actions=(key,),
                key="dr_reset_mac_pool" if settings.reset_mac_pool else None,
                position=settings.positions.get("reset_mac_pool"),
                next_step="to keep it, free the address or widen the cluster's MAC pool, and plan"
                " again",
            )
        elif mac.external:
            findings.warn(
                f"{address} keeps an address outside the MAC pool on {mac.nic.name}",
                detail=f"{mac.nic.mac} is in no range of the pool; the Engine warns (event 925)",
                address=address,
                actions=(key,),
                key="dr_reset_mac_pool",
                position=settings.positions.get("reset_mac_pool"),
            )


def _explain_dropped(foreseen: Foreseen, key: str, findings: Findings) -> None:
    address = foreseen.item.desired.address
    lost = [item for item in foreseen.dropped if item.kind not in _WITH_OWN_WARNING]
    if lost:
        findings.warn(
            f"{address} loses {', '.join(_told((item.kind, item.name) for item in lost))}",
            detail="; ".join(
                f"{item.kind.replace('_', ' ')} {item.name}: {item.reason}" for item in lost
            ),
            address=address,
            actions=(key,),
            next_step="create what is missing at the target, or map it",
        )


def _told(items: Iterable[tuple[str, str]]) -> Iterable[str]:
    return (f"{kind.replace('_', ' ')} {name}" for kind, name in items)


def _remedy(foreseen: Foreseen) -> str:
    if foreseen.item.cluster.cluster is None:
        return "map the cluster in dr_cluster_mappings, or create it at the target"
    if foreseen.missing.missing:
        return "map the domain, or let the VM go without the disks: drplan.allow_missing_disks"
    return ""
