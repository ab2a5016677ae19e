"""The request that registers a VM or a template, exactly as the Engine reads it.

Names and forms are those of the entities sheet 1.2; what the Engine cannot digest is never sent:
sources twice, targets without a name (1.12).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ovirtsdk4 import types

from drplan.apply.context import Secrets
from drplan.model.parameters import (
    LunPair,
    NamePair,
    Reference,
    Registration,
    VnicPair,
)


def registration_action(
    registration: Registration,
    secrets: Secrets,
    *,
    cluster: Reference | None,
    allow_partial: bool,
    reassign_bad_macs: bool | None,
) -> types.Action:
    """The body of a registration; ``reassign_bad_macs`` is ``None`` for templates, which have none."""
    return types.Action(
        allow_partial_import=allow_partial,
        cluster=_cluster(cluster),
        reassign_bad_macs=reassign_bad_macs,
        registration_configuration=_configuration(registration, secrets),
    )


def _cluster(reference: Reference | None) -> types.Cluster | None:
    """By id where it is known: an unknown name is a 404, a known id cannot be mistaken."""
    if reference is None:
        return None
    if reference.id is not None:
        return types.Cluster(id=reference.id)
    return types.Cluster(name=reference.name)


def _configuration(registration: Registration, secrets: Secrets) -> types.RegistrationConfiguration:
    return types.RegistrationConfiguration(
        affinity_group_mappings=_pairs(
            registration.affinity_groups,
            types.RegistrationAffinityGroupMapping,
            types.AffinityGroup,
        ),
        affinity_label_mappings=_pairs(
            registration.affinity_labels,
            types.RegistrationAffinityLabelMapping,
            types.AffinityLabel,
        ),
        cluster_mappings=_pairs(
            registration.clusters, types.RegistrationClusterMapping, types.Cluster
        ),
        domain_mappings=_pairs(registration.domains, types.RegistrationDomainMapping, types.Domain),
        lun_mappings=[_lun(pair, secrets) for pair in _first_of_each_lun(registration.luns)]
        or None,
        role_mappings=_pairs(registration.roles, types.RegistrationRoleMapping, types.Role),
        vnic_profile_mappings=[_vnic(pair) for pair in _first_of_each_vnic(registration.vnics)]
        or None,
    )


def _pairs(
    pairs: Iterable[NamePair], mapping: Callable[..., Any], named: Callable[..., Any]
) -> list[Any] | None:
    """Each source once, and none without a target: either would be an HTTP 500 (1.12)."""
    once: dict[str, str] = {}
    for pair in pairs:
        if pair.source and pair.target:
            once.setdefault(pair.source, pair.target)
    return [
        mapping(from_=named(name=source), to=named(name=target)) for source, target in once.items()
    ] or None


def _first_of_each_vnic(pairs: Iterable[VnicPair]) -> list[VnicPair]:
    """The Engine takes the first that matches; the others would never be read (1.5)."""
    once: dict[tuple[str, str], VnicPair] = {}
    for pair in pairs:
        once.setdefault((pair.network, pair.profile), pair)
    return list(once.values())


def _vnic(pair: VnicPair) -> types.RegistrationVnicProfileMapping:
    """The new form. Two empty target names, and no id, ask for no profile on purpose."""
    target = types.VnicProfile(id=pair.profile_id)
    if pair.target_network is not None and pair.target_profile is not None:
        target.name = pair.target_profile
        target.network = types.Network(name=pair.target_network)
    return types.RegistrationVnicProfileMapping(
        from_=types.VnicProfile(name=pair.profile, network=types.Network(name=pair.network)),
        to=target,
    )


def _first_of_each_lun(pairs: Iterable[LunPair]) -> list[LunPair]:
    once: dict[str, LunPair] = {}
    for pair in pairs:
        once.setdefault(pair.source_id, pair)
    return list(once.values())


def _lun(pair: LunPair, secrets: Secrets) -> types.RegistrationLunMapping:
    """The Engine reads the id of the first logical unit, and needs the type of the target (1.4)."""
    target = pair.target
    return types.RegistrationLunMapping(
        from_=types.Disk(
            lun_storage=types.HostStorage(
                type=types.StorageType(pair.source_type),
                logical_units=[types.LogicalUnit(id=pair.source_id)],
            )
        ),
        to=types.Disk(
            lun_storage=types.HostStorage(
                type=types.StorageType(target.storage_type),
                logical_units=[
                    types.LogicalUnit(
                        id=target.id,
                        address=target.address,
                        port=target.port,
                        portal=target.portal,
                        target=target.target,
                        username=secrets.resolve(target.username) if target.username else None,
                        password=secrets.resolve(target.password) if target.password else None,
                    )
                ],
            )
        ),
    )
