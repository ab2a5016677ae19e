"""The fields that searches may name, object by object (engine-entities.md 7.3).

A field that the Engine has and the simulator does not know ends in a loud 501: a wrong guess would
look like an answer. A field that the Engine does not have is free text there, and here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from drplan.simulator import storage_views
from drplan.simulator.search import relations
from drplan.simulator.search.enums import (
    CONTENT_TYPES,
    DATA_CENTER_STATUSES,
    DISK_STATUSES,
    DISK_TYPES,
    DOMAIN_STATUSES,
    FLAGS,
    HOST_STATUSES,
    SEVERITIES,
    STORAGE_TYPES,
    TEMPLATE_STATUSES,
    VM_STATUSES,
    VM_TYPES,
    Spellings,
)
from drplan.simulator.store import Store

Read: TypeAlias = Callable[[Store, str], list[str]]
Relation: TypeAlias = Callable[[Store, str], list[str]]


class UnknownToSimulator(Exception):
    """The Engine knows this field, the simulator does not."""


class Type(StrEnum):
    """How values of a field are compared."""

    TEXT = "text"
    ENUM = "enum"
    NUMBER = "number"
    ID = "id"
    LIST = "list"
    """Exact entries of a comma list, without wildcard; ``!=`` skips an empty one."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its type, how it is read, and the spellings of an enumeration."""

    type: Type
    read: Read
    spellings: Spellings = field(default_factory=dict)


def _nothing(store: Store, path: str) -> list[str]:
    return []


@dataclass(frozen=True, slots=True)
class ObjectType:
    """What can be searched for: its fields, its cross references, its free texts."""

    fields: Mapping[str, Field]
    relations: Mapping[str, tuple[str, Relation]] = field(default_factory=dict)
    not_simulated: frozenset[str] = frozenset()
    also_free: Read = _nothing
    """Texts beside its own members that free text is looked for in."""


def _text(tag: str) -> Field:
    return Field(Type.TEXT, _member(tag))


def _member(tag: str) -> Read:
    def read(store: Store, path: str) -> list[str]:
        value = store.value(path, tag)
        return [] if value is None else [value]

    return read


def _names(relation: Relation) -> Read:
    def read(store: Store, path: str) -> list[str]:
        names = (store.value(found, "name") for found in relation(store, path))
        return [name for name in names if name is not None]

    return read


def _named(relation: Relation) -> Field:
    return Field(Type.TEXT, _names(relation))


def _enum(tag: str, spellings: Spellings) -> Field:
    return Field(Type.ENUM, _member(tag), spellings)


def _count(relation: Relation) -> Field:
    return Field(Type.NUMBER, lambda store, path: [str(len(relation(store, path)))])


def _version(store: Store, path: str) -> list[str]:
    major, minor = store.value(path, "version/major"), store.value(path, "version/minor")
    return [f"{major}.{minor}"] if major is not None and minor is not None else []


def _domain_status(store: Store, path: str) -> list[str]:
    value = storage_views.status(store, relations.id_of(path))
    return [] if value is None else [value]


def _tags(store: Store, path: str) -> list[str]:
    names = (store.value(tag, "name") for tag in store.members(f"{path}/tags"))
    return [name for name in names if name is not None]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ID = Field(Type.ID, lambda store, path: [relations.id_of(path)])
_DESCRIBED = {
    "name": _text("name"),
    "description": _text("description"),
    "comment": _text("comment"),
}


def _both(name: str, target: str, relation: Relation) -> dict[str, tuple[str, Relation]]:
    """A cross reference under its singular and its plural name."""
    return {name: (target, relation), f"{name}s": (target, relation)}


