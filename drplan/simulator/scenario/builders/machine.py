"""What VMs and templates have in common."""

from __future__ import annotations

from drplan.simulator.rules.memory import VmSize
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.definition import VmSpec
from drplan.simulator.scenario.form import Value, bare, enabled, reference

SMALL_ICON = "8ebc8e0c-38a3-ff89-b043-1e5ec6e4c9a3"
LARGE_ICON = "14ca85cd-8c70-9adf-2c69-884beb8ac3fb"
IO_THREADS = 1
_MIB = 1 << 20


def scheduled_size(vm: VmSpec) -> VmSize:
    """A VM as the scheduler counts it."""
    memory = spelling.size(vm.memory) // _MIB
    return VmSize(memory=memory, max_memory=4 * memory, vcpus=vm.cpus, io_threads=IO_THREADS)


def topology(cpus: int) -> dict[str, Value]:
    """Virtual CPUs as sockets of up to four cores."""
    cores = 4 if cpus % 4 == 0 else 1
    return {"cores": cores, "sockets": cpus // cores, "threads": 1}


def members(
    *,
    memory: int,
    guaranteed: int | None,
    cpus: int,
    architecture: str,
    bios: str,
    os: str,
    boot: tuple[str, ...],
    kind: str,
    origin: str,
    created: str,
    priority: int,
    highly_available: bool,
    delete_protected: bool = False,
) -> dict[str, Value]:
    """The members that recorded VMs and templates share; sizes in bytes."""
    return {
        "bios": {"boot_menu": enabled(False), "type": bios},
        "cpu": {"architecture": architecture, "topology": topology(cpus)},
        "cpu_shares": 0,
        "creation_time": created,
        "delete_protected": delete_protected,
        "display": {
            "allow_override": False,
            "copy_paste_enabled": True,
            "disconnect_action": "LOCK_SCREEN",
            "disconnect_action_delay": 0,
            "file_transfer_enabled": True,
            "monitors": 1,
            "smartcard_enabled": False,
            "type": "vnc",
        },
        "high_availability": {"enabled": highly_available, "priority": priority},
        "io": {"threads": IO_THREADS},
        "large_icon": reference("large_icon", f"/icons/{LARGE_ICON}"),
        "memory": memory,
        "memory_policy": {
            "ballooning": True,
            "guaranteed": memory if guaranteed is None else guaranteed,
            "max": 4 * memory,
        },
        "migration": {"auto_converge": "inherit", "compressed": "inherit", "encrypted": "inherit"},
        "migration_downtime": -1,
        "multi_queues_enabled": True,
        "origin": origin,
        "os": {
            "boot": {"devices": [("device", device) for device in boot]},
            "type": os,
        },
        "placement_policy": {"affinity": "migratable"},
        "small_icon": reference("small_icon", f"/icons/{SMALL_ICON}"),
        "sso": {"methods": [("method", bare("method", "guest_agent"))]},
        "start_paused": False,
        "stateless": False,
        "storage_error_resume_behaviour": "auto_resume",
        "time_zone": {"name": "Etc/GMT"},
        "type": kind,
        "usb": enabled(False),
        "virtio_scsi_multi_queues_enabled": False,
    }
