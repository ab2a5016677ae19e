"""Data centers."""

from __future__ import annotations

from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.definition import DataCenterSpec
from drplan.simulator.scenario.form import entity, reference
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store

LINKS = (
    "clusters",
    "iscsibonds",
    "networks",
    "permissions",
    "qoss",
    "quotas",
    "storagedomains",
)


def build(site: Site, store: Store) -> None:
    """Every data center (wire-facts.md section 5)."""
    for dc in site.spec.data_centers:
        path = f"/datacenters/{site.id('data_center', dc.name)}"
        major, minor = spelling.level(dc.level)
        state = status(dc)
        level = {"major": major, "minor": minor}
        store.put(
            path,
            entity(
                path,
                "data_center",
                seed=site.spec.name,
                actions=("cleanfinishedtasks", "setmaster"),
                name=dc.name,
                description=dc.description or "",
                links=LINKS,
                members={
                    "local": dc.local,
                    "quota_mode": dc.quota,
                    "status": state,
                    "storage_format": None if state == "uninitialized" else domain_format(dc),
                    "supported_versions": [("version", level)],
                    "version": level,
                },
                references={
                    "mac_pool": reference("mac_pool", f"/macpools/{site.mac_pool_id(dc.mac_pool)}")
                },
            ),
        )
        store.declare(f"{path}/storagedomains")


def status(dc: DataCenterSpec) -> str:
    """The status given, or the one that follows from having a master domain."""
    if dc.status is not None:
        return dc.status
    return "up" if any(d.master for d in dc.storage_domains) else "uninitialized"


def domain_format(dc: DataCenterSpec) -> str:
    """The format of data domains at the data center's level (storage sheet 5.2)."""
    major, minor = (int(part) for part in spelling.level(dc.level))
    return "v5" if (major, minor) >= (4, 3) else "v4"
