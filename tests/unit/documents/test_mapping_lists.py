"""Names, vNIC profiles, LUNs and the role's own variables."""

from __future__ import annotations

import pytest

from drplan.documents.mapping import keys
from drplan.model.mapping import NetworkSide
from tests.unit.documents.mapping_samples import findings, only, place, read, valid, with_text

FIELDS = {
    "dr_cluster_mappings": "clusters",
    "dr_affinity_group_mappings": "affinity_groups",
    "dr_affinity_label_mappings": "affinity_labels",
    "dr_domain_mappings": "domains",
    "dr_role_mappings": "roles",
}
ALL_LISTS = (*keys.NAME_LISTS, "dr_network_mappings", "dr_lun_mappings")
GUID = "e368cbd4-59d9-4a7e-86c1-e405c916a836"


@pytest.mark.parametrize("key", keys.NAME_LISTS)
def test_a_list_of_names_is_read(key: str) -> None:
    """Each of the five lists pairs a primary name with a secondary one (R82 to R86)."""
    mapping = valid(with_text(f"{key}:\n  - primary_name: a\n    secondary_name: b\n"))

    (pair,) = getattr(mapping, FIELDS[key])
    assert (pair.name("primary"), pair.name("secondary")) == ("a", "b")
    assert pair.position.line == 25


@pytest.mark.parametrize("key", ALL_LISTS)
@pytest.mark.parametrize("value", ["", " []", " ~", " null", "\n# No mapping should be here\n"])
def test_null_and_empty_and_missing_lists_are_the_same(key: str, value: str) -> None:
    """An empty mapping means "match by name", as the guide wants it (R20, K3)."""
    text = with_text(f"{key}:{value}\n")

    assert findings(text) == []
    assert valid(text).networks == valid(with_text("")).networks == ()


@pytest.mark.parametrize("key", ALL_LISTS)
def test_a_mapping_where_a_list_is_expected_is_an_error(key: str) -> None:
    """A forgotten dash is told."""
    errors = findings(with_text(f"{key}:\n  primary_name: a\n"), "error")

    assert [error.summary for error in errors] == [
        "expected a list, each item beginning with `- `, found a mapping of keys to values"
    ]


def test_the_empty_pair_that_the_generator_writes_is_nothing() -> None:
    """Its role mapping is one entry without names (B3.11)."""
    text = with_text("dr_role_mappings: \n- primary_name: \n  secondary_name: \n\n")

    assert findings(text) == []
    assert valid(text).roles == ()


def test_a_null_side_means_not_mapped() -> None:
    """A cluster that is not filled in yet stays, with no name on that side (K3)."""
    text = with_text("dr_cluster_mappings:\n- primary_name: a\n  secondary_name: # a\n")

    assert valid(text).clusters[0].secondary is None
    assert only(text).summary == "secondary_name is not filled in, so 'a' keeps its name"


def test_the_capital_letter_of_the_guide_is_accepted() -> None:
    """``Secondary_name`` counts, with a warning that the role ignores it (R86)."""
    text = with_text("dr_role_mappings:\n- primary_name: a\n  Secondary_name: b\n")

    assert valid(text).roles[0].secondary == "b"
    finding = only(text)
    assert finding.summary.startswith("Secondary_name is taken for secondary_name")
    assert place(finding) == (26, 19)


def test_of_two_spellings_the_right_one_wins() -> None:
    """With both there, the wrong one is unknown."""
    text = with_text(
        "dr_role_mappings:\n- primary_name: a\n  Secondary_name: b\n  secondary_name: c\n"
    )

    assert valid(text).roles[0].secondary == "c"
    assert "Secondary_name is not known" in only(text).summary


def test_an_unknown_key_in_a_pair_warns() -> None:
    """With the key that was probably meant."""
    finding = only(
        with_text(
            "dr_cluster_mappings:\n- {primary_name: a, secondary_name: b, secondry_name: c}\n"
        )
    )

    assert finding.next_step == "Did you mean secondary_name?"


def test_a_pair_without_a_source_is_told() -> None:
    """There is nothing that it could map."""
    text = with_text("dr_cluster_mappings:\n- {secondary_name: b}\n")

    assert "nothing is mapped" in only(text).summary
    assert valid(text).clusters == ()


