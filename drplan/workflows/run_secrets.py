"""The secrets that actions need, looked up when they are needed and kept nowhere."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from drplan.documents.mapping_secrets import read_secret
from drplan.model.mapping import SecretRef
from drplan.workflows.credentials import Credentials


@dataclass(frozen=True)
class MappingSecrets:
    """Resolves the plan's references by the mapping and the environment."""

    mapping_file: Path
    credentials: Credentials
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ), repr=False)

    def resolve(self, reference: str) -> str:
        """The secret behind ``env:NAME`` or ``mapping:/pointer``.

        Raises ``InvalidInput`` where it is not there, ``LoginFailed`` where a vault stays closed.
        """
        return read_secret(
            SecretRef(ref=reference),
            self.mapping_file,
            self.environ,
            vault_password=self.credentials.vault_password,
        )
