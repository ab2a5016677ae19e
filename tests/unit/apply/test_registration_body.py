"""The body of a registration, compared with the form that the Engine reads (entities sheet 1.2)."""

from __future__ import annotations

from lxml import etree
from ovirtsdk4.writer import Writer

from drplan.apply.handlers.registration import registration_action
from drplan.model.parameters import (
    LunPair,
    LunTarget,
    NamePair,
    Reference,
    Registration,
    VnicPair,
)


class Vault:
    """Secrets of a test."""

    def resolve(self, reference: str) -> str:
        """The secret behind ``reference``."""
        return f"value of {reference}"


def body(registration: Registration, **fields: object) -> etree._Element:
    """The XML that is sent."""
    known: dict[str, object] = {
        "cluster": None,
        "allow_partial": False,
        "reassign_bad_macs": False,
    }
    action = registration_action(registration, Vault(), **(known | fields))
    return etree.fromstring(Writer.write(action, root="action"))


def texts(root: etree._Element, path: str) -> list[str | None]:
    """The texts at ``path``."""
    return [element.text for element in root.findall(path)]


def test_names_are_mapped_pair_by_pair() -> None:
    """Each kind has its own element, with names on both sides."""
    root = body(
        Registration(
            clusters=(NamePair("prod", "dr"),),
            roles=(NamePair("UserRole", "UserVmManager"),),
            domains=(NamePair("a-authz", "b-authz"),),
            affinity_groups=(NamePair("ag", "ag-dr"),),
            affinity_labels=(NamePair("lbl", "lbl-dr"),),
        )
    )
    config = "registration_configuration"
    for path, expected in {
        "cluster_mappings/registration_cluster_mapping": ["prod", "dr"],
        "role_mappings/registration_role_mapping": ["UserRole", "UserVmManager"],
        "domain_mappings/registration_domain_mapping": ["a-authz", "b-authz"],
        "affinity_group_mappings/registration_affinity_group_mapping": ["ag", "ag-dr"],
        "affinity_label_mappings/registration_affinity_label_mapping": ["lbl", "lbl-dr"],
    }.items():
        found = texts(root, f"{config}/{path}/from/name") + texts(root, f"{config}/{path}/to/name")
        assert found == expected, path


def test_no_source_is_sent_twice_and_no_target_without_a_name() -> None:
    """Either would be an HTTP 500 of the Engine (1.12)."""
    root = body(
        Registration(
            clusters=(NamePair("a", "b"), NamePair("a", "c"), NamePair("d", "")),
            vnics=(
                VnicPair(network="n", profile="p", target_network="x", target_profile="y"),
                VnicPair(network="n", profile="p", target_network="z", target_profile="z"),
            ),
        )
    )
    assert texts(root, ".//registration_cluster_mapping/to/name") == ["b"]
    assert texts(root, ".//registration_vnic_profile_mapping/to/name") == ["y"]


def test_an_empty_mapping_is_not_sent_at_all() -> None:
    """What is not mapped leaves no element behind."""
    config = body(Registration()).find("registration_configuration")
    assert config is None or len(config) == 0


def test_no_profile_on_purpose_is_two_empty_names_and_no_id() -> None:
    """Anything else would fall back to the network of the same name (1.5)."""
    root = body(
        Registration(
            vnics=(VnicPair(network="n", profile="p", target_network="", target_profile=""),)
        )
    )
    target = root.find(".//registration_vnic_profile_mapping/to")
    assert target is not None
    assert target.get("id") is None
    assert target.find("name") is not None
    assert not target.findtext("name")
    assert target.find("network/name") is not None
    assert not target.findtext("network/name")


def test_a_profile_is_named_by_id_and_by_names() -> None:
    """The Engine tries the id first, then the names."""
    root = body(
        Registration(
            vnics=(
                VnicPair(
                    network="n",
                    profile="p",
                    profile_id="81",
                    target_network="dn",
                    target_profile="dp",
                ),
            )
        )
    )
    target = root.find(".//registration_vnic_profile_mapping/to")
    assert target is not None
    assert target.get("id") == "81"
    assert target.findtext("name") == "dp"
    assert target.findtext("network/name") == "dn"
    assert root.findtext(".//registration_vnic_profile_mapping/from/network/name") == "n"


def test_a_lun_is_named_where_the_engine_looks_for_it() -> None:
    """The id of the first logical unit counts; secrets are put in at the last moment."""
    root = body(
        Registration(
            luns=(
                LunPair(
                    source_id="36001",
                    source_type="iscsi",
                    target=LunTarget(
                        id="36002",
                        storage_type="iscsi",
                        address="192.0.2.10",
                        port=3260,
                        target="iqn.2026-01.example:dr",
                        username="chap",
                        password="env:CHAP",
                    ),
                ),
            )
        )
    )
    mapping = root.find(".//registration_lun_mapping")
    assert mapping is not None
    source = mapping.find("from/lun_storage/logical_units/logical_unit")
    target = mapping.find("to/lun_storage/logical_units/logical_unit")
    assert source is not None
    assert target is not None
    assert (source.get("id"), target.get("id")) == ("36001", "36002")
    assert mapping.findtext("to/lun_storage/type") == "iscsi"
    assert target.findtext("password") == "value of env:CHAP"
    assert target.findtext("target") == "iqn.2026-01.example:dr"


def test_the_cluster_goes_by_id_where_it_is_known() -> None:
    """An unknown name would be a 404 of another shape."""
    root = body(Registration(), cluster=Reference(name="dr", id="c1"))
    cluster = root.find("cluster")
    assert cluster is not None
    assert cluster.get("id") == "c1"
    assert cluster.find("name") is None


def test_templates_have_no_macs_to_reassign() -> None:
    """The element is left out for them."""
    assert body(Registration(), reassign_bad_macs=None).find("reassign_bad_macs") is None
    assert body(Registration()).findtext("reassign_bad_macs") == "false"
    assert body(Registration(), allow_partial=True).findtext("allow_partial_import") == "true"
