"""``drplan simulator make`` as people run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from drplan.resources import fixture_folder

SCENARIO = fixture_folder("two-site") / "scenario.yml"
WRITTEN = ("mapping.yml", "primary.yaml", "secondary.yaml")


def drplan(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "drplan", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_two_sites_are_written_and_counted(tmp_path: Path) -> None:
    """The folder is made, three files are in it, and each site is told in numbers."""
    run = drplan("simulator", "make", SCENARIO, "--out", tmp_path / "demo")

    assert (run.returncode, run.stderr) == (0, "")
    assert sorted(file.name for file in (tmp_path / "demo").iterdir()) == sorted(WRITTEN)
    assert "primary: north, 28 VMs, 8 hosts, 9 storage domains" in run.stdout
    assert "secondary: south, 1 VM, 6 hosts, 1 storage domain (" in run.stdout


def test_the_same_scenario_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    """Two runs, and the committed fixture, cannot be told apart."""
    for name in ("a", "b"):
        assert drplan("simulator", "make", SCENARIO, "--out", tmp_path / name).returncode == 0

    for name in WRITTEN:
        content = (tmp_path / "a" / name).read_bytes()
        assert content == (tmp_path / "b" / name).read_bytes()
        assert content == (SCENARIO.parent / name).read_bytes()


def test_files_are_replaced_only_when_asked(tmp_path: Path) -> None:
    """What stands there is kept, unless --force is given."""
    (tmp_path / "mapping.yml").write_text("mine\n")

    refused = drplan("simulator", "make", SCENARIO, "--out", tmp_path)
    kept = (tmp_path / "mapping.yml").read_text()
    forced = drplan("simulator", "make", SCENARIO, "--out", tmp_path, "--force")

    assert refused.returncode == 1
    assert "mapping.yml would be replaced" in refused.stderr
    assert kept == "mine\n"
    assert forced.returncode == 0
    assert (tmp_path / "mapping.yml").read_text().startswith("---\n")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("format: 1", "format: ]", "not YAML"),
        ("host: engine-north", "hots: engine-north", "hots is not a key"),
        ("template: rhel9@2", "template: rhel9@9", "no template rhel9@9 in production"),
    ],
)
def test_a_wrong_scenario_writes_nothing(tmp_path: Path, old: str, new: str, words: str) -> None:
    """One message with file and line, exit code 65, no traceback, no file."""
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(SCENARIO.read_text().replace(old, new, 1))
    out = tmp_path / "out"

    run = drplan("simulator", "make", wrong, "--out", out)

    assert run.returncode == 65
    assert words in run.stderr
    assert f"{wrong}:" in run.stderr
    assert "Traceback" not in run.stderr
    assert not out.exists()


def test_a_missing_scenario_is_named(tmp_path: Path) -> None:
    """A path that leads nowhere is bad input, not a bug."""
    run = drplan("simulator", "make", tmp_path / "nowhere.yml", "--out", tmp_path)

    assert run.returncode == 65
    assert "nowhere.yml" in run.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    """A file in the way of the folder is told in one line."""
    (tmp_path / "file").write_text("")

    run = drplan("simulator", "make", SCENARIO, "--out", tmp_path / "file" / "folder")

    assert run.returncode == 1
    assert "cannot be written" in run.stderr
    assert "Traceback" not in run.stderr
