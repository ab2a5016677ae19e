"""Affinity groups, labels, users and roles of an entity to register (entities sheet 1.4).

Names are mapped, fall back to the original, and are dropped where neither exists. Groups and
labels are read here, during validation, and written whole during execution: a registration that
ran in between is overwritten (entities sheet 2.3).
"""

from __future__ import annotations

from collections.abc import Mapping

from drplan.simulator.definitions import login_of
from drplan.simulator.registration.pending import Pending
from drplan.simulator.rules.name_mapping import resolve
from drplan.simulator.topology import entity_id


def choose_groups(pending: Pending) -> None:
    """Affinity groups by name, engine-wide; one of another cluster is dropped without event."""
    store = pending.store
    known = {
        store.value(path, "name") or "": path
        for cluster in store.members("/clusters")
        for path in store.members(f"{cluster}/affinitygroups")
    }
    for name in pending.record.affinity_groups:
        chosen = resolve(name, pending.request.affinity_groups, known)
        if chosen is None:
            pending.missing.affinity_groups.append(name)
            continue
        path = known[chosen]
        if path.startswith(f"/clusters/{pending.cluster}/"):
            vms = store.element(path).findall("vms/vm")
            pending.groups[path] = tuple(vm.get("id") or "" for vm in vms)


def choose_labels(pending: Pending) -> None:
    """Affinity labels by name."""
    store = pending.store
    known = {store.value(p, "name") or "": p for p in store.members("/affinitylabels")}
    for name in pending.record.affinity_labels:
        chosen = resolve(name, pending.request.affinity_labels, known)
        if chosen is None:
            pending.missing.affinity_labels.append(name)
            continue
        path = known[chosen]
        pending.labels[path] = tuple(entity_id(p) for p in store.members(f"{path}/vms"))


def choose_permissions(pending: Pending) -> None:
    """Direct user permissions: (user id, role id), users and roles that exist.

    The domain mapping is looked up by *login* (the bug of every release since 4.2.1). Roles are
    mapped when the set is built and again when they are saved.
    """
    store = pending.store
    users = {login_of(store, path): entity_id(path) for path in store.members("/users")}
    roles = {store.value(p, "name") or "": entity_id(p) for p in store.members("/roles")}
    held = _held_roles(pending, roles)
    for permission in pending.record.permissions:
        mapped = pending.request.domains.get(permission.login)
        user = users.get((permission.login, mapped)) if mapped else None
        user = user or users.get((permission.login, permission.domain))
        if user is None:
            pending.missing.users.append(f"{permission.login}@{permission.domain}")
            continue
        for role in held[permission.login]:
            saved = resolve(role, pending.request.roles, roles)
            if saved is not None:
                pending.permissions.append((user, roles[saved]))


def _held_roles(pending: Pending, known: Mapping[str, str]) -> dict[str, list[str]]:
    """The roles of each *login*, mapped once; missing ones are noted."""
    held: dict[str, list[str]] = {}
    for permission in pending.record.permissions:
        mine = held.setdefault(permission.login, [])
        for name in permission.roles:
            role = resolve(name, pending.request.roles, known)
            if role is None:
                if name not in pending.missing.roles:
                    pending.missing.roles.append(name)
            elif role not in mine:
                mine.append(role)
    return held


def has_double_permission(pending: Pending) -> bool:
    """Whether a user would get one role twice: the unique index refuses (row "role")."""
    return len(set(pending.permissions)) != len(pending.permissions)
