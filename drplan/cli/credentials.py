"""The options by which commands reach live Engines, and what is made of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drplan.cli.terminal import write_error

if TYPE_CHECKING:
    from drplan.workflows.credentials import Ask, CredentialSources
    from drplan.workflows.live_site import LiveOptions

PasswordsFile = Annotated[
    Path | None,
    typer.Option(
        "--passwords-file",
        metavar="FILE",
        help="The sites' passwords, plain YAML or encrypted with ansible-vault:"
        " dr_sites_primary_password and dr_sites_secondary_password.",
    ),
]
VaultPasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--vault-password-file",
        metavar="FILE",
        help="The vault password, or a program that prints it.",
    ),
]
AskVaultPass = Annotated[bool, typer.Option("--ask-vault-pass", help="Ask for the vault password.")]
Insecure = Annotated[
    bool,
    typer.Option(
        "--insecure",
        help="Do not check certificates: whoever answers is sent the password. Not for production.",
    ),
]
Wait = Annotated[
    float,
    typer.Option(
        "--wait", min=0, metavar="SECONDS", help="How long to try an Engine without an answer."
    ),
]


def live_options(*, insecure: bool, wait: float) -> LiveOptions:
    """How the Engines are treated; ``--insecure`` warns loudly."""
    from drplan.engine.retrying import Patience
    from drplan.workflows.live_site import LiveOptions

    if insecure:
        write_error(
            "WARNING: --insecure is on. Certificates are not checked: anybody who answers at the\n"
            "WARNING: Engine's address is taken for it, and is sent the password."
        )
    return LiveOptions(insecure=insecure, patience=Patience(total=wait))


def credential_sources(
    passwords_file: Path | None, vault_password_file: Path | None, *, ask_vault_pass: bool
) -> CredentialSources:
    """What the workflows look for passwords in; the terminal too, where somebody sits at it."""
    from drplan.workflows.credentials import CredentialSources

    if vault_password_file is not None and ask_vault_pass:
        raise typer.BadParameter("--vault-password-file and --ask-vault-pass exclude each other")
    return CredentialSources(
        passwords_file=passwords_file,
        vault_password_file=vault_password_file,
        ask_vault_password=ask_vault_pass,
        ask=_ask_if_somebody_is_there(),
        warn=lambda text: write_error(f"Warning: {text}"),
    )


def _ask_if_somebody_is_there() -> Ask | None:
    if os.environ.get("DRPLAN_INPUT", "") in {"0", "false"}:
        return None
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    return _ask


def _ask(prompt: str) -> str:
    """Ask on the terminal, without echo. The end of input is an empty answer."""
    import getpass

    try:
        return getpass.getpass(prompt, stream=sys.stderr)
    except EOFError:
        return ""
