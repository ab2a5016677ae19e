"""What cannot be used: one clear message, the right exit code, and nothing half-written.

Each case is a real process. What `validate` says of mappings is in the goldens; how commands treat
their options is in ``test_usage.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from drplan.resources import fixture_folder
from tests.acceptance.command import DRPLAN, Failover, inputs, run

FIXTURE = fixture_folder("two-site")
MAPPING = (FIXTURE / "mapping.yml").read_bytes()

FOREIGN_CASSETTE = b"""\
interactions:
- request:
    body: null
    headers: {Accept: [application/json]}
    method: GET
    uri: https://api.example.org/repos
  response:
    body: {string: '[{"id": 1}]'}
    headers: {Content-Type: [application/json]}
    status: {code: 200, message: OK}
version: 1
"""

VERSION_3_CASSETTE = b"""\
interactions:
- request:
    body: null
    headers: {Accept: [application/xml]}
    method: GET
    uri: https://engine.example.org/ovirt-engine/api/clusters
  response:
    body: {string: '<clusters><cluster id="1" href="/ovirt-engine/api/clusters/1"><name>a</name><data_center id="2"/><memory_policy/><scheduling_policy><policy>none</policy></scheduling_policy><version major="3" minor="6"/></cluster></clusters>'}
    headers: {Content-Type: [application/xml]}
    status: {code: 200, message: OK}
version: 1
"""


def is_one_clear_message(done: subprocess.CompletedProcess[str], code: int, says: str) -> None:
    """The exit code is right; one error on stderr says what, and what next; no traceback."""
    assert done.returncode == code, done.stderr
    assert done.stderr.count("Error: ") == 1, done.stderr
    assert says in done.stderr
    assert "\nNext: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "bug" not in done.stderr


def everything_in(folder: Path) -> set[str]:
    """The names of all files and folders below ``folder``."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "No such file or directory"),
        (b"", "the file is empty"),
        (b"\xff\xfed\x00r\x00", "UTF-16"),
        (b"dr_cluster_mappings: [a\n", "bad.yml:2:1: this is not valid YAML"),
        (b"- a\n- b\n", "this is not a mapping file"),
        (MAPPING + b"dr_cluster_mappings: []\n", "stands here a second time"),
        (MAPPING.replace(b"dr_cluster_mappings:", b"dr_cluster_mappings: 7\nx:"), "bad.yml:128:"),
        (FOREIGN_CASSETTE, "dr_sites_primary_url"),
    ],
    ids=[
        "missing",
        "empty",
        "utf-16",
        "unclosed",
        "list",
        "duplicate-key",
        "another-shape",
        "cassette",
    ],
)
def test_a_mapping_that_cannot_be_used(tmp_path: Path, content: bytes | None, says: str) -> None:
    """The plan is not made, and the message has the place."""
    mapping = tmp_path / "bad.yml"
    if content is not None:
        mapping.write_bytes(content)
    before = everything_in(tmp_path)

    words = ("--mapping", mapping, "--cassettes", FIXTURE, "--offline")
    done = run("plan", *words, "--out", tmp_path / "plan.json")

    is_one_clear_message(done, 65, says)
    assert str(mapping) in done.stderr
    assert everything_in(tmp_path) == before


def test_an_unknown_key_warns_and_the_plan_is_made(tmp_path: Path) -> None:
    """A typing error is shown with its place and what may have been meant; stdout stays the plan."""
    mapping = tmp_path / "mapping.yml"
    mapping.write_bytes(MAPPING + b"dr_clustr_mappings: []\n")

    words = ("--mapping", mapping, "--cassettes", FIXTURE, "--offline")
    done = run("plan", *words, "--out", tmp_path / "plan.json")

    assert done.returncode == 0
    assert done.stderr.startswith(f"warning: {mapping}:212:1: dr_clustr_mappings")
    assert "Did you mean dr_cluster_mappings?" in done.stderr
    assert done.stderr.count("\n") == 1
    assert (tmp_path / "plan.json").exists()


