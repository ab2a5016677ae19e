"""How long things take on a simulated Engine, in seconds, and why so.

One table with defaults; a site that measured its own passes other numbers. None of it is random:
the same plan on the same numbers gives the same forecast.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Durations in seconds. Each comment names the reason for the default."""

    # --- requests -------------------------------------------------------------------------
    read: float = 0.05
    """A GET: session look-up, one query, one mapping; tens of milliseconds on a quiet Engine."""
    read_entry: float = 0.002
    """Each entity in a list, followed ones included: one more internal query for most."""
    write: float = 0.2
    """A command that needs no host: permission, validation and database only."""
    unregistered_entry: float = 0.02
    """Each OVF that ``?unregistered=true`` parses, on every call (engine-entities.md 2.3)."""
    disk_scan_entry: float = 1.0
    """Each image of the live scan behind unregistered disks (engine-storage.md 8.4)."""
    device_scan: float = 5.0
    """``/hosts/H/storage``: a live scan of the host's devices (engine-entities.md 6)."""

    # --- storage domains ------------------------------------------------------------------
    connect_storage: float = 3.0
    """A host mounts or logs in to one storage."""
    iscsi_discover: float = 2.0
    """SendTargets through one host."""
    iscsi_login: float = 3.0
    """Log-in to one target, with the rescan of devices after it."""
    import_scan: float = 5.0
    """A host looks for an existing domain at the path or on the LUNs."""
    attach: float = 8.0
    """The SPM's own attach: force-detach of the old pool, lease, metadata."""
    read_ovf_store: float = 5.0
    """Download of the newest OVF_STORE; the Engine gives up after 300 (engine-storage.md 12)."""
    attach_disk: float = 0.1
    """Two SPM calls for each disk that is not in the database (engine-storage.md 12)."""
    activate: float = 10.0
    """Activation: one round of the pool monitor."""
    spm_start: float = 30.0
    """First activation in a data center: the SPM is started (``contend`` meanwhile)."""
    update_ovf_store: float = 5.0
    """Upload of the OVF_STORE disks of one domain."""
    ovf_generation: float = 1.0
    """Phase 1 of an OVF update: the pool's changed VMs and templates, in the database."""
    ovf_interval: float = 3600.0
    """``OvfUpdateIntervalInMinutes``: how often the background updater runs."""
    callback_poll: float = 1.0
    """``AsyncCommandPollingLoopInSeconds``: when the second half of a command begins."""
    detach: float = 5.0
    """The SPM's own detach: metadata, lockspace, links."""
    host_disconnect: float = 10.0
    """The time in which every host is seen disconnected: one monitor tick."""
    pool_monitor: float = 10.0
    """``StoragePoolRefreshTimeInSeconds``."""
    task_poll: float = 10.0
    """How long a finished SPM task stays in the pool before the poll clears it."""
    sanlock_dead: float = 140.0
    """8 × io_timeout + watchdog: another site's host counts as dead (engine-storage.md 12)."""

    # --- entities -------------------------------------------------------------------------
    register_template: float = 2.0
    """Synchronous: a parse of one OVF and the database."""
    register_vm: float = 3.0
    """Two ticks of the command poller and one of the job monitor (engine-entities.md 2.1)."""
    spm_call: float = 0.15
    """One volume check through the SPM, under one fair lock per data center."""
    image_check: float = 0.5
    """Prepare, ``qemu-img info`` and teardown of one image on a host, not under that lock."""
    vm_create: float = 2.0
    """A host accepts the create call: ``wait_for_launch`` begins."""
    vm_launch: float = 5.0
    """``wait_for_launch`` until ``powering_up``."""
    vm_boot: float = 60.0
    """``powering_up`` until ``up`` without guest agent: about 60 s (engine-entities.md 4.2)."""
    vm_shutdown: float = 60.0
    """A guest that obeys the shutdown request."""
    vm_grace: float = 30.0
    """``VmGracefulShutdownTimeout``: how long the host waits before it asks the guest."""
    host_poll: float = 3.0
    """``VdsRefreshRate``: when the Engine notices what became of a VM."""
    remove_disk: float = 5.0
    """The SPM's removal of one image."""
    vm_stop: float = 3.0
    """Power off."""