def test_a_network_mapping_is_read() -> None:
    """Network, profile, id and data center of both sides (R87 to R90)."""
    text = with_text(
        "dr_network_mappings:\n"
        "- primary_network_name: vlan10\n  primary_profile_name: prod\n"
        f"  primary_profile_id: {GUID}\n  primary_network_dc: A\n"
        "  secondary_network_name: vlan110\n  secondary_profile_name: prod\n"
        f"  secondary_profile_id: {GUID.upper()}\n  secondary_network_dc: B\n"
    )

    (pair,) = valid(text).networks
    assert pair.side("secondary") == NetworkSide(
        network="vlan110", profile="prod", profile_id=GUID, data_center="B"
    )
    assert findings(text) == []


def test_the_zero_id_is_no_id() -> None:
    """To the Engine it is not "no profile": it goes on to the names (engine facts 1.5)."""
    text = with_text(
        "dr_network_mappings:\n- primary_network_name: a\n  primary_profile_name: a\n"
        "  secondary_profile_id: 00000000-0000-0000-0000-000000000000\n"
    )

    assert valid(text).networks[0].secondary == NetworkSide()
    assert only(text).summary == "the zero id does not mean “no profile”"


def test_two_empty_names_are_kept() -> None:
    """They are the Engine's way to say "no profile, on purpose" (engine facts 1.5)."""
    text = with_text(
        "dr_network_mappings:\n- primary_network_name: a\n  primary_profile_name: a\n"
        '  secondary_network_name: ""\n  secondary_profile_name: ""\n'
    )

    assert valid(text).networks[0].secondary == NetworkSide(network="", profile="")
    assert findings(text) == []


def test_a_profile_without_a_target_is_told() -> None:
    """The Engine then looks for the names at the source."""
    text = with_text("dr_network_mappings:\n- {primary_network_name: a, primary_profile_name: a}\n")

    assert only(text).key == "dr_network_mappings[0].secondary_network_name"


def test_half_a_profile_is_told() -> None:
    """The Engine matches network and profile together."""
    text = with_text(
        "dr_network_mappings:\n- primary_network_name: a\n  primary_profile_name: a\n"
        "  secondary_network_name: b\n"
    )

    assert only(text).key == "dr_network_mappings[0].secondary_profile_name"


def test_a_profile_id_that_is_none_is_an_error() -> None:
    """Somebody wrote the name where the id belongs."""
    text = with_text("dr_network_mappings:\n- {primary_profile_id: vlan10}\n")

    assert "a GUID, found 'vlan10'" in findings(text, "error")[0].summary


LUN = {
    "primary_storage_type": "iscsi",
    "primary_logical_unit_id": "36a",
    "primary_logical_unit_address": "10.0.0.1",
    "primary_logical_unit_port": "3261",
    "primary_logical_unit_portal": "2",
    "primary_logical_unit_target": "iqn.a",
    "primary_logical_unit_username": "me",
    "primary_logical_unit_password": "planted-secret",
    "secondary_storage_type": "iscsi",
    "secondary_logical_unit_id": "36b",
    "secondary_logical_unit_address": "10.0.0.2",
    "secondary_logical_unit_target": "[iqn.b]",
}


def lun(**changes: str | None) -> str:
    """Return a mapping with one LUN."""
    lines = [f"{key}: {value}" for key, value in {**LUN, **changes}.items() if value is not None]
    return with_text("dr_lun_mappings:\n- " + "\n  ".join(lines) + "\n")


def test_a_lun_is_read() -> None:
    """Id, type, address, port, portal, target and CHAP of both sides (R91 to R97)."""
    (pair,) = valid(lun()).luns

    primary, secondary = pair.side("primary"), pair.side("secondary")
    assert (primary.logical_unit_id, primary.storage_type, primary.address) == (
        "36a",
        "iscsi",
        "10.0.0.1",
    )
    assert (primary.port, primary.portal, primary.target) == (3261, "2", "iqn.a")
    assert primary.password is not None
    assert primary.password.ref == "mapping:/dr_lun_mappings/0/primary_logical_unit_password"
    assert (secondary.port, secondary.portal, secondary.target) == (3260, "1", "iqn.b")
    assert (secondary.username, secondary.password) == (None, None)
    assert findings(lun()) == []


