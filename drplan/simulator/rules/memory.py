"""The scheduler's memory arithmetic, in MiB (entities sheet 4.5; Engine: SlaValidator, VDS)."""

from __future__ import annotations

from dataclasses import dataclass

HOST_GUEST_OVERHEAD = 65
HOST_RESERVED = 321
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class VmSize:
    """What the arithmetic needs of a VM; MiB."""

    memory: int
    max_memory: int
    vcpus: int
    architecture: str = "x86_64"
    hugepages: int = 0
    video_ram: int = 16
    io_threads: int = 0

    @property
    def static_overhead(self) -> int:
        """Overhead that is always there: of the emulator and its page tables."""
        if self.architecture.startswith("ppc"):
            return 100 + _next_power_of_two(self.max_memory) // 64
        return self.memory // 512 + 64

    @property
    def possible_overhead(self) -> int:
        """Overhead that devices may add."""
        return self.video_ram + 8 * self.vcpus + 8 * self.io_threads

    @property
    def required(self) -> int:
        """What the overcommit test compares: memory *size*, not guaranteed memory."""
        return self.memory - self.hugepages + self.static_overhead + self.possible_overhead


@dataclass(frozen=True, slots=True)
class HostMemory:
    """A host's memory and what its VMs have taken; MiB.

    ``committed`` and ``pending`` are sums of ``VmSize.required`` of running and of accepted VMs.
    """

    physical: int
    overcommit_percent: int
    committed: int = 0
    pending: int = 0
    reserved: int = HOST_RESERVED
    guest_overhead: int = HOST_GUEST_OVERHEAD

    @property
    def max_scheduling_memory(self) -> int:
        """``max(0, overcommit% x physical - committed - reserved) - pending``, never below 0."""
        limit = self.overcommit_percent * self.physical // 100
        free = max(0, limit - self.committed - self.guest_overhead - self.reserved)
        return max(0, free - self.pending)

    def fits(self, vm: VmSize) -> bool:
        """The overcommit test of filter Memory."""
        return vm.required <= self.max_scheduling_memory


def _next_power_of_two(number: int) -> int:
    return 1 << max(0, (number - 1).bit_length())
