"""Sites and storage domains: every attribute of the guide, by its number."""

from __future__ import annotations

import pytest

from drplan.model.mapping import STORAGE_TYPES
from tests.unit.documents.mapping_samples import (
    FCP,
    ISCSI,
    NFS,
    findings,
    item,
    only,
    read,
    storage,
    storages,
    valid,
    with_text,
)

URL = "https://engine1.example.com/ovirt-engine/api"
GLUSTER = {**NFS, "dr_domain_type": "glusterfs", "dr_primary_path": "vol", "dr_secondary_path": "v"}
POSIX = {
    **NFS,
    "dr_domain_type": "posixfs",
    "dr_primary_vfs_type": "ceph",
    "dr_secondary_vfs_type": "ceph",
}
OF_TYPE = {"nfs": NFS, "glusterfs": GLUSTER, "posixfs": POSIX, "iscsi": ISCSI, "fcp": FCP}


def test_the_sites_are_read() -> None:
    """URL, user and CA file of both sites, which are called by their roles unless named."""
    mapping = valid(with_text(""))

    secondary = mapping.site("secondary")
    assert secondary.url == "https://engine2.example.com/ovirt-engine/api"
    assert (secondary.username, secondary.ca_file) == ("admin@internal", "ca2.pem")
    assert (mapping.site("primary").name, secondary.name) == ("primary", "secondary")


@pytest.mark.parametrize(
    "url",
    [
        "engine1.example.com",
        "https://",
        "ftp://engine1/ovirt-engine/api",
        "https://me:planted-secret@engine1/ovirt-engine/api",
        "https://engine1.example.com/",
        "https://engine1.example.com/ovirt-engine",
        '""',
        "",
    ],
)
def test_a_url_that_is_no_api_is_an_error(url: str) -> None:
    """The URL ends in ``/ovirt-engine/api`` and holds no password (R60)."""
    finding = only(with_text("").replace(URL, url))

    assert finding.severity == "error"
    assert finding.key == "dr_sites_primary_url"
    assert "planted-secret" not in repr(finding)


def test_a_slash_at_the_end_of_a_url_does_not_matter() -> None:
    """``…/api/`` and ``…/api`` are the same."""
    assert valid(with_text("").replace(URL, URL + "/")).primary.url == URL


def test_an_unusual_path_and_plain_http_only_warn() -> None:
    """A reverse proxy may serve the API elsewhere; clear text is the operator's decision."""
    assert only(with_text("").replace(URL, "https://e1/v4")).severity == "warning"
    assert only(with_text("").replace(URL, "http://e1/ovirt-engine/api")).severity == "warning"


@pytest.mark.parametrize("user", ["admin", "'@internal'", "admin@", "", "~"])
def test_a_user_without_a_profile_is_an_error(user: str) -> None:
    """An Engine knows users by ``user@profile`` (R61)."""
    finding = only(with_text("").replace("admin@internal", user, 1))

    assert (finding.severity, finding.key) == ("error", "dr_sites_primary_username")


def test_a_keycloak_user_is_fine() -> None:
    """With Keycloak there are two at-signs (R61)."""
    text = with_text("").replace("admin@internal", "admin@ovirt@internalsso")

    assert findings(text) == []


def test_a_missing_ca_file_only_warns() -> None:
    """The system's own certificates may do (R62)."""
    assert only(with_text("").replace("ca1.pem", "")).severity == "warning"


def test_both_sites_with_one_url_are_refused() -> None:
    """One Engine cannot be failed over to itself."""
    finding = only(with_text("").replace("engine2", "engine1"))

    assert finding.summary == "both sites have the same URL, so they are the same Engine"


@pytest.mark.parametrize("storage_type", STORAGE_TYPES)
def test_every_storage_type_is_read_without_a_finding(storage_type: str) -> None:
    """A complete entry of each type has nothing to complain of (R64)."""
    text = storages(item(OF_TYPE[storage_type]))

    assert findings(text) == []
    assert valid(text).storages[0].storage_type == storage_type


REQUIRED = [
    ("nfs", ["dc_name", "address", "path", "name"]),
    ("glusterfs", ["dc_name", "address", "path", "name"]),
    ("posixfs", ["dc_name", "path", "vfs_type", "name"]),
    ("iscsi", ["dc_name", "address", "target"]),
    ("fcp", ["dc_name"]),
]


