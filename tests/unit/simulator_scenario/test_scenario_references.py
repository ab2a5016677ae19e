"""Names in a scenario that refer to nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from drplan.errors import InvalidInput
from drplan.resources import fixture_folder
from drplan.simulator.scenario.reader import read_scenario
from drplan.simulator.scenario.references import check_references


def findings(folder: Path, *changes: tuple[str, str]) -> tuple[str, ...]:
    """What is found in the two-site scenario after those changes of its text."""
    text = (fixture_folder("two-site") / "scenario.yml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "scenario.yml"
    path.write_text(text)
    scenario, source = read_scenario(path)
    with pytest.raises(InvalidInput) as caught:
        check_references(scenario, source)
    return caught.value.findings


@pytest.mark.parametrize("name", ["two-site", "two-site-trouble"])
def test_the_shipped_scenarios_refer_to_what_they_have(name: str) -> None:
    """Nothing is found in the fixtures."""
    check_references(*read_scenario(fixture_folder(name) / "scenario.yml"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{name: ldap-1, cluster: prod-main", "{name: ldap-1, cluster: prod-mian", "prod-main?"),
        ("disks: [prod-fcp 30 GiB]", "disks: [prod-fc 30 GiB]", "did you mean prod-fcp?"),
        ("disks: [prod-fcp 30 GiB]", "disks: [branch-posix 30 GiB]", "domain of production"),
        ("disks: [prod-fcp 30 GiB]", "disks: [prod-fcp]", "such as prod-nfs 20 GiB"),
        ("template: rhel9@2", "template: rhel9@3", "no template rhel9@3 in production"),
        ("nics: [db/db], lease", "nics: [dbx/db], lease", "no vNIC profile of production"),
        ("lease: prod-iscsi", "lease: lab-local", "no storage domain called lab-local"),
        ("host: north-h3", "host: north-db1", "no host of prod-main"),
        (
            "crm-owner@corp-authz UserVmManager",
            "crm-visitor@corp-authz UserVmManager",
            "no user called crm-visitor",
        ),
        (
            "crm-auditor@corp-authz CrmOperator",
            "crm-auditor@corp-authz Nothing",
            "no role called Nothing",
        ),
        ("vms: [web-01, web-02", "vms: [web-01, web-20", "no VM called web-20"),
        ("hosts: [north-h1]", "hosts: [south-h1]", "no host called south-h1"),
        ("- {domain: prod-gluster", "- {domain: prod-clutter", "no storage domain called"),
        ("{from: app/app, of: production", "{from: apps/app, of: production", "no vNIC profile"),
        ("replica_luns: [prod-fcp]", "replica_luns: [prod-iscsi]", "no FCP domain of the primary"),
        ("path: /replica/prod-nfs}", "port: 1}", "needs a path at the secondary"),
        ("at: dr-branch", "at: dr-brunch", "did you mean dr-branch?"),
        ('taken: "2026-03-14T02:00:00.000+01:00"', 'taken: "2026-03-14T02:00:00"', "offset"),
        ('taken: "2026-03-14T02:00:00.000+01:00"', "taken: today", "not a moment"),
        ("{name: north-h2,", "{name: north-h1,", "2 hosts called north-h1"),
    ],
)
def test_a_name_without_its_thing_is_found(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Every kind of reference is checked, and a close name is offered."""
    found = findings(tmp_path, (old, new))

    assert len(found) == 1
    assert words in found[0]


def test_a_finding_names_the_line(tmp_path: Path) -> None:
    """A finding begins with the file and the line of the part that is wrong."""
    found = findings(tmp_path, ("{name: ldap-1, cluster: prod-main", "{name: ldap-1, cluster: x"))

    path = tmp_path / "scenario.yml"
    lines = path.read_text().splitlines()
    number = next(i for i, line in enumerate(lines, start=1) if "name: ldap-1" in line)
    assert found[0].startswith(f"{path}:{number}: ")


def test_all_problems_are_found_at_once(tmp_path: Path) -> None:
    """Two mistakes give two findings."""
    found = findings(
        tmp_path,
        ("template: rhel9@2", "template: rhel9@3"),
        ("hosts: [north-h1]", "hosts: [south-h1]"),
    )

    assert len(found) == 2
