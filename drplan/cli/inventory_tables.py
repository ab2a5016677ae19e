"""An inventory as tables: what an operator looks for, row by row, and how much there is of the rest."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from drplan.cli import terminal
from drplan.model.entities import Cluster, Entity, Host, StorageDomain, Vm
from drplan.model.inventory import Inventory

Names = Callable[[str | None], str]


@dataclass(frozen=True)
class Table:
    """A title, the columns' heads, and rows of texts."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def show(inventory: Inventory) -> None:
    """Write the inventory to stdout: rich tables on a terminal, aligned columns elsewhere."""
    heading = "\n".join(headline(inventory))
    if not terminal.is_interactive():
        terminal.write("\n\n".join([heading, *(plain(it) for it in tables(inventory))]))
        return
    from rich.table import Table as RichTable

    console = terminal.rich_console(sys.stdout)
    console.print(terminal.harmless(heading))
    for table in tables(inventory):
        drawn = RichTable(title=table.title, title_justify="left", title_style="bold")
        for column in table.columns:
            drawn.add_column(column, overflow="fold")
        for row in table.rows:
            drawn.add_row(*(terminal.harmless(cell) for cell in row))
        console.print()
        console.print(drawn)


def plain(table: Table) -> str:
    """The table as aligned columns without any drawing."""
    lines = [tuple(it.upper() for it in table.columns), *table.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(table.columns))]
    body = (
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
    return "\n".join([table.title, *(f"  {line}" for line in body)])


def headline(inventory: Inventory) -> list[str]:
    """Which Engine, when, and how many of everything."""
    version = inventory.engine.full_version
    engine = f"Engine {version}" if version else "Engine of unknown version"
    taken = f"recorded {inventory.taken}" if inventory.taken else "recorded at an unknown time"
    running = Counter(vm.status for vm in inventory.vms)
    counts = (
        (len(inventory.vms), "VM", f" ({running['up']} up)"),
        (len(inventory.templates), "template", ""),
        (len(inventory.disks), "disk", ""),
        (len(inventory.storage_domains), "storage domain", ""),
        (len(inventory.storage_connections), "storage connection", ""),
        (len(inventory.networks), "network", ""),
        (len(inventory.vnic_profiles), "vNIC profile", ""),
        (len(inventory.mac_pools), "MAC pool", ""),
        (len(inventory.affinity_groups), "affinity group", ""),
        (len(inventory.affinity_labels), "affinity label", ""),
        (len(inventory.roles), "role", ""),
        (len(inventory.users), "user", ""),
        (len(inventory.authorization_domains), "AAA domain", ""),
    )
    told = ", ".join(f"{_number(count, word)}{more}" for count, word, more in counts if count)
    return [f"Site {inventory.site}: {engine}, {taken}", told or "Nothing was read."]


def tables(inventory: Inventory) -> list[Table]:
    """The tables that are not empty."""
    data_centers = _names(inventory.data_centers)
    clusters = _names(inventory.clusters)
    candidates = [
        Table(
            "Data centers",
            ("name", "status", "level", "format"),
            tuple(
                (it.name, it.status or "?", _text(it.version), it.storage_format or "-")
                for it in inventory.data_centers
            ),
        ),
        Table(
            "Clusters",
            ("name", "data center", "level", "CPU", "networks"),
            tuple(_cluster(it, data_centers) for it in inventory.clusters),
        ),
        Table(
            "Hosts",
            ("name", "cluster", "status", "memory", "SPM", "LUNs seen"),
            tuple(_host(it, clusters) for it in inventory.hosts),
        ),
        Table(
            "Storage domains",
            ("name", "type", "storage", "status", "data center", "master", "used", "free"),
            tuple(_storage_domain(it, data_centers) for it in inventory.storage_domains),
        ),
        Table(
            "VMs",
            ("name", "cluster", "status", "HA", "memory", "disks", "NICs", "template"),
            tuple(_vm(it, clusters, _names(inventory.templates)) for it in inventory.vms),
        ),
        *_unregistered(inventory),
        Table(
            "Not known",
            ("collection", "reason"),
            tuple((it.collection, it.reason) for it in inventory.gaps),
        ),
    ]
    return [table for table in candidates if table.rows]


def _unregistered(inventory: Inventory) -> Iterable[Table]:
    domains = _names(inventory.storage_domains)
    yield Table(
        "Unregistered templates",
        ("name", "version", "storage domain"),
        tuple(
            (it.name, _text(it.version_number), domains(it.storage_domain_id))
            for it in inventory.unregistered_templates
        ),
    )
    yield Table(
        "Unregistered VMs",
        ("name", "status", "HA", "storage domain"),
        tuple(
            (it.name, it.status or "?", _ha(it.high_availability), domains(it.storage_domain_id))
            for it in inventory.unregistered_vms
        ),
    )


def _cluster(cluster: Cluster, data_centers: Names) -> tuple[str, ...]:
    return (
        cluster.name,
        data_centers(cluster.data_center_id),
        _text(cluster.version),
        cluster.cpu_type or "-",
        _count(cluster.network_ids),
    )


def _host(host: Host, clusters: Names) -> tuple[str, ...]:
    is_spm = "yes" if host.spm_status == "spm" else "-"
    return (
        host.name,
        clusters(host.cluster_id),
        host.status or "?",
        _size(host.memory),
        is_spm,
        _count(host.luns),
    )


def _storage_domain(domain: StorageDomain, data_centers: Names) -> tuple[str, ...]:
    return (
        domain.name,
        domain.type or "?",
        _storage(domain),
        domain.status or "?",
        ", ".join(data_centers(it) for it in domain.data_center_ids) or "-",
        "yes" if domain.master else "-",
        _size(domain.used),
        _size(domain.available),
    )


def _storage(domain: StorageDomain) -> str:
    kind = domain.storage_type or "?"
    if domain.luns:
        paths = sum(len(lun.paths) for lun in domain.luns)
        told = f", {_number(paths, 'path')}" if paths else ""
        return f"{kind}, {_number(len(domain.luns), 'LUN')}{told}"
    place = ":".join(part for part in (domain.address, domain.path) if part)
    return f"{kind} {place}" if place else kind


def _vm(vm: Vm, clusters: Names, templates: Names) -> tuple[str, ...]:
    return (
        vm.name,
        clusters(vm.cluster_id),
        vm.status or "?",
        _ha(vm.high_availability),
        _size(vm.memory),
        _count(vm.disk_attachments),
        _count(vm.nics),
        templates(vm.template_id),
    )


def _names(entities: Iterable[Entity]) -> Names:
    """Names by id; an id that nothing has stands for itself, in brackets."""
    named = {it.id: it.name for it in entities}
    return lambda key: "-" if key is None else named.get(key, f"({key})")


def _number(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _text(value: object) -> str:
    return "-" if value is None else str(value)


def _ha(value: bool) -> str:
    return "yes" if value else "-"


def _count(items: Sequence[object] | None) -> str:
    return "?" if items is None else str(len(items))


def _size(number: int | None) -> str:
    """Bytes as GiB, the unit of the web interface."""
    return "?" if number is None else f"{number / 2**30:.4g} GiB"
