"""The wheel holds all that drplan needs: it is built, installed elsewhere, and the demo run from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

import drplan

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout with the tools that are already here."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, PROJECT],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder whose ``bin/drplan`` is the wheel's, with the dependencies of this run.

    Only the checkout itself is out of reach: the path entries that lead to it (those of the
    editable installation) are not taken over, because ``.pth`` files count only in the
    environment's own folder.
    """
    folder = tmp_path_factory.mktemp("elsewhere")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    packages = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
    )
    here = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "dependencies.pth").write_text("\n".join(sorted(here)))
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", python, "install", "--quiet"),
            *("--no-deps", "--no-index", "--ignore-installed", wheel),
        ],
        check=True,
    )
    (folder / "empty").mkdir()
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed program in an empty folder, out of sight of the checkout."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [folder / "bin" / "drplan", *words],
        cwd=folder / "empty",
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_wheel_carries_every_data_file(wheel: Path) -> None:
    """Each schema, template and fixture of the checkout is in the wheel, with the same bytes."""
    with zipfile.ZipFile(wheel) as archive:
        for kind in ("schemas", "templates", "fixtures"):
            files = [file for file in (PROJECT / kind).rglob("*") if file.is_file()]
            assert files
            for file in files:
                name = f"drplan/_data/{file.relative_to(PROJECT)}"
                assert archive.read(name) == file.read_bytes()


def test_the_wheel_carries_nothing_else_than_the_package(wheel: Path) -> None:
    """No test, no stub and no cache travels; the license does."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()

    tops = {name.split("/")[0] for name in names}
    assert tops == {"drplan", f"drplan-{drplan.__version__}.dist-info"}
    assert not [name for name in names if name.endswith(".pyc")]
    assert [name for name in names if name.endswith("licenses/LICENSE")]
    assert "drplan/py.typed" in names


def test_the_installed_program_is_the_wheels(elsewhere: Path) -> None:
    """What runs elsewhere is the installed copy, not the checkout."""
    found = subprocess.run(
        [elsewhere / "bin" / "python", "-c", "import drplan; print(drplan.__file__)"],
        cwd=elsewhere / "empty",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    assert Path(found).is_relative_to(elsewhere)
    assert run(elsewhere, "version").stdout == f"drplan {drplan.__version__}\n"


def test_the_demo_runs_from_the_wheel(elsewhere: Path) -> None:
    """Plan and rehearsal of the fixture work from an empty folder, with the wheel's own files."""
    where = "from drplan.resources import fixture_folder; print(fixture_folder('two-site'))"
    fixture = subprocess.run(
        [elsewhere / "bin" / "python", "-c", where],
        cwd=elsewhere / "empty",
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    assert Path(fixture).is_relative_to(elsewhere)

    planned = run(
        elsewhere,
        *("plan", "failover", "--mapping", f"{fixture}/mapping.yml"),
        *("--cassettes", fixture, "--offline", "--out", "plan.json"),
    )
    assert planned.returncode == 0, planned.stderr
    assert json.loads((elsewhere / "empty" / "plan.json").read_text())["format_version"]

    rehearsed = run(elsewhere, "rehearse", "plan.json", "--cassettes", fixture)
    assert rehearsed.returncode == 0, rehearsed.stderr

    shown = run(elsewhere, "show", "plan.json", "--format", "md")
    assert shown.returncode == 0, shown.stderr
