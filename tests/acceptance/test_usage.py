"""What holds for every command: usage errors, help, no escape byte, and documents that fit."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from drplan.cli.commands import COMMANDS
from drplan.resources import schema_text
from tests.acceptance.command import Failover, inputs, run
from tests.acceptance.test_command_line import on_a_terminal

NAMES = [command.name for command in COMMANDS]


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_option_is_a_usage_error(name: str) -> None:
    """64, never 2, which means that there are changes; the message says where the help is."""
    done = run(name, "--nope")

    assert (done.returncode, done.stdout) == (64, "")
    assert "--nope" in done.stderr
    assert f"Next: drplan {name} --help" in done.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_help_of_a_command_fits_a_terminal(name: str) -> None:
    """It begins with how the command is called, and no line is longer than 80 columns."""
    done = run(name, "--help")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"Usage: drplan {name}")
    assert [line for line in done.stdout.splitlines() if len(line) > 80] == []
    assert "\x1b" not in done.stdout


def test_nothing_is_coloured_where_colours_are_not_wanted(demo: Failover) -> None:
    """With NO_COLOR or ``--no-color`` a terminal receives no escape byte, also no moving display."""
    plan, folder = str(demo.plan), str(demo.folder)
    for words in (
        ("plan", *map(str, inputs(demo.folder))),
        ("show", plan),
        ("rehearse", plan, "--cassettes", folder),
        ("inventory", "--cassettes", folder),
    ):
        received = on_a_terminal(*words, NO_COLOR="1")
        assert len(received) > 1000
        assert b"\x1b" not in received, words
    assert b"\x1b" not in on_a_terminal("show", plan, "--no-color")


def test_a_pipe_gets_no_escape_byte(demo: Failover, trouble: Failover) -> None:
    """Whatever the terminal is set to."""
    for failover in (demo, trouble):
        for done in (failover.planned, failover.rehearsed):
            assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("name", ["demo", "trouble"])
def test_every_document_fits_its_published_schema(
    name: str, request: pytest.FixtureRequest
) -> None:
    """plan.json, report.json and each line of the stream."""
    failover: Failover = request.getfixturevalue(name)
    schemas = {
        kind: jsonschema.Draft202012Validator(json.loads(schema_text(kind)))
        for kind in ("plan", "report", "event")
    }
    schemas["plan"].validate(failover.plan_document)
    schemas["report"].validate(failover.report_document)
    for event in failover.events:
        schemas["event"].validate(event)
    planned = run("plan", *inputs(failover.folder), "--json")
    assert planned.returncode == failover.planned.returncode
    for line in planned.stdout.splitlines():
        schemas["event"].validate(json.loads(line))


def test_the_events_name_a_reason_for_every_failure(trouble: Failover) -> None:
    """A program that follows the stream needs nothing else to tell what failed and why."""
    outcomes = [event["outcome"] for event in trouble.events if event["type"] == "outcome"]
    for outcome in outcomes:
        if outcome["status"] == "failed":
            assert re.search(r"\w{4}", outcome["failure"]["summary"])
        if outcome["status"] == "skipped":
            assert outcome["because"]
    told = {(it["action"], it["status"]) for it in outcomes}
    assert told == {(it["action"], it["status"]) for it in trouble.report_document["outcomes"]}
