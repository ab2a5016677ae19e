"""Hosts, and the LUNs that they see."""

from __future__ import annotations

from collections.abc import Iterable

from drplan.simulator.elements import Element
from drplan.simulator.rules.memory import HostMemory
from drplan.simulator.scenario import spelling
from drplan.simulator.scenario.builders import luns
from drplan.simulator.scenario.builders.machine import scheduled_size
from drplan.simulator.scenario.definition import ClusterSpec, HostSpec, VmSpec
from drplan.simulator.scenario.form import Value, enabled, entity, reference
from drplan.simulator.scenario.site import Site
from drplan.simulator.store import Store

ACTIONS = (
    "activate",
    "approve",
    "commitnetconfig",
    "copyhostnetworks",
    "deactivate",
    "discoveriscsi",
    "enrollcertificate",
    "fence",
    "forceselectspm",
    "install",
    "iscsidiscover",
    "iscsilogin",
    "refresh",
    "setupnetworks",
    "syncallnetworks",
    "unregisteredstoragedomainsdiscover",
    "upgrade",
    "upgradecheck",
)
LINKS = (
    "affinitylabels",
    "cpuunits",
    "devices",
    "externalnetworkproviderconfigurations",
    "fenceagents",
    "hooks",
    "katelloerrata",
    "networkattachments",
    "nics",
    "numanodes",
    "permissions",
    "statistics",
    "storage",
    "storageconnectionextensions",
    "tags",
    "unmanagednetworks",
)
_MIB = 1 << 20
_AWAKE = ("up", "non_responsive")


def build(site: Site, store: Store) -> None:
    """Every host (wire-facts.md section 5)."""
    for cluster, host in site.hosts.values():
        path = f"/hosts/{site.id('host', host.name)}"
        store.put(path, _host(site, path, cluster, host))
        store.declare(f"{path}/storage")


def list_luns(site: Site, store: Store, units: Iterable[luns.Unit]) -> None:
    """Show LUNs to the hosts that are up: one entry a LUN, its first path (entities sheet 6)."""
    listed = tuple(units)
    for cluster, host in site.hosts.values():
        center = site.center_of(cluster.name)
        if host.status != "up" or center.local:
            continue
        path = f"/hosts/{site.id('host', host.name)}"
        for unit in listed:
            if unit.centers is None or center.name in unit.centers:
                own = f"{path}/storage/{unit.id}"
                store.put(own, _host_storage(path, own, unit))


def _host_storage(host: str, path: str, unit: luns.Unit) -> Element:
    first = unit.paths[0] if unit.paths else None
    entry = luns.logical_unit(unit, first, listed_by_host=True)
    return entity(
        path,
        "host_storage",
        members={"logical_units": [("logical_unit", entry)], "type": unit.type},
        references={"host": reference("host", host)},
    )


def _host(site: Site, path: str, cluster: ClusterSpec, host: HostSpec) -> Element:
    running = [vm for vm in site.spec.vms if site.host_of.get(site.vm_id(vm)) == host.name]
    number = list(site.hosts).index(host.name)
    address = host.address or f"{host.name}.example.org"
    return entity(
        path,
        "host",
        seed=site.spec.name,
        actions=ACTIONS,
        name=host.name,
        comment="",
        links=LINKS,
        members={
            **_hardware(site, cluster, host),
            "address": address,
            "certificate": {
                "organization": "example.org",
                "subject": f"O=example.org,CN={address}",
            },
            "external_status": "ok",
            "hardware_information": {
                "family": "Rack",
                "manufacturer": "Example",
                "product_name": "Server 2",
                "serial_number": site.id("serial", host.name),
                "uuid": site.id("hardware", host.name),
            },
            "iscsi": {"initiator": f"iqn.1994-05.com.redhat:{host.name}"},
            "kdump_status": "disabled",
            "max_scheduling_memory": _schedulable(cluster, host, running),
            "memory": spelling.size(host.memory),
            "port": 54321,
            "power_management": {
                "automatic_pm_enabled": True,
                "enabled": False,
                "kdump_detection": True,
                "pm_proxies": [],
            },
            "protocol": "stomp",
            "se_linux": {"mode": "enforcing"},
            "spm": {"priority": 5, "status": "spm" if host.spm else "none"},
            "ssh": {"fingerprint": f"SHA256:{site.id('ssh', host.name)}", "port": 22},
            "status": host.status,
            "summary": {
                "active": sum(vm.status == "up" for vm in running),
                "migrating": 0,
                "total": len(running),
            },
            "type": "ovirt_node" if number % 3 == 2 else "rhel",
            "update_available": number % 2 == 1,
            "version": {
                "build": 2,
                "full_version": "vdsm-4.50.5.1-1.el9",
                "major": 4,
                "minor": 50,
                "revision": 0,
            },
        },
        references={
            "cluster": reference("cluster", f"/clusters/{site.id('cluster', cluster.name)}")
        },
    )


def _hardware(site: Site, cluster: ClusterSpec, host: HostSpec) -> dict[str, Value]:
    return {
        "auto_numa_status": "disable",
        "cpu": {
            "name": cluster.cpu.replace(" Family", " Processor"),
            "speed": 2600,
            "topology": {"cores": host.cores, "sockets": host.sockets, "threads": host.threads},
            "type": cluster.cpu,
        },
        "device_passthrough": enabled(False),
        "ksm": enabled(False),
        "numa_supported": False,
        "os": {
            "custom_kernel_cmdline": "",
            "type": "RHEL",
            "version": {"full_version": "9.4 - 1.el9", "major": 9, "minor": 4},
        },
        "transparent_hugepages": enabled(True),
    }


def _schedulable(cluster: ClusterSpec, host: HostSpec, running: Iterable[VmSpec]) -> int:
    """What the scheduler may still give (entities sheet 4.5), in bytes."""
    if host.schedulable is not None:
        return spelling.size(host.schedulable)
    if host.status not in _AWAKE:
        return spelling.size(host.memory)
    memory = HostMemory(
        physical=spelling.size(host.memory) // _MIB,
        overcommit_percent=cluster.over_commit,
        committed=sum(scheduled_size(vm).required for vm in running),
    )
    return memory.max_scheduling_memory * _MIB