OBJECTS: Mapping[str, ObjectType] = {
    "vms": ObjectType(
        {
            **_DESCRIBED,
            "id": _ID,
            "status": _enum("status", VM_STATUSES),
            "type": _enum("type", VM_TYPES),
            "cluster": _named(relations.cluster_of),
            "datacenter": _named(relations.data_center_of_member),
            "on_host": _named(relations.host_of_vm),
            "tag": Field(Type.TEXT, _tags),
            "fqdn": _text("fqdn"),
            "next_run_config_exists": _enum("next_run_configuration_exists", FLAGS),
        },
        {
            **_both("host", "hosts", relations.host_of_vm),
            **_both("template", "templates", relations.template_of_vm),
            "storage": ("storagedomains", relations.domains_of_owner),
        },
        _words(
            "uptime creationdate os cpu_usage memory_usage mem_usage network_usage memory "
            "guaranteed_memory vcpus ip pool loggedinuser quota has_illegal_images architecture "
            "compatibility_level custom_emulated_machine custom_cpu_type application "
            "initrd_url apps priority migration_progress_percent mem"
        ),
    ),
    "hosts": ObjectType(
        {
            **_DESCRIBED,
            "id": _ID,
            "status": _enum("status", HOST_STATUSES),
            "address": _text("address"),
            "cluster": _named(relations.cluster_of),
            "datacenter": _named(relations.data_center_of_member),
        },
        {
            **_both("vm", "vms", relations.vms_on_host),
            "storage": ("storagedomains", relations.domains_of_member),
        },
        _words(
            "version spm_id cpu_usage mem_usage network_usage load hostname cpus cpu_model memory "
            "cpu_speed active_vms migrating_vms committed_mem type ovirt_node_version "
            "external_status tag network_update_available hw_id product_name"
        ),
    ),
    "storagedomains": ObjectType(
        {
            **_DESCRIBED,
            "status": Field(Type.ENUM, _domain_status, DOMAIN_STATUSES),
            "datacenter": Field(Type.LIST, _names(relations.data_centers_of_domain)),
            "type": _enum("storage/type", STORAGE_TYPES),
            "backup": _enum("backup", FLAGS),
        },
        {
            **_both("host", "hosts", relations.hosts_of_domain),
            **_both("cluster", "clusters", relations.clusters_of_domain),
        },
        _words("free_size used_size total_size committed external_status size"),
        _names(relations.data_centers_of_domain),
    ),
    "disks": ObjectType(
        {
            "alias": _text("alias"),
            "name": _text("name"),
            "description": _text("description"),
            "id": _ID,
            "status": _enum("status", DISK_STATUSES),
            "disk_type": _enum("storage_type", DISK_TYPES),
            "disk_content_type": _enum("content_type", CONTENT_TYPES),
            "number_of_vms": _count(relations.vms_of_disk),
            "vm_names": _named(relations.vms_of_disk),
            "shareable": _enum("shareable", FLAGS),
        },
        {
            "datacenter": ("datacenters", relations.data_centers_of_disk),
            "storage": ("storagedomains", relations.domains_of_disk),
        },
        _words("provisioned_size size actual_size creation_date bootable quota format")
        | _words("last_modified is_shareable wipe_after_delete images"),
    ),
    "clusters": ObjectType(
        {
            **_DESCRIBED,
            "architecture": _text("cpu/architecture"),
            "cpu_type": _text("cpu/type"),
            "compatibility_level": Field(Type.TEXT, _version),
        },
        {
            "datacenter": ("datacenters", relations.data_center_of_cluster),
            "storage": ("storagedomains", relations.domains_of_member),
        },
        _words("initialized network"),
    ),
    "datacenters": ObjectType(
        {
            **_DESCRIBED,
            "id": _ID,
            "status": _enum("status", DATA_CENTER_STATUSES),
            "local": _enum("local", FLAGS),
            "compatibility_version": Field(Type.TEXT, _version),
        },
        {
            **_both("cluster", "clusters", relations.clusters_of_data_center),
            "storage": ("storagedomains", relations.domains_of_data_center),
            "network": ("networks", relations.networks_of_data_center),
        },
        _words("quota"),
    ),
    "templates": ObjectType(
        {
            **_DESCRIBED,
            "status": _enum("status", TEMPLATE_STATUSES),
            "cluster": _named(relations.cluster_of),
            "datacenter": _named(relations.data_center_of_member),
            "version_name": _text("version/version_name"),
            "childcount": _count(relations.vms_of_template),
            "tag": Field(Type.TEXT, _tags),
        },
        {
            **_both("vm", "vms", relations.vms_of_template),
            "storage": ("storagedomains", relations.domains_of_owner),
        },
        _words("mem os creationdate nics quota version_number"),
    ),
    "networks": ObjectType(
        {
            **_DESCRIBED,
            "id": _ID,
            "datacenter": _named(relations.data_center_of_cluster),
            "vlanid": Field(Type.NUMBER, lambda s, p: [v for v in (s.reference(p, "vlan"),) if v]),
        },
        {"datacenter": ("datacenters", relations.data_center_of_cluster)},
        _words("stp mtu vmnetwork label providername qos"),
    ),
    "events": ObjectType(
        {
            "id": Field(Type.NUMBER, lambda store, path: [relations.id_of(path)]),
            "type": Field(Type.NUMBER, _member("code")),
            "severity": _enum("severity", SEVERITIES),
            "message": _text("description"),
            "correlation_id": _text("correlation_id"),
            "origin": _text("origin"),
            "custom_event_id": Field(Type.NUMBER, _member("custom_id")),
            "event_vm": _text("vm/name"),
            "event_storage": _text("storage_domain/name"),
            "event_host": _text("host/name"),
            "event_template": _text("template/name"),
            "event_datacenter": _text("data_center/name"),
            "usrname": _text("user/name"),
        },
        {
            **_both("vm", "vms", relations.linked("vm", "/vms")),
            "host": ("hosts", relations.linked("host", "/hosts")),
            **_both("template", "templates", relations.linked("template", "/templates")),
            **_both("cluster", "clusters", relations.linked("cluster", "/clusters")),
        },
        _words("time job_id quota_name volume"),
    ),
    "users": ObjectType(
        {"name": _text("name"), "usrname": _text("user_name"), "lastname": _text("last_name")},
        {},
        _words("department title type role tag pool directory"),
    ),
    "groups": ObjectType({"name": _text("name")}),
    "vmpools": ObjectType({**_DESCRIBED, "cluster": _named(relations.cluster_of)}),
}
"""What each searchable collection knows; ``jobs`` has a rule of its own."""

FREE_TEXTS = ("name", "description", "comment", "alias")
"""The members that free text is looked for in."""


def own_field(collection: str, name: str) -> Field | None:
    """A field of the object itself; raises ``UnknownToSimulator`` for one that is missing here."""
    kind = OBJECTS[collection]
    if name in kind.not_simulated:
        raise UnknownToSimulator(f"searching {collection} by {name}")
    return kind.fields.get(name)