@pytest.mark.parametrize(
    ("storage_type", "key"),
    [
        (storage_type, f"dr_{role}_{attribute}")
        for storage_type, attributes in REQUIRED
        for attribute in attributes
        for role in ("primary", "secondary")
    ],
)
def test_what_a_type_needs_has_to_be_there(storage_type: str, key: str) -> None:
    """Missing, empty and null are all "not filled in" (R66 to R73)."""
    for value in (None, "", '""', *(['[""]'] if key.endswith("target") else [])):
        errors = findings(storages(item(OF_TYPE[storage_type], **{key: value})), "error")
        assert [error.key for error in errors] == [f"dr_import_storages[0].{key}"]
        assert errors[0].summary.startswith(f"{key} is not filled in")


@pytest.mark.parametrize("values", [ISCSI, FCP])
def test_a_block_domain_needs_its_id(values: dict[str, str]) -> None:
    """Block domains are found by nothing else (R72)."""
    (error,) = findings(storages(item(values, dr_domain_id=None)), "error")

    assert error.summary.startswith("dr_domain_id is not filled in")


def test_a_block_domain_may_have_one_name_for_both_sites() -> None:
    """The role does without the name of a block domain, so the other site's is taken (R66)."""
    text = storages(item(FCP, dr_secondary_name=None))

    assert valid(text).storages[0].secondary.name == "san01"
    assert only(text).severity == "warning"


def test_the_id_of_a_file_domain_is_kept_if_given() -> None:
    """The role ignores it for file domains; drplan compares it with what it finds."""
    assert storage(dr_domain_id="AA92CC71-1b88-4998-a755-970ef8a638ea").domain_id == (
        "aa92cc71-1b88-4998-a755-970ef8a638ea"
    )


def test_an_id_that_is_no_guid_is_an_error() -> None:
    """A typing error in an id would otherwise be found only during the disaster."""
    finding = only(storages(item(FCP, dr_domain_id="aa92cc71-1b88-4998-a755-970ef8a638e")))

    assert finding.summary.startswith("expected the domain's id, a GUID")


def test_local_storage_is_refused() -> None:
    """Local domains cannot be failed over (R23)."""
    finding = only(storages(item(NFS, dr_domain_type="localfs")))

    assert finding.summary == "a local storage domain cannot be failed over"


def test_an_unknown_type_is_an_error_with_a_proposal() -> None:
    """The role silently skips such a domain (R64)."""
    finding = only(storages(item(NFS, dr_domain_type="gluster")))

    assert finding.summary.startswith("expected nfs, glusterfs, posixfs, iscsi or fcp")
    assert finding.next_step == "Did you mean glusterfs?"


def test_a_domain_is_for_data_unless_it_says_otherwise() -> None:
    """The shipped example has no such key; data is meant (R65)."""
    finding = only(storages(item(NFS, dr_storage_domain_type=None)))

    assert finding.severity == "warning"
    assert storage(dr_storage_domain_type=None).domain_type == "data"
    assert storage(dr_storage_domain_type="ISO").domain_type == "iso"


@pytest.mark.parametrize("kind", ["export", "image"])
def test_other_kinds_of_domains_are_refused(kind: str) -> None:
    """Export domains take no part in a failover (R65)."""
    assert only(storages(item(NFS, dr_storage_domain_type=kind))).severity == "error"


def test_the_old_master_key_holds_for_both_sites() -> None:
    """A mapping written from the guide's appendix works, with one warning (R99)."""
    changes = {
        "dr_primary_master_domain": None,
        "dr_secondary_master_domain": None,
        "dr_master_domain": "True",
    }

    domain = storage(**changes)

    assert (domain.primary.master, domain.secondary.master) == (True, True)
    assert only(storages(item(NFS, **changes))).key == "dr_import_storages[0].dr_master_domain"


def test_the_new_master_key_wins() -> None:
    """Where a site has its own key, the old one does not count for it (R67)."""
    domain = storage(dr_master_domain="true", dr_secondary_master_domain="false")

    assert (domain.primary.master, domain.secondary.master) == (True, False)


def test_a_quoted_false_master_is_told() -> None:
    """The role attaches such a domain as master (B3.8)."""
    text = storages(item(NFS, dr_primary_master_domain='"False"'))

    assert any("takes the quoted word 'False' for true" in f.summary for f in findings(text))


