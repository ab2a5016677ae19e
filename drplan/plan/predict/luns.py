"""What becomes of a VM's direct LUNs (entities sheet 1.4 and rows 15 to 18 of 1.7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from drplan.model.entities import Disk, Host, Lun
from drplan.model.parameters import LunPair
from drplan.plan.site_index import SiteIndex

NOT_VISIBLE: Final = (
    "Cannot import VM. The provided LUN is not visible by the specified host, please check storage"
    " server connectivity."
)
IN_USE: Final = "Cannot import VM. The provided lun is used by another disk."
INCOMPLETE: Final = (
    "Cannot import VM. The provided lun is missing at least one connection parameter"
    " (address/port/iqn)."
)

LunCode = Literal["lun_not_visible", "lun_in_use", "lun_incomplete", "lun_seen_by_some"]


@dataclass
class LunUse:
    """The LUNs that direct-LUN disks use, as the plan goes on: by LUN id, who has it."""

    owners: dict[str, str] = field(default_factory=dict)

    def claim(self, address: str, luns: Iterable[LunPrediction]) -> None:
        """Note the LUNs that the VM at ``address`` will use once it is registered."""
        for item in luns:
            if item.failure is None:
                self.owners.setdefault(item.lun_id, address)


@dataclass(frozen=True)
class LunPrediction:
    """One direct LUN of a VM. ``failure`` is the Engine's refusal, ``detail`` says it with names."""

    disk: Disk
    lun_id: str
    mapped: bool
    failure: str | None = None
    code: LunCode | None = None
    detail: str = ""


def predict_luns(
    disks: Iterable[Disk],
    pairs: tuple[LunPair, ...],
    hosts: tuple[Host, ...],
    use: LunUse,
) -> tuple[LunPrediction, ...]:
    """What becomes of the direct LUNs of one VM.

    ``hosts`` are the Up hosts of the target data center. The Engine asks one of them at random.
    """
    table: Mapping[str, LunPair] = {pair.source_id: pair for pair in reversed(pairs)}
    return tuple(_predict(disk, table, hosts, use) for disk in disks if disk.lun is not None)


def lun_owners(target: SiteIndex) -> LunUse:
    """The LUNs that direct-LUN disks of the target use already."""
    return LunUse({lun_id: disk.name or disk.id for lun_id, disk in target.lun_disks.items()})


def _predict(
    disk: Disk, table: Mapping[str, LunPair], hosts: tuple[Host, ...], use: LunUse
) -> LunPrediction:
    lun = disk.lun or Lun(id="")
    pair = table.get(lun.id)
    lun_id = pair.target.id if pair else lun.id
    mapped = pair is not None
    if _incomplete(lun, pair):
        return LunPrediction(
            disk, lun_id, mapped, INCOMPLETE, "lun_incomplete", "no address or target is given"
        )
    if lun_id in use.owners:
        return LunPrediction(
            disk, lun_id, mapped, IN_USE, "lun_in_use", f"{use.owners[lun_id]} uses {lun_id}"
        )
    asked = [host for host in hosts if host.luns is not None]
    seeing = [host for host in asked if any(item.id == lun_id for item in host.luns or ())]
    if asked and not seeing:
        detail = f"no host of the data center sees {lun_id}"
        return LunPrediction(disk, lun_id, mapped, NOT_VISIBLE, "lun_not_visible", detail)
    if len(seeing) < len(asked):
        names = ", ".join(host.name for host in asked if host not in seeing)
        detail = f"{lun_id} is not seen by {names}; the Engine asks any host"
        return LunPrediction(disk, lun_id, mapped, None, "lun_seen_by_some", detail)
    return LunPrediction(disk, lun_id, mapped)


def _incomplete(lun: Lun, pair: LunPair | None) -> bool:
    """An iSCSI LUN needs an address and a target; a missing port becomes 3260."""
    if pair is not None:
        target = pair.target
        return target.storage_type == "iscsi" and not (target.address and target.target)
    if lun.storage_type != "iscsi":
        return False
    return not any(path.address and path.target for path in lun.paths)