def truncated(content: bytes) -> bytes:
    """Half of a recording."""
    return content[: len(content) // 2]


def altered(content: bytes) -> bytes:
    """A recording in which one VM got another name."""
    return content.replace(b"<name>crm</name>", b"<name>crx</name>", 1)


CASSETTES: dict[str, tuple[Callable[[bytes], bytes | None], str]] = {
    "missing": (lambda content: None, "no cassette of primary"),
    "empty": (lambda content: b"", "the file is empty"),
    "truncated": (truncated, "ends early"),
    "altered": (altered, "primary.yaml"),
    "of-another-shape": (lambda content: MAPPING, "not a cassette"),
    "foreign": (lambda content: FOREIGN_CASSETTE, "primary.yaml"),
    "version-3": (lambda content: VERSION_3_CASSETTE, "version 3"),
}


@pytest.mark.parametrize("case", CASSETTES)
def test_a_cassette_that_cannot_be_used(tmp_path: Path, case: str) -> None:
    """Neither plan nor rehearsal takes it for a site that has nothing."""
    change, says = CASSETTES[case]
    (tmp_path / "secondary.yaml").write_bytes((FIXTURE / "secondary.yaml").read_bytes())
    content = change((FIXTURE / "primary.yaml").read_bytes())
    if content is not None:
        (tmp_path / "primary.yaml").write_bytes(content)
    before = everything_in(tmp_path)

    words = ("--mapping", FIXTURE / "mapping.yml", "--cassettes", tmp_path, "--offline")
    done = run("plan", *words, "--out", tmp_path / "plan.json")

    is_one_clear_message(done, 65, says)
    assert str(tmp_path) in done.stderr
    assert everything_in(tmp_path) == before


def test_a_recording_taken_for_both_sites_blocks_the_plan(tmp_path: Path) -> None:
    """The same Engine on both sides cannot be failed over to itself."""
    for name in ("primary.yaml", "secondary.yaml"):
        (tmp_path / name).write_bytes((FIXTURE / "secondary.yaml").read_bytes())

    words = ("--mapping", FIXTURE / "mapping.yml", "--cassettes", tmp_path, "--offline")
    done = run("plan", *words)

    assert (done.returncode, done.stderr) == (5, "")
    assert "BLOCKS  different-engines" in done.stdout
    listed = done.stdout.partition("Uncertain until apply:\n")[2].splitlines()
    assert len(listed) == len(set(listed))


def half(content: bytes) -> bytes:
    """A plan whose copy was interrupted."""
    return content[: len(content) // 2]


def other_start(content: bytes) -> bytes:
    """A plan in which somebody took out a dependency by hand."""
    document = json.loads(content)
    document["action_invocations"][0]["depends_on"] = []
    return json.dumps(document, indent=2, sort_keys=True).encode()


def reformatted(content: bytes) -> bytes:
    """A plan that an editor wrote again, with nothing changed in meaning."""
    return json.dumps(json.loads(content)).encode()


PLANS: dict[str, tuple[str, Callable[[bytes], bytes | None], int, str]] = {
    "missing": ("rehearse", lambda content: None, 65, "No such file or directory"),
    "empty": ("show", lambda content: b"", 65, "not a plan"),
    "truncated": ("rehearse", half, 65, "not a plan"),
    "nested": ("show", lambda content: b"[" * 200_000, 65, "not a plan"),
    "binary": ("show", lambda content: b"\x00\xff\x00", 65, "not a plan"),
    "edited": ("rehearse", other_start, 4, "altered"),
    "reformatted": ("show", reformatted, 4, "altered"),
}


@pytest.mark.parametrize("case", PLANS)
def test_a_plan_that_cannot_be_used(demo: Failover, tmp_path: Path, case: str) -> None:
    """It is neither shown nor run, and no file of a run appears."""
    command, change, code, says = PLANS[case]
    plan = tmp_path / "plan.json"
    content = change(demo.plan.read_bytes())
    if content is not None:
        plan.write_bytes(content)
    before = everything_in(tmp_path)
    files = ("--report", tmp_path / "report.json", "--run-dir", tmp_path / "run")
    options = ("--cassettes", FIXTURE, *files) if command == "rehearse" else ()

    done = run(command, plan, *options)

    is_one_clear_message(done, code, says)
    assert str(plan) in done.stderr
    assert not done.stdout
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"vms: [\n", "not YAML"),
        (b"x: " + b"[" * 5000, "not YAML"),
        (b"- a\n", "holds no scenario"),
        (b"format: 1\nformat: 1\n", "is there twice"),
        (MAPPING, "is not a key that can stand here"),
    ],
    ids=["unclosed", "nested", "list", "duplicate-key", "mapping"],
)
def test_a_scenario_that_cannot_be_used(tmp_path: Path, content: bytes, says: str) -> None:
    """The site that it should describe is not made."""
    scenario = tmp_path / "scenario.yml"
    scenario.write_bytes(content)

    done = run("simulator", "make", scenario, "--out", tmp_path / "made")

    is_one_clear_message(done, 65, says)
    assert everything_in(tmp_path) == {"scenario.yml"}


