"""Roles, authorization domains, users, and tags."""

from __future__ import annotations

from drplan.simulator.scenario.form import entity, reference
from drplan.simulator.scenario.site import BLANK_TEMPLATE, Site
from drplan.simulator.store import Store

ADMIN = "admin@internal-authz"

BUILT_IN_ROLES = {
    "SuperUser": "00000000-0000-0000-0000-000000000001",
    "UserRole": "00000000-0000-0000-0001-000000000001",
    "PowerUserRole": "00000000-0000-0000-0001-000000000002",
    "ClusterAdmin": "def00001-0000-0000-0000-def000000001",
    "DataCenterAdmin": "def00002-0000-0000-0000-def000000002",
    "UserVmManager": "def00006-0000-0000-0000-def000000006",
}
"""Roles that every Engine has, under the same ids."""

_ADMINISTRATIVE = ("SuperUser", "ClusterAdmin", "DataCenterAdmin")


def build(site: Site, store: Store) -> None:
    """Everybody the Engine knows, and what they may be (entities sheet 8)."""
    for role in (*BUILT_IN_ROLES, *site.spec.roles):
        _role(site, store, role)
    for domain in site.spec.authorization_domains:
        path = f"/domains/{domain_id(domain)}"
        links = ("groups", "users")
        store.put(path, entity(path, "domain", seed=site.spec.name, name=domain, links=links))
    for user in (ADMIN, *site.spec.users):
        _user(site, store, user)
    _tags(site, store)


def role_id(site: Site, role: str) -> str:
    """The id of a role."""
    return BUILT_IN_ROLES.get(role) or site.id("role", role)


def domain_id(domain: str) -> str:
    """The id of an authorization domain: its name in hexadecimal (wire-facts.md section 3)."""
    return domain.encode().hex().upper()


def user_id(site: Site, user: str) -> str:
    """The id of a user."""
    return site.id("user", user)


def _role(site: Site, store: Store, role: str) -> None:
    path = f"/roles/{role_id(site, role)}"
    store.put(
        path,
        entity(
            path,
            "role",
            seed=site.spec.name,
            name=role,
            description="",
            links=("permits",),
            members={
                "administrative": role in _ADMINISTRATIVE,
                "mutable": role not in BUILT_IN_ROLES,
            },
        ),
    )


def _user(site: Site, store: Store, user: str) -> None:
    login, _, domain = user.rpartition("@")
    path = f"/users/{user_id(site, user)}"
    authority = reference("domain", f"/domains/{domain_id(domain)}")
    store.put(
        path,
        entity(
            path,
            "user",
            seed=site.spec.name,
            name=login,
            links=("permissions", "roles", "sshpublickeys", "tags"),
            members={
                "department": "",
                "domain_entry_id": site.id("directory", user),
                "email": "",
                "last_name": "",
                "namespace": "*",
                "principal": login,
                "user_name": user,
            },
            references={"domain": authority},
        ),
    )


def tag_id(site: Site, tag: str) -> str:
    """The id of a tag."""
    return site.id("tag", tag)


def _tags(site: Site, store: Store) -> None:
    root = f"/tags/{BLANK_TEMPLATE}"
    store.put(root, entity(root, "tag", name="root", description="root"))
    for tag in sorted({tag for vm in site.spec.vms for tag in vm.tags}):
        path = f"/tags/{tag_id(site, tag)}"
        parent = reference("parent", root)
        references = {"parent": parent}
        store.put(path, entity(path, "tag", name=tag, description="", references=references))
