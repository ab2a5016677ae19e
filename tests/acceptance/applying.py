"""Runs against served Engines: planning, starting, watching and interrupting them."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import drplan
from drplan.resources import fixture_folder
from tests.acceptance.command import DRPLAN, run
from tests.acceptance.served import Sites

DEMO = fixture_folder("two-site")
TROUBLE = fixture_folder("two-site-trouble")
OPEN = ("--gate", "storage-promoted=yes")
PATIENCE = 60.0


@dataclass(frozen=True)
class Operator:
    """Somebody in a folder of their own, before the Engines after the disaster."""

    sites: Sites
    home: Path
    fixture: Path = DEMO

    def plan(self, *options: str, name: str = "plan.json", code: int = 0) -> Path:
        """Plan the failover from the live target, and save it; ``code`` is what that ends with."""
        done = run(
            *("plan", "failover", "--mapping", self.sites.mapping, "--cassettes", self.fixture),
            *("--passwords-file", self.sites.passwords, "--out", self.home / name, *options),
        )
        assert done.returncode == code, done.stderr
        return self.home / name

    def apply(
        self, plan: Path, *options: str | Path, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        """Apply it, to its end."""
        return run("apply", plan, "--passwords-file", self.sites.passwords, *options, **more)

    def tell(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Another command, from the operator's folder."""
        return run(*words, cwd=self.home)

    @contextmanager
    def applying(self, *words: str | Path) -> Iterator[subprocess.Popen[str]]:
        """A command that runs beside the test, killed at the end if it is still there."""
        process = subprocess.Popen(
            [*DRPLAN, *map(str, words)],
            cwd=self.home,
            env={**os.environ, "PYTHONPATH": str(Path(drplan.__file__).parents[1])},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate(timeout=30)

    def run_folder(self) -> Path:
        """The folder of the only run."""
        (journal,) = (self.home / "runs").glob("*/journal.jsonl")
        return journal.parent

    def journal(self) -> list[dict[str, Any]]:
        """The journal of the only run so far; a line that is being written is left out."""
        paths = list((self.home / "runs").glob("*/journal.jsonl"))
        if not paths:
            return []
        lines = paths[0].read_text(encoding="utf-8").split("\n")[:-1]
        return [json.loads(line) for line in lines]

    def wait_for(self, seen: Callable[[list[dict[str, Any]]], bool]) -> None:
        """Wait until the journal says so."""
        end = time.monotonic() + PATIENCE
        while not seen(self.journal()):
            assert time.monotonic() < end, "it did not come so far"
            time.sleep(0.01)

    def writes(self) -> list[dict[str, Any]]:
        """Every write that the secondary's Engine has been asked for."""
        url = self.sites.ready["sites"]["secondary"]["url"].removesuffix("/ovirt-engine/api")
        tls = ssl.create_default_context(cafile=self.sites.ready["ca_file"])
        with urllib.request.urlopen(
            f"{url}/drplan-simulator/log?site=secondary", context=tls
        ) as answer:
            entries = json.load(answer)
        return [it for it in entries if it["method"] != "GET"]

    def order(self, *faults: dict[str, Any]) -> None:
        """Order faults of the secondary."""
        url = self.sites.ready["sites"]["secondary"]["url"].removesuffix("/ovirt-engine/api")
        tls = ssl.create_default_context(cafile=self.sites.ready["ca_file"])
        request = urllib.request.Request(
            f"{url}/drplan-simulator/faults", data=json.dumps(faults).encode(), method="POST"
        )
        with urllib.request.urlopen(request, context=tls) as answer:
            assert answer.status < 300


def opened(plan: Path) -> tuple[str, ...]:
    """Whatever gates the plan has, answered with yes; approved without asking."""
    gates = json.loads(plan.read_bytes())["gates"]
    return ("--auto-approve", *(word for it in gates for word in ("--gate", f"{it['name']}=yes")))


def sent(journal: list[dict[str, Any]]) -> int:
    """How many writes the journal has seen off."""
    return sum(it["type"] == "sent" for it in journal)


def accepted_twice(writes: list[dict[str, Any]]) -> list[str]:
    """Registrations, starts, imports and attachments that the Engine accepted more than once."""
    good = Counter(
        it["target"]
        for it in writes
        if it["status"] in (200, 201, 202)
        and it["target"].endswith(("/register", "/start", "/activate"))
    )
    return [path for path, times in good.items() if times > 1]
