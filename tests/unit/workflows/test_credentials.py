"""Where passwords are looked for, and in what order."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType

import pytest

from drplan.errors import LoginFailed
from drplan.model.mapping import SecretRef, SiteDetails
from drplan.workflows.credentials import Credentials, CredentialSources, read_vault_password

VAULTS = Path(__file__).parents[1] / "documents" / "vault"
NORTH = SiteDetails(
    role="primary",
    name="north",
    url="https://engine-north.example.org/ovirt-engine/api",
    username="admin@internal",
)


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The keyring of whoever runs the tests is not asked."""
    monkeypatch.setitem(sys.modules, "keyring", None)


def password(
    *,
    site: SiteDetails = NORTH,
    environ: Mapping[str, str] | None = None,
    mapping_file: Path = Path("mapping.yml"),
    **sources: object,
) -> str:
    """What is found for a site."""
    offered = CredentialSources(environ=environ or {}, **sources)  # type: ignore[arg-type]
    login = Credentials(offered, mapping_file=mapping_file).login(site)
    assert login.username == "admin@internal"
    return login.password


def plain(folder: Path, mode: int = 0o600) -> Path:
    """A passwords file."""
    path = folder / "passwords.yml"
    path.write_text("dr_sites_primary_password: of-the-file\n", encoding="utf-8")
    path.chmod(mode)
    return path


def program(folder: Path, text: str) -> Path:
    """A program that prints the vault password."""
    path = folder / "vault-password.sh"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o700)
    return path


def keyring_with(entries: Mapping[tuple[str, str], str]) -> dict[str, ModuleType]:
    """A keyring with these entries, by service and user."""
    keyring, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    errors.KeyringError = RuntimeError  # type: ignore[attr-defined]
    keyring.get_password = lambda *key: entries.get(key)  # type: ignore[attr-defined]
    return {"keyring": keyring, "keyring.errors": errors}


def test_the_environment_comes_first(tmp_path: Path) -> None:
    """The variable of the site's role, and of no other."""
    environ = {"DRPLAN_PRIMARY_PASSWORD": "of-env", "DRPLAN_SECONDARY_PASSWORD": "other"}

    assert password(environ=environ, passwords_file=plain(tmp_path)) == "of-env"


def test_an_empty_variable_is_none(tmp_path: Path) -> None:
    """Then the passwords file counts."""
    found = password(environ={"DRPLAN_PRIMARY_PASSWORD": ""}, passwords_file=plain(tmp_path))

    assert found == "of-the-file"


def test_a_file_is_not_opened_where_the_environment_knows(tmp_path: Path) -> None:
    """A vault that nobody can open does not matter then."""
    environ = {"DRPLAN_PRIMARY_PASSWORD": "of-env"}

    assert password(environ=environ, passwords_file=VAULTS / "whole-1.1.yml") == "of-env"


def test_the_mapping_is_asked_after_the_file(tmp_path: Path) -> None:
    """Only the references that it may hold; here a variable."""
    site = SiteDetails(
        role="primary",
        name="north",
        url=NORTH.url,
        username=NORTH.username,
        password=SecretRef(ref="env:NORTH"),
    )

    assert password(site=site, environ={"NORTH": "of-map"}) == "of-map"
    with pytest.raises(LoginFailed, match="the environment variable NORTH is not set") as caught:
        password(site=site)
    assert caught.value.exit_code == 77


def test_the_keyring_is_asked_by_host_and_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the optional package is installed."""
    entries = {("drplan:engine-north.example.org", "admin@internal"): "of-keyring"}
    for name, module in keyring_with(entries).items():
        monkeypatch.setitem(sys.modules, name, module)

    assert password() == "of-keyring"


def test_a_keyring_that_cannot_be_used_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server there is a package and no keyring behind it."""

    def no_keyring(*_: str) -> None:
        raise RuntimeError("no backend")

    modules = keyring_with({})
    modules["keyring"].get_password = no_keyring  # type: ignore[attr-defined]
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)

    assert password(ask=lambda _: "typed") == "typed"


def test_the_person_is_asked_last_and_told_for_what() -> None:
    """The question names user, host and site."""
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "typed"

    assert password(ask=ask) == "typed"
    assert asked == ["Password of admin@internal at engine-north.example.org (north): "]


