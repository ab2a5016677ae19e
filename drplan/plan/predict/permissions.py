"""Which users and roles a VM loses (entities sheet 1.4).

A user must be in the target Engine's own table, with login and domain; the mapping of AAA domains
has no effect there (B6.4). Permissions of groups are never carried over.
"""

from __future__ import annotations

from collections.abc import Iterable

from drplan.model.entities import Permission, User
from drplan.model.prediction import Dropped
from drplan.plan.direction import Direction
from drplan.plan.site_index import SiteIndex

ROLE_TWICE = "the role mappings give {login} the role {role} twice, and the Engine rolls the registration back"


class PermissionIndex:
    """The users and roles that the target knows."""

    def __init__(self, source: SiteIndex, target: SiteIndex) -> None:
        self._source = source
        self._users = {_key(user) for user in target.inventory.users}
        self._roles = {role.name for role in target.inventory.roles}
        self._users_known = not target.inventory.has_gap("users")
        self._roles_known = not target.inventory.has_gap("roles")

    def dropped(
        self, permissions: tuple[Permission, ...] | None, direction: Direction
    ) -> Iterable[Dropped]:
        """Users and roles that the VM loses, each once, in the order of their names."""
        found: dict[tuple[str, str], Dropped] = {}
        for item in permissions or ():
            user = self._source.users.get(item.user_id or "")
            role = self._source.roles.get(item.role_id or "")
            if item.group_id is not None and item.user_id is None:
                found["user", item.group_id] = Dropped(
                    kind="user",
                    name=f"group {item.group_id}",
                    reason="permissions of groups are not carried over",
                )
            if user is not None and self._users_known and _key(user) not in self._users:
                name = _login(user)
                found["user", name] = Dropped(
                    kind="user", name=name, reason="the target's Engine does not know the user"
                )
            if role is not None and self._roles_known and self._role(role.name, direction) is None:
                found["role", role.name] = Dropped(
                    kind="role", name=role.name, reason="no such role at the target"
                )
        return tuple(found[key] for key in sorted(found))

    def failure(
        self, permissions: tuple[Permission, ...] | None, direction: Direction
    ) -> str | None:
        """Why chained role mappings make the whole registration fail, if they do."""
        seen: set[tuple[str, str]] = set()
        for item in permissions or ():
            user = self._source.users.get(item.user_id or "")
            role = self._source.roles.get(item.role_id or "")
            if user is None or role is None or _key(user) not in self._users:
                continue
            once = self._role(role.name, direction)
            # The Engine applies the mapping when it builds the set and again when it saves.
            twice = self._role(once, direction) if once else None
            if twice is None:
                continue
            if (_login(user), twice) in seen:
                return ROLE_TWICE.format(login=_login(user), role=twice)
            seen.add((_login(user), twice))
        return None

    def _role(self, name: str, direction: Direction) -> str | None:
        mapped = direction.target_name(direction.roles, name)
        return next((role for role in (mapped, name) if role in self._roles), None)


def _key(user: User) -> tuple[str, str]:
    login, _, domain = (user.user_name or user.principal or user.name).rpartition("@")
    if not login:
        login, domain = domain, ""
    return login.lower(), (user.domain_name or domain).lower()


def _login(user: User) -> str:
    name = user.user_name or user.principal or user.name
    return name if "@" in name or not user.domain_name else f"{name}@{user.domain_name}"
