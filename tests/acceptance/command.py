"""The program as a process of its own, and what it left behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import drplan
from drplan.resources import fixture_folder

DRPLAN = (sys.executable, "-m", "drplan")


def run(
    *words: str | Path,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    program: tuple[str, ...] = DRPLAN,
) -> subprocess.CompletedProcess[str]:
    """Run drplan with ``words``, its output piped and nothing to read from."""
    return subprocess.run(
        [*program, *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(Path(drplan.__file__).parents[1])}
        | dict(environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def inputs(folder: Path) -> tuple[str | Path, ...]:
    """What ``drplan plan`` needs to plan from the mapping and the recordings in ``folder``."""
    return ("--mapping", folder / "mapping.yml", "--cassettes", folder, "--offline")


@dataclass(frozen=True)
class Failover:
    """A fixture's failover, planned and rehearsed once by the command line."""

    folder: Path
    plan: Path
    report: Path
    planned: subprocess.CompletedProcess[str]
    rehearsed: subprocess.CompletedProcess[str]

    @property
    def plan_document(self) -> dict[str, Any]:
        """plan.json, as any program would read it."""
        return _document(self.plan)

    @property
    def report_document(self) -> dict[str, Any]:
        """report.json."""
        return _document(self.report)

    @property
    def events(self) -> list[dict[str, Any]]:
        """What ``drplan rehearse --json`` printed."""
        return [json.loads(line) for line in self.rehearsed.stdout.splitlines()]


def failover(name: str, folder: Path) -> Failover:
    """Plan and rehearse the failover of a fixture, with its files in ``folder``."""
    fixture = fixture_folder(name)
    plan, report = folder / "plan.json", folder / "report.json"
    return Failover(
        folder=fixture,
        plan=plan,
        report=report,
        planned=run("plan", "failover", *inputs(fixture), "--out", plan),
        rehearsed=run("rehearse", plan, "--cassettes", fixture, "--json", "--report", report),
    )


def _document(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_bytes())
    assert isinstance(document, dict)
    return document
