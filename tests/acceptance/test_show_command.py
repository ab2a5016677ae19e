"""``drplan show``: the change ticket answers what people ask, and no name can change how it reads."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from drplan.resources import fixture_folder, schema_text
from tests.acceptance import markdown
from tests.acceptance.command import Failover, inputs, run
from tests.acceptance.expected import read_expectation


def shown(path: Path, *options: str) -> str:
    """What `drplan show` prints of a plan or a report."""
    done = run("show", path, *options)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def ticket(demo: Failover) -> str:
    """The demo's plan as Markdown."""
    return shown(demo.plan, "--format", "md")


@pytest.fixture(scope="module")
def trouble_ticket(trouble: Failover) -> str:
    """The plan that runs into every trap, as Markdown."""
    return shown(trouble.plan, "--format", "md")


def row(text: str, heading: str, address: str) -> tuple[str, ...]:
    """The row of a table that begins with an address, with or without a remark in brackets."""
    found = [
        cells
        for table in markdown.tables(text)
        if table.heading == heading
        for cells in table.rows
        if cells[0].partition(" (")[0] == address
    ]
    assert len(found) == 1, (heading, address, found)
    return found[0]


def test_the_ticket_answers_what_happens_to_each_vm(demo: Failover, ticket: str) -> None:
    """Where it goes, on which networks, what it loses, and whether it is up in the end."""
    for vm in read_expectation(demo.folder / "expected.yml").vms:
        if vm.outcome == "left_out":
            assert row(ticket, "What will not be done", vm.address)[1] == "register"
            continue
        cells = row(ticket, "What happens to each VM", vm.address)
        _, _, cluster, network, loses, ends, _ = cells
        assert cluster == vm.cluster
        assert ends.startswith("up" if vm.start == "done" else "down: was down at the source")
        for nic, profile in vm.nics.items():
            place = f"{nic}: {profile or 'no network'}"
            assert place + (", new MAC" if nic in vm.new_macs else "") in network.split("; ")
        assert all(name in loses for _, name in vm.dropped), cells


def test_the_ticket_says_in_what_order(ticket: str) -> None:
    """Waves in their order, HA before the others, and what each action waits for."""
    waves = [table for table in markdown.tables(ticket) if table.heading.startswith("Wave ")]
    assert [wave.heading.partition(": ")[2] for wave in waves] == [
        "Storage",
        "Templates",
        "Virtual machines",
        "Start highly available VMs",
        "Start the others",
        "What else is found",
    ]
    assert all(" (HA, priority " in cells[1] for cells in waves[3].rows[1:])
    assert not any(" (HA, " in cells[1] for cells in waves[4].rows[1:])
    (thin,) = [cells for cells in waves[2].rows if cells[1] == "vm.web-03"]
    assert thin[3] == "storage_domain.prod-nfs, template.rhel9@2"
    (details,) = [table for table in markdown.tables(ticket) if table.rows[0][-1] == "Waits for"]
    needs = {cells[1]: cells[2].split(", ") for cells in details.rows[1:]}
    assert needs["vm.web-03 start"] == ["vm.web-03 register"]
    assert "template.rhel9 register" in needs["template.rhel9@2 register"]


def test_the_ticket_says_what_could_go_wrong(trouble: Failover, trouble_ticket: str) -> None:
    """Every expected failure, every VM that is skipped, and the check that blocks."""
    assert "Can be applied: NO" in trouble_ticket
    risks = markdown.section(trouble_ticket, "What could go wrong")
    for vm in read_expectation(trouble.folder / "expected.yml").vms:
        if vm.outcome in {"fails", "skipped"}:
            assert f"{vm.address} will " in risks, vm
            ends = row(trouble_ticket, "What happens to each VM", vm.address)[5]
            assert ends.startswith("not registered"), (vm, ends)
        if vm.outcome == "fails":
            row(trouble_ticket, "What is expected to fail", vm.address)
        if vm.start == "fails":
            assert f"{vm.address} will stay down" in risks
            ends = row(trouble_ticket, "What happens to each VM", vm.address)[5]
            assert ends.startswith("down: no host of cluster core has")
    checks = markdown.section(trouble_ticket, "Checks")
    assert "Blocks domain-ids (R72)" in checks


def test_the_ticket_says_what_is_uncertain(demo: Failover, ticket: str) -> None:
    """Predictions, what a sweep may find, and each check that is left for the moment of applying."""
    uncertain = markdown.section(ticket, "What is uncertain")
    plan = demo.plan_document
    predicted = [
        action
        for action in plan["resource_changes"]
        if action["change"]["operation"] == "register" and action["confidence"] == "predicted"
    ]
    assert f"{len(predicted)} registrations foretold" in uncertain
    for domain in plan["planned_values"]["domains"]:
        assert domain["name"] in uncertain
    for check in plan["checks"]:
        assert (f"check {check['name']}:" in uncertain) == (check["status"] == "unknown")


def test_the_ticket_names_what_is_approved(demo: Failover, ticket: str) -> None:
    """The digest and the direction are there, and the answer to whether it can be applied."""
    assert demo.plan_document["digest"] in ticket
    assert ticket.startswith("## DR plan: failover north → south\n")
    assert "Can be applied: yes" in ticket


def test_each_finding_is_parted_from_its_detail(ticket: str) -> None:
    """The summary is a sentence of its own, in bold."""
    assert re.search(
        r"^- \*\*W\d+ vm\.erp-db loses affinity group db-host\.\*\* ", ticket, re.MULTILINE
    )


