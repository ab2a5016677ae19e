"""The text of ``drplan --help``, made from the table of commands without importing typer."""

from __future__ import annotations

from itertools import groupby

from drplan.cli.commands import COMMANDS, Command

_INTRODUCTION = """\
Usage: drplan COMMAND [OPTIONS]

Plan, review, rehearse and apply disaster recovery between two oVirt sites.

A mapping pairs the two sites. From it, and from what both Engines hold, "plan" works out
every action of a failover and the order they need; "rehearse" runs that very plan on
simulated Engines, in seconds, and says when each VM is up and what fails.
"""

_OPTIONS = """\
Options of every command:
  -h, --help    Explain the command, with all its options
  --no-color    Write no colours (NO_COLOR does the same)
  --json        Where a command offers it: one JSON document, or one event a line
  --version     Print the version

A first session:
  drplan validate --mapping mapping.yml
  drplan plan failover --mapping mapping.yml --cassettes recorded --offline --out plan.json
  drplan show plan.json --format md
  drplan rehearse plan.json --cassettes recorded

Exit codes:
  0 done                      5 blocked by a check       69 Engine unreachable
  1 failed, nothing written   6 declined                 70 a bug in drplan
  2 changes present           7 lock held by another     77 login or permission
  3 some actions failed       8 stopped, resumable      130 interrupted
  4 plan refused             64 usage, 65 invalid file
"""


def help_text() -> str:
    """The help of the program as a whole."""
    groups = [_group(name, list(rows)) for name, rows in groupby(COMMANDS, lambda row: row.group)]
    return "\n".join([_INTRODUCTION, *groups, _OPTIONS])


def _group(name: str, commands: list[Command]) -> str:
    rows = [f"  {command.name:<12}{command.summary}" for command in commands]
    return "\n".join([f"{name}:", *rows, ""])
