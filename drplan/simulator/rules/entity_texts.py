"""Messages about VMs, templates, disks, hosts, jobs, events, affinity and users.

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
    "VM_TEMPLATE_IMAGE_LAST_DOMAIN": (
        _C,
        "Cannot ${action} ${type}. The image is the only remaining copy of a Template disk.",
    ),
    # Hosts (MaintenanceNumberOfVdssCommand, HostValidator).
    "VDS_INVALID_SERVER_ID": (_B, "Cannot ${action} ${type}. Invalid Host Id."),
    "VDS_CANNOT_MAINTENANCE_VDS_IS_NOT_OPERATIONAL": (
        _C,
        "Cannot switch Host to Maintenance mode, Host is not operational.",
    ),
    "VDS_CANNOT_MAINTENANCE_IT_INCLUDES_NON_MIGRATABLE_VM": (
        _C,
        "Cannot switch the following Hosts to Maintenance mode: ${HostsList}.\nOne or more running VMs are indicated as non-migratable. The non-migratable VMs are: ${VmsList}.",
    ),
    "VDS_CANNOT_MAINTENANCE_VDS_IS_IN_MAINTENANCE": (
        _C,
        "Cannot switch Host to Maintenance mode. Host is already in Maintenance mode.",
    ),
    "VDS_CANNOT_MAINTENANCE_SPM_CONTENDING": (
        _C,
        "Cannot switch Host to Maintenance mode. Host is contending for Storage Pool Manager,\nwait for operation to complete and retry.",
    ),
    "VDS_CANNOT_MAINTENANCE_VDS_IS_NOT_RESPONDING_WITH_VMS": (
        _C,
        "Cannot switch Host to Maintenance mode.\nHost still has running VMs on it and is in Non Responsive state.",
    ),
    "VDS_CANNOT_MAINTENANCE_VDS_IS_NOT_RESPONDING_AND_IS_SPM": (
        _C,
        "Cannot switch Host to Maintenance mode.\nHost is Storage Pool Manager and is in Non Responsive state.\n- If power management is configured, engine will try to fence the host automatically.\n- Otherwise, either bring the node back up, or release the SPM resource.",
    ),
    "VDS_CANNOT_MAINTENANCE_SPM_WITH_RUNNING_TASKS": (
        _C,
        "Cannot switch Host to Maintenance mode. Host has asynchronous running tasks,\nwait for operation to complete and retry.",
    ),
    "CANNOT_MAINTENANCE_VDS_RUN_VMS_NO_OTHER_RUNNING_VDS": (
        _C,
        "The following Hosts have running VMs and cannot be switched to maintenance mode: ${HostsList}.\nPlease ensure that the following Clusters have at least one Host in UP state: ${ClustersList}.",
    ),
    "VDS_ALREADY_UP": (_C, "Cannot ${action} ${type}. Host in Up status."),
    "VDS_NON_RESPONSIVE": (_C, "Cannot ${action} ${type}. Host is in non responsive state."),
    # Jobs and steps (storage sheet 10.2).
    "ACTION_TYPE_EMPTY_DESCRIPTION": (
        _B,
        "Cannot ${action} ${type}. Description can not be empty.",
    ),
    "ACTION_TYPE_NO_JOB": (_B, "Cannot ${action} ${type}. Job not found."),
    "ACTION_TYPE_NO_STEP": (_B, "Cannot ${action} ${type}. Step not found."),
    "ACTION_TYPE_NOT_EXTERNAL": (
        _B,
        "Cannot ${action} ${type}. External steps can be added only to external jobs or steps.",
    ),
    "ACTION_TYPE_NO_PARENT": (
        _B,
        "Cannot ${action} ${type}. Step should be a child of the Job or other Step.",
    ),
    # Events (storage sheet 10.4).
    "ACTION_TYPE_FAILED_EXTERNAL_EVENT_NOT_FOUND": (
        _B,
        "Cannot ${action} ${type}. External Event does not exist.",
    ),
    # Affinity, users, permissions.
    "AFFINITY_LABEL_NOT_EXISTS": (_B, "Affinity label does not exist."),
    "AFFINITY_LABEL_READ_ONLY": (_C, "Cannot change read-only affinity label."),
    "ACTION_TYPE_FAILED_INVALID_ENTITY_FOR_AFFINITY_GROUP": (
        _B,
        "Cannot ${action} ${type}. Provided ${entity} is invalid (does not exist).",
    ),
    "ACTION_TYPE_FAILED_DUPLICATE_ENTITY_IN_AFFINITY_GROUP": (
        _B,
        "Cannot ${action} ${type}. Duplicate ${entity}.",
    ),
    "ACTION_TYPE_FAILED_ENTITY_NOT_IN_AFFINITY_GROUP_CLUSTER": (
        _B,
        "Cannot ${action} ${type}. Provided ${entity} resides in another Cluster.",
    ),
    "USER_MUST_EXIST_IN_DIRECTORY": (_N, "User must exist in Directory."),
}
