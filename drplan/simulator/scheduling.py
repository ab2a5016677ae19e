"""The scheduler: which host a VM is started on, or why none fits (entities sheet 4.3 to 4.5).

Filters in the order of policy ``none``: CPU, Memory, affinity, Network. Of the memory tests this
has the overcommit test; the physical one needs statistics that recordings lack. The host with the
most scheduling memory left is taken, equals by name, so that runs repeat.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from drplan.simulator import elements
from drplan.simulator.elements import Element
from drplan.simulator.rules.memory import MIB, HostMemory, VmSize
from drplan.simulator.rules.messages import Finding, refusal, refuse_with
from drplan.simulator.rules.running import filtered
from drplan.simulator.store import Store
from drplan.simulator.topology import entity_id, up_hosts_of_cluster

_NOT_COMMITTED = frozenset({"down", "wait_for_launch", "image_locked", "suspended"})
_RUN = {"action": "run", "type": "VM"}


def choose_host(store: Store, vm: str) -> str:
    """The host for the VM at that path; raises the scheduler's refusal where none fits."""
    cluster = store.reference(vm, "cluster") or ""
    hosts = up_hosts_of_cluster(store, cluster)
    if not hosts:
        raise refuse_with("SCHEDULING_NO_HOSTS")
    size = size_of(store.element(vm))
    refused: list[Finding] = []
    fitting: list[str] = []
    for host in hosts:
        finding = _filter(store, vm, cluster, host, size)
        if finding is None:
            fitting.append(host)
        else:
            refused.append(finding)
    if not fitting:
        raise refusal([Finding("SCHEDULING_ALL_HOSTS_FILTERED_OUT"), *refused], **_RUN)
    check_networks(store, vm, cluster)
    return min(fitting, key=lambda host: _preference(store, host))


def _preference(store: Store, host: str) -> tuple[int, str, str]:
    return (-free_memory(store, host), store.value(f"/hosts/{host}", "name") or "", host)


def size_of(vm: Element) -> VmSize:
    """What the arithmetic needs of a VM."""
    memory = int(elements.text_of(vm, "memory") or 0) // MIB
    largest = elements.text_of(vm, "memory_policy/max")
    topology = [
        int(elements.text_of(vm, f"cpu/topology/{part}") or 1)
        for part in ("sockets", "cores", "threads")
    ]
    return VmSize(
        memory=memory,
        max_memory=int(largest) // MIB if largest else memory,
        vcpus=topology[0] * topology[1] * topology[2],
        architecture=elements.text_of(vm, "cpu/architecture") or "x86_64",
        io_threads=int(elements.text_of(vm, "io/threads") or 0),
    )


def free_memory(store: Store, host: str) -> int:
    """The host's ``max_scheduling_memory`` in MiB; computed where none was recorded."""
    path = f"/hosts/{host}"
    shown = store.value(path, "max_scheduling_memory")
    if shown is not None:
        return int(shown) // MIB
    cluster = store.reference(path, "cluster") or ""
    percent = store.value(f"/clusters/{cluster}", "memory_policy/over_commit/percent")
    return HostMemory(
        physical=int(store.value(path, "memory") or 0) // MIB,
        overcommit_percent=int(percent or 100),
        committed=sum(size_of(store.element(vm)).required for vm in _vms_on(store, host)),
    ).max_scheduling_memory


def reserve(store: Store, host: str, size: VmSize) -> None:
    """Take a VM's memory off the host: pending until it runs, committed then, the same sum."""
    left = max(0, free_memory(store, host) - size.required)
    store.set_value(f"/hosts/{host}", "max_scheduling_memory", str(left * MIB))


def give_back(store: Store, host: str, size: VmSize) -> None:
    """A VM left the host: its memory can be scheduled again."""
    left = free_memory(store, host) + size.required
    store.set_value(f"/hosts/{host}", "max_scheduling_memory", str(left * MIB))


def _vms_on(store: Store, host: str) -> Iterator[str]:
    for vm in store.members("/vms"):
        status = store.value(vm, "status") or "down"
        if store.reference(vm, "host") == host and status not in _NOT_COMMITTED:
            yield vm


def _filter(store: Store, vm: str, cluster: str, host: str, size: VmSize) -> Finding | None:
    name = store.value(f"/hosts/{host}", "name") or ""
    if size.vcpus > cores_of(store, host, cluster):
        reason = "it has an insufficient amount of CPU cores to run the VM"
        return filtered(name, "CPU", reason)
    free = free_memory(store, host)
    if size.required > free:
        reason = f"its available memory is too low ({free} MB) to run the VM"
        return filtered(name, "Memory", reason)
    return _affinity(store, vm, cluster, host, name)


def cores_of(store: Store, host: str, cluster: str) -> int:
    """The host's cores, or threads where the cluster counts them; unbounded if unknown."""
    path = f"/hosts/{host}"
    sockets = store.value(path, "cpu/topology/sockets")
    cores = store.value(path, "cpu/topology/cores")
    if sockets is None or cores is None:
        return 1_000_000
    threads = 1
    if store.value(f"/clusters/{cluster}", "threads_as_cores") == "true":
        threads = int(store.value(path, "cpu/topology/threads") or 1)
    return int(sockets) * int(cores) * threads


def _affinity(store: Store, vm: str, cluster: str, host: str, name: str) -> Finding | None:
    """Enforcing VM affinity: together with, or apart from, the group's running VMs."""
    key = entity_id(vm)
    for group in store.members(f"/clusters/{cluster}/affinitygroups"):
        element = store.element(group)
        others = [m.get("id") or "" for m in element.iterfind("vms/vm")]
        if key not in others or not _is_enforcing(element):
            continue
        places = _running_places(store, [o for o in others if o != key])
        positive = elements.text_of(element, "vms_rule/positive") == "true"
        if not positive and host in places:
            reason = f"it matched negative affinity rules {elements.text_of(element, 'name')}"
            return filtered(name, "VmAffinityGroups", reason)
        if positive and places and host not in places:
            reason = f"it did not match positive affinity rules {elements.text_of(element, 'name')}"
            return filtered(name, "VmAffinityGroups", reason)
    return None


def _is_enforcing(group: Element) -> bool:
    rule = group.find("vms_rule")
    return rule is not None and all(
        elements.text_of(rule, tag) == "true" for tag in ("enabled", "enforcing")
    )


def _running_places(store: Store, vms: Sequence[str]) -> set[str]:
    places = set()
    for vm in vms:
        path = f"/vms/{vm}"
        host = store.reference(path, "host")
        if host and store.value(path, "status") not in ("down", "suspended", "image_locked"):
            places.add(host)
    return places


def check_networks(store: Store, vm: str, cluster: str) -> None:
    """A vNIC's network that the cluster lacks makes the Network filter fail as such (500)."""
    attached = {entity_id(path) for path in store.members(f"/clusters/{cluster}/networks")}
    for nic in store.members(f"{vm}/nics"):
        profile = store.reference(nic, "vnic_profile")
        network = store.reference(f"/vnicprofiles/{profile}", "network") if profile else None
        if network is not None and network not in attached:
            raise refuse_with("CAN_DO_ACTION_GENERAL_FAILURE")
