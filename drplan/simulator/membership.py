"""What the parts of an Engine say about each other: derived lists, and settling a loaded store.

Some collections are views of others (``/storagedomains/X/vms`` of ``/vms``). They are computed
when asked, so that a write is seen from every side.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from drplan.simulator import answers, elements, storage_views
from drplan.simulator.elements import Element
from drplan.simulator.router import matches
from drplan.simulator.store import Store, split

Ids: TypeAlias = Mapping[str, str]
Derive: TypeAlias = Callable[[Store, Ids], list[Element]]


def is_derived(collection: str) -> bool:
    """Whether a collection is a view of others."""
    return _rule(collection) is not None


def derived(store: Store, collection: str) -> list[Element]:
    """The entries of a collection that is a view of others; none of one that is not."""
    found = _rule(collection)
    return [] if found is None else found[0](store, found[1])


def _rule(collection: str) -> tuple[Derive, Ids] | None:
    parts = tuple(collection.strip("/").split("/"))
    for pattern, rule in _RULES.items():
        ids = matches(pattern, parts)
        if ids is not None:
            return rule, ids
    return None


def _vms_of_domain(store: Store, ids: Ids) -> list[Element]:
    return _owners_of_disks(store, ids["id"], "vms")


def _templates_of_domain(store: Store, ids: Ids) -> list[Element]:
    return _owners_of_disks(store, ids["id"], "templates")


def _owners_of_disks(store: Store, domain: str, segment: str) -> list[Element]:
    on_domain = {split(path)[1] for path in _disks_on(store, domain)}
    owners = [
        path
        for path in store.members(f"/{segment}")
        if any(
            split(attachment)[1] in on_domain
            for attachment in store.members(f"{path}/diskattachments")
        )
    ]
    return [_moved(store, path, f"/storagedomains/{domain}/{segment}") for path in owners]


def _disks_of_domain(store: Store, ids: Ids) -> list[Element]:
    domain = ids["id"]
    return [
        _moved(store, path, f"/storagedomains/{domain}/disks") for path in _disks_on(store, domain)
    ]


def _disks_on(store: Store, domain: str) -> list[str]:
    return [
        path
        for path in store.members("/disks")
        if domain in store.references(path, "storage_domains/storage_domain")
    ]


def _moved(store: Store, path: str, collection: str) -> Element:
    """The entity with the address that it has in a view."""
    element = store.element(path)
    element.set("href", answers.href(f"{collection}/{split(path)[1]}"))
    return element


def _referring(segment: str, tag: str) -> Derive:
    """The entities of a top-level collection that refer to the owner of the view."""

    def rule(store: Store, ids: Ids) -> list[Element]:
        return [
            store.element(path)
            for path in store.members(f"/{segment}")
            if store.reference(path, tag) == ids["id"]
        ]

    return rule


def _labels_of(segment: str) -> Derive:
    """The affinity labels of a VM or host, from the members of the labels."""

    def rule(store: Store, ids: Ids) -> list[Element]:
        return [
            store.element(label)
            for label in store.members("/affinitylabels")
            if store.exists(f"{label}/{segment}/{ids['id']}")
        ]

    return rule


def _members_of_group(tag: str) -> Derive:
    """The members of an affinity group, which stand in its own body."""

    def rule(store: Store, ids: Ids) -> list[Element]:
        group = store.find(f"/clusters/{ids['cluster']}/affinitygroups/{ids['id']}")
        members = None if group is None else group.find(tag)
        return [] if members is None else list(members)

    return rule


_GROUP_MEMBERS = {
    "vms": "vms",
    "hosts": "hosts",
    "vmlabels": "vm_labels",
    "hostlabels": "host_labels",
}
"""Sub-collections of an affinity group, and the members that hold them."""

_RULES: Mapping[tuple[str, ...], Derive] = {
    ("storagedomains", "{id}", "vms"): _vms_of_domain,
    ("storagedomains", "{id}", "templates"): _templates_of_domain,
    ("storagedomains", "{id}", "disks"): _disks_of_domain,
    ("datacenters", "{dc}", "storagedomains", "{id}", "disks"): _disks_of_domain,
    ("datacenters", "{id}", "clusters"): _referring("clusters", "data_center"),
    ("datacenters", "{id}", "networks"): _referring("networks", "data_center"),
    ("networks", "{id}", "vnicprofiles"): _referring("vnicprofiles", "network"),
    ("vms", "{id}", "affinitylabels"): _labels_of("vms"),
    ("hosts", "{id}", "affinitylabels"): _labels_of("hosts"),
    **{
        ("clusters", "{cluster}", "affinitygroups", "{id}", segment): _members_of_group(tag)
        for segment, tag in _GROUP_MEMBERS.items()
    },
}


# --- settling -------------------------------------------------------------------------------


def settle(store: Store) -> None:
    """Complete what a recording tells only from one side."""
    _settle_domains(store)
    _settle_groups(store)
    for segment, tag in (("vms", "vm"), ("hosts", "host")):
        _settle_labels(store, segment, tag)


def _settle_domains(store: Store) -> None:
    """A domain that is attached exists; one that names its data center is attached there.

    A view that was never recorded is made without a status: it is not known.
    """
    for data_center in store.members("/datacenters"):
        for view in store.members(f"{data_center}/storagedomains"):
            top = storage_views.top_path(split(view)[1])
            if not store.exists(top):
                store.put(top, storage_views.derive_top(store.element(view)))
    for top in store.members(storage_views.TOP):
        for data_center_id in store.references(top, "data_centers/data_center"):
            view = f"{storage_views.attached_collection(data_center_id)}/{split(top)[1]}"
            if store.exists(f"/datacenters/{data_center_id}") and not store.exists(view):
                element = storage_views.derive_attached(store.element(top), view, data_center_id)
                store.put(view, element)


def _settle_groups(store: Store) -> None:
    """Members that were only listed beneath an affinity group come into its body."""
    for cluster in store.members("/clusters"):
        for group in store.members(f"{cluster}/affinitygroups"):
            for segment, tag in _GROUP_MEMBERS.items():
                listed = store.members(f"{group}/{segment}")
                if listed and not store.references(group, f"{tag}/*"):
                    with store.edit(group) as element:
                        inside = elements.make(tag)
                        inside.extend([store.element(path) for path in listed])
                        elements.replace(element, inside)


def _settle_labels(store: Store, segment: str, tag: str) -> None:
    """Labels listed under a VM or host become members of the labels."""
    for owner in store.members(f"/{segment}"):
        for seen in store.members(f"{owner}/affinitylabels"):
            label = f"/affinitylabels/{split(seen)[1]}"
            if not store.exists(label):
                element = store.element(seen)
                element.set("href", answers.href(label))
                store.put(label, element)
            member = f"{label}/{segment}/{split(owner)[1]}"
            if not store.exists(member):
                entry = elements.make(tag, href=answers.href(member), id=split(owner)[1])
                store.put(member, entry)
