"""The Engine's messages: key, kind of error, and text with its variables.

The kind is the error type of ``EngineMessage``; names without one (host errors, details) are
untyped. The texts are those of the ``AppErrors`` and ``VdsmErrors`` bundles.
"""

from __future__ import annotations

from collections.abc import Mapping

from drplan.simulator.faults import Kind

_C = Kind.CONFLICT
_B = Kind.BAD_PARAMETERS
_N = Kind.UNTYPED

TEXTS: Mapping[str, tuple[Kind, str]] = {
    # Any command.
    "CAN_DO_ACTION_GENERAL_FAILURE": (Kind.INTERNAL, "General command validation failure."),
    "ACTION_TYPE_FAILED_OBJECT_LOCKED": (
        _C,
        "Cannot ${action} ${type}. Related operation is currently in progress."
        " Please try again later.",
    ),
    "ENGINE": (_N, "Internal Engine Error"),
    # Storage domains: add, import (storage sheet 3.3).
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_ALREADY_EXIST": (
        _C,
        "Cannot ${action} ${type}. The Storage Domain already exists.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_NAME_ALREADY_EXIST": (
        _C,
        "Cannot ${action} ${type}. The Storage Domain name is already in use.",
    ),
    "VALIDATION_STORAGE_DOMAIN_NAME_INVALID": (
        _B,
        "Storage Domain name must be formed of 'a-z', 'A-Z', '0-9', '_' or '-' characters",
    ),
    "ACTION_TYPE_FAILED_ATTRIBUTE_PATH": (_B, "Attribute: ${path}"),
    "ACTION_TYPE_FAILED_NAME_LENGTH_IS_TOO_LONG": (
        _B,
        "Cannot ${action} ${type}. The given name is too long.",
    ),
    "ERROR_CANNOT_ADD_EXISTING_STORAGE_DOMAIN_CONNECTION_DATA_ILLEGAL": (
        _B,
        "Cannot import Storage Domain. Internal Error: The connection data is illegal.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_CONNECTION_ALREADY_EXISTS": (
        _C,
        "Cannot ${action} ${type}. Storage connection ${connectionId} already exists for"
        " ${storageDomainName}.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_CONNECTION_BELONGS_TO_SEVERAL_STORAGE_DOMAINS": (
        _C,
        "Cannot ${action} ${type}. Storage connection parameters are used by the following"
        " storage domains : ${domainNames}.",
    ),
    "VDS_ADD_STORAGE_SERVER_STATUS_MUST_BE_UP": (
        _C,
        "Cannot add storage server connection when Host status is not up",
    ),
    "VALIDATION_STORAGE_CONNECTION_MOUNT_OPTIONS_CONTAINS_MANAGED_PROPERTY": (
        _B,
        "Cannot ${action} ${type}. Custom mount options contain the following duplicate managed"
        " options: ${invalidOptions}.",
    ),
    "VALIDATION_STORAGE_CONNECTION_INVALID": (
        _B,
        "Mount path is illegal, please use [IP:/path or FQDN:/path] convention.",
    ),
    "VALIDATION_STORAGE_CONNECTION_EMPTY_VFSTYPE": (_B, "VFS type cannot be empty."),
    "ACTION_TYPE_FAILED_PROBLEM_WITH_CANDIDATE_INFO": (
        _C,
        "Cannot ${action} ${type}. Failed to get data for Import operation.\n"
        "- Check connectivity to the Storage Domain.",
    ),
    "ACTION_TYPE_FAILED_DISCARD_AFTER_DELETE_SUPPORTED_ONLY_BY_BLOCK_DOMAINS": (
        _B,
        "Cannot ${action} ${type}. Discard after delete is supported only by block domains.",
    ),
    # Storage domains: attach, activate (storage sheet 5.2, 6.1).
    "ACTION_TYPE_FAILED_STORAGE_POOL_NOT_EXIST": (_B, "Data Center doesn't exist."),
    "ACTION_TYPE_FAILED_NO_VDS_IN_POOL": (
        _C,
        "Cannot ${action} ${type}. There is no active Host in the Data Center.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_NOT_EXIST": (
        _B,
        "Cannot ${action} ${type}. Storage Domain doesn't exist.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_FORMAT_ILLEGAL": (
        _C,
        "Cannot ${action} ${type}. Storage Domain format ${storageFormat} is illegal.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL": (
        _C,
        "Cannot ${action} ${type}. The relevant Storage Domain is inaccessible.\n"
        "-Please handle Storage Domain issues and retry the operation.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_STATUS_ILLEGAL2": (
        _C,
        "Cannot ${action} ${type}. The relevant Storage Domain's status is ${status}.",
    ),
    "ERROR_CANNOT_ATTACH_STORAGE_DOMAIN_STORAGE_TYPE_NOT_MATCH": (
        _C,
        "Cannot attach a local Storage Domain to a shared storage Data Center.",
    ),
    "ERROR_CANNOT_ATTACH_MORE_THAN_ONE_ISO_DOMAIN": (
        _C,
        "Cannot attach more than one ISO Storage Domain to the same Data Center."
        " If you want to use a newly created Domain, detach the existing attached Domain and"
        " attach the new one.",
    ),
    "ERROR_CANNOT_ATTACH_MORE_THAN_ONE_EXPORT_DOMAIN": (
        _C,
        "Cannot attach more than one Import/Export Storage Domain to the same Data Center."
        " If you want to use a newly created Domain, detach the existing attached Domain and"
        " attach the new one.",
    ),
    "ERROR_CANNOT_ADD_STORAGE_POOL_WITHOUT_DATA_DOMAIN": (
        _C,
        "Cannot attach Storage Domain.\n-Please attach Data Domain to the Data Center first.",
    ),
    "ACTION_TYPE_FAILED_MASTER_STORAGE_DOMAIN_NOT_ACTIVE": (
        _C,
        "Failed to ${action} ${type} due to an error on the Data Center master Storage Domain.\n"
        "-Please activate the master Storage Domain first.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_POOL_STATUS_ILLEGAL": (
        _C,
        "Cannot ${action} ${type}. Unknown Data Center status.",
    ),
    "AcquireHostIdFailure": (_N, "Cannot acquire host id"),
    "StorageDomainAlreadyAttached": (
        _N,
        "The Domain is already used by another Data Center.\nIn order to use it, detach it from"
        " the Data Center it is currently attached to.",
    ),
    "StorageDomainAttachError": (_N, "Error attaching storage domain"),
    "ProblemWhileTryingToMountTarget": (_N, "Problem while trying to mount target"),
    # Registration of VMs (entities sheet 1.6, 1.7) and templates (1.9).
    "ACTION_TYPE_FAILED_CLUSTER_CAN_NOT_BE_EMPTY": (
        _B,
        "Cannot ${action} ${type}. The relevant Cluster doesn't exist.",
    ),
    "VM_CANNOT_IMPORT_VM_EXISTS": (
        _C,
        "Import VM failed - VM ID already exists in the system. Please remove the VM"
        " (${VmName}) from the system first",
    ),
    "VM_CANNOT_IMPORT_VM_NAME_EXISTS": (
        _C,
        "Import VM failed - VM Name already exists in the Data Center. Please rename the VM in"
        " the Data Center first",
    ),
    "ACTION_TYPE_FAILED_NAME_ALREADY_USED": (
        _C,
        "Cannot ${action} ${type}. The ${type} name is already in use, please choose a unique"
        " name and try again.",
    ),
    "ACTION_TYPE_FAILED_VM_IS_BEING_IMPORTED": (
        _C,
        "Cannot ${action} ${type}. VM ${VmName} is being imported.",
    ),
    "ACTION_TYPE_FAILED_VM_IMAGE_DOES_NOT_EXIST": (
        _B,
        "Cannot ${action} ${type}. VM's Image does not exist.\n"
        "In order to import partial VM, select 'allow partial' checkbox.",
    ),
    "ACTION_TYPE_FAILED_IMPORT_DISKS_ALREADY_EXIST": (
        _C,
        "Cannot ${action} ${type}. The following disks already exist: ${diskAliases}."
        " Please import as a clone.",
    ),
    "ACTION_TYPE_FAILED_TEMPLATE_DOES_NOT_EXIST": (
        _B,
        "Cannot ${action} ${type}. The relevant Template doesn't exist.",
    ),
    "ACTION_TYPE_FAILED_TEMPLATE_NOT_FOUND_ON_DESTINATION_DOMAIN": (
        _B,
        "Cannot ${action} ${type}. The selected Storage Domain does not contain the VM Template.",
    ),
    "VM_TEMPLATE_IMAGE_IS_LOCKED": (_C, "Template's Image is locked (temporarily)."),
    "ACTION_TYPE_FAILED_DISK_LUN_INVALID": (
        _B,
        "Cannot ${action} ${type}. The provided LUN is not visible by the specified host, please"
        " check storage server connectivity.",
    ),
    "ACTION_TYPE_FAILED_DISK_LUN_IS_ALREADY_IN_USE": (
        _C,
        "Cannot ${action} ${type}. The provided lun is used by another disk.",
    ),
    "ACTION_TYPE_FAILED_DISK_LUN_ISCSI_MISSING_CONNECTION_PARAMS": (
        _C,
        "Cannot ${action} ${type}. The provided lun is missing at least one connection parameter"
        " (address/port/iqn).",
    ),
    "ACTION_TYPE_FAILED_VM_CANNOT_IMPORT_VM_ARCHITECTURE_NOT_SUPPORTED_BY_CLUSTER": (
        _B,
        "Cannot ${action} ${type}. The selected cluster doesn't support VM architecture",
    ),
    "CLUSTER_BIOS_TYPE_NOT_SET": (
        _C,
        "Cannot create a VM in a cluster that has not specified a bios type. Please activate at"
        " least one host in the cluster to set it automatically or set it manually on the"
        " cluster.",
    ),
    "ACTION_TYPE_FAILED_STORAGE_DOMAIN_TYPE_UNSUPPORTED": (
        _B,
        "Disks may only be registered from a data storage domain. The storage domain {$domainId} is"
        " type {$domainType}.",
    ),
    "ACTION_TYPE_FAILED_CANNOT_ADD_IFACE_DUE_TO_MAC_DUPLICATES": (
        _C,
        "Cannot import Virtual Machine, because that action would create duplicates in target"
        " MAC pool, which are not allowed. Either allow duplicate MACs in MAC Pool, or allow"
        " reassignment of bad MACs during import. Problematic NICs are "
        "${ACTION_TYPE_FAILED_CANNOT_ADD_IFACE_DUE_TO_MAC_DUPLICATES_LIST}",
    ),
    "MAC_POOL_NOT_ENOUGH_MAC_ADDRESSES": (
        _C,
        "Cannot ${action} ${type}. Not enough MAC addresses left in MAC Address Pool.",
    ),
    "ACTION_TYPE_FAILED_NETWORK_INTERFACE_MAC_INVALID": (
        _B,
        "Cannot ${action} ${type}. The Network Interface ${IfaceName} has an invalid MAC address"
        ' ${MacAddress}. MAC address must be in format "HH:HH:HH:HH:HH:HH" where H is a'
        " hexadecimal character (either a digit or A-F, case is insignificant).",
    ),
    "MAC_ADDRESS_IS_IN_USE": (_N, "Mac Address is in use."),
    "ACTION_TYPE_FAILED_VM_NOT_FOUND": (_B, "Cannot ${action} ${type}. VM is not found."),
    "VMT_CANNOT_IMPORT_TEMPLATE_EXISTS": (
        _C,
        "Cannot ${action} ${type}. Template or VM with the same ID already exists in the system."
        " Please remove the Template or VM (${TemplateOrVmName}) from the system first",
    ),
    "ACTION_TYPE_FAILED_VM_CANNOT_IMPORT_TEMPLATE_ARCHITECTURE_NOT_SUPPORTED_BY_CLUSTER": (
        _B,
        "Cannot ${action} ${type}. The selected cluster doesn't support Template's architecture",
    ),
    "VM_CANNOT_IMPORT_TEMPLATE_NAME_EXISTS": (
        _C,
        "Import Template failed - Template Name already exists in the system. Please rename the"
        " Template in the system first",
    ),
    "VMT_CANNOT_IMPORT_TEMPLATE_VERSION_MISSING_BASE": (
        _B,
        "Cannot import Template Version, Base Template for this Version is missing, please"
        " first Import Base Template, or Import Version as Base Template using Clone.",
    ),
    "ACTION_TYPE_FAILED_CANNOT_FIND_DISK_IMAGE_IN_ACTIVE_DOMAINS": (
        _C,
        "Cannot ${action} ${type}. The image ${diskImageId}/${imageId} does not exist on any active"
        " storage domain.",
    ),
    "TEMPLATE_IMAGE_NOT_EXIST": (
        _B,
        "Cannot ${action} ${type}. Template's image doesn't exist.",
    ),
    "ACTION_TYPE_FAILED_DISKS_LOCKED": (
        _C,
        "Cannot ${action} ${type}: The following disks are locked: ${diskAliases}. Please try"
        " again in a few minutes.",
    ),
    # Start (entities sheet 4.3).
    "SCHEDULING_ALL_HOSTS_FILTERED_OUT": (
        _C,
        "Cannot ${action} ${type}. There is no host that satisfies current scheduling"
        " constraints. See below for details:",
    ),
    "SCHEDULING_HOST_FILTERED_REASON_WITH_DETAIL": (
        _N,
        "The host ${hostName} did not satisfy ${filterType} filter ${filterName} because"
        " ${detailMessage}.",
    ),
    "SCHEDULING_NO_HOSTS": (
        _N,
        "There are no hosts to use. Check that the cluster contains at least one host in Up state.",
    ),
    "ACTION_TYPE_FAILED_VM_STATUS_ILLEGAL": (
        _C,
        "Cannot ${action} ${type} because the VM is in ${vmStatus} status.",
    ),
    "ACTION_TYPE_FAILED_VM_IS_LOCKED": (
        _C,
        "Cannot ${action} ${type}: VM is locked. Please try again in a few minutes.",
    ),
    "ACTION_TYPE_FAILED_VM_DISKS_ON_BACKUP_STORAGE": (
        _B,
        "Cannot ${action} ${type}. Running VM can not contain disks which are stored on a backup"
        " storage domain.",
    ),
    "ACTION_TYPE_FAILED_DISK_SPACE_LOW_ON_STORAGE_DOMAIN": (
        _C,
        "Cannot ${action} ${type}. Low disk space on Storage Domain ${storageName}.",
    ),
    "VM_CANNOT_RUN_FROM_DISK_WITHOUT_DISK": (
        _C,
        "Cannot ${action} ${type} without at least one bootable disk.\nAlternatives:\n"
        "- Create a disk for this VM, and rerun the VM.\n"
        "- Change the boot sequence using the Edit VM command (Boot Option Sub-Tab).\n"
        "- Use the 'Run Once' command to select a different boot option and rerun the VM.",
    ),
    "VM_CANNOT_RUN_STATELESS_HA": (
        _C,
        "Cannot ${action} ${type}. Highly Available Virtual servers can not be run as stateless.",
    ),
    "ACTION_TYPE_FAILED_VM_COMPATIBILITY_VERSION_NOT_SUPPORTED": (
        _C,
        "Cannot ${action} ${type}. The Custom Compatibility Version of VM ${VmName}"
        " (${VmVersion}) is not supported in Data Center compatibility version ${DcVersion}.",
    ),
    # Tags, events (storage sheet 10.3, 10.4).
    "TAGS_SPECIFY_TAG_IS_IN_USE": (_C, "The specified Tag name already exists."),
    "VALIDATION_TAGS_INVALID_TAG_NAME": (
        _B,
        "Invalid tag name. Only letters, numbers, '-', and '_' are valid characters.",
    ),
    "ACTION_TYPE_FAILED_EXTERNAL_EVENT_ILLEGAL_ORIGIN": (
        _B,
        "Cannot ${action} ${type}. Illegal Origin for External Event : oVirt",
    ),
    "ACTION_TYPE_FAILED_EXTERNAL_EVENT_DUPLICATE_CUSTOM_ID": (
        _B,
        "=Cannot ${action} ${type}. External Event with this custom id already exists.",
    ),
}
