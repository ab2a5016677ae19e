"""Whether the target still is as an action was planned upon (design decision 17).

An action's expectation is words (``vm:ID``, ``vm-name:DC/NAME``) that must be present or absent, and a
digest of the fields that matter. Both are made here and judged here, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from drplan import files
from drplan.model.action import Action, Expectation
from drplan.model.entities import StorageDomain
from drplan.model.inventory import Inventory
from drplan.model.parameters import (
    ActivateParameters,
    AttachParameters,
    ConnectParameters,
    ImportParameters,
    RegisterTemplateParameters,
    RegisterVmParameters,
    StartParameters,
    SweepParameters,
    UpdateParameters,
)
from drplan.plan.power import RUNNING
from drplan.plan.site_index import SiteIndex, index

Drift = Literal["same", "converged", "conflict"]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a fresh look at the target means for one action; ``reason`` says it in words."""

    drift: Drift
    reason: str = ""


def classify(action: Action, fresh: Inventory) -> Judgement:
    """Judge one action against a fresh inventory of the target."""
    return judge(action, index(fresh))


def judge(action: Action, site: SiteIndex) -> Judgement:
    """As :func:`classify`, for callers that judge many actions against one inventory."""
    done = _converged(action, site)
    if done:
        return Judgement(drift="converged", reason=done)
    words = dict(_words(action, site))
    for word in action.expect.absent:
        if words.get(word):
            return Judgement(drift="conflict", reason=f"{word} is there, and was not")
    for word in action.expect.present:
        if not words.get(word):
            return Judgement(drift="conflict", reason=f"{word} is not there any more")
    if action.expect.fingerprint and action.expect.fingerprint != _fingerprint(action, site):
        return Judgement(drift="conflict", reason=f"what {action.address} was planned upon differs")
    return Judgement(drift="same")


def expectation(action: Action, site: SiteIndex) -> Expectation:
    """What the action is planned upon, as the site is now.

    A word whose state already makes the action fail is part of it: that is foreseen, not drift.
    """
    words = dict(_words(action, site))
    return Expectation(
        absent=tuple(sorted(word for word, there in words.items() if not there)),
        present=tuple(sorted(word for word, there in words.items() if there)),
        fingerprint=_fingerprint(action, site),
    )


def _words(action: Action, site: SiteIndex) -> Iterable[tuple[str, bool]]:
    """The words about an action, each with whether it holds at the site."""
    match action.parameters:
        case ConnectParameters() | ImportParameters() as parameters:
            yield _data_center(parameters.data_center.name, site)
            if parameters.domain_id is not None:
                yield _domain(parameters.domain_id, site)
        case UpdateParameters() as parameters:
            if parameters.name is not None:
                holder = site.storage_domains_named.get(parameters.name)
                taken = holder is not None and holder.id != parameters.domain_id
                yield f"storage_domain-name:{parameters.name}", taken
        case AttachParameters() | ActivateParameters() as parameters:
            yield _data_center(parameters.data_center.name, site)
        case RegisterTemplateParameters() as parameters:
            yield f"template:{parameters.template_id}", parameters.template_id in site.templates
            if parameters.cluster is not None:
                yield _cluster(parameters.cluster.name, site)
        case RegisterVmParameters() as parameters:
            yield f"vm:{parameters.vm_id}", parameters.vm_id in site.vms
            if parameters.cluster is not None:
                yield _cluster(parameters.cluster.name, site)
                yield _vm_name(action.name, parameters, site)
        case StartParameters() | SweepParameters():
            return


def _fingerprint(action: Action, site: SiteIndex) -> str:
    return files.digest(files.canonical_json(dict(_fields(action, site))))


def _fields(action: Action, site: SiteIndex) -> Mapping[str, Any]:
    """The facts that the action's outcome hangs on, beyond what its words say."""
    match action.parameters:
        case ConnectParameters() | ImportParameters() as parameters:
            return {"data_center": _data_center_state(parameters.data_center.name, site)}
        case AttachParameters() | ActivateParameters() as parameters:
            found = site.storage_domains.get(parameters.domain_id or "")
            return {
                "data_center": _data_center_state(parameters.data_center.name, site),
                "domain": _domain_state(found),
            }
        case UpdateParameters() as parameters:
            found = site.storage_domains.get(parameters.domain_id or "")
            return {"name": found.name if found else None}
        case RegisterVmParameters() | RegisterTemplateParameters() as parameters:
            return _registration_fields(action, parameters, site)
        case _:
            return {}


