"""A mapping that points elsewhere: only addresses and the lease wait change."""

from __future__ import annotations

import difflib

import pytest

from drplan.documents.mapping_copy import SiteAddress, passwords_text, repointed
from drplan.documents.mapping_file import parse_mapping
from drplan.errors import InvalidInput
from drplan.resources import fixture_folder

SITES = {
    "primary": SiteAddress("https://127.0.0.1:1/ovirt-engine/api", "/t m/ca.pem"),
    "secondary": SiteAddress("https://127.0.0.1:2/ovirt-engine/api", "/t m/ca.pem"),
}


@pytest.mark.parametrize("name", ["two-site", "two-site-trouble"])
def test_nothing_but_the_addresses_and_the_wait_is_another(name: str) -> None:
    """Comments, order and the spelling of every other line survive."""
    text = (fixture_folder(name) / "mapping.yml").read_text(encoding="utf-8")

    copy = repointed(text, SITES, lease_wait=3)

    changed = [
        line
        for line in difflib.ndiff(text.splitlines(), copy.splitlines())
        if line.startswith(("+ ", "- "))
    ]
    keys = {line[2:].strip().partition(":")[0] for line in changed}
    assert keys <= {
        "dr_sites_primary_url",
        "dr_sites_primary_ca_file",
        "dr_sites_secondary_url",
        "dr_sites_secondary_ca_file",
        "drplan",
        "lease_wait",
    }
    mapping = parse_mapping(copy.encode(), "copy.yml", {}).mapping
    assert mapping is not None
    assert mapping.drplan.lease_wait == 3
    assert mapping.primary.url == SITES["primary"].url
    assert mapping.secondary.ca_file == SITES["secondary"].ca_file


def test_words_that_look_like_numbers_and_booleans_stay_as_they_are_written() -> None:
    """A cluster called 1.10, no or 0755 is not interpreted on the way."""
    text = (
        "dr_cluster_mappings:\n"
        "- primary_name: 1.10\n"
        "  secondary_name: no\n"
        "- primary_name: 0755\n"
        "  secondary_name: 12:34  # a time?\n"
        '- primary_name: "True"\n'
        "  secondary_name: ~\n"
    )

    assert repointed(text, {}, lease_wait=1).startswith(text)


def test_a_password_of_the_real_engine_is_not_copied() -> None:
    """It belongs to another Engine, and to nobody's copy."""
    copy = repointed("dr_sites_primary_password: hunter2\na: b\n", SITES, lease_wait=1)

    assert "hunter2" not in copy


@pytest.mark.parametrize("text", ["- a\n", "a: [", "", "words"])
def test_what_is_no_mapping_is_refused(text: str) -> None:
    """The message names the file."""
    with pytest.raises(InvalidInput) as refused:
        repointed(text, SITES, lease_wait=1, where="m.yml")

    assert refused.value.where == "m.yml"


def test_passwords_are_quoted() -> None:
    """A password may look like anything."""
    assert passwords_text({"primary": 'a"b: #'}) == ('---\ndr_sites_primary_password: "a\\"b: #"\n')
