"""Every key of a mapping file that is known, section by section.

The readers can ask for no other key, and ``schemas/mapping.schema.json`` has exactly these.
"""

from __future__ import annotations

from typing import Final

from drplan.model.mapping import SITE_ROLES

SITE_ATTRIBUTES: Final = ("url", "username", "ca_file", "password")
NAME_LISTS: Final = (
    "dr_cluster_mappings",
    "dr_affinity_group_mappings",
    "dr_affinity_label_mappings",
    "dr_domain_mappings",
    "dr_role_mappings",
)
ROLE_VARIABLES: Final = (
    "dr_partial_import",
    "dr_reset_mac_pool",
    "dr_ignore_error_clean",
    "dr_ignore_error_recover",
    "dr_target_host",
    "dr_source_map",
    "dr_cleanup_retries_maintenance",
    "dr_cleanup_delay_maintenance",
    "dr_clean_orphaned_vms",
    "dr_clean_orphaned_disks",
    "dr_report_file",
    "dr_running_vms",
)
GENERATOR_VARIABLES: Final = ("site", "username", "password", "ca", "var_file")
"""Inputs of the role's mapping generation (R30); a var file may hold them, nobody needs them."""


def _per_site(pattern: str, attributes: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        pattern.format(role=role, attribute=attribute)
        for role in SITE_ROLES
        for attribute in attributes
    )


TOP_LEVEL: Final = (
    _per_site("dr_sites_{role}_{attribute}", SITE_ATTRIBUTES)
    | {"dr_import_storages", *NAME_LISTS, "dr_network_mappings", "dr_lun_mappings"}
    | set(ROLE_VARIABLES)
    | set(GENERATOR_VARIABLES)
    | {"drplan"}
)
STORAGE: Final = frozenset(
    {
        "dr_domain_type",
        "dr_storage_domain_type",
        "dr_domain_id",
        "dr_master_domain",
        "dr_wipe_after_delete",
        "dr_backup",
        "dr_discard_after_delete",
        "dr_critical_space_action_blocker",
        "dr_warning_low_space",
    }
) | _per_site(
    "dr_{role}_{attribute}",
    (
        "name",
        "master_domain",
        "dc_name",
        "address",
        "path",
        "vfs_type",
        "mount_options",
        "version",
        "target",
        "port",
        "username",
        "password",
    ),
)
NAME: Final = _per_site("{role}_{attribute}", ("name",))
NAME_OLD_SPELLINGS: Final = {f"{role.capitalize()}_name": f"{role}_name" for role in SITE_ROLES}
"""The guide's example spells one key with a capital letter (R86)."""
NETWORK: Final = _per_site(
    "{role}_{attribute}", ("network_name", "profile_name", "profile_id", "network_dc")
)
LUN_ATTRIBUTES: Final = ("id", "address", "port", "portal", "target", "username", "password")
LUN_IGNORED: Final = frozenset(
    {"logical_unit_alias", "logical_unit_description", "wipe_after_delete", "shareable"}
) | _per_site(
    "{role}_{attribute}",
    ("logical_unit_alias", "logical_unit_description", "wipe_after_delete", "shareable"),
)
"""What the guide and the generator write about a LUN's disk, and nobody reads (R98)."""
LUN: Final = (
    _per_site("{role}_logical_unit_{attribute}", LUN_ATTRIBUTES)
    | _per_site("{role}_{attribute}", ("storage_type",))
    | LUN_IGNORED
)

DRPLAN: Final = frozenset(
    {
        "sites",
        "test",
        "start",
        "exclude",
        "gates",
        "notify",
        "unexpected",
        "allow_missing_disks",
        "lease_wait",
        "limits",
        "rto_target",
        "services",
    }
)
SITES: Final = frozenset(SITE_ROLES)
SITE: Final = frozenset({"name"})
TEST: Final = frozenset({"profiles", "default_profile", "name_suffix"})
TEST_PROFILE: Final = frozenset({"source", "target"})
PROFILE: Final = frozenset({"network", "profile"})
START: Final = frozenset({"tiers", "depends_on", "delay", "wait_for", "barrier"})
VM_GROUP: Final = frozenset({"name", "vms"})
"""A start tier, or a service."""
EXCLUDE: Final = frozenset({"names", "tags", "patterns"})
GATE: Final = frozenset({"name", "before", "modes", "prompt", "command", "timeout"})
NOTIFY: Final = frozenset({"gate", "failure", "end"})
UNEXPECTED: Final = frozenset({"policy", "limit"})
LIMITS: Final = frozenset({"attach", "ovf_update", "deactivate", "register", "start_per_host"})

ALL: Final = TOP_LEVEL | STORAGE | NAME | NETWORK | LUN
"""Every key that the role's own sections can hold."""