def _registration_fields(
    action: Action, parameters: RegisterVmParameters | RegisterTemplateParameters, site: SiteIndex
) -> Mapping[str, Any]:
    cluster = site.clusters_named.get(parameters.cluster.name) if parameters.cluster else None
    pool = site.mac_pool(cluster) if cluster else None
    profiles: dict[str, bool] = {}
    for nic in action.predicts.nics if action.predicts else ():
        if nic.profile_id is not None:
            profile = site.vnic_profiles.get(nic.profile_id)
            profiles[nic.profile_id] = bool(
                profile and cluster and site.attached_to(profile, cluster)
            )
    return {
        "cluster": cluster.id if cluster else None,
        "data_center": cluster.data_center_id if cluster else None,
        "architecture": cluster.architecture if cluster else None,
        "mac_pool": [pool.id, *(f"{r.first}-{r.last}" for r in pool.ranges)] if pool else None,
        "profiles": profiles,
    }


def _converged(action: Action, site: SiteIndex) -> str:
    """Why there is nothing left to do for the action; empty where there is."""
    match action.parameters:
        case ConnectParameters() | ImportParameters() as parameters:
            return "imported already" if parameters.domain_id in site.storage_domains else ""
        case UpdateParameters() as parameters:
            found = site.storage_domains.get(parameters.domain_id or "")
            return "named and set already" if found and _is_set(parameters, found) else ""
        case AttachParameters() as parameters:
            found = site.storage_domains.get(parameters.domain_id or "")
            wanted = site.data_centers_named.get(parameters.data_center.name)
            there = found and wanted and wanted.id in found.data_center_ids
            return "attached already" if there else ""
        case ActivateParameters() as parameters:
            found = site.storage_domains.get(parameters.domain_id or "")
            return "active already" if found and found.status == "active" else ""
        case RegisterTemplateParameters() as parameters:
            return "registered already" if parameters.template_id in site.templates else ""
        case RegisterVmParameters() as parameters:
            return "registered already" if parameters.vm_id in site.vms else ""
        case StartParameters() as parameters:
            vm = site.vms.get(parameters.vm_id)
            if vm is not None and vm.status in RUNNING:
                return "runs already"
            started = parameters.vm_id in site.inventory.started_vm_ids
            return "was started before, and stopped since" if vm and started else ""
        case _:
            return ""


def _is_set(parameters: UpdateParameters, found: StorageDomain) -> bool:
    wanted = msgspec.structs.asdict(parameters)
    del wanted["domain_id"]
    return all(value is None or getattr(found, name) == value for name, value in wanted.items())


def _data_center(name: str, site: SiteIndex) -> tuple[str, bool]:
    return f"data_center:{name}", name in site.data_centers_named


def _domain(domain_id: str, site: SiteIndex) -> tuple[str, bool]:
    return f"storage_domain:{domain_id}", domain_id in site.storage_domains


def _cluster(name: str, site: SiteIndex) -> tuple[str, bool]:
    return f"cluster:{name}", name in site.clusters_named


def _vm_name(name: str, parameters: RegisterVmParameters, site: SiteIndex) -> tuple[str, bool]:
    """Whether another VM of the data center has the name (names are unique in a data center)."""
    cluster = site.clusters_named.get(parameters.cluster.name if parameters.cluster else "")
    data_center = site.data_centers.get(cluster.data_center_id or "") if cluster else None
    taken = any(
        vm.id != parameters.vm_id and site.data_center_of_cluster(vm.cluster_id) == data_center
        for vm in site.vms_named.get(name, ())
    )
    return f"vm-name:{data_center.name if data_center else '-'}/{name}", taken


def _data_center_state(name: str, site: SiteIndex) -> Mapping[str, Any] | None:
    found = site.data_centers_named.get(name)
    if found is None:
        return None
    return {
        "id": found.id,
        "uninitialized": found.status == "uninitialized",
        "has_host": bool(site.hosts_up(found.id)),
    }


def _domain_state(found: StorageDomain | None) -> Mapping[str, Any] | None:
    if found is None:
        return None
    return {"data_centers": sorted(found.data_center_ids), "status": found.status}
