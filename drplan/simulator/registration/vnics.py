"""The profile that each NIC of an entity to register ends with (entities sheet 1.5)."""

from __future__ import annotations

from drplan.simulator.registration.pending import Pending
from drplan.simulator.rules.vnic_mapping import Profile, map_vnic
from drplan.simulator.topology import entity_id


def profiles_of(pending: Pending) -> list[str | None]:
    """The profile ids in the order of the NICs; ``None`` is the empty profile."""
    store = pending.store
    networks = frozenset(
        entity_id(path) for path in store.members(f"/clusters/{pending.cluster}/networks")
    )
    profiles = [
        Profile(
            entity_id(path),
            store.value(path, "name") or "",
            store.reference(path, "network") or "",
            store.value(f"/networks/{store.reference(path, 'network')}", "name") or "",
        )
        for path in store.members("/vnicprofiles")
    ]
    return [
        map_vnic(nic.network, nic.profile, pending.request.vnics, profiles, networks)
        for nic in pending.record.nics
    ]
