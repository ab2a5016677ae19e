"""The first storage domain of a data center: AddStoragePoolWithStorages (storage sheet 5.1).

The domain becomes master and stays ``locked`` until it is active; the data center goes from
``uninitialized`` through ``maintenance`` and ``contend`` to ``up``. Whatever fails inside reaches
the client as 400 with detail ``[]``, and both are as before.
"""

from __future__ import annotations

from collections.abc import Generator

from drplan.simulator import elements, storage_views
from drplan.simulator.array import DomainCopy
from drplan.simulator.attaching import adopt, attach_time, center_of, check_readable
from drplan.simulator.faults import Refusal, refuse
from drplan.simulator.handling import Call, Wait
from drplan.simulator.reach import connect_all
from drplan.simulator.store import Store
from drplan.simulator.topology import up_hosts


def attach(call: Call, center: str, domain: str) -> Generator[Wait, None, None]:
    """Make the pool on the domain, start the SPM, read the OVF_STORE, activate."""
    engine, store = call.engine, call.store
    path = f"/datacenters/{center}"
    yield engine.latency.write
    if store.value(path, "status") != "uninitialized":
        # Another attach came between the outer and the inner check: no message.
        raise refuse()
    before = store.value(path, "storage_format")
    storage_views.attach(store, domain, center, "locked")
    storage_views.set_field(store, domain, "master", "true")
    store.set_value(path, "status", "maintenance")
    try:
        yield engine.latency.connect_storage
        copy = _copy(call, center, domain)
        store.set_value(path, "storage_format", center_of(store, center).storage_format)
        yield from engine.hold(f"spm:{center}", attach_time(call, copy))
        store.set_value(path, "status", "contend")
        yield from engine.hold(f"spm:{center}", engine.latency.spm_start)
        _copy(call, center, domain)
    except Refusal:
        storage_views.set_field(store, domain, "master", "false")
        storage_views.detach(store, domain)
        store.set_value(path, "status", "uninitialized")
        store.set_value(path, "storage_format", before)
        raise refuse() from None
    copy.master = True
    adopt(call, center, copy)
    _start_spm(store, center)
    yield from engine.hold(f"spm:{center}", engine.latency.activate)
    storage_views.set_status(store, domain, "active")
    store.set_value(path, "status", "up")


def _copy(call: Call, center: str, domain: str) -> DomainCopy:
    """The copy that the hosts reach; what keeps it from being used is refused."""
    copy = connect_all(call.store, call.engine.array, center, domain)
    if copy is None:
        raise refuse()
    check_readable(call.engine, copy)
    return copy


def _start_spm(store: Store, center: str) -> None:
    hosts = up_hosts(store, center)
    if not hosts:
        return
    with store.edit(f"/hosts/{hosts[0]}") as host:
        elements.set_text(host, "spm/status", "spm")
