"""VMs: start those that ran, HA first (R40), as far as memory reaches.

Who finds no room is known beforehand: these starts are tried last. Where the order of starting
decides who fits, the starts of a cluster follow one another, so that what is foretold happens.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Final

from drplan.model.action import Action, Alteration, Call
from drplan.model.drplan_section import StartRules, WaitFor
from drplan.model.parameters import StartParameters
from drplan.plan.desired import Recovery
from drplan.plan.desired_vms import PlannedVm
from drplan.plan.findings import Findings
from drplan.plan.power import first_match
from drplan.plan.predict.memory import Room, predict_room, required
from drplan.plan.rules.drafts import ESTIMATES, Drafts, action_key

BACKUP_DOMAIN: Final = (
    "Cannot run VM. Running VM can not contain disks which are stored on a backup storage domain."
)
NO_BOOT_DISK: Final = "Cannot run VM without at least one bootable disk."
STATELESS_HA: Final = "Cannot run VM. Highly Available Virtual servers can not be run as stateless."
TOO_MANY_CPUS: Final = "no host has enough CPU cores to run the VM: it has {vcpus} virtual CPUs, the largest host {cores}"


@dataclass
class Starting:
    """The starts of a plan while they are drafted; ``refused`` says why some will not succeed."""

    order: tuple[PlannedVm, ...]
    refused: dict[str, str] = field(default_factory=dict)
    waits: dict[str, set[str]] = field(default_factory=dict)


def start_actions(
    recovery: Recovery, waiting: Iterable[PlannedVm], drafts: Drafts, findings: Findings
) -> None:
    """Draft the starts of the VMs that are down and should be up."""
    starting = Starting(in_start_order(tuple(waiting)))
    planned = {item.desired.address for item in starting.order}
    for item in starting.order:
        reason = _refusal(item, recovery, drafts)
        if reason is not None:
            starting.refused[item.desired.address] = reason
    _fit_memory(recovery, starting, drafts)
    if recovery.direction.mapping.drplan.start.barrier:
        _put_barrier(starting)
    for item in starting.order:
        action = _start(item, recovery, starting, planned, drafts)
        drafts.add(action)
        if action.expected_failure is not None:
            findings.warn(
                f"{item.desired.address} will stay down",
                detail=action.expected_failure,
                address=item.desired.address,
                actions=(action.id,),
                next_step="free memory at the target, or exclude VMs that can wait"
                if "memory" in action.expected_failure
                else "",
            )


def in_start_order(vms: Sequence[PlannedVm]) -> tuple[PlannedVm, ...]:
    """By rank, but never before a VM that it starts after."""
    table = {item.desired.address: item for item in vms}
    waits = {
        address: {name for name in item.desired.start_after if name in table}
        for address, item in table.items()
    }
    followers: dict[str, list[str]] = {}
    for address, needs in waits.items():
        for need in needs:
            followers.setdefault(need, []).append(address)
    ready = [(item.rank, address) for address, item in table.items() if not waits[address]]
    heapq.heapify(ready)
    order: list[PlannedVm] = []
    while ready:
        _, address = heapq.heappop(ready)
        order.append(table[address])
        for follower in followers.get(address, ()):
            waits[follower].discard(address)
            if not waits[follower]:
                heapq.heappush(ready, (table[follower].rank, follower))
    return tuple(order)


def _refusal(item: PlannedVm, recovery: Recovery, drafts: Drafts) -> str | None:
    """Why the Engine will not start the VM, other than for memory (entities sheet 4.3)."""
    vm = item.source
    if vm.stateless and vm.high_availability:
        return STATELESS_HA
    for domain in item.desired.domains:
        planned = recovery.domains.get(domain)
        holds = planned is not None and any(
            planned.source is not None and planned.source.id in disk.storage_domain_ids
            for disk in item.placement.images
        )
        if planned is not None and holds and _is_backup(planned.desired.backup, planned.source):
            return f"{BACKUP_DOMAIN} ({planned.desired.name})"
    register = drafts.actions.get(action_key(item.desired.address, "register"))
    if register is not None and register.predicts is not None and _bootless(item, register):
        return NO_BOOT_DISK
    return _cpu_refusal(item, recovery)


def _is_backup(wanted: bool | None, source: object) -> bool:
    return bool(wanted if wanted is not None else getattr(source, "backup", None))


def _bootless(item: PlannedVm, register: Action) -> bool:
    """Whether every disk it had is lost in a partial registration."""
    lost = (
        {d.name for d in register.predicts.dropped if d.kind == "disk"}
        if register.predicts
        else set()
    )
    disks = {disk.name or disk.id for disk in item.placement.images}
    return bool(lost) and bool(disks) and disks <= lost


def _cpu_refusal(item: PlannedVm, recovery: Recovery) -> str | None:
    cluster = item.cluster.cluster
    hosts = recovery.target.cluster_hosts_up(cluster.id) if cluster else ()
    vm = item.source
    vcpus = (vm.sockets or 1) * (vm.cores or 1) * (vm.threads or 1)
    sizes = []
    for host in hosts:
        if host.sockets is None or host.cores is None:
            return None
        threads = (host.threads or 1) if cluster and cluster.threads_as_cores else 1
        sizes.append(host.sockets * host.cores * threads)
    if sizes and vcpus > max(sizes):
        return TOO_MANY_CPUS.format(vcpus=vcpus, cores=max(sizes))
    return None


def _fit_memory(recovery: Recovery, starting: Starting, drafts: Drafts) -> None:
    """Put the VMs on the hosts of their clusters, and order the starts where that matters.

    A VM that starts after one that will not run is skipped, and leaves its memory to those behind
    it: so the placing is done again without the first such VM, until there is none.
    """
    skipped = {address for address in drafts.doomed if address.startswith("vm")}
    while True:
        rooms = {
            cluster_id: (running, _room(cluster_id, running, recovery))
            for cluster_id, running in _by_cluster(starting, skipped).items()
        }
        refused = {
            address: reason
            for _, room in rooms.values()
            for address, reason in room.refused.items()
        }
        stopped = skipped | refused.keys() | starting.refused.keys()
        newly = next(
            (
                item.desired.address
                for item in starting.order
                if item.desired.address not in stopped
                and stopped.intersection(item.desired.start_after)
            ),
            None,
        )
        if newly is None:
            break
        skipped.add(newly)
    starting.refused.update(refused)
    for running, room in rooms.values():
        _keep_order(running, room, starting)


def _by_cluster(starting: Starting, skipped: set[str]) -> Mapping[str, list[PlannedVm]]:
    """The VMs that will ask for memory, by target cluster, in the order of starting."""
    found: dict[str, list[PlannedVm]] = {}
    for item in starting.order:
        address, cluster = item.desired.address, item.cluster.cluster
        if cluster is not None and address not in skipped and address not in starting.refused:
            found.setdefault(cluster.id, []).append(item)
    return dict(sorted(found.items()))


def _room(cluster_id: str, running: Sequence[PlannedVm], recovery: Recovery) -> Room:
    cluster = recovery.target.clusters[cluster_id]
    if recovery.target.inventory.has_gap("hosts"):
        return Room({}, {}, tight=False)
    return predict_room(
        cluster.name,
        recovery.target.cluster_hosts_up(cluster_id),
        [(item.desired.address, required(item.source, cluster.architecture)) for item in running],
    )


def _keep_order(running: Sequence[PlannedVm], room: Room, starting: Starting) -> None:
    """Those without room come last; where the order decides who fits, one follows the other."""
    fit = [item.desired.address for item in running if item.desired.address not in room.refused]
    rest = [item.desired.address for item in running if item.desired.address in room.refused]
    if room.tight:
        for before, later in pairwise(fit):
            starting.waits.setdefault(later, set()).add(before)
    for before, later in pairwise(rest):
        starting.waits.setdefault(later, set()).add(before)
    if rest:
        starting.waits.setdefault(rest[0], set()).update(fit[-1:] if room.tight else fit)


def _put_barrier(starting: Starting) -> None:
    """No VM starts before the starts of all HA VMs have ended; those without room come last anyway."""
    urgent = {
        vm.desired.address
        for vm in starting.order
        if vm.desired.high_availability and vm.desired.address not in starting.refused
    }
    exempt = urgent | _all_needs(starting.order, urgent)
    for item in starting.order:
        if item.desired.address not in exempt:
            starting.waits.setdefault(item.desired.address, set()).update(urgent)


def _all_needs(order: Sequence[PlannedVm], urgent: set[str]) -> set[str]:
    """Everything that an HA VM starts after, itself HA or not: it cannot wait for the barrier."""
    table = {item.desired.address: item.desired.start_after for item in order}
    found: set[str] = set()
    waiting = list(urgent)
    while waiting:
        for need in table.get(waiting.pop(), ()):
            if need not in found:
                found.add(need)
                waiting.append(need)
    return found


def _start(
    item: PlannedVm,
    recovery: Recovery,
    starting: Starting,
    planned: set[str],
    drafts: Drafts,
) -> Action:
    desired, rules = item.desired, recovery.direction.mapping.drplan.start
    needs = [action_key(desired.address, "register")]
    needs = list(drafts.existing(needs))
    needs += [action_key(name, "start") for name in desired.start_after if name in planned]
    registered = desired.id in recovery.target.vms
    return Action(
        id=action_key(desired.address, "start"),
        address=desired.address,
        type="vm",
        name=desired.name,
        change=Alteration(
            operation="start",
            after=StartParameters(
                vm_id=desired.id,
                wait_for=_wait_for(desired.name, rules),
                delay=first_match(rules.delay, desired.name, 0),
            ),
        ),
        confidence="observed" if registered else "predicted",
        action_reason=desired.power_reason,
        limit_class="start",
        depends_on=tuple(needs),
        after=tuple(
            sorted(action_key(name, "start") for name in starting.waits.get(desired.address, ()))
        ),
        expected_failure=starting.refused.get(desired.address),
        estimate=ESTIMATES["start"],
        calls=(Call(method="POST", path="/vms/{vm}/start"), Call(method="GET", path="/vms/{vm}")),
    )


def _wait_for(name: str, rules: StartRules) -> WaitFor:
    found: Mapping[str, WaitFor] = rules.wait_for
    return next(
        (value for pattern, value in found.items() if fnmatchcase(name, pattern)),
        rules.default_wait_for,
    )
