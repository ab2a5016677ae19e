"""What people read of a plan and of a run."""

from __future__ import annotations

import re

import msgspec
import pytest

from drplan.documents import plan_file
from drplan.model.change import Change
from drplan.model.outcome import Report
from drplan.report import plan_tables, renderer
from tests.unit.report import samples

FORMS: tuple[renderer.Format, ...] = ("text", "md", "html")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_plan_names_the_same_things(form: renderer.Format) -> None:
    """Terminal, Markdown and HTML cannot disagree: counts, entities, warnings, digest."""
    plan = plan_file.with_digest(samples.plan())

    text = renderer.render_plan(plan, form)

    assert "Plan: 2 to add, 0 to change, 0 to destroy. Actions: 1 to invoke." in text
    for name in ("storage_domain.data-01", "vm.db01", "storage-promoted", "W1", plan.digest):
        assert name in text.replace("\\", "")


@pytest.mark.parametrize("form", FORMS)
def test_a_foreseen_failure_is_said_before_anything_runs(form: renderer.Format) -> None:
    """The reason stands in every form of the plan."""
    text = renderer.render_plan(samples.plan(), form)

    assert "no host has 16 GiB for it" in text
    assert "expected to fail" in text.lower()


@pytest.mark.parametrize("form", FORMS)
def test_a_hostile_name_changes_no_rendering(form: renderer.Format) -> None:
    """Names come from the Engine and can hold anything: escapes, tags, table bars, backticks."""
    for text in (
        renderer.render_plan(samples.plan(name=samples.HOSTILE), form),
        renderer.render_report(samples.report(name=samples.HOSTILE), form),
    ):
        assert "\x1b" not in text
        assert "\u202e" not in text
        if form == "html":
            assert "<script" not in text
        if form == "md":
            cells = {line.count("|") - line.count("\\|") for line in _rows(text, "What happens to")}
            assert len(cells) <= 1


def _rows(text: str, heading: str) -> list[str]:
    """The lines of the table under a heading, if it is there."""
    _, _, after = text.partition(f"### {heading}")
    return [line for line in after.partition("###")[0].splitlines() if line.startswith("|")]


def test_html_is_one_page_without_script_or_network() -> None:
    """It is sent around and opened anywhere."""
    text = renderer.render_plan(samples.plan(), "html")

    assert "<script" not in text
    assert '<a class="mark" href="#W1">W1</a>' in text
    assert not re.search(r"(src|href)=\"(?!#)", text)


def test_text_keeps_to_the_width_where_words_allow_it() -> None:
    """Nothing is cut: a long address stays whole, sentences wrap."""
    lines = renderer.render_plan(samples.plan(), "text", width=80).splitlines()

    assert [line for line in lines if len(line) > 90] == []


def test_a_long_wave_is_shortened_for_the_terminal_and_whole_on_demand() -> None:
    """Five, a count, the last, and whatever has a mark; ``--full`` shows all."""
    plan = samples.with_many_vms(200)

    short = renderer.render_plan(plan, "text", file="p.json")
    full = renderer.render_plan(plan, "text", full=True)

    assert "195 more like these (drplan show --full p.json)" in short
    assert "vm.db01" in short
    assert "vm.web-199" in short
    assert "vm.web-100" not in short
    assert "vm.web-100" in full


def test_markdown_under_a_limit_keeps_verdict_warnings_and_digest() -> None:
    """A ticket has a size: details go first, then what has no mark."""
    plan = plan_file.with_digest(samples.with_many_vms(500))

    text = renderer.render_plan(plan, "md", max_chars=20_000)

    assert len(text) <= 20_000
    assert "W1" in text
    assert plan.digest in text.replace("\\", "")
    assert "Can be applied: yes" in text


@pytest.mark.parametrize("form", FORMS)
def test_a_report_tells_every_vms_fate_and_why(form: renderer.Format) -> None:
    """What is up, what is not, and why: the first thing that an operator asks."""
    text = renderer.render_report(samples.report(), form)

    assert "vm.db01" in text
    assert "no host satisfies memory" in text
    assert "foreseen" in text
    assert "affinity group ag-db" in text


def test_a_report_says_whether_the_rto_was_met() -> None:
    """The target stands beside the time."""
    late = msgspec.structs.replace(samples.report(), rto_target_s=60)

    assert "RTO target 1m: MISSED" in renderer.render_report(late, "text")


def test_what_needs_a_foreseen_failure_is_not_promised() -> None:
    """A VM whose registration is expected to fail does not end "up", whatever else is planned."""
    plan = samples.plan()
    register = plan.resource_changes[2]
    refused = msgspec.structs.replace(register, expected_failure="the name is taken")
    start = msgspec.structs.replace(plan.action_invocations[0], expected_failure=None)
    plan = msgspec.structs.replace(
        plan,
        resource_changes=(*plan.resource_changes[:2], refused),
        action_invocations=(start,),
    )

    (row,) = plan_tables.vm_rows(plan)

    assert row.ends == "not registered: the name is taken"
    assert "of these starts, 1 not to succeed as far as foreseen" in " ".join(
        renderer.render_plan(plan, "text").split()
    )
    assert plan_tables.doomed(plan.actions()) == {"a004": "vm.db01"}
    for form in FORMS:
        assert "expected to be skipped" in renderer.render_plan(plan, form).lower()


def test_what_is_left_and_not_explained_is_said_loudly() -> None:
    """After a run the target is compared again; a difference without a failure is a defect."""
    report = samples.report()
    explained = Change(address="vm.db01", kind="vm_down")
    strange = Change(address="vm.other", kind="vm_unregistered")

    first = msgspec.structs.replace(report, remaining=(explained,))
    second = msgspec.structs.replace(report, remaining=(explained, strange))

    assert "all of them among what failed" in " ".join(_text(first).split())
    assert "1 entity NOT EXPLAINED" in " ".join(_text(second).split())
    assert "vm.other: not registered" in _text(second)


def _text(report: Report) -> str:
    return renderer.render_report(report, "text")
