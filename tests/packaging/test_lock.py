"""The lock holds what the project asks for, pinned and with hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]


def locked() -> dict[str, tuple[str, int]]:
    """Of each locked package the version and the number of hashes."""
    text = (PROJECT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    found = {}
    for entry in entries:
        name, version = re.match(r"([\w.-]+)==(\S+)", entry).groups()  # type: ignore[union-attr]
        found[canonicalize_name(name)] = (version, entry.count("--hash=sha256:"))
    return found


def asked_for() -> list[Requirement]:
    """What the project and its development need."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [Requirement(line) for line in project["dependencies"]] + [
        Requirement(line) for line in project["optional-dependencies"]["dev"]
    ]


@pytest.mark.parametrize("requirement", asked_for(), ids=lambda requirement: requirement.name)
def test_each_requirement_is_locked_in_its_range(requirement: Requirement) -> None:
    """A version range that is changed without renewing the lock is noticed."""
    version, _ = locked()[canonicalize_name(requirement.name)]

    assert requirement.specifier.contains(version)


def test_everything_locked_has_hashes_and_no_address() -> None:
    """What is installed is what was locked, wherever it comes from."""
    assert all(hashes for _, hashes in locked().values())
    assert "://" not in (PROJECT / "requirements.lock").read_text(encoding="utf-8")
