"""The mapping file of a scenario, in the shape in which the Ansible role generates its own.

Top-level lists are not indented, values that are left to the operator stay empty, and what does
not belong into a mapping stands there as a comment with the reason (role contract K4).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ruamel.yaml import YAML

from drplan.simulator.scenario.definition import (
    DataCenterSpec,
    DirectLunSpec,
    DomainSpec,
    MappingSpec,
    NetworkMappingSpec,
    Scenario,
    StorageMappingSpec,
)
from drplan.simulator.scenario.site import Site
from drplan.simulator.scenario.spelling import disk, profile

BLOCK = ("iscsi", "fcp")
HOSTED_ENGINE = ("hosted_engine", "managed_hosted_engine")

_PLAIN = re.compile(r"[A-Za-z0-9/][A-Za-z0-9_./@:+-]*")


def mapping_text(scenario: Scenario) -> str:
    """The whole mapping file."""
    primary, secondary = Site.of(scenario, "primary"), Site.of(scenario, "secondary")
    mapping = scenario.mapping
    parts = (
        _head(scenario),
        _sites(primary, secondary),
        _variables(mapping),
        _storages(mapping, primary),
        _names("clusters", "dr_cluster_mappings", mapping.clusters),
        _names("affinity groups", "dr_affinity_group_mappings", mapping.affinity_groups),
        _names("affinity labels", "dr_affinity_label_mappings", mapping.affinity_labels),
        _names("authorization domains", "dr_domain_mappings", mapping.domains),
        _names("roles", "dr_role_mappings", mapping.roles),
        _networks(mapping, primary, secondary),
        _luns(mapping, primary, secondary),
        _extension(mapping),
    )
    return "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"


def text(value: object) -> str:
    """A value as it stands in the file: quoted where YAML would read something else."""
    if isinstance(value, bool):
        return str(value)
    written = str(value)
    if _PLAIN.fullmatch(written) and not written.endswith(":") and _is_text(written):
        return written
    return '"' + written.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_text(written: str) -> bool:
    """Whether YAML, the old or the new, takes the unquoted word for a text."""
    return all(
        isinstance(YAML(typ="safe", pure=True).load(f"%YAML {version}\n---\n{written}\n"), str)
        for version in ("1.1", "1.2")
    )


def _head(scenario: Scenario) -> Iterator[str]:
    yield "---"
    yield f"# The mapping of the scenario {scenario.name}, written by drplan simulator make."
    yield "# The Ansible role disaster_recovery reads the same file."


def _sites(primary: Site, secondary: Site) -> Iterator[str]:
    for site in (primary, secondary):
        yield ""
        yield f"# The {site.role} site: {site.spec.name}"
        engine = site.spec.engine
        stem = f"dr_sites_{site.role}"
        yield f"{stem}_url: https://{engine.host}/ovirt-engine/api"
        yield f"{stem}_username: {text(engine.user)}"
        yield f"{stem}_ca_file: {text(engine.ca_file) if engine.ca_file else ''}".rstrip()


def _variables(mapping: MappingSpec) -> Iterator[str]:
    if mapping.variables:
        yield ""
        yield "# Variables of the role"
    for name, value in mapping.variables.items():
        yield f"{name}: {value}"


# --- storage --------------------------------------------------------------------------------


def _storages(mapping: MappingSpec, primary: Site) -> Iterator[str]:
    yield ""
    yield "# Replicated storage domains"
    yield "dr_import_storages:"
    mapped = {entry.domain: entry for entry in mapping.storage}
    for name, (dc, domain) in primary.domains.items():
        if dc is None:
            continue
        if name in mapped:
            yield from _storage(mapped[name], primary, dc, domain)
        else:
            yield from _left_out(primary, dc, domain)
        yield ""


def _storage(
    entry: StorageMappingSpec, primary: Site, dc: DataCenterSpec, domain: DomainSpec
) -> Iterator[str]:
    yield f"- dr_domain_type: {domain.type}"
    yield f"  dr_wipe_after_delete: {domain.wipe_after_delete}"
    yield f"  dr_backup: {domain.backup}"
    yield f"  dr_critical_space_action_blocker: {domain.critical_space}"
    yield f"  dr_storage_domain_type: {domain.kind}"
    yield f"  dr_warning_low_space: {domain.warning_low_space}"
    yield f"  dr_primary_name: {text(domain.name)}"
    yield f"  dr_primary_master_domain: {domain.master}"
    yield f"  dr_primary_dc_name: {text(dc.name)}"
    if domain.type in BLOCK:
        yield f"  dr_discard_after_delete: {domain.discard_after_delete}"
        yield f"  dr_domain_id: {primary.domain_id(domain)}"
    yield from _primary_place(domain)
    yield "  # On the secondary site"
    yield f"  dr_secondary_name: {text(entry.name or domain.name)}"
    yield f"  dr_secondary_master_domain: {domain.master if entry.master is None else entry.master}"
    yield f"  dr_secondary_dc_name: {text(entry.data_center)}"
    yield from _secondary_place(entry, domain)


def _primary_place(domain: DomainSpec) -> Iterator[str]:
    if domain.type == "iscsi":
        yield f"  dr_primary_address: {domain.portals[0]}"
        yield f"  dr_primary_port: {domain.port}"
        yield f'  dr_primary_target: ["{domain.target}"]'
    elif domain.type != "fcp":
        yield from _mount("primary", domain, domain.address, domain.path)


def _secondary_place(entry: StorageMappingSpec, domain: DomainSpec) -> Iterator[str]:
    if domain.type == "iscsi":
        yield f"  dr_secondary_address: {entry.address}"
        yield f"  dr_secondary_port: {entry.port or domain.port}"
        yield f'  dr_secondary_target: ["{entry.target}"]'
    elif domain.type != "fcp":
        yield from _mount("secondary", domain, entry.address, entry.path)


def _mount(role: str, domain: DomainSpec, address: str | None, path: str | None) -> Iterator[str]:
    """Where a file domain is mounted from; POSIX file systems may have no address."""
    yield f"  dr_{role}_path: {text(path)}"
    if address is not None:
        yield f"  dr_{role}_address: {text(address)}"
    if domain.type == "posixfs":
        yield f"  dr_{role}_vfs_type: {text(domain.vfs_type)}"


def _left_out(primary: Site, dc: DataCenterSpec, domain: DomainSpec) -> Iterator[str]:
    yield f"# {_reason(primary, domain)}"
    yield f"#- dr_domain_type: {domain.type}"
    yield f"#  dr_primary_name: {text(domain.name)}"
    yield f"#  dr_primary_dc_name: {text(dc.name)}"


def _reason(primary: Site, domain: DomainSpec) -> str:
    engines = [vm for vm in primary.spec.vms if vm.origin in HOSTED_ENGINE]
    if any(disk(d).on == domain.name for vm in engines for d in vm.disks):
        return "Left out: the Engine's own VM is on it."
    if domain.type == "localfs":
        return "Left out: local storage cannot be replicated."
    if domain.kind != "data":
        return f"Left out: an {domain.kind} domain holds no VMs."
    return "Left out: it is not replicated."


# --- names, networks, LUNs ------------------------------------------------------------------


def _names(title: str, key: str, names: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield f"# Mapping of {title}"
    yield f"{key}:"
    for primary, secondary in names.items():
        yield f"- primary_name: {text(primary)}"
        yield f"  secondary_name: {text(secondary)}"


def _networks(mapping: MappingSpec, primary: Site, secondary: Site) -> Iterator[str]:
    yield ""
    yield "# Mapping of vNIC profiles. A vNIC without an entry is matched by its names."
    yield "dr_network_mappings:"
    for entry in mapping.networks or ():
        yield from _network(entry, primary, secondary)


def _network(entry: NetworkMappingSpec, primary: Site, secondary: Site) -> Iterator[str]:
    network, name = profile(entry.source)
    dc = primary.center(entry.of)
    yield f"- primary_network_name: {text(network)}"
    yield f"  primary_network_dc: {text(entry.of)}"
    yield f"  primary_profile_name: {text(name)}"
    yield f"  primary_profile_id: {primary.profile_id(dc, primary.network(dc, network), name)}"
    if entry.to == "none":
        yield "  # No profile, on purpose"
        yield '  secondary_network_name: ""'
        yield '  secondary_profile_name: ""'
        yield "  secondary_profile_id:"
        return
    network, name = profile(entry.to)
    yield f"  secondary_network_name: {text(network)}"
    if entry.at is not None:
        yield f"  secondary_network_dc: {text(entry.at)}"
    yield f"  secondary_profile_name: {text(name)}"
    key = entry.profile_id
    if key is None and entry.at is not None:
        target = secondary.center(entry.at)
        key = secondary.profile_id(target, secondary.network(target, network), name)
    yield f"  secondary_profile_id: {key}"


def _luns(mapping: MappingSpec, primary: Site, secondary: Site) -> Iterator[str]:
    yield ""
    yield "# Mapping of direct LUNs"
    yield "dr_lun_mappings:"
    here = {lun.id: lun for lun in primary.spec.direct_luns}
    there = {lun.id: lun for lun in secondary.spec.direct_luns}
    for entry in mapping.luns:
        yield f"- logical_unit_alias: {text(entry.alias or entry.source)}"
        yield "  logical_unit_description:"
        yield "  wipe_after_delete: False"
        yield "  shareable: False"
        yield from _lun("primary", here[entry.source])
        yield "  # On the secondary site"
        yield from _lun("secondary", there[entry.to])


def _lun(role: str, lun: DirectLunSpec) -> Iterator[str]:
    yield f"  {role}_logical_unit_id: {text(lun.id)}"
    yield f"  {role}_storage_type: {lun.type}"
    if lun.type == "iscsi":
        yield f"  {role}_logical_unit_address: {lun.address}"
        yield f"  {role}_logical_unit_port: {lun.port}"
        yield f'  {role}_logical_unit_portal: "1"'
        yield f"  {role}_logical_unit_target: {text(lun.target)}"


# --- what only drplan reads -----------------------------------------------------------------


def _extension(mapping: MappingSpec) -> Iterator[str]:
    if mapping.drplan:
        yield ""
        yield "# What only drplan reads; the role ignores it"
        yield "drplan:"
        yield from _tree(mapping.drplan, "  ")


def _tree(values: Mapping[str, object], indent: str) -> Iterator[str]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from _tree(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{indent}{key}: [{', '.join(_leaf(item) for item in value)}]"
        else:
            yield f"{indent}{key}: {_leaf(value)}".rstrip()


def _leaf(value: object) -> str:
    """A value as the scenario has it: it keeps the type that its text has."""
    written = "" if value is None else str(value)
    return written if _PLAIN.fullmatch(written) or not written else text(written)
