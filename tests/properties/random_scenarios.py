"""Random pairs of sites for properties: small, valid, and with every trouble that can be foreseen."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

SOURCE_POOL = "56:6f:1a:00:00:00-56:6f:1a:00:ff:ff"
TARGET_POOL = "56:6f:2a:00:00:00-56:6f:2a:00:ff:ff"
OTHER_MAC = "00:1a:4a:16:01:{:02x}"

_DOMAINS: dict[str, dict[str, Any]] = {
    "data": {
        "name": "data",
        "type": "nfs",
        "master": True,
        "address": "nas-north.example.org",
        "path": "/exports/data",
    },
    "block": {
        "name": "block",
        "type": "iscsi",
        "portals": ["192.0.2.31", "192.0.2.32"],
        "target": "iqn.2026-01.org.example:north",
        "luns": [{"id": "360014050000000000000000000001001"}],
    },
    "fibre": {
        "name": "fibre",
        "type": "fcp",
        "luns": [{"id": "3600a0980000000000000000000002001"}],
    },
}
SOURCE_LUN = "360014050000000000000000000003001"
TARGET_LUN = "360014050000000000000000000003901"
SHARED_MAC = "56:6f:1a:00:40:01"

_REPLICAS: dict[str, dict[str, Any]] = {
    "data": {"address": "nas-south.example.org", "path": "/replica/data"},
    "block": {"address": "198.51.100.31", "target": "iqn.2026-01.org.example:south"},
    "fibre": {},
}


@st.composite
def scenarios(draw: st.DrawFn) -> dict[str, Any]:
    """A scenario as the file would say it.

    Its troubles can all be seen beforehand: domains, clusters, networks and templates that are not
    mapped, names that are taken, hosts without memory, addresses outside the pool.
    """
    domains = ["data", *draw(st.lists(st.sampled_from(["block", "fibre"]), unique=True))]
    mapped = [name for name in domains if name == "data" or draw(st.booleans())]
    vms = [draw(_vms(number, domains)) for number in range(draw(st.integers(1, 6)))]
    if draw(st.booleans()):
        vms[0]["disks"] = [*vms[0]["disks"], {"name": "raw", "lun": SOURCE_LUN}]
    taken = draw(st.lists(st.sampled_from([vm["name"] for vm in vms]), unique=True, max_size=1))
    is_lun_there = draw(_mostly)
    clusters = {"general": "dr-general"} | ({"special": "dr-special"} if draw(_mostly) else {})
    return {
        "format": 1,
        "name": "random",
        "taken": "2026-03-14T02:00:00.000+01:00",
        "primary": _primary(domains, vms, draw(st.booleans())),
        "secondary": _secondary(draw, domains, taken, is_lun_there),
        "mapping": {
            "storage": [
                {"domain": name, "data_center": "dr-hall", **_REPLICAS[name]} for name in mapped
            ],
            "clusters": clusters,
            "networks": draw(_network_mappings()),
            "roles": {"Night": "Day"} if draw(st.booleans()) else {},
            "affinity_labels": {"licensed": "dr-licensed"} if draw(st.booleans()) else {},
            "luns": [{"from": SOURCE_LUN, "to": TARGET_LUN, "alias": "raw"}]
            if draw(_mostly)
            else [],
            "drplan": {"sites": {"primary": {"name": "north"}, "secondary": {"name": "south"}}},
        },
        "storage_behind_secondary": []
        if is_lun_there
        else [{"lun": TARGET_LUN, "state": "absent"}],
    }


_mostly = st.sampled_from([True, True, True, False])


@st.composite
def _vms(draw: st.DrawFn, number: int, domains: list[str]) -> dict[str, Any]:
    disks = draw(st.lists(st.sampled_from(domains), unique=True, max_size=2))
    vm: dict[str, Any] = {
        "name": f"vm-{number}",
        "cluster": "general" if draw(_mostly) else "special",
        "memory": draw(st.sampled_from(["1 GiB", "4 GiB", "20 GiB"])),
        "status": draw(st.sampled_from(["up", "up", "up", "down", "paused"])),
        "disks": [f"{name} 10 GiB" for name in disks],
        "nics": draw(st.lists(st.sampled_from(["app/app", "db/db", "lone/lone"]), max_size=2)),
        "boot": ["hd" if disks else "network"],
    }
    if draw(st.booleans()):
        vm["ha"] = draw(st.sampled_from([1, 50, 100]))
        if draw(st.booleans()):
            vm["lease"] = domains[-1]
    if disks[:1] == ["data"] and draw(st.booleans()):
        vm["template"] = "base"
    if vm["nics"] and not draw(_mostly):
        vm["nics"][0] += f" {OTHER_MAC.format(number)}"
    elif vm["nics"] and number == 0 and draw(st.booleans()):
        vm["nics"][0] += f" {SHARED_MAC}"
    if disks and not draw(_mostly):
        vm["snapshots"] = [{"name": "before", "memory": draw(st.booleans())}]
    vm["permissions"] = draw(
        st.lists(
            st.sampled_from(
                [
                    "ann@internal-authz UserRole",
                    "bob@internal-authz Night",
                    "bob@internal-authz UserRole",
                ]
            ),
            unique=True,
            max_size=2,
        )
    )
    return vm


def _primary(domains: list[str], vms: list[dict[str, Any]], grouped: bool) -> dict[str, Any]:
    first_two = [vm["name"] for vm in vms[:2] if vm["cluster"] == "general"]
    return {
        "name": "north",
        "engine": {"host": "engine-north.example.org"},
        "mac_pools": [{"name": "Default", "ranges": [SOURCE_POOL]}],
        "users": ["ann@internal-authz", "bob@internal-authz"],
        "roles": ["Night"],
        "direct_luns": [
            {
                "id": SOURCE_LUN,
                "address": "192.0.2.41",
                "target": "iqn.2026-01.org.example:north.raw",
            }
        ],
        "data_centers": [
            {
                "name": "hall",
                "networks": [
                    {"name": "ovirtmgmt", "management": True},
                    *({"name": name} for name in ("app", "db", "lone")),
                ],
                "clusters": [
                    {
                        "name": "general",
                        "hosts": [{"name": "north-1", "memory": "512 GiB", "spm": True}],
                    },
                    {"name": "special", "hosts": [{"name": "north-2", "memory": "512 GiB"}]},
                ],
                "storage_domains": [_DOMAINS[name] for name in domains],
            }
        ],
        "templates": [{"name": "base", "cluster": "general", "disks": ["data 10 GiB"]}],
        "vms": vms,
        "affinity_groups": [
            {"name": "apart", "cluster": "general", "vms": first_two if grouped else []}
        ],
        "affinity_labels": [{"name": "licensed", "vms": [vm["name"] for vm in vms[-2:]]}],
    }


def _secondary(
    draw: st.DrawFn, domains: list[str], taken: list[str], is_lun_there: bool
) -> dict[str, Any]:
    memory = draw(st.sampled_from(["16 GiB", "256 GiB"]))
    return {
        "name": "south",
        "engine": {"host": "engine-south.example.org"},
        "mac_pools": [
            {
                "name": "Default",
                "ranges": [TARGET_POOL, SOURCE_POOL] if draw(_mostly) else [TARGET_POOL],
            }
        ],
        "users": draw(
            st.sampled_from([["ann@internal-authz"], ["ann@internal-authz", "bob@internal-authz"]])
        ),
        "roles": draw(st.sampled_from([[], ["Night"], ["Day"]])),
        "direct_luns": [
            {
                "id": TARGET_LUN,
                "address": "198.51.100.41",
                "target": "iqn.2026-01.org.example:south.raw",
                "visible": is_lun_there,
            }
        ],
        "data_centers": [
            {
                "name": "dr-hall",
                "networks": [
                    {"name": "ovirtmgmt", "management": True},
                    {"name": "dr-app"},
                    {"name": "db"},
                ],
                "clusters": [
                    {
                        "name": "dr-general",
                        "hosts": [
                            {"name": "south-1", "memory": memory},
                            {"name": "south-2", "memory": memory},
                        ],
                    },
                    {"name": "dr-special", "hosts": [{"name": "south-3", "memory": memory}]},
                ],
            }
        ],
        "replica_luns": [name for name in domains if name == "fibre"],
        "vms": [
            {"name": name, "cluster": "dr-general", "status": "down", "boot": ["network"]}
            for name in taken
        ]
        + [
            {
                "name": "resident",
                "cluster": "dr-general",
                "status": "down",
                "boot": ["network"],
                "nics": [f"db/db {SHARED_MAC}"],
            }
        ],
        "affinity_labels": draw(
            st.sampled_from([[], [{"name": "licensed"}], [{"name": "dr-licensed"}]])
        ),
        "affinity_groups": [{"name": "apart", "cluster": "dr-general"}] if draw(_mostly) else [],
    }


@st.composite
def _network_mappings(draw: st.DrawFn) -> list[dict[str, Any]] | None:
    if not draw(_mostly):
        return None
    mappings = []
    if draw(_mostly):
        mappings.append({"from": "app/app", "of": "hall", "to": "dr-app/dr-app", "at": "dr-hall"})
    if draw(st.booleans()):
        mappings.append({"from": "db/db", "of": "hall", "to": "none"})
    return mappings
