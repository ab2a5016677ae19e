"""One storage domain, two addresses: keeping both views of it consistent.

``/storagedomains/X`` shows ``status`` only as ``unattached`` and lists the data center under
``data_centers``; ``/datacenters/D/storagedomains/X`` exists only while the domain is attached and
shows the real status (engine-storage.md 4.1, wire-facts.md section 5). Both are stored as they
were recorded; what is written here reaches both.
"""

from __future__ import annotations

from collections.abc import Callable

from drplan.simulator import answers, elements
from drplan.simulator.elements import Element
from drplan.simulator.store import Store, split

TOP = "/storagedomains"
_ATTACHED_ACTIONS = ("activate", "deactivate")


def top_path(domain: str) -> str:
    """The path of the Engine-wide view."""
    return f"{TOP}/{domain}"


def attached_collection(data_center: str) -> str:
    """The collection of a data center's domains."""
    return f"/datacenters/{data_center}/storagedomains"


def attached_path(store: Store, domain: str) -> str | None:
    """The path of the view under the data center; ``None`` where the domain is not attached."""
    for data_center in store.members("/datacenters"):
        path = f"{data_center}/storagedomains/{domain}"
        if store.exists(path):
            return path
    return None


def data_center_of(store: Store, domain: str) -> str | None:
    """The id of the data center the domain is attached to."""
    path = attached_path(store, domain)
    return None if path is None else path.split("/")[2]


def status(store: Store, domain: str) -> str | None:
    """The real status; ``unattached`` for a domain that no data center has."""
    path = attached_path(store, domain)
    return store.value(path or top_path(domain), "status")


def set_status(store: Store, domain: str, value: str) -> None:
    """Change the status of an attached domain; raises ``KeyError`` where it is not attached."""
    path = attached_path(store, domain)
    if path is None:
        raise KeyError(domain)
    store.set_value(path, "status", value)


def change(store: Store, domain: str, edit: Callable[[Element], None]) -> None:
    """Apply the same edit to every view of the domain (a name, ``master``, sizes, a format)."""
    for path in (top_path(domain), attached_path(store, domain)):
        if path is not None and store.exists(path):
            with store.edit(path) as element:
                edit(element)


def set_field(store: Store, domain: str, tag: str, text: str | None) -> None:
    """Give a member the same text in every view."""
    change(store, domain, lambda element: elements.set_text(element, tag, text))


def attach(store: Store, domain: str, data_center: str, value: str) -> str:
    """Make the view under the data center, with that status; gives its path."""
    top = top_path(domain)
    with store.edit(top) as element:
        elements.remove(element, "status")
        listed = elements.make("data_centers")
        listed.append(answers.link("data_center", f"/datacenters/{data_center}"))
        elements.replace(element, listed)
    path = f"{attached_collection(data_center)}/{domain}"
    view = derive_attached(store.element(top), path, data_center)
    elements.set_text(view, "status", value)
    store.put(path, view)
    return path


def detach(store: Store, domain: str) -> None:
    """Remove the view under the data center; the domain is ``unattached`` from now on."""
    path = attached_path(store, domain)
    if path is not None:
        store.delete(path)
    if store.exists(top_path(domain)):
        with store.edit(top_path(domain)) as element:
            elements.remove(element, "data_centers")
            elements.set_text(element, "status", "unattached")


def derive_attached(top: Element, path: str, data_center: str) -> Element:
    """The view under a data center, made from the Engine-wide one; it has no status yet."""
    view = elements.copy_of(top)
    view.set("href", answers.href(path))
    for tag in ("actions", "status", "data_center"):
        elements.remove(view, tag)
    for link in view.findall("link"):
        if link.get("rel") == "disks":
            link.set("href", answers.href(f"{path}/disks"))
        else:
            view.remove(link)
    actions = elements.make("actions")
    for verb in _ATTACHED_ACTIONS:
        actions.append(elements.make("link", href=answers.href(f"{path}/{verb}"), rel=verb))
    elements.place(view, actions)
    elements.place(view, answers.link("data_center", f"/datacenters/{data_center}"))
    return view


def derive_top(view: Element) -> Element:
    """The Engine-wide view, made from the one under a data center."""
    domain = view.get("id") or ""
    path = top_path(domain)
    top = elements.copy_of(view)
    top.set("href", answers.href(path))
    for tag in ("actions", "status", "data_center"):
        elements.remove(top, tag)
    for link in top.findall("link"):
        link.set("href", answers.href(f"{path}/{link.get('rel')}"))
    return top


def domains_of(store: Store, data_center: str) -> tuple[str, ...]:
    """The ids of the domains attached to a data center, in order."""
    return tuple(split(path)[1] for path in store.members(attached_collection(data_center)))
