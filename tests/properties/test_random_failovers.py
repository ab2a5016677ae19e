"""Random sites: whatever a scenario says, what is made of it holds together."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from drplan.simulator.loading import load
from drplan.simulator.scenario.builders import build_engine
from drplan.simulator.scenario.definition import (
    AffinityGroupSpec,
    ClusterSpec,
    DataCenterSpec,
    DomainSpec,
    EngineSpec,
    HostSpec,
    MacPoolSpec,
    MappingSpec,
    NetworkMappingSpec,
    NetworkSpec,
    Scenario,
    SiteSpec,
    StorageMappingSpec,
    TemplateSpec,
    VmSpec,
)
from drplan.simulator.scenario.reader import Source
from drplan.simulator.scenario.references import check_references
from drplan.simulator.scenario.site import Site
from drplan.wire.cassette import read_cassette
from drplan.workflows.make_scenario import write_sites

NETWORKS = ("ovirtmgmt", "app", "db")
CLUSTERS = ("c1", "c2")
DOMAINS = ("d1", "d2", "d3")
POOLS = (MacPoolSpec(name="Default", ranges=("56:6f:1a:00:00:00-56:6f:1a:00:ff:ff",)),)
SOUTH_POOLS = (
    MacPoolSpec(
        name="Default",
        ranges=("56:6f:2a:00:00:00-56:6f:2a:00:ff:ff", "56:6f:1a:00:00:00-56:6f:1a:00:ff:ff"),
    ),
)

NIC = st.sampled_from(("app/app", "db/db"))
DISK = st.sampled_from([f"{domain} 10 GiB" for domain in DOMAINS])
FOREIGN_MAC = "00:1a:4a:00:00:01"


@st.composite
def vm(draw: st.DrawFn, number: int) -> VmSpec:
    """A VM; a thin one stands on the template, which is on the first domain.

    The first VM may have an address that is in no pool.
    """
    disks = draw(st.lists(DISK, max_size=2))
    thin = bool(disks) and draw(st.booleans())
    nics = draw(st.lists(NIC, max_size=2))
    if nics and number == 0 and draw(st.booleans()):
        nics[0] = f"{nics[0]} {FOREIGN_MAC}"
    return VmSpec(
        name=f"vm{number}",
        cluster=draw(st.sampled_from(CLUSTERS)),
        memory=draw(st.sampled_from(("1 GiB", "4 GiB", "24 GiB"))),
        ha=draw(st.sampled_from((None, 1, 50, 100))),
        status=draw(st.sampled_from(("up", "up", "down", "paused"))),
        disks=("d1 10 GiB", *disks[1:]) if thin else tuple(disks),
        nics=tuple(nics),
        template="base" if thin else None,
        boot=("hd",) if disks else ("network",),
    )


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Two sites of one data center each, with anything mapped, missing or in the way."""
    vms = tuple(draw(vm(number)) for number in range(draw(st.integers(0, 6))))
    mapped = draw(st.sets(st.sampled_from(DOMAINS), min_size=1))
    return Scenario(
        format=1,
        name="random",
        taken="2026-03-14T02:00:00.000+01:00",
        primary=_primary(vms),
        secondary=_secondary(
            draw(st.sampled_from((NETWORKS, ("ovirtmgmt", "app")))),
            draw(st.sampled_from(("24 GiB", "256 GiB"))),
            draw(st.booleans()),
        ),
        mapping=MappingSpec(
            storage=tuple(
                StorageMappingSpec(
                    domain=name,
                    data_center="dc",
                    address="nas-b",
                    path=f"/replica/{name}",
                    master=name == min(mapped),
                )
                for name in sorted(mapped)
            ),
            clusters=draw(st.sampled_from(({"c1": "dr1", "c2": "dr2"}, {"c1": "dr1"}))),
            networks=draw(
                st.sampled_from(
                    (
                        None,
                        (NetworkMappingSpec(source="app/app", of="dc", to="none"),),
                        (NetworkMappingSpec(source="app/app", of="dc", to="app/app", at="dc"),),
                    )
                )
            ),
        ),
    )


def _primary(vms: tuple[VmSpec, ...]) -> SiteSpec:
    return SiteSpec(
        name="a",
        engine=EngineSpec(host="engine-a.example.org"),
        mac_pools=POOLS,
        data_centers=(
            DataCenterSpec(
                name="dc",
                networks=tuple(NetworkSpec(name=n, management=n == "ovirtmgmt") for n in NETWORKS),
                clusters=tuple(
                    ClusterSpec(name=c, hosts=(HostSpec(name=f"h{c}", memory="512 GiB"),))
                    for c in CLUSTERS
                ),
                storage_domains=tuple(
                    DomainSpec(name=d, master=d == "d1", address="nas-a", path=f"/{d}")
                    for d in DOMAINS
                ),
            ),
        ),
        templates=(TemplateSpec(name="base", cluster="c1", disks=("d1 5 GiB",)),),
        vms=vms,
        affinity_groups=(
            AffinityGroupSpec(
                name="apart", cluster="c1", vms=tuple(v.name for v in vms if v.cluster == "c1")
            ),
        ),
    )


def _secondary(networks: tuple[str, ...], memory: str, name_taken: bool) -> SiteSpec:
    """With a VM in the way the data center is up, with a domain of its own."""
    own = DomainSpec(name="own", master=True, address="nas-b", path="/own")
    stranger = VmSpec(name="vm0", cluster="dr2", disks=("own 5 GiB",))
    return SiteSpec(
        name="b",
        engine=EngineSpec(host="engine-b.example.org"),
        mac_pools=SOUTH_POOLS,
        data_centers=(
            DataCenterSpec(
                name="dc",
                networks=tuple(NetworkSpec(name=n, management=n == "ovirtmgmt") for n in networks),
                clusters=tuple(
                    ClusterSpec(name=c, hosts=(HostSpec(name=f"h{c}", memory=memory, spm=True),))
                    for c in ("dr1", "dr2")
                ),
                storage_domains=(own,) if name_taken else (),
            ),
        ),
        vms=(stranger,) if name_taken else (),
    )


@given(scenarios())
@settings(max_examples=25)
def test_what_is_recorded_of_a_site_is_the_site(scenario: Scenario) -> None:
    """Made, recorded, written, read and loaded, every entity is the same to the byte."""
    check_references(scenario, Source("random", {}))
    sites = (Site.of(scenario, "primary"), Site.of(scenario, "secondary"))
    with tempfile.TemporaryDirectory() as folder:
        write_sites(scenario, Path(folder))
        for site, other in (sites, reversed(sites)):
            built = build_engine(site, other)

            loaded = load(read_cassette(Path(folder) / f"{site.role}.yaml").exchanges).store

            paths = {path for c in loaded.collections() for path in loaded.members(c)}
            assert paths
            assert all(loaded.body(path) == built.body(path) for path in paths)
