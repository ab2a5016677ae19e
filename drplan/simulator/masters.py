"""The master role among a data center's storage domains: who has it, who gets it next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drplan.simulator import elements, mirroring, storage_views
from drplan.simulator.reach import known_copy
from drplan.simulator.store import Store
from drplan.simulator.topology import data_center_of_host, entity_id

if TYPE_CHECKING:
    from drplan.simulator.core import Engine


def is_master(store: Store, domain: str) -> bool:
    """Whether the domain is the master of its data center."""
    return store.value(f"/storagedomains/{domain}", "master") == "true"


def master_of(store: Store, center: str) -> str | None:
    """The data center's master, ``None`` where it has none."""
    domains = storage_views.domains_of(store, center)
    return next((domain for domain in domains if is_master(store, domain)), None)


def elect(engine: Engine, center: str, besides: str) -> str | None:
    """The domain that would become master: least recently one, Active or Unknown, no backup.

    ``StorageDomainCommandBase.electNewMaster``; only data domains other than ``besides``.
    """
    store = engine.store
    candidates = [
        domain
        for domain in storage_views.domains_of(store, center)
        if domain != besides
        and store.value(f"/storagedomains/{domain}", "type") == "data"
        and store.value(f"/storagedomains/{domain}", "backup") != "true"
        and storage_views.status(store, domain) in {"active", "unknown"}
    ]
    return min(candidates, key=lambda it: engine.was_master.get(it, 0.0), default=None)


def pass_on(engine: Engine, old: str, new: str) -> None:
    """Give the master role to ``new``, in the database and in both domains' metadata."""
    lay_down(engine, old)
    storage_views.set_field(engine.store, new, "master", "true")
    _tell_storage(engine, new, is_master=True)


def lay_down(engine: Engine, domain: str) -> None:
    """The domain is master no longer; nobody else becomes it."""
    engine.was_master[domain] = engine.now
    storage_views.set_field(engine.store, domain, "master", "false")
    _tell_storage(engine, domain, is_master=False)


def stop_spm(store: Store, center: str) -> None:
    """No host of the data center is SPM any more."""
    for path in store.members("/hosts"):
        if data_center_of_host(store, entity_id(path)) == center and has_spm_role(store, path):
            set_spm(store, path, "none")


def has_spm(store: Store, center: str) -> bool:
    """Whether a host of the data center is SPM."""
    return any(
        store.value(path, "spm/status") == "spm"
        for path in store.members("/hosts")
        if data_center_of_host(store, entity_id(path)) == center
    )


def has_spm_role(store: Store, host: str) -> bool:
    """Whether the host at that path is SPM or contends for it."""
    return store.value(host, "spm/status") in {"spm", "contending"}


def set_spm(store: Store, host: str, status: str) -> None:
    """Give the host at that path an SPM status: none, contending, spm."""
    with store.edit(host) as element:
        elements.set_text(element, "spm/status", status)


def _tell_storage(engine: Engine, domain: str, *, is_master: bool) -> None:
    if engine.array is None:
        return
    copy = known_copy(engine.store, engine.array, domain)
    if copy is not None:
        copy.master = is_master
        mirroring.written(engine.array, copy)