@pytest.mark.parametrize("ask", [None, lambda _: ""])
def test_without_any_source_the_error_says_what_to_set(
    ask: Callable[[str], str] | None,
) -> None:
    """The variable's name is in the next step, and the exit code is that of a login."""
    with pytest.raises(LoginFailed, match="no password for admin@internal") as caught:
        password(ask=ask)

    assert "DRPLAN_PRIMARY_PASSWORD" in (caught.value.next_step or "")
    assert (caught.value.where, caught.value.exit_code) == ("north", 77)


@pytest.mark.parametrize(("mode", "warnings"), [(0o600, 0), (0o640, 1), (0o604, 1)])
def test_a_plain_file_that_others_may_read_is_warned_about(
    mode: int, warnings: int, tmp_path: Path
) -> None:
    """It is used all the same."""
    warned: list[str] = []

    password(passwords_file=plain(tmp_path, mode), warn=warned.append)

    assert len(warned) == warnings


def test_an_encrypted_file_needs_the_vault_password_once(tmp_path: Path) -> None:
    """It is asked for at the terminal when that was wanted, for both sites together."""
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        return "open sesame"

    sources = CredentialSources(
        passwords_file=VAULTS / "inline.yml", ask_vault_password=True, ask=ask, environ={}
    )
    credentials = Credentials(sources, mapping_file=tmp_path / "mapping.yml")

    assert credentials.login(NORTH).password == "north-secret-41"
    assert credentials.login(NORTH).password == "north-secret-41"
    assert asked == ["Vault password: "]


@pytest.mark.parametrize(
    ("ask_vault_password", "expected"),
    [(False, "encrypted with ansible-vault"), (True, "no terminal to ask")],
)
def test_a_vault_that_nobody_can_open_says_how(ask_vault_password: bool, expected: str) -> None:
    """The next step names the options."""
    with pytest.raises(LoginFailed, match=expected) as caught:
        password(passwords_file=VAULTS / "whole-1.2.yml", ask_vault_password=ask_vault_password)

    assert "--vault-password-file" in (caught.value.next_step or "")


def test_the_vault_password_may_stand_in_a_file(tmp_path: Path) -> None:
    """Its last line end does not count."""
    path = tmp_path / "vault-password"
    path.write_text("open sesame\n", encoding="utf-8")

    found = password(passwords_file=VAULTS / "whole-1.1.yml", vault_password_file=path)

    assert found == "north-secret-41"


def test_the_vault_password_may_be_printed_by_a_program(tmp_path: Path) -> None:
    """A file that can be run is run, without a shell and without arguments."""
    path = program(tmp_path, 'test $# -eq 0 && echo "open sesame"')

    assert read_vault_password(path) == "open sesame"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("echo open sesame; exit 3", "exit code 3"), (r"printf '\377'", "no UTF-8 text")],
)
def test_a_program_that_fails_is_named(text: str, expected: str, tmp_path: Path) -> None:
    """What it printed is not used, nor shown."""
    path = program(tmp_path, text)

    with pytest.raises(LoginFailed, match=expected) as caught:
        read_vault_password(path)

    assert caught.value.where == str(path)
    assert "sesame" not in str(caught.value)


def test_a_program_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    """Such as one whose interpreter is missing."""
    path = tmp_path / "program"
    path.write_text("#!/does/not/exist\n", encoding="utf-8")
    path.chmod(0o700)

    with pytest.raises(LoginFailed, match="cannot be run: No such file"):
        read_vault_password(path)


@pytest.mark.parametrize("content", [None, "\n"])
def test_no_vault_password_is_a_failed_login(content: str | None, tmp_path: Path) -> None:
    """A missing file and an empty one."""
    path = tmp_path / "vault-password"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(LoginFailed):
        password(passwords_file=VAULTS / "whole-1.1.yml", vault_password_file=path)


def test_passwords_are_in_no_representation(tmp_path: Path) -> None:
    """A log or a traceback that shows these objects shows no password."""
    sources = CredentialSources(environ={"DRPLAN_PRIMARY_PASSWORD": "planted-secret"})
    login = Credentials(sources, mapping_file=tmp_path).login(NORTH)

    assert "planted-secret" not in f"{sources!r} {login!r}"


def test_the_default_environment_is_the_process_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read when the command starts."""
    monkeypatch.setenv("DRPLAN_PRIMARY_PASSWORD", "of-process")

    assert CredentialSources().environ["DRPLAN_PRIMARY_PASSWORD"] == "of-process"
    assert CredentialSources().environ is not os.environ
