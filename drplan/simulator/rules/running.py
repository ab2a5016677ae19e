"""The validations of a start that need no look around (entities sheet 4.3, 4.2)."""

from __future__ import annotations

from drplan.simulator.rules.messages import Finding

_STATUS_NAMES = {
    "unassigned": "Unassigned",
    "down": "Down",
    "up": "Up",
    "powering_up": "Powering Up",
    "paused": "Paused",
    "migrating": "Migrating",
    "unknown": "Unknown",
    "not_responding": "Not Responding",
    "wait_for_launch": "Wait for Launch",
    "reboot_in_progress": "Reboot in Progress",
    "saving_state": "Saving State",
    "restoring_state": "Restoring State",
    "suspended": "Suspended",
    "image_locked": "Image Locked",
    "powering_down": "Powering Down",
}
STARTABLE = frozenset({"down", "paused", "suspended"})


def validate_status(status: str) -> list[Finding]:
    """``image_locked`` has a text of its own; any other that cannot be started is named."""
    if status == "image_locked":
        return [Finding("ACTION_TYPE_FAILED_VM_IS_LOCKED")]
    if status not in STARTABLE:
        name = {"vmStatus": _STATUS_NAMES.get(status, "Unknown")}
        return [Finding("ACTION_TYPE_FAILED_VM_STATUS_ILLEGAL", name)]
    return []


def validate_boot(devices: tuple[str, ...], *, has_plugged_disk: bool) -> list[Finding]:
    """No plugged disk, and the VM boots from hard disk only."""
    if set(devices) == {"hd"} and not has_plugged_disk:
        return [Finding("VM_CANNOT_RUN_FROM_DISK_WITHOUT_DISK")]
    return []


def validate_level(
    name: str, custom: tuple[int, int] | None, center: tuple[int, int]
) -> list[Finding]:
    """A custom compatibility level below that of the data center."""
    if custom is None or custom >= center:
        return []
    versions = {
        "VmName": name,
        "VmVersion": f"{custom[0]}.{custom[1]}",
        "DcVersion": f"{center[0]}.{center[1]}",
    }
    return [Finding("ACTION_TYPE_FAILED_VM_COMPATIBILITY_VERSION_NOT_SUPPORTED", versions)]


def filtered(host: str, name: str, reason: str) -> Finding:
    """The scheduler's line for one host; all lines show the *first* host's values."""
    return Finding(
        "SCHEDULING_HOST_FILTERED_REASON_WITH_DETAIL",
        {
            "hostName": host,
            "filterType": "internal",
            "filterName": name,
            "detailMessage": reason,
        },
    )
