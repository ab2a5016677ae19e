"""Looking up what a mapping only refers to."""

from __future__ import annotations

from pathlib import Path

import pytest

from drplan.documents.mapping_file import load_mapping
from drplan.documents.mapping_secrets import read_secret
from drplan.errors import InvalidInput
from drplan.model.mapping import SecretRef
from tests.unit.documents.mapping_samples import ISCSI, item, storages


@pytest.fixture
def mapping_file(tmp_path: Path) -> Path:
    """A mapping with a password in an item that other items are merged into."""
    path = tmp_path / "m.yml"
    path.write_text(
        storages(
            item(ISCSI, dr_primary_username="me", dr_primary_password="0777"),
            item(
                {
                    **ISCSI,
                    "dr_domain_id": "bb92cc71-1b88-4998-a755-970ef8a638ea",
                    "dr_primary_name": "b",
                    "dr_secondary_name": "b",
                },
                dr_secondary_username="you",
                dr_secondary_password="!vault x",
            ),
        )
    )
    return path


def test_every_reference_of_a_mapping_can_be_followed(mapping_file: Path) -> None:
    """The pointer leads to the text as it stands in the file."""
    mapping, _ = load_mapping(mapping_file)
    side = mapping.storages[0].primary
    assert side.chap_username is not None
    assert side.chap_password is not None

    assert read_secret(side.chap_username, mapping_file, {}) == "me"
    assert read_secret(side.chap_password, mapping_file, {}) == "0777"


def test_a_variable_is_read_from_the_environment(mapping_file: Path) -> None:
    """``env:NAME`` needs no file."""
    assert read_secret(SecretRef(ref="env:PW"), mapping_file, {"PW": "x"}) == "x"


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("env:PW", "the environment variable PW is not set"),
        ("mapping:/dr_import_storages/1/dr_secondary_password", "encrypted with ansible-vault"),
        ("mapping:/dr_import_storages/7/dr_secondary_password", "has no such value"),
        ("mapping:/dr_import_storages/x", "has no such value"),
        ("mapping:/dr_import_storages", "has no such value"),
        ("mapping:/nothing/at/all", "has no such value"),
        ("keyring:x/y", "begin with env: or mapping:"),
    ],
)
def test_what_cannot_be_looked_up_is_refused(mapping_file: Path, ref: str, words: str) -> None:
    """The reference is named, and no value is shown."""
    with pytest.raises(InvalidInput, match=words) as caught:
        read_secret(SecretRef(ref=ref), mapping_file, {})

    assert caught.value.where == ref


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """The mapping was there when the plan was made."""
    with pytest.raises(InvalidInput):
        read_secret(SecretRef(ref="mapping:/a"), tmp_path / "gone.yml", {})
