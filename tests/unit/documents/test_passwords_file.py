"""Passwords files, plain and as ``ansible-vault`` itself wrote them (ansible-core 2.19)."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from drplan.documents import vault
from drplan.documents.mapping_secrets import read_secret
from drplan.documents.passwords_file import read_passwords
from drplan.errors import InvalidInput, LoginFailed
from drplan.model.mapping import SecretRef

SAMPLES = Path(__file__).parent / "vault"
VAULT_PASSWORD = "open sesame"
PLAIN = """\
dr_sites_primary_password: north-secret-41
dr_sites_secondary_password: "süd secret: 42"
"""


def never() -> NoReturn:
    """The vault password must not be asked for."""
    pytest.fail("asked for a vault password")


def write(folder: Path, text: str) -> Path:
    """A passwords file with this text."""
    path = folder / "passwords.yml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_plain_file_gives_both_passwords(tmp_path: Path) -> None:
    """The role's keys, without asking for a vault password."""
    found = read_passwords(write(tmp_path, PLAIN), never)

    assert found == {"primary": "north-secret-41", "secondary": "süd secret: 42"}


@pytest.mark.parametrize("name", ["whole-1.1.yml", "whole-1.2.yml"])
def test_a_wholly_encrypted_file_is_opened(name: str) -> None:
    """Formats 1.1 and 1.2, with and without a vault id."""
    found = read_passwords(SAMPLES / name, lambda: VAULT_PASSWORD)

    assert found == {"primary": "north-secret-41", "secondary": "süd secret: 42"}


def test_single_encrypted_values_are_opened() -> None:
    """What ``ansible-vault encrypt_string`` prints, in both formats."""
    found = read_passwords(SAMPLES / "inline.yml", lambda: VAULT_PASSWORD)

    assert found == {"primary": "north-secret-41", "secondary": "south-secret-42"}


@pytest.mark.parametrize("name", ["whole-1.1.yml", "inline.yml"])
def test_a_wrong_vault_password_is_told_from_a_damaged_file(name: str) -> None:
    """The signature is checked before anything is decrypted."""
    with pytest.raises(LoginFailed, match="does not open it") as caught:
        read_passwords(SAMPLES / name, lambda: "close sesame")

    assert str(SAMPLES / name) in (caught.value.where or "")


def test_one_changed_figure_is_noticed(tmp_path: Path) -> None:
    """A file that was altered is not decrypted into something else."""
    text = (SAMPLES / "whole-1.1.yml").read_text(encoding="utf-8")
    header, body = text.split("\n", 1)
    changed = body[:-40] + ("1" if body[-40] != "1" else "2") + body[-39:]

    with pytest.raises((LoginFailed, InvalidInput)):
        read_passwords(write(tmp_path, f"{header}\n{changed}"), lambda: VAULT_PASSWORD)


@pytest.mark.parametrize(
    "text",
    [
        "$ANSIBLE_VAULT;1.1;AES256\n",
        "$ANSIBLE_VAULT;1.1;AES256\nzz\n",
        "$ANSIBLE_VAULT;1.1;AES256\n3030\n",
        "$ANSIBLE_VAULT;1.0;AES\n3030\n",
        "$ANSIBLE_VAULT;\n3030\n",
    ],
)
def test_a_damaged_or_unknown_vault_is_an_invalid_file(text: str, tmp_path: Path) -> None:
    """Nothing but a readable error comes of it."""
    with pytest.raises(InvalidInput, match=r"damaged|not known here"):
        read_passwords(write(tmp_path, text), lambda: VAULT_PASSWORD)


def test_passwords_are_the_files_own_text(tmp_path: Path) -> None:
    """Not what YAML makes of it: figures and truth values stay as they are written."""
    path = write(tmp_path, "dr_sites_primary_password: 0755\ndr_sites_secondary_password: yes\n")

    assert read_passwords(path, never) == {"primary": "0755", "secondary": "yes"}


def test_one_password_is_enough(tmp_path: Path) -> None:
    """The other may come from elsewhere; other keys do not matter."""
    path = write(tmp_path, "other: 1\ndr_sites_secondary_password: x\n")

    assert read_passwords(path, never) == {"secondary": "x"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("other: hidden-word\n", "neither site"),
        ("dr_sites_primary_password:\n", "dr_sites_primary_password is not filled in"),
        ("dr_sites_primary_password: [hidden-word]\n", "is not filled in"),
        ("dr_sites_primary_password: '{{ hidden-word }}'\n", "is a template"),
        ("dr_sites_primary_password: 'hidden-word\n", "not valid YAML"),
        ("hidden-word\n", "not valid YAML"),
        ("", "not valid YAML"),
    ],
)
def test_a_file_that_is_none_is_refused_without_quoting_it(
    text: str, expected: str, tmp_path: Path
) -> None:
    """What stands in such a file may be a password: no message repeats it."""
    with pytest.raises(InvalidInput, match=expected) as caught:
        read_passwords(write(tmp_path, text), never)

    error = caught.value
    assert "hidden-word" not in f"{error} {error.next_step} {error.findings}"


def test_a_missing_file_is_a_failed_login(tmp_path: Path) -> None:
    """Without it there are no credentials: exit code 77, and the path is named."""
    with pytest.raises(LoginFailed, match="No such file") as caught:
        read_passwords(tmp_path / "missing.yml", never)

    assert caught.value.where == str(tmp_path / "missing.yml")
    assert caught.value.exit_code == 77


def test_a_vault_value_of_the_mapping_can_be_opened(tmp_path: Path) -> None:
    """CHAP passwords in a mapping may be encrypted too, with the same vault password."""
    path = tmp_path / "mapping.yml"
    path.write_text((SAMPLES / "inline.yml").read_text(encoding="utf-8"), encoding="utf-8")
    ref = SecretRef(ref="mapping:/dr_sites_primary_password")

    assert read_secret(ref, path, {}, vault_password=lambda: VAULT_PASSWORD) == "north-secret-41"


def test_a_vault_is_told_from_other_text() -> None:
    """By its first line, whatever stands before it that nobody sees."""
    assert vault.is_vault("\ufeff\n$ANSIBLE_VAULT;1.1;AES256\n")
    assert not vault.is_vault("# $ANSIBLE_VAULT;1.1;AES256\n")
