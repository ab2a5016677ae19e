"""What docs/plan.md says of plans is compared with plans."""

from __future__ import annotations

import re
from pathlib import Path

from drplan.model.check import Check
from drplan.model.plan import Plan
from drplan.plan.rules.drafts import ESTIMATES
from tests.unit.plan.builders import plan, source_site, target_site

PAGE = (Path(__file__).parents[3] / "docs" / "plan.md").read_text(encoding="utf-8")


def checks() -> tuple[Check, ...]:
    """The checks of a plan."""
    made: Plan = plan(source_site(), target_site())
    return made.checks


def test_the_page_names_every_check() -> None:
    """Those that block in a table, the others in a list."""
    section = PAGE.split("## Checks")[1].split("## Truth labels")[0]
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+)+|quota|networks|capacity)`", section))
    assert named == {check.name for check in checks()}


def test_the_page_tells_which_checks_block() -> None:
    """The rows of the table."""
    section = PAGE.split("## Checks")[1].split("All others warn")[0]
    rows = set(re.findall(r"^\| `([a-z-]+)`", section, re.MULTILINE))
    assert rows == {check.name for check in checks() if check.blocks}


def test_the_page_tells_the_estimates() -> None:
    """A row for each operation, in seconds or minutes."""
    section = PAGE.split("## Times")[1].split("## How many")[0]
    found = {}
    for row in re.findall(r"^\| ([a-z A-Z]+?) \| (\d+ \w+) \| (\d+ \w+) \|", section, re.MULTILINE):
        operation = re.sub(r" an? ", " ", row[0]).lower()
        found[operation] = (seconds(row[1]), seconds(row[2]))
    assert found == {name: (item.usual_s, item.max_s) for name, item in ESTIMATES.items()}


def seconds(text: str) -> int:
    """``20 s`` or ``3 min``."""
    number, unit = text.split()
    return int(number) * {"s": 1, "min": 60}[unit]