@pytest.mark.parametrize("key", sorted(keys.LUN_IGNORED))
def test_attributes_of_the_disk_are_ignored(key: str) -> None:
    """Both spellings, that of the guide and that of the generator (R98)."""
    assert findings(lun(**{key: "anything"})) == []


def test_the_roles_default_for_a_target_is_no_target() -> None:
    """It is the text ``[]`` (R96)."""
    assert valid(lun(secondary_logical_unit_target='"[]"')).luns[0].secondary.target is None


def test_a_lun_type_is_iscsi_or_fcp() -> None:
    """Others are dropped by the role (R92)."""
    assert only(lun(primary_storage_type="nfs")).severity == "error"


def test_a_lun_type_that_was_not_fetched_is_an_error() -> None:
    """The generator writes a sentence there if no host saw the LUN."""
    finding = only(lun(secondary_storage_type="STORAGE TYPE COULD NOT BE FETCHED!"))

    assert finding.severity == "error"


def test_a_missing_lun_type_is_that_of_the_other_site() -> None:
    """A LUN and its replica are mostly reached the same way."""
    text = lun(secondary_storage_type=None)

    assert valid(text).luns[0].secondary.storage_type == "iscsi"
    assert only(text).severity == "warning"


def test_a_lun_without_any_type_is_an_error() -> None:
    """Both sites are told."""
    errors = findings(lun(primary_storage_type=None, secondary_storage_type=None), "error")

    assert [error.key for error in errors] == [
        "dr_lun_mappings[0].primary_storage_type",
        "dr_lun_mappings[0].secondary_storage_type",
    ]


def test_a_lun_that_is_mapped_to_nothing_is_told() -> None:
    """Its VM would come up without it."""
    finding = only(lun(secondary_logical_unit_id=None))

    assert finding.summary.endswith("so the LUN is not mapped to this site")


def test_a_lun_that_a_site_cannot_connect_to_is_told() -> None:
    """An iSCSI LUN needs address and target (R93, R96)."""
    finding = only(lun(secondary_logical_unit_address=None))

    assert "the secondary site cannot connect" in finding.summary


def test_the_roles_variables_are_read_with_their_places() -> None:
    """Each one that is given, and where; the rest is absent (B.7)."""
    settings = valid(
        with_text(
            'dr_partial_import: "True"\ndr_reset_mac_pool: no\ndr_target_host: Secondary\n'
            'dr_source_map: primary\ndr_cleanup_retries_maintenance: "5"\n'
            "dr_cleanup_delay_maintenance: 60\ndr_clean_orphaned_vms: false\n"
            "dr_clean_orphaned_disks: true\ndr_report_file: r.log\ndr_running_vms: /tmp/r\n"
        )
    ).settings

    assert (settings.partial_import, settings.reset_mac_pool) == (True, False)
    assert (settings.target_host, settings.source_map) == ("secondary", "primary")
    assert settings.cleanup_retries_maintenance == 5
    assert settings.cleanup_delay_maintenance == 60
    assert (settings.clean_orphaned_vms, settings.clean_orphaned_disks) == (False, True)
    assert (settings.report_file, settings.running_vms) == ("r.log", "/tmp/r")
    assert settings.positions["reset_mac_pool"].line == 25
    assert settings.ignore_error_clean is None
    assert "ignore_error_clean" not in settings.positions


@pytest.mark.parametrize("key", ["dr_ignore_error_clean", "dr_ignore_error_recover"])
def test_ignoring_errors_only_warns(key: str) -> None:
    """drplan reports every error, whatever is written (design 2.3)."""
    finding = only(with_text(f"{key}: true\n"))

    assert (finding.severity, finding.key) == ("warning", key)


@pytest.mark.parametrize("key", keys.GENERATOR_VARIABLES)
def test_the_generators_inputs_may_stand_in_the_file(key: str) -> None:
    """They are for the generation of a mapping, and nothing here."""
    assert findings(with_text(f"{key}: anything\n")) == []


def test_an_unknown_variable_warns_and_is_ignored() -> None:
    """Var files hold what a playbook needs, too."""
    reading = read(with_text("dr_partial_imports: true\nmy_own: 1\n"))

    assert reading.mapping is not None
    assert [finding.next_step for finding in reading.diagnostics] == [
        "Did you mean dr_partial_import?",
        "Remove it, or check its spelling.",
    ]
