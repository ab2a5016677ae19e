"""Where the password of a site's user comes from.

In this order: the environment, the passwords file, what the mapping refers to, the keyring, and at
last the person at the terminal. Never the command line, which every process can read.
"""

from __future__ import annotations

import importlib
import os
import stat
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from drplan import files
from drplan.documents.mapping_secrets import read_secret
from drplan.documents.passwords_file import read_passwords
from drplan.engine.token import Login
from drplan.errors import InvalidInput, LoginFailed
from drplan.model.mapping import SiteDetails, SiteRole

Ask = Callable[[str], str]
"""Asks the person at the terminal, without echo, and returns what was typed."""

KEYRING_SERVICE = "drplan"
VAULT_PROGRAM_PATIENCE = 60.0
"""Seconds that a program may take to print the vault password."""


@dataclass(frozen=True, kw_only=True)
class CredentialSources:
    """What the command line and the surroundings offer.

    ``ask`` is ``None`` where there is no terminal, or nobody is to be asked. ``warn`` is told what
    is unsafe about the sources.
    """

    passwords_file: Path | None = None
    vault_password_file: Path | None = None
    ask_vault_password: bool = False
    ask: Ask | None = None
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)
    warn: Callable[[str], None] = lambda _: None


class Credentials:
    """Finds the login of each site, once; the vault password is asked for at most once too.

    ``mapping_file`` is where references like ``mapping:/…`` are looked up.
    """

    def __init__(self, sources: CredentialSources, *, mapping_file: Path) -> None:
        self._sources = sources
        self._mapping_file = mapping_file
        self._from_file: dict[SiteRole, str] | None = None
        self._vault_password: str | None = None

    def login(self, site: SiteDetails) -> Login:
        """The login of one site's user. Raises ``LoginFailed`` where no source has its password.

        Raises ``InvalidInput`` for a passwords file that is none.
        """
        for source in (self._environment, self._file, self._mapping, _keyring, self._person):
            password = source(site)
            if password:
                return Login(site.username, password)
        raise LoginFailed(
            f"there is no password for {site.username}",
            where=site.name,
            next_step=f"set {environment_name(site.role)}, or give --passwords-file FILE",
        )

    def vault_password(self) -> str:
        """What opens ``ansible-vault``'s encryption. Raises ``LoginFailed`` where nothing does."""
        if self._vault_password is None:
            self._vault_password = self._find_vault_password()
        return self._vault_password

    def _environment(self, site: SiteDetails) -> str | None:
        return self._sources.environ.get(environment_name(site.role))

    def _file(self, site: SiteDetails) -> str | None:
        path = self._sources.passwords_file
        if path is None:
            return None
        if self._from_file is None:
            self._from_file = read_passwords(path, self.vault_password)
            if self._vault_password is None and _others_may_read(path):
                self._sources.warn(
                    f"{path} holds passwords in plain text, and others than its owner may read it"
                )
        return self._from_file.get(site.role)

    def _mapping(self, site: SiteDetails) -> str | None:
        if site.password is None:
            return None
        try:
            return read_secret(
                site.password,
                self._mapping_file,
                self._sources.environ,
                vault_password=self.vault_password,
            )
        except InvalidInput as error:
            raise LoginFailed(
                f"the mapping refers to the password of {site.username}; {error.summary}",
                where=error.where,
                next_step=error.next_step,
            ) from error

    def _person(self, site: SiteDetails) -> str | None:
        if self._sources.ask is None:
            return None
        host = urlsplit(site.url).hostname
        return self._sources.ask(f"Password of {site.username} at {host} ({site.name}): ")

    def _find_vault_password(self) -> str:
        path = self._sources.vault_password_file
        if path is not None:
            password = read_vault_password(path)
        elif self._sources.ask_vault_password and self._sources.ask is not None:
            password = self._sources.ask("Vault password: ")
        else:
            raise LoginFailed(
                "there is no terminal to ask for the vault password on"
                if self._sources.ask_vault_password
                else "a password is encrypted with ansible-vault",
                next_step="give --vault-password-file FILE, or --ask-vault-pass on a terminal",
            )
        if not password:
            raise LoginFailed("the vault password is empty", where=str(path) if path else None)
        return password


def environment_name(role: SiteRole) -> str:
    """The environment variable with the password of a site."""
    return f"DRPLAN_{role.upper()}_PASSWORD"


def read_vault_password(path: Path) -> str:
    """The vault password in the file at ``path``; a program is run, and prints it.

    Raises ``LoginFailed`` where the file cannot be read or the program fails.
    """
    if path.is_file() and os.access(path, os.X_OK):
        return _printed_by(path)
    try:
        return files.read_text(path).strip()
    except InvalidInput as error:
        raise LoginFailed(
            f"the vault password file cannot be used: {error.summary}",
            where=error.where,
            next_step=error.next_step,
        ) from error


def _printed_by(path: Path) -> str:
    program = str(path.absolute())
    try:
        done = subprocess.run(
            [program],
            stdout=subprocess.PIPE,
            timeout=VAULT_PROGRAM_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _program_failed(
            path, f"it printed no password within {VAULT_PROGRAM_PATIENCE:.0f} s"
        ) from None
    except OSError as error:
        raise _program_failed(path, f"it cannot be run: {error.strerror or error}") from error
    if done.returncode != 0:
        raise _program_failed(path, f"it ended with exit code {done.returncode}")
    try:
        return done.stdout.decode().strip("\r\n")
    except UnicodeDecodeError:
        raise _program_failed(path, "what it printed is no UTF-8 text") from None


def _program_failed(path: Path, what: str) -> LoginFailed:
    return LoginFailed(
        f"the program for the vault password failed: {what}",
        where=str(path),
        next_step="run it by itself, or clear its executable bit if it is a file with the password",
    )


def _keyring(site: SiteDetails) -> str | None:
    """What the desktop's keyring has, where the package ``keyring`` is installed."""
    try:
        keyring = importlib.import_module("keyring")
        errors = importlib.import_module("keyring.errors")
    except ImportError:
        return None
    host = urlsplit(site.url).hostname
    try:
        found = keyring.get_password(f"{KEYRING_SERVICE}:{host}", site.username)
    except errors.KeyringError:
        # No keyring on this machine, or it is locked: the next source is asked.
        return None
    return found if isinstance(found, str) else None


def _others_may_read(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) and bool(mode & (stat.S_IRGRP | stat.S_IROTH))
