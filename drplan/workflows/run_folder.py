"""The folder of a run, and how it is found again.

``<plan's folder>/runs/<run id>/`` holds the plan as it was given, the journal, what the Engine was
asked and said, the report and the log. It is its owner's alone.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from drplan import files
from drplan.errors import InvalidInput, Refused, RunFailed

RUNS = "runs"


@dataclass(frozen=True)
class RunFolder:
    """Where everything of one run is."""

    path: Path

    @property
    def plan(self) -> Path:
        """The plan as it was given."""
        return self.path / "plan.json"

    @property
    def journal(self) -> Path:
        """The append-only record."""
        return self.path / "journal.jsonl"

    @property
    def report(self) -> Path:
        """The report, for programs."""
        return self.path / "report.json"

    @property
    def page(self) -> Path:
        """The report, for people."""
        return self.path / "report.html"

    @property
    def log(self) -> Path:
        """Every event of the run."""
        return self.path / "debug.log"

    @property
    def setup(self) -> Path:
        """How the run reaches its Engines, for who goes on with it."""
        return self.path / "run.json"

    def answer(self, gate: str) -> Path:
        """Where an answer from another terminal is put."""
        return self.path / f"answer-{quote(gate, safe='')}.json"


def lay_folder(path: Path, plan: bytes, setup: bytes | None = None) -> RunFolder:
    """Make the folder of a run, with the plan in it, and how the run reaches its Engines.

    Raises ``RunFailed`` where something is there already, or nothing can be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
        is_used = any(path.iterdir())
        if not is_used:
            path.chmod(0o700)
    except OSError as error:
        raise files.cannot_write(path, error) from error
    if is_used:
        raise RunFailed(
            "the folder of the run is not empty, and nothing is written over a run",
            where=str(path),
            next_step="give another folder to --run-dir",
        )
    folder = RunFolder(path)
    files.write_atomic(folder.plan, plan, mode=0o600)
    if setup is not None:
        files.write_atomic(folder.setup, setup, mode=0o600)
    return folder


def run_folders(runs: Path) -> Iterator[RunFolder]:
    """The runs in a folder, the newest last."""
    if not runs.is_dir():
        return
    journals = [path for path in runs.glob("*/journal.jsonl") if path.is_file()]
    for path in sorted(journals, key=lambda it: (_born(it), it.parent.name)):
        yield RunFolder(path.parent)


def find_run(run: str | None, runs: Path) -> RunFolder:
    """The run that is called so: by its id, by its folder, or the newest one.

    Raises ``InvalidInput`` where there is none.
    """
    if run is None:
        newest = list(run_folders(runs))[-1:]
        if newest:
            return newest[0]
        raise InvalidInput(
            "there is no run",
            where=str(runs),
            next_step="go to the folder of the plan, or give the folder of the run",
        )
    for path in (runs / run, Path(run)):
        if (path / "journal.jsonl").is_file():
            return RunFolder(path)
    known = ", ".join(folder.path.name for folder in run_folders(runs))
    raise InvalidInput(
        f"there is no run {run}",
        where=str(runs),
        next_step=f"one of: {known}" if known else "give the folder of the run",
    )


def _born(journal: Path) -> float:
    try:
        return journal.with_name("plan.json").stat().st_mtime
    except OSError:
        return 0.0


def _used_mark(plan: Path) -> Path:
    return plan.with_name(f"{plan.name}.used")


def refuse_used(plan: Path, plan_id: str) -> None:
    """A plan is used once. Raises ``Refused`` where a run has sent something for this one."""
    mark = _used_mark(plan)
    if not mark.is_file():
        return
    found: object = None
    with contextlib.suppress(json.JSONDecodeError):
        found = json.loads(files.read_text(mark))
    note = found if isinstance(found, dict) else {}
    if note and note.get("plan_id") != plan_id:
        # Another plan that had the same name.
        return
    run = note.get("folder") or note.get("run_id") or "an earlier run"
    raise Refused(
        f"the plan was used already: {run}",
        where=str(plan),
        next_step=f"go on with that run: drplan resume {run}; or plan again",
    )


def mark_used(plan: Path, *, plan_id: str, run_id: str, folder: Path, at: str) -> None:
    """Note beside the plan that it was used. Raises ``RunFailed`` where that is impossible."""
    note = {"plan_id": plan_id, "run_id": run_id, "folder": str(folder), "at": at}
    text = json.dumps(note, indent=2, sort_keys=True) + "\n"
    files.write_atomic(_used_mark(plan), text, mode=0o600)
