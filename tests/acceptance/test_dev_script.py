"""The script that sets everything up, on machines where something is missing.

Only the decisions are tested here, with stand-ins for the system's programs; that the set-up
works as a whole is seen by whoever runs these tests through it.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
ORDINARY = ("cat", "dirname", "env", "id", "mktemp", "readlink", "rm", "sh", "sha256sum")


class Machine:
    """A machine that has only the ordinary programs, and those that a test gives it."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "programs"
        self.project = folder / "project"
        self.log = folder / "log"
        self.programs.mkdir()
        self.project.mkdir()
        for name in ("dev", "requirements.lock", "pyproject.toml"):
            shutil.copy(PROJECT / name, self.project / name)
        for name in ORDINARY:
            found = shutil.which(name)
            assert found
            (self.programs / name).symlink_to(found)

    def give(self, name: str, body: str) -> None:
        """Add a program that notes how it was called, and then does ``body``."""
        program = self.programs / name
        program.write_text(f'#!/bin/sh\necho "{name} $*" >> "{self.log}"\n{body}\n')
        program.chmod(0o755)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``./dev`` there."""
        return subprocess.run(
            ["/bin/sh", self.project / "dev", *words],
            env={"PATH": str(self.programs)},
            capture_output=True,
            text=True,
            check=False,
        )

    def calls(self, program: str) -> list[str]:
        """The calls of one program, in order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [line for line in lines if line.startswith(f"{program} ")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without Python, compiler and package tool, where one is root."""
    made = Machine(tmp_path)
    (made.programs / "id").unlink()
    made.give("id", "echo 0")
    return made


def test_its_help_names_the_commands(machine: Machine) -> None:
    """Without a word the script explains itself."""
    result = machine.run()

    assert result.returncode == 0
    for word in ("setup", "demo", "test", "peer"):
        assert f"\n  {word} " in result.stdout


def test_an_unknown_command_is_a_usage_error(machine: Machine) -> None:
    """What it does not know it does not do."""
    result = machine.run("tset")

    assert result.returncode == 64
    assert "there is no command tset" in result.stderr


def test_without_python_and_package_tool_it_says_what_to_do(machine: Machine) -> None:
    """The last line is one clear message."""
    result = machine.run("setup")

    assert result.returncode == 1
    assert "no Python 3.11 or newer" in result.stderr.splitlines()[-1]


def test_on_debian_python_comes_from_apt(machine: Machine) -> None:
    """First the default Python; where that does not help, the newer ones by name."""
    machine.give("apt-get", "exit 0")
    machine.give("python3", "exit 1")

    assert machine.run("setup").returncode == 1

    installs = [call for call in machine.calls("apt-get") if " install " in call]
    assert installs[0].endswith(" python3 python3-venv")
    assert installs[1].endswith(" python3.13")


def test_on_enterprise_linux_python_comes_from_dnf(machine: Machine) -> None:
    """Where one package does not exist, the next is tried."""
    machine.give("dnf", 'case "$*" in *3.12) exit 1 ;; esac')

    machine.run("setup")

    names = [call.split()[-1] for call in machine.calls("dnf")]
    assert names == ["python3.12", "python3.11"]


OLD_ENOUGH = """case "$*" in
    *version_info\\ *) exit 0 ;;
    *version_info*) echo 3.11 ;;
    *) exit 1 ;;
esac"""


def test_what_is_missing_is_installed_in_one_go(machine: Machine) -> None:
    """Compiler and headers of Python and libxml2 are asked for together."""
    machine.give("apt-get", "exit 0")
    machine.give("python3", OLD_ENOUGH)

    result = machine.run("setup")

    (install,) = [call for call in machine.calls("apt-get") if " install " in call]
    assert "gcc libc6-dev" in install
    assert "python3.11-dev python3.11-venv" in install
    assert result.returncode == 1
    assert "has no Python.h" in result.stderr.splitlines()[-1]


def test_on_enterprise_linux_the_headers_are_named_after_pythons_package(machine: Machine) -> None:
    """The package that owns the interpreter tells the name of its headers."""
    machine.give("dnf", "exit 0")
    machine.give("rpm", "printf python3.11")
    machine.give("python3", OLD_ENOUGH)

    machine.run("setup")

    (install,) = machine.calls("dnf")
    assert " gcc " in install
    assert install.endswith(" python3.11-devel")


def test_without_root_and_sudo_it_says_so(machine: Machine) -> None:
    """Nothing is tried that cannot work."""
    machine.give("id", "echo 1000")
    machine.give("dnf", "exit 0")

    result = machine.run("setup")

    assert result.returncode == 1
    assert "needs root and there is no sudo" in result.stderr
    assert not machine.calls("dnf")


def test_without_root_sudo_is_used(machine: Machine) -> None:
    """Only the installation of packages runs as root."""
    machine.give("id", "echo 1000")
    machine.give("sudo", '"$@"')
    machine.give("dnf", "exit 0")

    machine.run("setup")

    assert machine.calls("sudo")[0].startswith("sudo dnf install")
