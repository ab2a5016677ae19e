"""One site of a scenario with the ids of all that is in it.

Ids follow from names, so that the same scenario always makes the same Engines, except those that
Engines share (wire-facts.md section 3).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import cached_property

from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.definition import (
    ClusterSpec,
    DataCenterSpec,
    DomainSpec,
    HostSpec,
    NetworkSpec,
    Scenario,
    SiteSpec,
    TemplateSpec,
    VmSpec,
)

BLANK_TEMPLATE = "00000000-0000-0000-0000-000000000000"
DEFAULT_MAC_POOL = "58ca604b-017d-0374-0220-00000000014e"
MANAGEMENT_NETWORK = "00000000-0000-0000-0000-000000000009"
MANAGEMENT_PROFILE = "0000000a-000a-000a-000a-000000000398"
IMAGE_REPOSITORY = "072fbaa1-08f3-4a40-9f34-a5ca22dd1d74"

_NAMESPACE = uuid.UUID("5ab7b6a4-7c0e-5d3c-9a34-2f0f5f3f6a11")


@dataclass(frozen=True)
class Site:
    """A site: what it holds, and how its things are identified. ``role`` is primary or secondary."""

    scenario: str
    role: str
    spec: SiteSpec
    taken: datetime

    @classmethod
    def of(cls, scenario: Scenario, role: str) -> Site:
        """The primary or the secondary site of a scenario."""
        spec = scenario.primary if role == "primary" else scenario.secondary
        return cls(scenario.name, role, spec, datetime.fromisoformat(scenario.taken))

    # --- ids ------------------------------------------------------------------------------

    def id(self, kind: str, *names: str) -> str:
        """The id of a thing of that kind, the same whenever the scenario is read."""
        return str(uuid.uuid5(_NAMESPACE, "/".join((self.scenario, self.role, kind, *names))))

    def mac_pool_id(self, name: str) -> str:
        """The id of a MAC pool; every Engine's default one has the same."""
        return DEFAULT_MAC_POOL if name == "Default" else self.id("mac_pool", name)

    def network_id(self, dc: DataCenterSpec, network: NetworkSpec) -> str:
        """The id of a network; the first management network has the same on every Engine."""
        return (
            MANAGEMENT_NETWORK if network.management else self.id("network", dc.name, network.name)
        )

    def profile_id(self, dc: DataCenterSpec, network: NetworkSpec, profile: str) -> str:
        """The id of a vNIC profile."""
        if network.management and profile == network.name:
            return MANAGEMENT_PROFILE
        return self.id("vnic_profile", dc.name, network.name, profile)

    def domain_id(self, domain: DomainSpec) -> str:
        """The id of a storage domain."""
        if domain.id or domain.type == "glance":
            return domain.id or IMAGE_REPOSITORY
        return self.id("storage_domain", domain.name)

    def vm_id(self, vm: VmSpec) -> str:
        """The id of a VM."""
        return self.id("vm", self.center_of(vm.cluster).name, vm.name)

    def template_id(self, template: TemplateSpec) -> str:
        """The id of a template, each version its own."""
        center = self.center_of(template.cluster).name
        return self.id("template", center, template.name, str(template.version))

    # --- what belongs where ----------------------------------------------------------------

    @cached_property
    def clusters(self) -> dict[str, tuple[DataCenterSpec, ClusterSpec]]:
        """Every cluster by name: names are unique in an Engine."""
        return {c.name: (dc, c) for dc in self.spec.data_centers for c in dc.clusters}

    @cached_property
    def hosts(self) -> dict[str, tuple[ClusterSpec, HostSpec]]:
        """Every host by name."""
        return {h.name: (c, h) for _, c in self.clusters.values() for h in c.hosts}

    @cached_property
    def domains(self) -> dict[str, tuple[DataCenterSpec | None, DomainSpec]]:
        """Every storage domain by name: names are unique in an Engine."""
        attached = {d.name: (dc, d) for dc in self.spec.data_centers for d in dc.storage_domains}
        return {**attached, **{d.name: (None, d) for d in self.spec.unattached}}

    def center_of(self, cluster: str) -> DataCenterSpec:
        """The data center that a cluster belongs to."""
        return self.clusters[cluster][0]

    def center(self, name: str) -> DataCenterSpec:
        """A data center by name."""
        return next(dc for dc in self.spec.data_centers if dc.name == name)

    def network(self, dc: DataCenterSpec, name: str) -> NetworkSpec:
        """A network of a data center by name."""
        return next(n for n in dc.networks if n.name == name)

    def networks_of(self, cluster: str) -> Iterator[NetworkSpec]:
        """The networks that are attached to a cluster."""
        dc, spec = self.clusters[cluster]
        for network in dc.networks:
            if spec.networks is None or network.name in spec.networks:
                yield network

    def template(self, cluster: str, address: str) -> TemplateSpec:
        """The template at that address, in the data center of the cluster."""
        name, version = spelling.template(address)
        dc = self.center_of(cluster)
        return next(
            t
            for t in self.spec.templates
            if (t.name, t.version) == (name, version) and self.center_of(t.cluster) is dc
        )

    def vms_named(self, name: str, cluster: str | None = None) -> Iterator[VmSpec]:
        """The VMs of that name, in the data center of the cluster where one is given."""
        for vm in self.spec.vms:
            if vm.name == name and (
                cluster is None or self.center_of(vm.cluster) is self.center_of(cluster)
            ):
                yield vm

    @cached_property
    def host_of(self) -> dict[str, str]:
        """The host on which each running VM is, by the VM's id: where it says, else in turn."""
        places: dict[str, str] = {}
        turns: dict[str, int] = {}
        for vm in self.spec.vms:
            if vm.status == "down":
                continue
            up = [h for h in self.clusters[vm.cluster][1].hosts if h.status == "up"]
            if vm.host is not None:
                places[self.vm_id(vm)] = vm.host
            elif up:
                turn = turns.get(vm.cluster, 0)
                turns[vm.cluster] = turn + 1
                places[self.vm_id(vm)] = up[turn % len(up)].name
        return places

    # --- time -----------------------------------------------------------------------------

    def date(self, *, days: int = 0, hours: int = 0, minutes: int = 0) -> str:
        """A moment before the recording, as the Engine writes it in its own local time.

        The offset follows daylight saving, so that it differs inside one list.
        """
        moment = self.taken - timedelta(days=days, hours=hours, minutes=minutes)
        if 4 <= moment.month <= 10:
            offset = (self.taken.utcoffset() or timedelta()) + timedelta(hours=1)
            moment = moment.astimezone(timezone(offset))
        return moment.isoformat(timespec="milliseconds")

    def age(self, *names: str) -> int:
        """Some number of days, always the same for a thing: when it was made."""
        return 20 + uuid.UUID(self.id("age", *names)).int % 700
