"""What the registrations of one plan share: names, LUNs and addresses as they are taken, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from drplan.model.action import Confidence, Mapped
from drplan.model.entities import Cluster, DataCenter, Nic
from drplan.model.parameters import Registration
from drplan.model.prediction import Dropped
from drplan.plan.desired import Recovery
from drplan.plan.findings import Findings
from drplan.plan.predict.affinity import AffinityIndex
from drplan.plan.predict.cluster import ClusterPrediction
from drplan.plan.predict.luns import LunUse, lun_owners
from drplan.plan.predict.mac import PoolUse
from drplan.plan.predict.names import NameUse, names_in_use
from drplan.plan.predict.permissions import PermissionIndex
from drplan.plan.predict.vnic import (
    ClusterProfiles,
    VnicPrediction,
    cluster_profiles,
    predict_vnics,
)
from drplan.plan.rules.drafts import Drafts
from drplan.plan.site_index import SiteIndex


@dataclass
class Registering:
    """State and look-ups while registrations are drafted, in the order in which they will run."""

    recovery: Recovery
    source: SiteIndex
    drafts: Drafts
    names: NameUse
    luns: LunUse
    affinity: AffinityIndex
    permissions: PermissionIndex
    pools: dict[str, PoolUse] = field(default_factory=dict)
    _profiles: dict[str, ClusterProfiles] = field(default_factory=dict)
    _registrations: dict[str | None, Registration] = field(default_factory=dict)

    @property
    def target(self) -> SiteIndex:
        """The target site."""
        return self.recovery.target

    @property
    def partial_import(self) -> bool | None:
        """The mapping's ``dr_partial_import``; absent means no."""
        return self.recovery.direction.mapping.settings.partial_import

    @cached_property
    def templates_by_id(self) -> Mapping[str, str]:
        """Addresses of the planned templates by id."""
        return {item.desired.id: address for address, item in self.recovery.templates.items()}

    def template_address(self, template_id: str | None) -> str | None:
        """The address of a template of this plan, if it is one."""
        return self.templates_by_id.get(template_id or "")

    def template_comes(self, template_id: str) -> bool:
        """Whether a template is at the target or will be, as far as can be foreseen."""
        if template_id in self.target.templates:
            return True
        address = self.template_address(template_id)
        return address is not None and address not in self.drafts.doomed

    def registration(self, data_center: DataCenter | None) -> Registration:
        """The mappings to send for an entity of a data center of the source."""
        name = data_center.name if data_center else None
        if name not in self._registrations:
            self._registrations[name] = self.recovery.direction.registration(name)
        return self._registrations[name]

    def vnics(
        self, nics: Sequence[Nic], cluster: Cluster | None, data_center: DataCenter | None
    ) -> tuple[VnicPrediction, ...]:
        """Where the NICs end; nothing where the cluster is not known, or the networks are not."""
        known = not any(map(self.target.inventory.has_gap, ("networks", "vnic_profiles")))
        if cluster is None or not known:
            return ()
        if cluster.id not in self._profiles:
            self._profiles[cluster.id] = cluster_profiles(self.target, cluster)
        pairs = self.registration(data_center).vnics
        return predict_vnics(nics, self.source, self.target, self._profiles[cluster.id], pairs)

    def pool_use(self, cluster: Cluster) -> PoolUse:
        """The MAC pool of a cluster with the addresses that are taken from it."""
        pool = self.target.mac_pool(cluster)
        key = pool.id if pool else ""
        if key not in self.pools:
            taken = dict.fromkeys(self._addresses_in(key), "a VM of the target")
            self.pools[key] = PoolUse(pool, taken)
        return self.pools[key]

    def confidence(self, entity_id: str, domains: Iterable[str]) -> Confidence:
        """``observed`` where the target lists the entity already, else ``predicted``."""
        ids = [
            self.recovery.domains[name].desired.id
            for name in domains
            if name in self.recovery.domains
        ]
        listed = self.target.unregistered_ids
        seen = any(entity_id in listed.get(name or "", frozenset()) for name in ids)
        return "observed" if seen else "predicted"

    def domain_names(self, addresses: Iterable[str]) -> list[str]:
        """The names of planned domains."""
        return [
            self.recovery.domains[name].desired.name
            for name in addresses
            if name in self.recovery.domains
        ]

    def mapped_cluster(self, prediction: ClusterPrediction) -> Iterable[Mapped]:
        """The cluster, where it becomes another."""
        found = prediction.cluster
        if prediction.source is None or found is None or found.name == prediction.source:
            return
        direction = self.recovery.direction
        pair = direction.clusters.get(prediction.source)
        yield Mapped(
            path="cluster",
            source=prediction.source,
            target=found.name,
            where=direction.where(pair.position) if pair else None,
        )

    def mapped_vnics(
        self, vnics: Iterable[VnicPrediction], data_center: DataCenter | None
    ) -> Iterable[Mapped]:
        """The vNICs that a mapping connects to another profile, or to none on purpose."""
        direction = self.recovery.direction
        table = direction.networks(data_center.name if data_center else None)
        for vnic in vnics:
            if vnic.pair is None or vnic.step > 2:
                continue
            entry = table.get((vnic.pair.network, vnic.pair.profile))
            yield Mapped(
                path=f"nics.{vnic.nic.name}.vnic_profile",
                source=vnic.source,
                target=vnic.target,
                where=direction.where(entry.position) if entry else None,
            )

    def lost_networks(self, vnics: Iterable[VnicPrediction]) -> tuple[Dropped, ...]:
        """The connections that are not there afterwards, wanted or not, each once."""
        lost = {vnic.source: vnic.reason for vnic in vnics if vnic.source and vnic.profile is None}
        return tuple(
            Dropped(kind="network", name=name, reason=reason) for name, reason in lost.items()
        )

    def explain_cluster(
        self, prediction: ClusterPrediction, address: str, key: str, findings: Findings
    ) -> None:
        """Warn where the Engine falls back to a cluster that nobody named."""
        if prediction.fallback:
            pair = self.recovery.direction.clusters.get(prediction.source or "")
            findings.warn(
                f"{address} goes to cluster {prediction.cluster.name if prediction.cluster else ''}",
                detail=prediction.reason,
                address=address,
                actions=(key,),
                position=pair.position if pair else None,
                next_step="correct dr_cluster_mappings, or create the cluster",
            )

    def explain_vnics(
        self, vnics: Iterable[VnicPrediction], address: str, key: str, findings: Findings
    ) -> None:
        """Warn of lost connections, and of mappings that the Engine will pass over."""
        for vnic in vnics:
            if vnic.lost:
                summary = f"{address} loses its network on {vnic.nic.name}: {vnic.source}"
            elif vnic.step == 3 and vnic.pair is not None:
                summary = f"{address} gets {vnic.target} on {vnic.nic.name}, not what is mapped"
            else:
                continue
            findings.warn(
                summary,
                detail=f"{vnic.reason}. The Engine does this without an event.",
                address=address,
                actions=(key,),
                next_step="map the profile in dr_network_mappings to one of the cluster's",
            )

    def _addresses_in(self, pool_id: str) -> Iterable[str]:
        for vm in self.target.inventory.vms:
            cluster = self.target.clusters.get(vm.cluster_id or "")
            if cluster is None:
                continue
            pool = self.target.mac_pool(cluster)
            if (pool.id if pool else "") == pool_id:
                yield from (nic.mac.lower() for nic in vm.nics or () if nic.mac)


def registering(recovery: Recovery, source: SiteIndex, drafts: Drafts) -> Registering:
    """The state before the first registration: what the target has now."""
    return Registering(
        recovery=recovery,
        source=source,
        drafts=drafts,
        names=names_in_use(recovery.target),
        luns=lun_owners(recovery.target),
        affinity=AffinityIndex(source, recovery.target),
        permissions=PermissionIndex(source, recovery.target),
    )
