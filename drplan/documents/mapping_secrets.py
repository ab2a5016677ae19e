"""Looks up the secrets that a mapping only refers to, at the moment they are needed.

A secret that was looked up is handed to the transport and kept nowhere. Messages name the
reference, never the value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import NoReturn

from drplan import files
from drplan.documents import vault
from drplan.documents.mapping.compose import compose, decode
from drplan.documents.mapping.findings import Findings
from drplan.documents.mapping.nodes import ListNode, MapNode, Node, ScalarNode
from drplan.errors import InvalidInput
from drplan.model.mapping import SecretRef


def read_secret(
    secret: SecretRef,
    mapping_file: Path,
    environ: MappingType[str, str],
    *,
    vault_password: Callable[[], str] | None = None,
) -> str:
    """Return the secret behind ``env:NAME`` or ``mapping:/pointer``.

    ``vault_password`` is asked where the value is encrypted with ``ansible-vault``. Raises
    :class:`InvalidInput` if the secret is not there, or is encrypted and nobody can be asked, and
    :class:`LoginFailed` if the vault password does not open it.
    """
    scheme, _, place = secret.ref.partition(":")
    if scheme == "env":
        if place not in environ:
            _refuse(secret, f"the environment variable {place} is not set", f"set {place}")
        return environ[place]
    if scheme != "mapping":
        _refuse(secret, "references to secrets begin with env: or mapping:", None)
    node = _find(mapping_file, place)
    if not isinstance(node, ScalarNode) or node.kind == "null":
        _refuse(secret, f"{mapping_file} has no such value", "check whether the file was changed")
    if node.kind == "vault":
        if vault_password is not None:
            # A line end that came with the value from standard input is none of the secret's.
            plain = vault.decrypt(node.encrypted, vault_password(), where=secret.ref)
            return plain.rstrip("\r\n")
        _refuse(
            secret,
            "the value is encrypted with ansible-vault",
            "take it from the environment: \"{{ lookup('env', 'NAME') }}\"",
        )
    return node.text


def _find(mapping_file: Path, pointer: str) -> Node | None:
    """Return the node at a JSON pointer (RFC 6901), if the file has one."""
    findings = Findings(str(mapping_file))
    text = decode(files.read_bytes(mapping_file), findings)
    node: Node | None = compose(text, findings) if text is not None else None
    for token in pointer.split("/")[1:]:
        node = _child(node, token.replace("~1", "/").replace("~0", "~"))
    return node


def _child(node: Node | None, token: str) -> Node | None:
    if isinstance(node, MapNode):
        pair = node.pair(token)
        return pair.value if pair else None
    if isinstance(node, ListNode) and re.fullmatch("[0-9]{1,9}", token):
        index = int(token)
        return node.items[index] if index < len(node.items) else None
    return None


def _refuse(secret: SecretRef, summary: str, next_step: str | None) -> NoReturn:
    raise InvalidInput(
        f"a secret cannot be looked up: {summary}", where=secret.ref, next_step=next_step
    )
