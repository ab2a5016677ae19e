"""Whether a mapping that can be read makes sense."""

from __future__ import annotations

import pytest

from drplan.documents.mapping import keys
from tests.unit.documents.mapping_samples import (
    FCP,
    ISCSI,
    NFS,
    findings,
    item,
    only,
    place,
    storages,
    valid,
    with_text,
)


def second(**changes: str) -> str:
    """Return a second NFS domain, which differs from the first in everything but the changes."""
    values = {
        "dr_primary_name": "data02",
        "dr_secondary_name": "data02",
        "dr_primary_path": "/export/data02",
        "dr_secondary_path": "/export/data02",
        "dr_primary_master_domain": "false",
        "dr_secondary_master_domain": "false",
    }
    return item(NFS, **{**values, **changes})


def test_two_different_domains_are_fine() -> None:
    """Nothing is found where nothing is twice."""
    assert findings(storages(item(NFS), second())) == []


@pytest.mark.parametrize("role", ["primary", "secondary"])
def test_two_domains_of_one_name_are_refused(role: str) -> None:
    """A name belongs to one domain in an Engine."""
    finding = only(storages(item(NFS), second(**{f"dr_{role}_name": "data01"})))

    assert finding.severity == "error"
    assert f"two domains of the {role} site have the same name 'data01'" in finding.summary


@pytest.mark.parametrize("role", ["primary", "secondary"])
def test_two_domains_of_one_path_are_refused(role: str) -> None:
    """The same export twice, a slash at its end or not."""
    finding = only(storages(item(NFS), second(**{f"dr_{role}_path": "/export/data01/"})))

    assert finding.severity == "error"
    assert "have the same path" in finding.summary


def test_two_domains_of_one_id_are_refused() -> None:
    """An id belongs to one domain; upper and lower case are the same."""
    guid = FCP["dr_domain_id"]
    other = item(
        ISCSI,
        dr_domain_id=guid.upper(),
        dr_primary_name="b",
        dr_secondary_name="b",
        dr_primary_master_domain="false",
        dr_secondary_master_domain="false",
    )

    finding = only(storages(item(FCP), other))

    assert finding.severity == "error"
    assert f"the domain id {guid} stands already at" in finding.summary


def test_the_same_path_on_another_server_is_another_domain() -> None:
    """Address and path together name an export."""
    text = storages(
        item(NFS), second(dr_primary_path="/export/data01", dr_primary_address="nfs9.example.com")
    )

    assert findings(text) == []


def test_a_data_center_without_a_master_is_told() -> None:
    """The first domain is then attached first, and becomes master."""
    finding = only(storages(item(NFS, dr_secondary_master_domain="false"), second()))

    assert finding.severity == "warning"
    assert finding.summary == (
        "no domain is master of the data center 'Default' of the secondary site"
    )
    assert finding.detail == "'data01' is attached first, and becomes master."


def test_a_data_center_with_two_masters_is_told() -> None:
    """Only one can be."""
    finding = only(storages(item(NFS), second(dr_primary_master_domain="true")))

    assert finding.severity == "warning"
    assert finding.summary.startswith("2 domains are master of the data center 'Default'")


def test_every_data_center_has_a_master_of_its_own() -> None:
    """Two masters in two data centers are right."""
    text = storages(
        item(NFS),
        second(
            dr_primary_dc_name="B",
            dr_secondary_dc_name="B",
            dr_primary_master_domain="true",
            dr_secondary_master_domain="true",
        ),
    )

    assert findings(text) == []


def test_an_iso_domain_is_no_master() -> None:
    """A data center with an ISO domain alone is not told to have one."""
    text = storages(
        item(NFS),
        second(dr_storage_domain_type="iso", dr_primary_dc_name="B", dr_secondary_dc_name="B"),
    )

    assert findings(text) == []


def test_a_replica_that_is_the_original_is_told() -> None:
    """It can be meant, but a test of the failover is not possible."""
    finding = only(storages(item(NFS, dr_secondary_address=NFS["dr_primary_address"])))

    assert (finding.severity, finding.summary) == (
        "warning",
        "the replica is the very export of the primary site",
    )


@pytest.mark.parametrize("key", keys.NAME_LISTS)
def test_a_name_that_is_mapped_to_two_is_refused(key: str) -> None:
    """The Engine answers such a registration with HTTP 500."""
    text = with_text(
        f"{key}:\n- {{primary_name: a, secondary_name: a}}\n- {{primary_name: a, "
        "secondary_name: c}\n"
    )

    (error,) = findings(text, "error")
    assert error.summary == "'a' is mapped a second time, to 'c'; to 'a' at 25:3"
    assert place(error) == (26, 3)


