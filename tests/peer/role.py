"""Runs the Ansible role disaster_recovery, unmodified, as an administrator would."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_PAUSE: Final = b"press ENTER"
_PLAY: Final = """\
- name: The role disaster_recovery
  hosts: localhost
  connection: local
  gather_facts: false
  vars_files: {files}
  roles:
    - ovirt.ovirt.disaster_recovery
"""


@dataclass(frozen=True)
class Played:
    """How a playbook ended, and all that it printed."""

    code: int
    output: str


@dataclass(frozen=True)
class Ansible:
    """One of the environments that ``./dev peer`` makes."""

    home: Path

    @property
    def name(self) -> str:
        """Such as ansible-11."""
        return self.home.name

    @property
    def role(self) -> Path:
        """The folder of the role, as its package installed it."""
        found = next(self.home.glob("lib/python*/site-packages/ansible_collections/ovirt/ovirt"))
        return found / "roles" / "disaster_recovery"

    def play(
        self,
        tag: str,
        folder: Path,
        variables: Mapping[str, Any],
        *,
        files: tuple[Path, ...] = (),
        at_pause: Callable[[], None] | None = None,
    ) -> Played:
        """Run the part of the role that ``tag`` names, at a terminal.

        ``files`` are files with variables, ``variables`` win over them. Where the role pauses,
        ``at_pause`` is called and ENTER is pressed. The output is kept in ``folder``.
        """
        play = folder / f"{tag}.yml"
        play.write_text(_PLAY.format(files=json.dumps([str(path) for path in files])))
        given = {"ansible_python_interpreter": str(self.home / "bin" / "python"), **variables}
        program = str(self.home / "bin" / "ansible-playbook")
        command = [program, "-i", "localhost,", str(play), "-t", tag, "-e", json.dumps(given)]
        played = _at_terminal(command, self._environment(folder), at_pause)
        (folder / f"{tag}.log").write_text(played.output)
        return played

    def validate(self, folder: Path, mapping: Path, passwords: tuple[str, str]) -> Played:
        """Run ``ovirt-dr validate``; it asks for the passwords on its standard input."""
        conf = folder / "dr.conf"
        conf.write_text(f"[validate_vars]\nvar_file={mapping}\n")
        result = subprocess.run(
            [self.home / "bin" / "python", "ovirt-dr", "validate", f"--conf-file={conf}"],
            cwd=self.role / "files",
            env=self._environment(folder),
            input="".join(f"{password}\n" for password in passwords),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        (folder / "validate.log").write_text(result.stdout)
        return Played(result.returncode, result.stdout)

    def _environment(self, folder: Path) -> dict[str, str]:
        """Nothing of the person who runs it: no settings, no collections, no colours."""
        settings = folder / "ansible.cfg"
        settings.touch()
        return {
            "PATH": f"{self.home / 'bin'}{os.pathsep}{os.defpath}",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "ANSIBLE_CONFIG": str(settings),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "1",
            "ANSIBLE_LOCALHOST_WARNING": "False",
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def _at_terminal(
    command: list[str], environment: dict[str, str], at_pause: Callable[[], None] | None
) -> Played:
    """Without a terminal the role's pause would not wait (role-contract B4.2)."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        command,
        env=environment,
        preexec_fn=lambda: os.login_tty(theirs),  # noqa: PLW1509 - one thread, nothing held
    ) as process:
        os.close(theirs)
        output = b""
        try:
            while part := _read(ours):
                output += part
                if at_pause is not None and _PAUSE in output:
                    at_pause()
                    at_pause = None
                    os.write(ours, b"\r")
        finally:
            os.close(ours)
            process.terminate()
    return Played(process.returncode, output.decode(errors="replace").replace("\r\n", "\n"))


def _read(terminal: int) -> bytes:
    """What was printed; nothing once the other side is closed."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""
