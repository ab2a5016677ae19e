"""The lease of a VM to register (entities sheet 1.7 row 26) and its compatibility level (row 21)."""

from __future__ import annotations

from collections.abc import Iterator

from drplan.simulator import answers, elements, storage_views
from drplan.simulator.registration.pending import Pending


def settle_lease(pending: Pending, path: str) -> None:
    """A lease on a missing or inactive domain moves (HA) or is dropped.

    HA: to the first usable active data domain, or dropped with event 1218. Not HA: dropped
    silently.
    """
    store, wanted = pending.store, pending.record.lease_domain
    if wanted is None or _is_usable(pending, wanted):
        return
    is_ha = store.value(path, "high_availability/enabled") == "true"
    chosen = next(_usable(pending), None) if is_ha else None
    with store.edit(path) as element:
        if chosen is None:
            elements.remove(element, "lease")
        else:
            lease = elements.make("lease")
            lease.append(answers.link("storage_domain", f"/storagedomains/{chosen}"))
            elements.replace(element, lease)
    if is_ha and chosen is None:
        pending.call.engine.emit_event(
            1218,
            "warning",
            f"The VM {pending.name} has a VM lease defined yet will be imported without it as the"
            " Storage Domain for the lease does not exist or is not active.",
            correlation_id=pending.call.correlation_id,
            links={"vm": pending.record.id},
        )


def _usable(pending: Pending) -> Iterator[str]:
    for domain in storage_views.domains_of(pending.store, pending.center or ""):
        if _is_usable(pending, domain):
            yield domain


def _is_usable(pending: Pending, domain: str) -> bool:
    store = pending.store
    return (
        storage_views.data_center_of(store, domain) == pending.center
        and storage_views.status(store, domain) == "active"
        and store.value(f"/storagedomains/{domain}", "type") == "data"
        and store.value(f"/storagedomains/{domain}", "backup") != "true"
    )


def settle_level(pending: Pending, path: str) -> None:
    """A custom compatibility level below the data center's is raised, with event 1198."""
    store = pending.store
    mine = _level(pending, path, "custom_compatibility_version")
    lowest = _level(pending, f"/datacenters/{pending.center}", "version")
    if mine is None or lowest is None or mine >= lowest:
        return
    with store.edit(path) as element:
        elements.set_text(element, "custom_compatibility_version/major", str(lowest[0]))
        elements.set_text(element, "custom_compatibility_version/minor", str(lowest[1]))
    pending.call.engine.emit_event(
        1198,
        "warning",
        f"Original custom compatibility version {mine[0]}.{mine[1]} of imported VM {pending.name}"
        f" is not supported. Changing it to the lowest supported version: {lowest[0]}.{lowest[1]}.",
        correlation_id=pending.call.correlation_id,
        links={"vm": pending.record.id},
    )


def _level(pending: Pending, path: str, tag: str) -> tuple[int, int] | None:
    major = pending.store.value(path, f"{tag}/major")
    minor = pending.store.value(path, f"{tag}/minor")
    return None if major is None or minor is None else (int(major), int(minor))
