"""Which VMs find room: the scheduler's memory test, host by host (entities sheet 4.5). MiB.

A VM fits a host when its memory and overhead are at most the host's ``max_scheduling_memory``. Each
VM is put on the host of its cluster with most left. What does not fit here will not start; what
fits may still be refused for other reasons (affinity, networks, CPU flags).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from drplan.model.entities import Host, Vm

MIB: Final = 1024 * 1024
VIDEO_RAM: Final = 16
"""What a VM's video device usually has; not told by the API."""

NO_HOST: Final = (
    "There are no hosts to use. Check that the cluster contains at least one host in Up state."
)
NO_ROOM: Final = "no host of cluster {cluster} has {needed} MiB of memory left for it"


@dataclass(frozen=True)
class Room:
    """What one cluster can give: per VM address the host it would run on, and who stays down.

    ``tight`` tells that the order of starting decides who fits, so that it must be kept.
    """

    hosts: Mapping[str, str]
    refused: Mapping[str, str]
    tight: bool


def required(vm: Vm, architecture: str | None) -> int:
    """What the overcommit test asks a host for: memory size plus static and possible overhead."""
    memory = (vm.memory or 0) // MIB
    vcpus = (vm.sockets or 1) * (vm.cores or 1) * (vm.threads or 1)
    possible = VIDEO_RAM + 8 * vcpus + 8 * (vm.io_threads or 0)
    if (vm.architecture or architecture or "").startswith("ppc"):
        maximum = (vm.memory_max or vm.memory or 0) // MIB
        static = 100 + _next_power_of_two(maximum) // 64
    else:
        static = memory // 512 + 64
    return memory + static + possible


def predict_room(
    cluster: str,
    hosts: Iterable[Host],
    demands: Sequence[tuple[str, int]],
) -> Room:
    """Put the VMs (address and MiB, in the order of starting) on the Up hosts of one cluster.

    Hosts that do not tell how much they can schedule are taken to have room for anything.
    """
    up = sorted(hosts, key=lambda host: (host.name, host.id))
    if not up:
        return Room({}, {address: NO_HOST for address, _ in demands}, tight=False)
    if any(host.max_scheduling_memory is None for host in up):
        return Room({}, {}, tight=False)
    left = {host.name: (host.max_scheduling_memory or 0) // MIB for host in up}
    free = sum(left.values())
    placed: dict[str, str] = {}
    refused: dict[str, str] = {}
    for address, size in demands:
        name = max(sorted(left), key=lambda host: left[host])
        if size > left[name]:
            refused[address] = NO_ROOM.format(cluster=cluster, needed=size)
        else:
            left[name] -= size
            placed[address] = name
    sizes = dict(demands)
    tight = _order_matters(
        len(up), free, [sizes[name] for name in placed], [sizes[name] for name in refused]
    )
    return Room(placed, refused, tight)


def _order_matters(hosts: int, free: int, fit: Sequence[int], refused: Sequence[int]) -> bool:
    """Whether another order of starting could give another result.

    However the others are spread, the emptiest host has at least the average left: when that is
    enough for the largest VM that fits, every order fits. And a VM that is larger than all that is
    left together is refused in every order.
    """
    slack = free - sum(fit)
    if fit and slack < (hosts - 1) * max(fit):
        return True
    return any(size <= slack for size in refused)


def _next_power_of_two(number: int) -> int:
    return 1 << max(0, (number - 1).bit_length())