@pytest.mark.parametrize("what", ["plan", "report"])
@pytest.mark.parametrize("name", ["demo", "trouble"])
def test_tables_have_as_many_cells_in_each_row(
    name: str, what: str, request: pytest.FixtureRequest
) -> None:
    """A renderer would drop what is too much, and nobody would notice."""
    failover: Failover = request.getfixturevalue(name)
    text = shown(failover.plan if what == "plan" else failover.report, "--format", "md")
    written = markdown.cells_as_written(text)
    assert [set(counts) for counts in written] == [{counts[0]} for counts in written]
    assert len(markdown.tables(text)) == len(written)


def test_show_json_is_the_plan(demo: Failover) -> None:
    """It fits the published schema, and says what the file says."""
    document = json.loads(shown(demo.plan, "--json"))
    jsonschema.Draft202012Validator(json.loads(schema_text("plan"))).validate(document)
    assert document == demo.plan_document


def test_show_json_is_the_report(trouble: Failover) -> None:
    """The report, too, fits its schema."""
    document = json.loads(shown(trouble.report, "--json"))
    jsonschema.Draft202012Validator(json.loads(schema_text("report"))).validate(document)
    assert document["plan_digest"] == trouble.plan_document["digest"]


def sealed(document: dict[str, Any], path: Path) -> Path:
    """The plan as a later drplan might have written it, with a seal that fits."""
    text = json.dumps(document | {"seal": ""}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    seal = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    path.write_text(text.replace('"seal": ""', f'"seal": "{seal}"', 1), encoding="utf-8")
    return path


def test_keys_of_a_newer_minor_format_are_ignored(demo: Failover, tmp_path: Path) -> None:
    """What a later drplan added does not keep this one from showing the plan."""
    document = demo.plan_document | {"format_version": "1.9", "weather": {"rain": True}}
    document["resource_changes"][0]["mood"] = "good"

    text = shown(sealed(document, tmp_path / "plan.json"))

    assert "FAILOVER  north -> south" in text


def test_a_newer_major_format_is_refused(demo: Failover, tmp_path: Path) -> None:
    """4, and the message names both formats."""
    path = sealed(demo.plan_document | {"format_version": "2.0"}, tmp_path / "plan.json")

    for done in (run("show", path), run("rehearse", path, "--cassettes", demo.folder)):
        assert done.returncode == 4
        assert "has format 2.0, and this drplan reads 1.0" in done.stderr


HOSTILE = "crm|`x`<script>alert(1)</script>**b**[a](http://b.example.org) \u202e\\|_e_"
ADDRESS = HOSTILE.replace("\u202e", "?").replace("\\", "\\\\")
"""How the name is shown: what turns the writing direction is not."""


@dataclass(frozen=True)
class Hostile:
    """A failover with a VM and a site of hostile names."""

    plan: Path
    report: Path
    output: str


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    """The demo, where a VM and the lost site have names that no terminal or renderer must obey."""
    folder = tmp_path_factory.mktemp("hostile")
    text = (fixture_folder("two-site") / "scenario.yml").read_text(encoding="utf-8")
    named = text.replace("- name: crm\n", f"- name: {json.dumps(HOSTILE)}\n")
    assert named != text
    (folder / "scenario.yml").write_text(named, encoding="utf-8")
    made = run("simulator", "make", folder / "scenario.yml", "--out", folder)
    assert made.returncode == 0, made.stderr
    mapping = folder / "mapping.yml"
    sites = mapping.read_text(encoding="utf-8")
    renamed = sites.replace("name: north\n", 'name: "north\\e[31m|<b>"\n')
    assert renamed != sites
    mapping.write_text(renamed, encoding="utf-8")
    plan, report = folder / "plan.json", folder / "report.json"
    planned = run("plan", *inputs(folder), "--out", plan)
    rehearsed = run("rehearse", plan, "--cassettes", folder, "--report", report)
    assert (planned.returncode, rehearsed.returncode) == (0, 0)
    return Hostile(plan, report, planned.stdout + rehearsed.stdout + planned.stderr)


def test_hostile_names_do_not_reach_the_terminal(hostile: Hostile) -> None:
    """No escape byte, and nothing that turns the writing direction."""
    for text in (hostile.output, shown(hostile.plan), shown(hostile.report)):
        assert "script" in text
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


@pytest.mark.parametrize("what", ["plan", "report"])
def test_hostile_names_stay_text_in_markdown(hostile: Hostile, what: str) -> None:
    """They make no link, no tag and no cell, and are read as they are."""
    text = shown(getattr(hostile, what), "--format", "md")
    written = markdown.cells_as_written(text)
    assert [set(counts) for counts in written] == [{counts[0]} for counts in written]
    html = {mark for mark in markdown.marks(text) if mark.startswith("html")}
    assert all(re.match("html: </?details>", mark) for mark in html), html
    assert "link" not in markdown.marks(text)
    heading = "What happens to each VM" if what == "plan" else "Every VM"
    (cells,) = [
        cells
        for table in markdown.tables(text)
        if table.heading == heading
        for cells in table.rows
        if "script" in cells[0]
    ]
    assert cells[0] == f'vm["{ADDRESS}"]'


@pytest.mark.parametrize("what", ["plan", "report"])
def test_hostile_names_stay_text_in_html(hostile: Hostile, what: str) -> None:
    """No script, no tag of theirs."""
    text = shown(getattr(hostile, what), "--format", "html")
    assert "<script" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;" in text
    assert "\x1b" not in text


def test_hostile_names_are_whole_in_json(hostile: Hostile) -> None:
    """Programs get the name itself."""
    document = json.loads(shown(hostile.plan, "--json"))
    assert HOSTILE in {vm["name"] for vm in document["planned_values"]["vms"]}