def test_what_the_role_needs_and_drplan_does_not_is_one_warning() -> None:
    """Missing settings stay as the domain has them (R76 to R80)."""
    text = storages(item(FCP, dr_backup=None, dr_discard_after_delete=None))

    finding = only(text)
    assert finding.summary == "missing here: dr_backup, dr_discard_after_delete"
    domain = valid(text).storages[0]
    assert (domain.backup, domain.discard_after_delete, domain.wipe_after_delete) == (
        None,
        None,
        False,
    )


def test_the_space_limits_are_read() -> None:
    """GiB and per cent (R78, R79)."""
    domain = storage(dr_critical_space_action_blocker="7", dr_warning_low_space="12")

    assert (domain.critical_space_action_blocker, domain.warning_low_space_indicator) == (7, 12)
    assert only(storages(item(NFS, dr_warning_low_space="101"))).severity == "error"


def test_targets_are_a_list_or_one_text() -> None:
    """``dr_<site>_target`` is a list of names; one alone need not be a list (R73)."""
    domain = valid(
        storages(item(ISCSI, dr_primary_target="[iqn.a, iqn.b]", dr_secondary_target="iqn.c"))
    ).storages[0]

    assert domain.primary.targets == ("iqn.a", "iqn.b")
    assert domain.secondary.targets == ("iqn.c",)


def test_the_port_has_a_default() -> None:
    """3260, unless the file has another (R74)."""
    domain = valid(storages(item(ISCSI, dr_secondary_port='"3261"'))).storages[0]

    assert (domain.primary.port, domain.secondary.port) == (3260, 3261)


def test_a_posix_domain_may_have_no_address() -> None:
    """A device path has no server; the generator then writes ``None`` (R69)."""
    domain = valid(storages(item(POSIX, dr_primary_address="None"))).storages[0]

    assert domain.primary.address is None
    assert domain.secondary.address == "nfs2.example.com"
    assert domain.side("primary").vfs_type == "ceph"


def test_mount_options_and_version_are_read() -> None:
    """Newer releases of the role have them."""
    side = storage(dr_primary_mount_options="soft", dr_primary_version="v4_2").primary

    assert (side.mount_options, side.nfs_version) == ("soft", "v4_2")


def test_an_address_with_a_path_is_an_error() -> None:
    """Address and path have a key each (R69, R70)."""
    assert only(storages(item(NFS, dr_primary_address="nfs1:/export"))).severity == "error"
    assert only(storages(item(NFS, dr_primary_path="nfs1:/export"))).severity == "error"


def test_an_example_address_only_warns() -> None:
    """``10.64.90.xxx`` was copied from the guide."""
    finding = only(storages(item(NFS, dr_primary_address="10.64.90.xxx")))

    assert (finding.severity, finding.summary) == (
        "warning",
        "the address 10.64.90.xxx looks like a placeholder",
    )


def test_an_unknown_key_warns_with_what_was_meant() -> None:
    """What nobody reads is told, with its position and the key most like it (R100)."""
    finding = only(storages(item(NFS, dr_warn_low_space="10")))

    assert finding.severity == "warning"
    assert finding.key == "dr_import_storages[0].dr_warn_low_space"
    assert finding.next_step == "Did you mean dr_warning_low_space?"


@pytest.mark.parametrize("text", ["", " []", " ~", None])
def test_no_storage_at_all_is_a_warning(text: str | None) -> None:
    """Null, ``[]`` and missing are the same, and there is nothing to fail over (K3)."""
    whole = with_text("").split("dr_import_storages:")[0]
    if text is not None:
        whole += f"dr_import_storages:{text}\n"

    assert only(whole).summary == "no storage domain is mapped, so there is nothing to fail over"
    assert valid(whole).storages == ()


def test_all_errors_are_told_at_once_in_the_order_of_the_file() -> None:
    """Nobody has to correct one error to see the next."""
    reading = read(
        storages(item(NFS, dr_domain_type="nsf"), item(NFS, dr_backup="x", dr_primary_path="y"))
        + "dr_target_host: x\n"
    )

    errors = [found.key for found in reading.diagnostics if found.severity == "error"]
    assert errors == [
        "dr_import_storages[0].dr_domain_type",
        "dr_import_storages[1].dr_backup",
        "dr_import_storages[1].dr_primary_path",
        "dr_target_host",
    ]


def test_the_file_and_its_hash_are_kept() -> None:
    """A plan says which mapping it was made from."""
    mapping = valid(with_text(""))

    assert mapping.file == "mapping.yml"
    assert len(mapping.sha256) == 64