def test_notes_about_storage_that_cannot_be_used(demo: Failover, tmp_path: Path) -> None:
    """A rehearsal does not take broken notes for clean replicas."""
    for name in ("primary.yaml", "secondary.yaml"):
        (tmp_path / name).symlink_to(FIXTURE / name)
    (tmp_path / "storage.yml").write_text("replicas: {a: 1}\n")

    done = run("rehearse", demo.plan, "--cassettes", tmp_path)

    is_one_clear_message(done, 65, "not a description of storage")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("plan", "--mapping", "folder", "--cassettes", FIXTURE, "--offline"), "Is a directory"),
        (("show", "folder"), "neither report.json nor plan.json"),
        (("rehearse", "folder", "--cassettes", FIXTURE), "Is a directory"),
        (("validate", "--mapping", "folder"), "Is a directory"),
        (("inventory", "--cassette", "folder"), "folder"),
        (("simulator", "make", "folder", "--out", "out"), "Is a directory"),
    ],
    ids=["mapping", "show", "rehearse", "validate", "inventory", "scenario"],
)
def test_a_folder_in_the_place_of_a_file(
    tmp_path: Path, words: tuple[str | Path, ...], says: str
) -> None:
    """65, and no traceback."""
    (tmp_path / "folder").mkdir()

    done = run(*words, cwd=tmp_path)

    assert done.returncode == 65
    assert says in done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    assert everything_in(tmp_path) == {"folder"}


@pytest.mark.parametrize("out", ["folder", "nowhere/plan.json", "full"])
def test_a_place_where_no_plan_can_be_written(tmp_path: Path, out: str) -> None:
    """A folder, a folder that is not there, a device: 1, nothing changed."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "full").symlink_to("/dev/full")
    before = everything_in(tmp_path)

    done = run("plan", *inputs(FIXTURE), "--out", tmp_path / out)

    is_one_clear_message(done, 1, "cannot be written")
    assert str(tmp_path / out) in done.stderr
    assert not done.stdout
    assert everything_in(tmp_path) == before


def limited(command: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command that may write files of 2 KiB at most, as on a disk that is nearly full."""
    program = ("sh", "-c", 'ulimit -f 4; exec "$@"', "sh", *DRPLAN)
    return run(command, *words, program=program)


def test_a_full_disk_leaves_the_old_plan(tmp_path: Path) -> None:
    """What was there is there still, byte for byte, and no draft lies beside it."""
    plan = tmp_path / "plan.json"
    plan.write_bytes(b"the old one")

    done = limited("plan", *inputs(FIXTURE), "--out", plan)

    is_one_clear_message(done, 1, "the disk is full")
    assert plan.read_bytes() == b"the old one"
    assert everything_in(tmp_path) == {"plan.json"}


def test_a_full_disk_leaves_no_half_report(demo: Failover, tmp_path: Path) -> None:
    """The rehearsal went well, and its report could not be kept: that is said."""
    report = tmp_path / "report.json"

    done = limited("rehearse", demo.plan, "--cassettes", FIXTURE, "--report", report)

    is_one_clear_message(done, 1, "the disk is full")
    assert everything_in(tmp_path) == set()


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_full_disk_behind_stdout_is_said(demo: Failover, form: str) -> None:
    """``drplan show … > file`` on a full disk does not end with 0."""
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*DRPLAN, "show", demo.plan, "--format", form],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert "the disk is full" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    """The message says which file, and to look at the rights."""
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)

    done = run("plan", *inputs(FIXTURE), "--out", folder / "plan.json")

    is_one_clear_message(done, 1, "Permission denied")
    assert everything_in(folder) == set()


def test_with_json_the_message_is_an_event(tmp_path: Path) -> None:
    """A program that reads the stream learns why there is no plan."""
    mapping = tmp_path / "bad.yml"
    mapping.write_bytes(b"dr_cluster_mappings: [a\n")

    words = ("--mapping", mapping, "--cassettes", FIXTURE, "--offline", "--json")
    done = run("plan", *words)

    assert (done.returncode, done.stderr) == (65, "")
    (event,) = map(json.loads, done.stdout.splitlines())
    assert (event["type"], event["@level"]) == ("diagnostic", "error")
    assert "bad.yml" in done.stdout
