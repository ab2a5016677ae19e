"""Commands of the operator's that a run calls: at gates, and to tell people.

Argument lists without a shell, with the run's facts in the environment and without drplan's own
secrets. What they print is theirs and kept nowhere.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence

import trio

from drplan.model.plan import Plan
from drplan.workflows.run_folder import RunFolder

COMMAND_PATIENCE = 3600.0
"""Seconds that a gate's command may take if the mapping does not say."""

_SECRET = ("PASSWORD", "SECRET", "TOKEN")


def facts_of(plan: Plan, run_id: str, folder: RunFolder) -> dict[str, str]:
    """What a command is told about the run, as variables of its environment."""
    return {
        "DRPLAN_RUN_ID": run_id,
        "DRPLAN_RUN_DIR": str(folder.path.absolute()),
        "DRPLAN_PLAN_ID": plan.plan_id,
        "DRPLAN_PLAN_DIGEST": plan.digest,
        "DRPLAN_MODE": plan.mode,
        "DRPLAN_SOURCE": plan.direction.source,
        "DRPLAN_TARGET": plan.direction.target,
    }


async def run_command(
    command: Sequence[str],
    facts: Mapping[str, str],
    *,
    timeout: float,  # noqa: ASYNC109
) -> str | None:
    """Run a command to its end; ``None`` where it ended with 0, else what went wrong.

    It has a process group of its own: a Ctrl-C for drplan is none for it. After ``timeout`` seconds
    it is killed.
    """
    with trio.move_on_after(timeout):
        try:
            done = await trio.run_process(
                list(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                env=_environment() | dict(facts),
                start_new_session=True,
            )
        except OSError as error:
            return f"it cannot be run: {error.strerror or error}"
        return None if done.returncode == 0 else f"it ended with exit code {done.returncode}"
    return f"it did not end within {timeout:.0f} s, and was killed"


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if not (name.startswith("DRPLAN_") and any(word in name for word in _SECRET))
    }
