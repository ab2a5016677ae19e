"""What ``drplan validate`` says about whole mapping files.

A case is a folder of ``mapping/``: the mapping, and what is printed. After a change that is meant,
``DRPLAN_UPDATE_GOLDENS=1`` writes what is printed now; look at the difference before committing.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drplan.cli import exit_codes
from drplan.cli.main import main

FOLDER = Path(__file__).parent / "mapping"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())
UNUSABLE = {"duplicates", "generated", "misspelt", "no-space", "secrets", "templates"}
PLANTED = "planted-secret"


@pytest.mark.parametrize("case", CASES)
def test_validate_says_what_is_expected(
    case: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All findings in the order of the file, then the sum; the exit code tells errors."""
    monkeypatch.chdir(FOLDER / case)
    monkeypatch.setenv("AMS_PASSWORD", f"{PLANTED}-in-the-environment")
    monkeypatch.setenv("DRPLAN_TEST_PASSWORD", f"{PLANTED}-in-the-environment")
    monkeypatch.setenv("DRPLAN_TEST_URL", "https://engine2.example.com/ovirt-engine/api")

    code = main(["validate", "--mapping", "mapping.yml"])

    printed = capfd.readouterr().out
    expected = FOLDER / case / "expected.txt"
    if os.environ.get("DRPLAN_UPDATE_GOLDENS"):
        expected.write_text(printed, encoding="utf-8")
    assert printed == expected.read_text(encoding="utf-8")
    assert code == (exit_codes.INVALID if case in UNUSABLE else exit_codes.DONE)
    assert PLANTED not in printed


def test_planted_secrets_are_really_planted() -> None:
    """The cases above would prove nothing if there were none."""
    planted = [case for case in CASES if PLANTED in (FOLDER / case / "mapping.yml").read_text()]

    assert planted == ["everything", "no-space", "secrets"]
