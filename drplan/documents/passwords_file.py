"""Reads the file with both sites' passwords (R32, K6), plain or encrypted with ``ansible-vault``.

The keys are the role's, ``dr_sites_primary_password`` and ``dr_sites_secondary_password``. Either
the whole file is encrypted or single values are (``!vault``). Passwords are the file's own text:
``0755`` stays ``0755``. Nothing here keeps a password, and no message holds one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drplan import files
from drplan.documents import vault
from drplan.documents.mapping.compose import compose
from drplan.documents.mapping.findings import Findings
from drplan.documents.mapping.nodes import MapNode, Node, ScalarNode, is_null
from drplan.errors import InvalidInput, LoginFailed
from drplan.model.mapping import SITE_ROLES, SiteRole

VaultPassword = Callable[[], str]
"""Gives the vault's password when it is needed. Raises ``LoginFailed`` where nobody has it."""

EXPECTED = "dr_sites_primary_password: … and dr_sites_secondary_password: …"


def read_passwords(path: Path, vault_password: VaultPassword) -> dict[SiteRole, str]:
    """The passwords that the file has, by site; what is encrypted is decrypted.

    ``vault_password`` is asked only where something is encrypted. Raises ``LoginFailed`` where the
    file cannot be read or decrypted, ``InvalidInput`` where it is not such a file.
    """
    try:
        text = files.read_text(path)
    except InvalidInput as error:
        raise LoginFailed(
            f"the passwords file cannot be used: {error.summary}",
            where=error.where,
            next_step=error.next_step,
        ) from error
    if vault.is_vault(text):
        text = vault.decrypt(text, vault_password(), where=str(path))
    root = _parse(text, path)
    found: dict[SiteRole, str] = {}
    for role in SITE_ROLES:
        pair = root.pair(f"dr_sites_{role}_password")
        if pair is not None:
            found[role] = _password(pair.key, pair.value, path, vault_password)
    if not found:
        raise InvalidInput(
            "the file has the password of neither site", where=str(path), next_step=_expect()
        )
    return found


def _parse(text: str, path: Path) -> MapNode:
    findings = Findings(str(path))
    root = compose(text, findings)
    if root is None or findings.has_errors:
        # The parser's own words may quote the line, and that a password.
        first = findings.in_order()[0]
        raise InvalidInput(
            "the passwords file is not valid YAML",
            where=str(first.range or path),
            next_step=_expect(),
        )
    return root


def _password(key: str, node: Node, path: Path, vault_password: VaultPassword) -> str:
    if not isinstance(node, ScalarNode) or is_null(node) or not (node.text or node.encrypted):
        raise InvalidInput(f"{key} is not filled in", where=str(path), next_step=_expect())
    where = f"{path}:{node.position.line}:{node.position.column}"
    if node.kind == "vault":
        # What was encrypted from standard input often ends in a line end nobody meant.
        password = vault.decrypt(node.encrypted, vault_password(), where=where).rstrip("\r\n")
    else:
        password = node.text
    if "{{" in password and not node.unsafe and node.kind != "vault":
        raise InvalidInput(
            f"{key} is a template, and templates are not evaluated here",
            where=where,
            next_step="write the password itself, or tag it !unsafe",
        )
    return password


def _expect() -> str:
    return f"expected: {EXPECTED}"
