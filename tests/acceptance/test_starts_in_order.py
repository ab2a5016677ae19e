"""Highly available VMs first, where there is not room for all: seen from outside, in the events.

Only plan.json and what ``drplan rehearse --json`` prints are looked at.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drplan.resources import fixture_folder
from tests.acceptance.command import Failover, run

FIXTURE = fixture_folder("two-site")


@dataclass
class Queue:
    """Which starts were ready and which were sent, as the events went by."""

    starts: dict[str, dict[str, Any]]
    urgent: set[str]
    done: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    sent: list[str] = field(default_factory=list)
    jumped: list[tuple[str, set[str]]] = field(default_factory=list)
    overtaken: int = 0

    def ready(self) -> set[str]:
        """Starts that nothing but the limit keeps back."""
        return {
            name
            for name, action in self.starts.items()
            if name not in self.sent
            and self.done.issuperset(action.get("depends_on", ()))
            and self.ended.issuperset(action.get("after", ()))
        }

    def see(self, event: dict[str, Any]) -> None:
        """Take the next event in."""
        name = event.get("action", {}).get("id")
        match event["type"]:
            case "gate_passed":
                self.done.add(event["gate"])
                self.ended.add(event["gate"])
            case "outcome":
                self.ended.add(name)
                if event["outcome"]["status"] in {"done", "converged"}:
                    self.done.add(name)
            case "sent" if name in self.starts and name not in self.sent:
                self._send(name)

    def _send(self, name: str) -> None:
        waiting = self.ready() - {name}
        if name in self.urgent:
            self.overtaken += len(waiting - self.urgent)
        elif waiting & self.urgent:
            self.jumped.append((name, waiting & self.urgent))
        self.sent.append(name)


def queue_of(plan: dict[str, Any], events: list[dict[str, Any]]) -> Queue:
    """What went by in a rehearsal of the plan."""
    available = {
        vm["address"] for vm in plan["planned_values"]["vms"] if vm.get("high_availability")
    }
    starts = {action["id"]: action for action in plan["action_invocations"]}
    starts = {key: it for key, it in starts.items() if it["change"]["operation"] == "start"}
    urgent = {key for key, action in starts.items() if action["address"] in available}
    queue = Queue(starts, urgent)
    for event in events:
        queue.see(event)
    return queue


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Queue:
    """The demo with room for few starts at a time: one for each host that is up."""
    folder = tmp_path_factory.mktemp("narrow")
    mapping = folder / "mapping.yml"
    text = (FIXTURE / "mapping.yml").read_text(encoding="utf-8")
    mapping.write_text(text + "  limits: {start_per_host: 1}\n", encoding="utf-8")
    plan = folder / "plan.json"
    words = ("--mapping", mapping, "--cassettes", FIXTURE, "--offline")
    planned = run("plan", *words, "--out", plan)
    assert (planned.returncode, planned.stderr) == (0, "")
    return rehearsed(plan)


def rehearsed(plan: Path) -> Queue:
    """The queue of a plan's rehearsal."""
    done = run("rehearse", plan, "--cassettes", FIXTURE, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return queue_of(json.loads(plan.read_bytes()), events)


def test_with_room_for_few_no_ordinary_start_goes_before_one_of_an_ha_vm(narrow: Queue) -> None:
    """There is a queue, HA VMs overtake others in it, and never the other way round."""
    assert set(narrow.sent) == set(narrow.starts)
    assert narrow.urgent
    assert narrow.overtaken > 0
    assert narrow.jumped == []


def test_ha_is_no_barrier(narrow: Queue) -> None:
    """Where an HA VM is not registered yet, others that are ready do not wait for it."""
    first_ordinary = min(
        position for position, name in enumerate(narrow.sent) if name not in narrow.urgent
    )
    last_urgent = max(
        position for position, name in enumerate(narrow.sent) if name in narrow.urgent
    )
    assert first_ordinary < last_urgent


def test_every_request_that_writes_is_announced_first(demo: Failover) -> None:
    """In the stream an ``intent`` with the same correlation id stands before each ``sent``."""
    announced: set[tuple[str, str]] = set()
    writes = 0
    for event in demo.events:
        key = (event.get("action", {}).get("id"), event.get("correlation_id"))
        if event["type"] == "intent":
            announced.add(key)
        if event["type"] == "sent":
            assert key in announced, event
            writes += 1
    assert writes > 50
