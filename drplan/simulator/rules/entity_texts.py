"""Messages about VMs, templates and disks.

The kind is the error type of ``EngineMessage``, the text that of the ``AppErrors`` bundle.
"""

from __future__ import annotations

from collections.abc import Mapping

from drplan.simulator.faults import Kind

_C = Kind.CONFLICT
_B = Kind.BAD_PARAMETERS
_N = Kind.UNTYPED

ENTITY_TEXTS: Mapping[str, tuple[Kind, str]] = {
    # Stop, shutdown, remove (entities sheet 5).
    "ACTION_TYPE_FAILED_VM_IS_SAVING_RESTORING": (
        _C,
        "Cannot ${action} ${type}. VM is in saving/restoring state.\n-Please try again when the VM is either up or down.",
    ),
    "ACTION_TYPE_FAILED_VM_IS_NOT_RUNNING": (_C, "Cannot ${action} ${type}. VM is not running."),
    "ACTION_TYPE_FAILED_VM_IS_DURING_BACKUP": (
        _C,
        "Cannot ${action} ${type}. The VM is during a backup operation.",
    ),
    "ACTION_TYPE_FAILED_DELETE_PROTECTION_ENABLED": (
        _C,
        "Cannot ${action} ${type}. Delete protection is enabled. In order to delete, disable Delete protection first.",
    ),
    "VM_CANNOT_REMOVE_WITH_DETACH_DISKS_BASED_ON_TEMPLATE": (
        _C,
        "Cannot ${action} ${type} with detaching disks, VM is based from template.",
    ),
    "VM_CANNOT_REMOVE_WITH_DETACH_DISKS_SNAPSHOTS_EXIST": (
        _C,
        "Cannot ${action} ${type} with detaching disks, snapshots exist.",
    ),
    "VM_CANNOT_REMOVE_VM_WHEN_STATUS_IS_NOT_DOWN": (
        _C,
        "Cannot remove VM that its state is not down.\n-Please stop the VM first.",
    ),
    "ACTION_TYPE_FAILED_VM_IS_RUNNING": (_C, "Cannot ${action} ${type}. VM is running."),
    "ACTION_TYPE_FAILED_VM_ATTACHED_TO_POOL": (
        _C,
        "Cannot ${action} ${type}. VM is attached to a VM Pool.",
    ),
    "ACTION_TYPE_FAILED_VM_IS_DURING_SNAPSHOT": (
        _C,
        "Cannot ${action} ${type}. The VM is performing an operation on a Snapshot. Please wait for the operation to finish, and try again.",
    ),
    "ACTION_TYPE_FAILED_INVALID_VM_LEASE_STORAGE_DOMAIN_STATUS": (
        _C,
        "Cannot ${action} ${type}. The VM lease storage domain (${LeaseStorageDomainName}) status is not active.",
    ),
    "VM_CANNOT_REMOVE_HAS_RUNNING_TASKS": (
        _C,
        "Cannot force remove VM when there are running tasks.",
    ),
    # Templates (RemoveVmTemplateCommand).
    "VMT_CANNOT_REMOVE_DETECTED_DERIVED_VM": (
        _C,
        "Cannot delete Template. Template is being used by the following VMs: ${vmsList}.",
    ),
    # Disks (RemoveDiskCommand).
    "ACTION_TYPE_FAILED_VM_IS_NOT_DOWN": (
        _C,
        "Cannot ${action} ${type}. At least one of the VMs is not down.",
    ),
    "ACTION_TYPE_FAILED_OVF_DISK_NOT_IN_APPLICABLE_STATUS": (
        _C,
        "Cannot ${action} ${type}. The operation can be performed only for OVF disks that are in ${status} status.",
    ),
    "ACTION_TYPE_FAILED_CANT_DELETE_TEMPLATE_DISK_WITHOUT_SPECIFYING_DOMAIN": (
        _B,
        "Cannot ${action} ${type}. A storage domain must be specified when deleting one of a template's disk's copies.",
    ),
}
