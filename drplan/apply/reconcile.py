"""What was predicted of a registration, compared with what is found afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from drplan.apply.context import Context
from drplan.apply.directory import cluster_name, profile_name
from drplan.model.outcome import FoundNic
from drplan.model.prediction import NicPrediction, Prediction

_KINDS = {
    "Disks": "disk",
    "Affinity groups": "affinity_group",
    "Affinity labels": "affinity_label",
    "Users": "user",
    "Roles": "role",
    "Vnic Mappings": "network",
}
_HEADING = re.compile(rf"({'|'.join(_KINDS)}): ")


def left_out(events: Iterable[str]) -> frozenset[tuple[str, str]]:
    """What the Engine's event 1188 lists, as pairs of kind and name (entities sheet 1.7, row 25)."""
    found: set[tuple[str, str]] = set()
    for text in events:
        quoted = text.partition(": '")[2].rpartition("'")[0]
        parts = _HEADING.split(quoted)
        for heading, names in zip(parts[1::2], parts[2::2], strict=True):
            found |= {(_KINDS[heading], name.strip()) for name in names.split(",") if name.strip()}
    return frozenset(found)


async def surprises_of(
    context: Context, vm: Any, engine_left_out: frozenset[tuple[str, str]]
) -> tuple[str, ...]:
    """The differences between the action's prediction and the registered VM, one line each."""
    prediction = context.action.predicts
    if prediction is None:
        return ()
    service = context.engine.system.vms_service().vm_service(vm.id)
    nics = await context.read(service.nics_service().list)
    cluster = await cluster_name(context, vm.cluster.id) if vm.cluster is not None else None
    return (
        *cluster_surprises(prediction, cluster),
        *nic_surprises(prediction.nics, [await _found_nic(context, nic) for nic in nics]),
        *left_out_surprises(prediction, engine_left_out),
    )


async def _found_nic(context: Context, nic: Any) -> FoundNic:
    profile = nic.vnic_profile.id if nic.vnic_profile is not None else None
    return FoundNic(
        nic=nic.name or "",
        profile=await profile_name(context, profile) if profile else None,
        mac=nic.mac.address if nic.mac is not None else None,
    )


def cluster_surprises(prediction: Prediction, cluster: str | None) -> tuple[str, ...]:
    """Whether the VM landed in another cluster than was predicted."""
    if prediction.cluster is None or prediction.cluster == cluster:
        return ()
    return (f"is in cluster {cluster}, predicted was {prediction.cluster}",)


def nic_surprises(predicted: Iterable[NicPrediction], found: Iterable[FoundNic]) -> tuple[str, ...]:
    """Where a vNIC ended on another profile, or with a MAC that was not foreseen."""
    by_name = {nic.nic: nic for nic in found}
    lines: list[str] = []
    for expected in predicted:
        nic = by_name.pop(expected.nic, None)
        if nic is None:
            lines.append(f"{expected.nic} is not there")
            continue
        if nic.profile != expected.target:
            lines.append(
                f"{nic.nic} is on {nic.profile or 'no profile'}, "
                f"predicted was {expected.target or 'no profile'}"
            )
        kept = (nic.mac or "").lower() == (expected.mac or "").lower()
        if expected.mac_outcome == "kept" and expected.mac and not kept:
            lines.append(f"{nic.nic} has MAC {nic.mac}, predicted was {expected.mac}")
        if expected.mac_outcome == "reassigned" and kept:
            lines.append(f"{nic.nic} kept MAC {nic.mac}, predicted was another")
    lines += [f"{name} was not predicted" for name in sorted(by_name)]
    return tuple(lines)


def left_out_surprises(
    prediction: Prediction, engine_left_out: frozenset[tuple[str, str]]
) -> tuple[str, ...]:
    """What the Engine left out and the plan did not say.

    The other way round nothing follows: some things go without any event (entities sheet 1.4).
    """
    foreseen = {(item.kind, item.name) for item in prediction.dropped}
    return tuple(
        f"the Engine left out {kind.replace('_', ' ')} {name}, which was not predicted"
        for kind, name in sorted(engine_left_out - foreseen)
    )
