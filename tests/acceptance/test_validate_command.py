"""``drplan validate``, as it is used from a shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

CASES = Path(__file__).parents[1] / "goldens" / "mapping"


def validate(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "drplan", "validate", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(CASES.parents[2]), **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_valid_mapping_ends_with_0() -> None:
    """Everything a mapping can hold, and one line that says what it holds."""
    done = validate("--mapping", "mapping.yml", cwd=CASES / "everything", AMS_PASSWORD="x")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("mapping.yml is valid: 6 storage domains")
    assert done.stdout.endswith("; no findings.\n")


def test_errors_end_with_65_and_no_traceback() -> None:
    """All errors are on stdout, each with the place an editor can jump to."""
    done = validate("--mapping", "mapping.yml", cwd=CASES / "misspelt")

    assert (done.returncode, done.stderr) == (65, "")
    assert "mapping.yml:13:19: error: dr_import_storages[1].dr_domain_type: " in done.stdout
    assert "Did you mean iscsi?" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("mapping.yml cannot be used: ")


def test_json_is_one_document_that_counts() -> None:
    """Programs get the same findings as people."""
    done = validate("--mapping", "mapping.yml", "--json", cwd=CASES / "duplicates")

    document = json.loads(done.stdout)
    assert done.returncode == 65
    assert document["format_version"] == "1.0"
    assert (document["valid"], document["counts"]) == (False, None)
    severities = [finding["severity"] for finding in document["diagnostics"]]
    assert document["error_count"] == severities.count("error") > 0
    assert document["warning_count"] == severities.count("warning") > 0
    first = document["diagnostics"][0]
    assert first["range"] == {"filename": "mapping.yml", "start": {"line": 32, "column": 20}}


def test_json_of_a_valid_mapping_says_what_it_holds() -> None:
    """Counts of each kind of entry."""
    done = validate("--mapping", "mapping.yml", "--json", cwd=CASES / "role-example")

    document = json.loads(done.stdout)
    assert done.returncode == 0
    assert document["valid"] is True
    assert document["counts"]["storage_domains"] == 3


def test_a_missing_file_ends_with_65(tmp_path: Path) -> None:
    """The message names the file."""
    done = validate("--mapping", "nothing.yml", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (65, "")
    assert "nothing.yml cannot be read: No such file or directory" in done.stdout


def test_a_missing_option_is_a_usage_error(tmp_path: Path) -> None:
    """Usage errors are 64, never 2."""
    done = validate(cwd=tmp_path)

    assert done.returncode == 64
    assert "--mapping" in done.stderr


def test_colours_come_only_where_they_are_wanted() -> None:
    """No escape byte in a pipe; with ``CLICOLOR_FORCE`` the severity is coloured."""
    plain = validate("--mapping", "mapping.yml", cwd=CASES / "misspelt")
    forced = validate("--mapping", "mapping.yml", cwd=CASES / "misspelt", CLICOLOR_FORCE="1")

    assert "\x1b" not in plain.stdout
    assert "\x1b[31m" in forced.stdout


def test_control_characters_in_the_name_of_a_file_are_spelled_out(tmp_path: Path) -> None:
    """A file's name cannot colour the terminal."""
    name = "a\x1b[31m.yml"
    (tmp_path / name).write_text("- a\n")

    done = validate("--mapping", name, cwd=tmp_path)

    assert "\x1b" not in done.stdout
    assert r"a\x1b[31m.yml:1:1: error" in done.stdout
