"""Two served simulated Engines, how they are steered, and what they hold."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

import drplan
from drplan.model.inventory import Inventory
from drplan.resources import fixture_folder
from drplan.workflows.sites import find_recorded_site, read_recorded_inventory
from tests.acceptance.command import DRPLAN, run

FIXTURE: Final = fixture_folder("two-site")
SPEED: Final = 60
"""Ansible thinks for a second between requests; a session must not end meanwhile."""


@dataclass(frozen=True)
class Sites:
    """Both Engines, with the mapping and the passwords that point at them."""

    folder: Path
    ready: dict[str, Any]

    @property
    def mapping(self) -> Path:
        """The mapping, as the role and drplan read it."""
        return self.folder / "served.yml"

    @property
    def passwords(self) -> Path:
        """The file with the passwords of both."""
        return self.folder / "served.passwords.yml"

    @property
    def ca_file(self) -> str:
        """The certificate authority of both."""
        return str(self.ready["ca_file"])

    def of(self, role: str, what: str) -> str:
        """``url``, ``user`` or ``password`` of one."""
        return str(self.ready["sites"][role][what])

    def steer(self, method: str, target: str, body: str = "") -> Any:
        """A request to the control API, which the secondary always answers here."""
        base = self.of("secondary", "url").removesuffix("/ovirt-engine/api")
        trust = ssl.create_default_context(cafile=self.ca_file)
        with httpx.Client(verify=trust, timeout=60) as client:
            answer = client.request(method, f"{base}/drplan-simulator{target}", content=body)
            return answer.raise_for_status().json()

    def deactivate(self, role: str, names: Iterable[str]) -> None:
        """Put storage domains into maintenance, as an administrator does; the masters last.

        What still runs on them is stopped before: the Engine would refuse.
        """
        found = self.inventory(role, f"maintenance-{role}")
        chosen = [it for it in found.storage_domains if it.name in set(names)]
        for vm in _running_on(found, {it.id for it in chosen}):
            self._act(role, f"/vms/{vm}/stop")
        self.steer("POST", "/time/skip?seconds=60")
        for domain in sorted(chosen, key=lambda it: it.master):
            path = f"/datacenters/{domain.data_center_ids[0]}/storagedomains/{domain.id}"
            self._act(role, f"{path}/deactivate")
            # One after the other: updates of OVF stores at the same time spoil each other.
            self.steer("POST", "/time/skip?seconds=120")

    def _act(self, role: str, path: str) -> None:
        trust = ssl.create_default_context(cafile=self.ca_file)
        login = (self.of(role, "user"), self.of(role, "password"))
        headers = {"Content-Type": "application/xml", "Accept": "application/xml"}
        with httpx.Client(verify=trust, auth=login, headers=headers, timeout=120) as client:
            for _ in range(10):
                answer = client.post(f"{self.of(role, 'url')}{path}", content="<action/>")
                if answer.status_code != 409 or "Please try again later" not in answer.text:
                    break
                # The Engine updates OVF stores of its own accord, and holds the domain meanwhile.
                self.steer("POST", "/time/skip?seconds=30")
            assert answer.status_code == 200, answer.text

    def writes(self, role: str, since: int = 0) -> list[str]:
        """What changed that Engine: method, address without the API's prefix, status."""
        return [
            f"{it['method']} {it['target'].removeprefix('/ovirt-engine/api')} {it['status']}"
            for it in self.steer("GET", f"/log?site={role}")[since:]
            if it["method"] != "GET"
        ]

    def requests(self, role: str) -> int:
        """How many requests that Engine has had."""
        return len(self.steer("GET", f"/log?site={role}"))

    def inventory(self, role: str, name: str) -> Inventory:
        """What that Engine holds now, recorded by drplan into a folder of that name."""
        out = self.folder / name
        result = run(
            *("record", "--mapping", self.mapping, "--passwords-file", self.passwords),
            *("--site", role, "--out", out, "--accept"),
        )
        assert result.returncode == 0, result.stderr
        return read_recorded_inventory(find_recorded_site(out, role))


def _running_on(inventory: Inventory, domains: set[str]) -> list[str]:
    """The ids of the VMs that are not down and have a disk on one of the domains."""
    there = {it.id for it in inventory.disks if domains & set(it.storage_domain_ids)}
    return [
        vm.id
        for vm in inventory.vms
        if vm.status != "down" and any(it.disk_id in there for it in vm.disk_attachments or ())
    ]


@contextmanager
def served(folder: Path, cassettes: Path = FIXTURE) -> Iterator[Sites]:
    """Serve the fixture with all five storage types, until the block is left."""
    with subprocess.Popen(
        [
            *(*DRPLAN, "simulator", "serve", "--json", "--speed", str(SPEED)),
            *("--cassettes", str(cassettes), "--mapping", str(FIXTURE / "mapping.yml")),
            *("--listen", "127.0.0.1:0,127.0.0.1:0"),
            *("--write-mapping", str(folder / "served.yml")),
        ],
        env={**os.environ, "PYTHONPATH": str(Path(drplan.__file__).parents[1])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield Sites(folder, json.loads(process.stdout.readline()))
        finally:
            process.terminate()
            process.communicate(timeout=30)
