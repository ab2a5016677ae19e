"""Simulated Engines in a process of their own, over HTTPS, and what clients need of them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import drplan
from tests.acceptance.command import DRPLAN


@dataclass(frozen=True)
class Sites:
    """A mapping that points at the served Engines, and the file with their passwords."""

    mapping: Path
    passwords: Path
    ready: dict[str, Any]

    def password(self, role: str) -> str:
        """The password of one site's user."""
        password = self.ready["sites"][role]["password"]
        assert isinstance(password, str)
        return password


@contextmanager
def served(fixture: Path, folder: Path, *options: str) -> Iterator[Sites]:
    """Serve a fixture, simulated time running fast, until the block is left."""
    mapping = folder / "served.yml"
    process = subprocess.Popen(
        [
            *(*DRPLAN, "simulator", "serve", "--json", "--speed", "200"),
            *("--cassettes", str(fixture), "--mapping", str(fixture / "mapping.yml")),
            *("--listen", "127.0.0.1:0,127.0.0.1:0", "--write-mapping", str(mapping)),
            *options,
        ],
        env={**os.environ, "PYTHONPATH": str(Path(drplan.__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        yield Sites(mapping, folder / "served.passwords.yml", ready)
    finally:
        process.terminate()
        process.communicate(timeout=30)
