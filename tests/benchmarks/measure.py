"""Prints the CPU time and memory of the commands whose speed is promised.

Run it as ``.venv/bin/python tests/benchmarks/measure.py``. It ends with 1 where a figure is over
its limit. It is no part of the tests, because a busy machine would make it fail.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from drplan.resources import fixture_folder

_PROGRAM = str(Path(sys.executable).with_name("drplan"))


class Figure(NamedTuple):
    """What one run of a command cost."""

    cpu: float
    """Seconds of CPU, of the process and its children."""
    memory: float
    """Peak resident memory, in MiB."""


class Promise(NamedTuple):
    """A command, and how much CPU it may take."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    limit: float
    times: int


def promises(folder: Path) -> tuple[Promise, ...]:
    """What is promised; files are written into ``folder``."""
    site, plan = str(fixture_folder("two-site")), str(folder / "plan.json")
    make = ("plan", "failover", "--mapping", f"{site}/mapping.yml", "--cassettes", site)
    rehearse = ("rehearse", plan, "--cassettes", site)
    return (
        Promise("version", (("version",),), 0.12, 9),
        Promise("--help", (("--help",),), 0.25, 9),
        Promise("demo: plan and rehearse", ((*make, "--offline", "--out", plan), rehearse), 5.0, 3),
        Promise("show --format md", (("show", plan, "--format", "md"),), 1.0, 3),
    )


def cost(words: Iterable[str]) -> Figure:
    """Run drplan once, silently, and measure it."""
    process = os.fork()
    if process == 0:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.execv(_PROGRAM, [_PROGRAM, *words])
    _, status, usage = os.wait4(process, 0)
    if os.waitstatus_to_exitcode(status):
        sys.exit(f"drplan {' '.join(words)} failed")
    return Figure(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def total(promise: Promise) -> Figure:
    """Run all commands of a promise once, one after the other."""
    figures = [cost(words) for words in promise.commands]
    return Figure(sum(one.cpu for one in figures), max(one.memory for one in figures))


def main() -> int:
    """Measure everything. Gives the exit code."""
    late = 0
    print(f"{'command':<26}{'CPU s':>8}{'limit':>8}{'MiB':>8}")
    with tempfile.TemporaryDirectory() as folder:
        for promise in promises(Path(folder)):
            figures = [total(promise) for _ in range(promise.times)]
            cpu = statistics.median(one.cpu for one in figures)
            memory = max(one.memory for one in figures)
            late += cpu > promise.limit
            mark = "  over" if cpu > promise.limit else ""
            print(f"{promise.name:<26}{cpu:>8.3f}{promise.limit:>8.2f}{memory:>8.0f}{mark}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