def test_the_same_pair_twice_counts_once() -> None:
    """The generator writes groups of one name in two clusters twice."""
    text = with_text(
        "dr_affinity_group_mappings:\n" + "- {primary_name: a, secondary_name: b}\n" * 2
    )

    assert only(text).severity == "warning"
    assert len(valid(text).affinity_groups) == 1


def test_two_names_that_become_one_are_told() -> None:
    """A failover can do it; the way back cannot know which was meant."""
    finding = only(
        with_text(
            "dr_cluster_mappings:\n- {primary_name: a, secondary_name: c}\n"
            "- {primary_name: b, secondary_name: c}\n"
        )
    )

    assert (finding.severity, finding.summary) == ("warning", "'c' stands for 'a' and for 'b'")


def test_a_chain_of_roles_is_told() -> None:
    """The Engine maps roles twice, so the first becomes the last (engine facts 1.4)."""
    finding = only(
        with_text(
            "dr_role_mappings:\n- {primary_name: a, secondary_name: b}\n"
            "- {primary_name: b, secondary_name: c}\n"
        )
    )

    assert finding.summary == "the Engine maps roles twice: a becomes b, and then c"


def test_roles_that_are_mapped_to_themselves_are_no_chain() -> None:
    """Nothing changes the second time."""
    text = with_text(
        "dr_role_mappings:\n- {primary_name: a, secondary_name: b}\n"
        "- {primary_name: b, secondary_name: b}\n"
    )

    assert not any("twice" in finding.summary for finding in findings(text))


def test_other_chains_are_fine() -> None:
    """Only roles are mapped twice."""
    text = with_text(
        "dr_cluster_mappings:\n- {primary_name: a, secondary_name: b}\n"
        "- {primary_name: b, secondary_name: c}\n"
    )

    assert findings(text) == []


def test_domain_mappings_are_told_to_have_no_effect() -> None:
    """The Engine compares them with login names (R85, B6.4)."""
    finding = only(
        with_text("dr_domain_mappings:\n- {primary_name: a-authz, secondary_name: b-authz}\n")
    )

    assert "mappings of AAA domains have no effect" in finding.summary


@pytest.mark.parametrize("secondary", ["a-authz", ""])
def test_domain_mappings_that_say_nothing_are_fine(secondary: str) -> None:
    """Equal names, or none yet."""
    text = with_text(
        f"dr_domain_mappings:\n- {{primary_name: a-authz, secondary_name: {secondary}}}\n"
    )

    assert findings(text) == []


def network(target: str, center: str = "") -> str:
    """Return a mapping of one and the same vNIC profile."""
    dc = f", primary_network_dc: {center}" if center else ""
    return (
        f"- {{primary_network_name: a, primary_profile_name: a{dc}, "
        f"secondary_network_name: {target}, secondary_profile_name: {target}}}\n"
    )


def test_a_profile_that_is_mapped_twice_is_told() -> None:
    """The Engine takes the first that matches."""
    finding = only(with_text("dr_network_mappings:\n" + network("b") + network("c")))

    assert finding.severity == "warning"
    assert finding.summary == "a/a is mapped already at 25:3, and this mapping is never used"


def test_a_profile_in_two_data_centers_is_not_mapped_twice() -> None:
    """The data centers tell the two apart."""
    text = with_text("dr_network_mappings:\n" + network("b", "A") + network("c", "B"))

    assert findings(text) == []


def lun(target: str) -> str:
    """Return a mapping of one and the same LUN."""
    return (
        "- {primary_storage_type: fcp, secondary_storage_type: fcp, "
        f"primary_logical_unit_id: 36a, secondary_logical_unit_id: {target}}}\n"
    )


def test_a_lun_that_is_mapped_to_two_is_refused() -> None:
    """The Engine answers such a registration with HTTP 500; the same pair twice only warns."""
    assert only(with_text("dr_lun_mappings:\n" + lun("36b") + lun("36c"))).severity == "error"
    assert only(with_text("dr_lun_mappings:\n" + lun("36b") * 2)).severity == "warning"


def test_one_site_as_source_and_target_is_told() -> None:
    """The role's two variables contradict each other."""
    finding = only(with_text("dr_target_host: primary\ndr_source_map: primary\n"))

    assert finding.summary == "dr_target_host and dr_source_map are both primary"
