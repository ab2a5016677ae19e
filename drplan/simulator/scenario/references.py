"""Whether every name in a scenario refers to something: all problems at once, with their lines."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from drplan.errors import InvalidInput
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.builders.networks import profiles
from drplan.simulator.scenario.builders.users import ADMIN, BUILT_IN_ROLES
from drplan.simulator.scenario.definition import (
    DataCenterSpec,
    DiskSpec,
    DomainSpec,
    MappingSpec,
    Scenario,
    SiteSpec,
    StorageMappingSpec,
    TemplateSpec,
    VmSpec,
)
from drplan.simulator.scenario.reader import Place, Source
from drplan.simulator.scenario.site import Site
from drplan.simulator.scenario.spelling import Misspelt

Problem = tuple[Place, str]
T = TypeVar("T")

BLOCK = ("iscsi", "fcp")


def check_references(scenario: Scenario, source: Source) -> None:
    """Raise :class:`InvalidInput` with every name that refers to nothing."""
    problems = [*_moment(scenario)]
    for role in ("primary", "secondary"):
        problems += _duplicates(_spec(scenario, role), (role,))
    if not problems:
        sites = {role: Site.of(scenario, role) for role in ("primary", "secondary")}
        for role, site in sites.items():
            problems += _site(site, (role,))
        problems += _replicas(sites["primary"], sites["secondary"])
        problems += _replicas(sites["secondary"], sites["primary"])
        problems += _mapping(scenario.mapping, sites["primary"], sites["secondary"])
        problems += _behind(scenario, sites["primary"])
    if problems:
        findings = [f"{source.where(place)}: {text}" for place, text in problems]
        raise InvalidInput(
            "the scenario refers to things that it does not have, or has twice",
            where=source.file,
            next_step="correct the lines above",
            findings=findings,
        )


def _spec(scenario: Scenario, role: str) -> SiteSpec:
    return scenario.primary if role == "primary" else scenario.secondary


def _moment(scenario: Scenario) -> Iterator[Problem]:
    try:
        moment = datetime.fromisoformat(scenario.taken)
    except ValueError:
        yield ("taken",), f"{scenario.taken!r} is not a moment such as 2026-03-14T02:00:00+01:00"
        return
    if moment.utcoffset() is None:
        yield ("taken",), "the moment lacks its offset from UTC"


def _duplicates(spec: SiteSpec, place: Place) -> Iterator[Problem]:
    """Names that an Engine would refuse the second time."""
    centers = spec.data_centers
    clusters = [c for dc in centers for c in dc.clusters]
    kinds: dict[str, Iterable[str]] = {
        "data center": (dc.name for dc in centers),
        "cluster": (*(c.name for c in clusters), *spec.spare_clusters),
        "host": (h.name for c in clusters for h in c.hosts),
        "storage domain": (
            d.name for d in (*(d for dc in centers for d in dc.storage_domains), *spec.unattached)
        ),
        "affinity group": (g.name for g in spec.affinity_groups),
        "affinity label": (label.name for label in spec.affinity_labels),
        "MAC pool": (pool.name for pool in spec.mac_pools),
        "user": spec.users,
    }
    for kind, names in kinds.items():
        for name, count in Counter(names).items():
            if count > 1:
                yield place, f"there are {count} {kind}s called {name}"


def _site(site: Site, place: Place) -> Iterator[Problem]:
    for number, dc in enumerate(site.spec.data_centers):
        yield from _data_center(site, (*place, "data_centers", number), dc)
    clusters = site.clusters
    for number, template in enumerate(site.spec.templates):
        here = (*place, "templates", number)
        yield from _known(here, "cluster", template.cluster, clusters)
        if template.cluster in clusters:
            yield from _machine(site, here, template)
    for number, vm in enumerate(site.spec.vms):
        here = (*place, "vms", number)
        yield from _known(here, "cluster", vm.cluster, clusters)
        if vm.cluster in clusters:
            yield from _machine(site, here, vm)
            yield from _vm(site, here, vm)
    yield from _affinity(site, place)


def _data_center(site: Site, place: Place, dc: DataCenterSpec) -> Iterator[Problem]:
    pools = {pool.name for pool in site.spec.mac_pools}
    names = {network.name for network in dc.networks}
    yield from _known(place, "MAC pool", dc.mac_pool, pools)
    yield from _spelt(place, spelling.level, dc.level)
    for number, cluster in enumerate(dc.clusters):
        here = (*place, "clusters", number)
        yield from _known(here, "MAC pool", cluster.mac_pool, pools)
        for name in cluster.networks or ():
            yield from _known(here, "network", name, names)
        for host in cluster.hosts:
            yield from _spelt(here, spelling.size, host.memory)
    for number, domain in enumerate(dc.storage_domains):
        here = (*place, "storage_domains", number)
        yield from _spelt(here, spelling.size, domain.size)
        if domain.type in BLOCK and not domain.luns:
            yield here, f"the {domain.type} domain {domain.name} has no LUNs"
        if domain.type == "iscsi" and not (domain.portals and domain.target):
            yield here, f"the iSCSI domain {domain.name} needs portals and a target"
        if domain.type in ("nfs", "glusterfs", "posixfs", "localfs") and domain.path is None:
            yield here, f"the domain {domain.name} needs a path"


def _machine(site: Site, place: Place, machine: VmSpec | TemplateSpec) -> Iterator[Problem]:
    """What VMs and templates have in common."""
    dc = site.center_of(machine.cluster)
    domains = {d.name for d in dc.storage_domains}
    luns = {lun.id for lun in site.spec.direct_luns}
    yield from _spelt(place, spelling.size, machine.memory)
    for text in machine.disks:
        wrong = list(_spelt(place, spelling.disk, text))
        yield from wrong or _disk(place, dc, spelling.disk(text), domains, luns)
    for nic in machine.nics:
        wrong = list(_spelt(place, spelling.nic, nic))
        yield from wrong or _profile(place, dc, spelling.nic(nic).profile)


def _disk(
    place: Place, dc: DataCenterSpec, disk: DiskSpec, domains: set[str], luns: set[str]
) -> Iterator[Problem]:
    for name in spelling.disk_domains(disk):
        yield from _known(place, f"storage domain of {dc.name}", name, domains)
    if disk.lun is not None:
        yield from _known(place, "direct LUN", disk.lun, luns)
    elif disk.on is None:
        yield place, "a disk is neither on a storage domain nor on a LUN"


def _profile(place: Place, dc: DataCenterSpec, profile: str | None) -> Iterator[Problem]:
    if profile is not None:
        known = {f"{n.name}/{name}" for n in dc.networks for name in profiles(n)}
        yield from _known(place, f"vNIC profile of {dc.name}", profile, known)


def _vm(site: Site, place: Place, vm: VmSpec) -> Iterator[Problem]:
    dc = site.center_of(vm.cluster)
    if vm.template is not None:
        known = {
            (t.name, t.version)
            for t in site.spec.templates
            if t.cluster in site.clusters and site.center_of(t.cluster) is dc
        }
        if spelling.template(vm.template) not in known:
            yield place, f"there is no template {vm.template} in {dc.name}"
    if vm.lease is not None:
        yield from _known(place, "storage domain", vm.lease, {d.name for d in dc.storage_domains})
    if vm.host is not None:
        hosts = {h.name for h in site.clusters[vm.cluster][1].hosts}
        yield from _known(place, f"host of {vm.cluster}", vm.host, hosts)
    roles = {*BUILT_IN_ROLES, *site.spec.roles}
    for text in vm.permissions:
        wrong = list(_spelt(place, spelling.permission, text))
        yield from wrong
        if not wrong:
            user, role = spelling.permission(text)
            yield from _known(place, "user", user, {ADMIN, *site.spec.users})
            yield from _known(place, "role", role, roles)
    if any(s.memory for s in vm.snapshots) and not vm.disks:
        yield place, "a snapshot with memory needs a disk"


def _affinity(site: Site, place: Place) -> Iterator[Problem]:
    names = {vm.name for vm in site.spec.vms}
    for number, group in enumerate(site.spec.affinity_groups):
        here = (*place, "affinity_groups", number)
        yield from _known(here, "cluster", group.cluster, site.clusters)
        for name in group.vms:
            yield from _known(here, "VM", name, names)
        for name in group.hosts:
            yield from _known(here, "host", name, site.hosts)
    for number, label in enumerate(site.spec.affinity_labels):
        here = (*place, "affinity_labels", number)
        for name in label.vms:
            yield from _known(here, "VM", name, names)
        for name in label.hosts:
            yield from _known(here, "host", name, site.hosts)


def _mapping(mapping: MappingSpec, primary: Site, secondary: Site) -> Iterator[Problem]:
    """What the mapping takes from the sites. Names at the secondary may be wrong on purpose."""
    for number, storage in enumerate(mapping.storage):
        here: Place = ("mapping", "storage", number)
        yield from _known(here, "storage domain", storage.domain, primary.domains)
        if storage.domain in primary.domains:
            yield from _target(here, storage, primary.domains[storage.domain][1])
    for number, network in enumerate(mapping.networks or ()):
        here = ("mapping", "networks", number)
        centers = {dc.name for dc in primary.spec.data_centers}
        yield from _known(here, "data center", network.of, centers)
        if network.of in centers:
            dc = primary.center(network.of)
            yield from _profile(here, dc, network.source)
        if network.to != "none" and network.profile_id is None:
            found = {dc.name: dc for dc in secondary.spec.data_centers}
            yield from _known(here, "data center", network.at or "", found)
            if network.at in found:
                yield from _profile(here, found[network.at], network.to)
    for number, lun in enumerate(mapping.luns):
        here = ("mapping", "luns", number)
        yield from _known(here, "direct LUN", lun.source, {x.id for x in primary.spec.direct_luns})
        yield from _known(here, "direct LUN", lun.to, {x.id for x in secondary.spec.direct_luns})


def _target(place: Place, storage: StorageMappingSpec, domain: DomainSpec) -> Iterator[Problem]:
    """Whether the mapping says what is needed to find a domain of that type."""
    needed = {"iscsi": ("address", "target"), "fcp": (), "posixfs": ("path",)}
    for field in needed.get(domain.type, ("address", "path")):
        if getattr(storage, field) is None:
            yield place, f"the {domain.type} domain {domain.name} needs a {field} at the secondary"


def _replicas(site: Site, other: Site) -> Iterator[Problem]:
    """Only Fibre Channel shows a replica to hosts before they log in."""
    place: Place = (site.role, "replica_luns")
    known = [name for name, (_, domain) in other.domains.items() if domain.type == "fcp"]
    for name in site.spec.replica_luns:
        yield from _known(place, f"FCP domain of the {other.role}", name, known)


def _behind(scenario: Scenario, primary: Site) -> Iterator[Problem]:
    for number, behind in enumerate(scenario.storage_behind_secondary):
        here: Place = ("storage_behind_secondary", number)
        if (behind.domain is None) == (behind.lun is None):
            yield here, "give either a domain or a lun"
        if behind.domain is not None:
            yield from _known(here, "storage domain", behind.domain, primary.domains)
        if behind.lun is not None:
            known = {lun.id for lun in scenario.secondary.direct_luns}
            yield from _known(here, "direct LUN", behind.lun, known)


def _known(place: Place, kind: str, name: str, known: Collection[str]) -> Iterator[Problem]:
    if name in known:
        return
    close = difflib.get_close_matches(name, list(known), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    yield place, f"there is no {kind} called {name}{hint}"


def _spelt(place: Place, read: Callable[[T], object], text: T) -> Iterator[Problem]:
    try:
        read(text)
    except Misspelt as error:
        yield place, str(error)
