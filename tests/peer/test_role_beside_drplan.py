"""The same failover by the role and by drplan: both end states, entity by entity."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from drplan.workflows.rehearse import RehearsalRequest, rehearse
from tests.acceptance.command import inputs, run
from tests.peer.end_state import Difference, State, differences, end_state
from tests.peer.life_cycle import LifeCycle
from tests.peer.sites import FIXTURE

SIMULATOR: Final = Path(__file__).parents[2] / "docs" / "simulator.md"
_ROW: Final = re.compile(r"\| D\d+ \| `([^`]+)` \| ([^|]+) \| ([^|]*) \| ([^|]*) \| (.+) \|$")


@pytest.fixture(scope="module")
def by_role(life_cycle: LifeCycle) -> State:
    """What the role left at the secondary."""
    return end_state(life_cycle.failover.secondary)


@pytest.fixture(scope="module")
def by_drplan(by_role: State, tmp_path_factory: pytest.TempPathFactory) -> State:
    """What drplan leaves there, planned and carried out on the same recordings."""
    plan = tmp_path_factory.mktemp("drplan") / "plan.json"
    planned = run("plan", "failover", *inputs(FIXTURE), "--out", plan)
    assert planned.returncode in {0, 2}, planned.stderr
    return end_state(rehearse(RehearsalRequest(plan=plan, cassettes=FIXTURE)).fresh)


def test_every_difference_is_explained(
    by_role: State, by_drplan: State, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each has its row in docs/simulator.md, and no row is left over."""
    found = differences(by_role, by_drplan)
    explained = dict(_explained())
    with capsys.disabled():
        print(f"\n\n{_table(by_role, by_drplan, found, explained)}")  # noqa: T201 - what ./dev peer is for
    assert set(found) == set(explained)


def test_both_have_all_that_was_expected(by_role: State, by_drplan: State) -> None:
    """The comparison is of something: domains of five types, templates, VMs with their parts."""
    for kind, least in (("domain", 5), ("template", 3), ("vm", 26), ("affinity group", 1)):
        for state in (by_role, by_drplan):
            assert sum(address.startswith(f"{kind} ") for address in state) >= least, kind
    fields = {field for state in (by_role, by_drplan) for it in state.values() for field in it}
    assert {"nic1 mac", "nic1 profile", "permissions", "affinity labels", "disks"} <= fields
    assert {by_role[it]["storage_type"] for it in by_role if it.startswith("domain ")} >= {
        *("nfs", "glusterfs", "posixfs", "iscsi", "fcp"),
    }


def _explained() -> Iterator[tuple[Difference, str]]:
    for line in SIMULATOR.read_text(encoding="utf-8").splitlines():
        match = _ROW.match(line)
        if match is not None:
            address, field, role, drplan, why = (part.strip() for part in match.groups())
            yield Difference(address, field, role, drplan), why


def _table(
    by_role: State, by_drplan: State, found: list[Difference], explained: dict[Difference, str]
) -> str:
    """The comparison, for whoever runs it."""
    line = "{:<24} {:>6} {:>7} {:>12}".format
    lines = [
        "After the failover of two-site: what the role left, and what drplan leaves",
        line("kind", "role", "drplan", "differences"),
    ]
    for kind in sorted({_kind(address) for address in (*by_role, *by_drplan)}):
        counts = [sum(_kind(it) == kind for it in state) for state in (by_role, by_drplan)]
        lines.append(line(kind, *counts, sum(_kind(it.address) == kind for it in found)))
    for it in found:
        lines.append(f"{it.address}: {it.field}: role {it.role}, drplan {it.drplan}")
        lines.append(f"    {explained.get(it, 'NOT EXPLAINED in docs/simulator.md')}")
    return "\n".join(lines)


def _kind(address: str) -> str:
    known = ("affinity group", "unregistered vm", "unregistered template", "unregistered disk")
    return next((it for it in known if address.startswith(f"{it} ")), address.partition(" ")[0])
