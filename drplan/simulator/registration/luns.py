"""The direct LUNs of a VM to register (entities sheet 1.4 row "lun", 1.7 rows 15 to 18).

A mapping brings the LUN's id and its one connection; without one the LUN keeps those of the
source. Failing LUNs are left out with ``allow_partial_import``.
"""

from __future__ import annotations

from drplan.simulator import elements
from drplan.simulator.array import Array
from drplan.simulator.faults import Refusal
from drplan.simulator.ovf import OvfDisk
from drplan.simulator.registration.pending import Pending
from drplan.simulator.registration.request import LunTarget
from drplan.simulator.rules.message_texts import TEXTS
from drplan.simulator.rules.messages import refuse_with
from drplan.simulator.topology import up_hosts
from drplan.simulator.visible_storage import lun_disks

MISSING_PARAMS = "ACTION_TYPE_FAILED_DISK_LUN_ISCSI_MISSING_CONNECTION_PARAMS"
IN_USE = "ACTION_TYPE_FAILED_DISK_LUN_IS_ALREADY_IN_USE"
INVISIBLE = "ACTION_TYPE_FAILED_DISK_LUN_INVALID"


def choose(pending: Pending) -> None:
    """Where each LUN disk will point."""
    for disk in pending.record.disks:
        if disk.lun_id is None:
            continue
        target = pending.request.luns.get(disk.lun_id) or _original(disk)
        if not target.is_lun:
            # A mapped disk that is no LUN disk: a failed cast while the command is built (1.12).
            raise Refusal(500, f"[{TEXTS['ENGINE'][1]}]")
        pending.luns.append((disk, target))


def _original(disk: OvfDisk) -> LunTarget:
    element = elements.parse(disk.disk)
    unit = element.find("lun_storage/logical_units/logical_unit")
    kind = elements.text_of(element, "lun_storage/type") or ""
    if unit is None:
        return LunTarget(disk.lun_id or "", kind, None, None, None)
    return LunTarget(
        disk.lun_id or "",
        kind,
        elements.text_of(unit, "address"),
        elements.text_of(unit, "port"),
        elements.text_of(unit, "target"),
    )


def check(pending: Pending) -> None:
    """Rows 17, 16, 15 in this order for each LUN."""
    if not pending.luns:
        return
    kept = []
    used = {lun for _, lun in lun_disks(pending.store)}
    for disk, target in pending.luns:
        key = _problem(pending, target, used)
        if key is None:
            kept.append((disk, target))
        elif pending.request.allow_partial:
            pending.missing.disks[disk.id] = disk.alias
        else:
            raise refuse_with(key, action="import", type=pending.type_name)
    pending.luns = kept


def _problem(pending: Pending, target: LunTarget, used: set[str]) -> str | None:
    if target.kind == "iscsi" and not (target.address and target.port and target.target):
        return MISSING_PARAMS
    if target.lun_id in used:
        return IN_USE
    return None if _is_visible(pending, target) else INVISIBLE


def _is_visible(pending: Pending, target: LunTarget) -> bool:
    """Whether an Up host of the data center sees the LUN once it is connected.

    The Engine picks a host at random; here it is the first, so that runs repeat.
    """
    array: Array | None = pending.call.engine.array
    hosts = up_hosts(pending.store, pending.center or "")
    if array is None or not hosts:
        return False
    if target.kind == "iscsi":
        address, port, name = target.address or "", int(target.port or 3260), target.target or ""
        if not array.knows_target(hosts[0], address, port, name):
            return False
        array.log_in(hosts[0], name)
    return any(
        lun.id == target.lun_id and lun.is_iscsi == (target.kind == "iscsi")
        for lun, _ in array.visible_luns(hosts[0])
    )
