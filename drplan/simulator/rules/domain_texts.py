"""Messages about taking storage away: deactivate, detach, remove, OVF stores, master, SPM.

The kind is the error type of ``EngineMessage``, the text that of the ``AppErrors`` bundle.
"""

from __future__ import annotations

from collections.abc import Mapping

from drplan.simulator.faults import Kind

_C = Kind.CONFLICT
_B = Kind.BAD_PARAMETERS

DOMAIN_TEXTS: Mapping[str, tuple[Kind, str]] = {
    # Deactivate (storage sheet 6.2).
    "ERROR_CANNOT_DEACTIVATE_STORAGE_DOMAIN_DURING_UPLOAD_OR_DOWNLOAD": (
        _C,
        "Cannot ${action} ${type}. Please pause or cancel all active disk uploads and downloads first.",
    ),
    "ACTION_TYPE_FAILED_HOSTED_ENGINE_STORAGE": (
        _C,
        "Cannot ${action} ${type}. The storage selected contains the self hosted engine.",
    ),
    "ERROR_CANNOT_DEACTIVATE_MASTER_WITH_NON_DATA_DOMAINS": (
        _C,
        "Cannot deactivate a Master Storage Domain while there are active non-data domains in the Data Center.\n-Please deactivate all the non-data domains first.",
    ),
    "ERROR_CANNOT_DEACTIVATE_MASTER_WITH_LOCKED_DOMAINS": (
        _C,
        "You are trying to deactivate a Master storage domain while there are locked domains in the Data Center. Please wait for the operations on those domains to finish first.",
    ),
    "ERROR_CANNOT_DEACTIVATE_DOMAIN_WITH_RUNNING_VMS_WITH_LEASES": (
        _C,
        "Cannot deactivate domain, the domain contains leases for the following running VMs: ${vmNames}",
    ),
    "ERROR_CANNOT_DEACTIVATE_STORAGE_DOMAIN_WITH_ISO_ATTACHED": (
        _C,
        "Cannot ${action} ${type}. The Storage Domain has ISO image(s) attached to the following VM(s): ${VmNames}.",
    ),
    "ACTION_TYPE_FAILED_DETECTED_ACTIVE_VMS": (
        _C,
        'Cannot ${action} ${type}. VMs in a state other than "Down" or "Suspended" were detected.\n-Please ensure all VMs associated with this Storage Domain are stopped and in the Down or Suspended state first.',
    ),
    "ERROR_CANNOT_DEACTIVATE_MASTER_DOMAIN_WITH_TASKS_ON_POOL": (
        _C,
        "Cannot deactivate Master Data Domain while there are running tasks on its Data Center.\n-Tasks running: ${tasksNames}\n-Please wait until tasks will finish and try again.",
    ),
    "ERROR_CANNOT_DEACTIVATE_DOMAIN_WITH_TASKS": (
        _C,
        "Cannot ${action} ${type} while there are running tasks on this ${type}.\n-Tasks running: ${tasksNames}\n-Please wait until tasks will finish and try again.",
    ),
    # Detach, remove, destroy (storage sheet 7).
    "ACTION_TYPE_FAILED_STORAGE_DELETE_PROTECTED": (
        _C,
        "Cannot ${action} ${type}. The following VMs/Templates are delete protected: ${vms}.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_VMS_IN_POOL": (
        _C,
        "Cannot ${action} ${type}. The following VMs/Templates are attached to pool: ${vms}.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DELETE_VMS_IN_PREVIEW": (
        _C,
        "Cannot ${action} ${type}. The following VMs are previewing a snapshot: ${vms}.",
    ),
    "ERROR_CANNOT_DETACH_LAST_STORAGE_DOMAIN": (
        _C,
        "Cannot detach the master Storage Domain from the Data Center while there are other storage domains attached to it.\n-Please try to activate another Storage Domain in the Data Center.",
    ),
    "CANNOT_REMOVE_STORAGE_DOMAIN_INVALID_HOST_ID": (
        _B,
        "Can not Remove Storage Domain - the underlying Host ID is invalid.",
    ),
    "CANNOT_REMOVE_STORAGE_DOMAIN_HOST_NOT_UP": (
        _C,
        "Cannot ${action} ${type}. Host ${hostName} is not up.",
    ),
    "ACTION_TYPE_FAILED_FORMAT_STORAGE_DOMAIN_WITH_ATTACHED_DATA_DOMAIN": (
        _C,
        "Cannot ${action} ${type}.\n The Storage Domain metadata indicates it is already attached to a Data Center hence cannot be formatted.\n To remove the Storage Domain one should either remove it without the format option or attach it to an existing Data Center, detach it, and try again.",
    ),
    "ERROR_CANNOT_DESTROY_LAST_STORAGE_DOMAIN": (
        _C,
        "Cannot destroy the master Storage Domain from the Data Center without another active Storage Domain to take its place.\n-Either activate another Storage Domain in the Data Center, or remove the Data Center.\n-If you have problems with the master Data Domain, consider following the recovery process described in the documentation, or contact your system administrator.",
    ),
    "ERROR_CANNOT_DESTROY_LAST_STORAGE_DOMAIN_HOST_NOT_ACTIVE": (
        _C,
        "In order to complete the operation a new master Storage Domain needs to be elected, which requires at least one active Host in the Data Center.\n-Please make sure one of the Hosts is active in the Data Center first.",
    ),
    # OVF stores (storage sheet 8.1).
    "ACTION_TYPE_FAILED_DOMAIN_OVF_ON_UPDATE": (
        _C,
        "Cannot ${action} ${type}. Storage Domain OVF data is currently being updated.",
    ),
    # Master and SPM (storage sheet 6.3; SwitchMasterStorageDomainCommand).
    "STORAGE_DOMAIN_DOES_NOT_EXIST": (_B, "Storage Domain doesn't exist."),
    "ACTION_TYPE_FAILED_SWITCH_MASTER_STORAGE_DOMAIN_NOT_SUPPORTED": (
        _B,
        "Cannot ${action} ${type}. Switch master storage domain operation is not supported.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_ALREADY_MASTER": (
        _C,
        "Cannot ${action} ${type}. The storage domain is already the master storage domain.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_IN_STORAGE_POOL": (
        _C,
        "Cannot ${action} ${type}. The selected Storage Domain is not part of the Data Center.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_MUST_BE_ACTIVE": (
        _C,
        "Cannot ${action} ${type}. Storage domain ${domainName} must be active.",
    ),
    "ACTION_TYPE_FAILED_ACTION_IS_SUPPORTED_ONLY_FOR_DATA_DOMAINS": (
        _B,
        "Cannot ${action} ${type}. Action is only applicable for Data domains.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_POOL_HAS_RUNNING_TASKS": (
        _C,
        "Cannot ${action} ${type}. The storage pool has running tasks.",
    ),
    "ACTION_TYPE_FAILED_MASTER_ROLE_IS_BEING_SWITCHED": (
        _C,
        "Cannot ${action} ${type}. The master role is being switched from storage domain ${currMaster} to ${newMaster}.",
    ),
    # What hosts and the SPM say (VdsmErrors).
    "IRS_REPOSITORY_NOT_FOUND": (
        Kind.UNTYPED,
        "Error connecting to the Storage Pool Manager service.\nPossible reasons:\n"
        " - Storage Pool Manager service is in non-active state.\n"
        " - No Active Host in the Data Center.",
    ),
    "StorageDomainDoesNotExist": (
        Kind.UNTYPED,
        "Storage domain cannot be reached. Please ensure it is accessible from the host(s).",
    ),
}
