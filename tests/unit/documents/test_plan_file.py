"""The plan as a file: what is approved is what runs."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from drplan.documents import plan_file
from drplan.errors import InvalidInput, Refused
from tests.unit.report import samples


def test_a_written_plan_reads_back_as_it_was(tmp_path: Path) -> None:
    """Writing fills in digest and seal, and loses nothing."""
    written = plan_file.write_plan(tmp_path / "p.json", samples.plan())

    assert plan_file.read_plan(tmp_path / "p.json") == written
    assert written.digest.startswith("sha256:")
    assert msgspec.structs.replace(written, digest="", seal="") == samples.plan()


def test_only_its_owner_may_read_a_plan(tmp_path: Path) -> None:
    """A plan describes a site; it is not for everybody on the jump host."""
    plan_file.write_plan(tmp_path / "p.json", samples.plan())

    assert (tmp_path / "p.json").stat().st_mode & 0o777 == 0o600


def test_any_changed_byte_is_refused(tmp_path: Path) -> None:
    """The seal covers the whole file, white space included."""
    path = tmp_path / "p.json"
    plan_file.write_plan(path, samples.plan())
    content = path.read_bytes()

    for position in range(0, len(content), 97):
        changed = bytearray(content)
        changed[position] = ord("x") if changed[position] != ord("x") else ord("y")
        path.write_bytes(bytes(changed))
        with pytest.raises((Refused, InvalidInput)):
            plan_file.read_plan(path)


def test_an_added_blank_is_refused_with_the_right_exit_code(tmp_path: Path) -> None:
    """Still valid JSON, still the same plan: but not the reviewed file."""
    path = tmp_path / "p.json"
    plan_file.write_plan(path, samples.plan())
    path.write_bytes(path.read_bytes() + b" ")

    with pytest.raises(Refused, match="altered") as caught:
        plan_file.read_plan(path)
    assert caught.value.exit_code == 4


def test_the_digest_does_not_know_who_or_when() -> None:
    """Same inputs, same digest: ids, times, author, ticket and wording are left out."""
    plan = samples.plan()
    later = msgspec.structs.replace(
        plan,
        plan_id="other",
        timestamp="2027-01-01T00:00:00Z",
        created_by=msgspec.structs.replace(plan.created_by, user="somebody"),
        ticket="CHG1",
        diagnostics=(),
    )

    assert plan_file.with_digest(later).digest == plan_file.with_digest(plan).digest


def test_the_digest_knows_what_is_done() -> None:
    """Another action, another target Engine or another gate is another plan."""
    plan = samples.plan()
    digest = plan_file.with_digest(plan).digest
    fewer = msgspec.structs.replace(plan, action_invocations=())
    elsewhere = msgspec.structs.replace(
        plan, target=msgspec.structs.replace(plan.target, url="https://other.example.org/")
    )
    ungated = msgspec.structs.replace(plan, gates=())

    for other in (fewer, elsewhere, ungated):
        assert plan_file.with_digest(other).digest != digest


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b"{}", b'"plan"', b"null", b'{"vms": []}']
)
def test_what_is_no_plan_is_said_so(tmp_path: Path, content: bytes) -> None:
    """Empty, truncated, of another encoding, of another shape: one clear message."""
    path = tmp_path / "p.json"
    path.write_bytes(content)

    with pytest.raises(InvalidInput, match="plan"):
        plan_file.read_plan(path)


def test_a_newer_major_format_is_refused(tmp_path: Path) -> None:
    """A plan of a later drplan may mean things that this one does not know."""
    path = tmp_path / "p.json"
    plan_file.write_plan(path, samples.plan())
    document = json.loads(path.read_bytes())
    document["format_version"] = "2.0"
    path.write_text(json.dumps(document))

    with pytest.raises(Refused, match=r"2\.0"):
        plan_file.read_plan(path)


def test_a_sealed_file_of_a_wrong_shape_is_explained(tmp_path: Path) -> None:
    """The seal fits, the schema does not: every violation is named with its place."""
    path = tmp_path / "p.json"
    content = plan_file.encode(samples.plan())
    document = json.loads(content)
    document["gates"] = [{"name": 7}]
    document["seal"] = ""
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    seal = plan_file.files.digest(text)
    path.write_text(text.replace('"seal": ""', f'"seal": "{seal}"', 1))

    with pytest.raises(InvalidInput) as caught:
        plan_file.read_plan(path)
    assert any("gates[0]" in line for line in caught.value.findings)
