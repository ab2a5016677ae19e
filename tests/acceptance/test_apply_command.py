"""``drplan apply`` and ``resume``: real processes, and Engines over HTTPS."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import drplan
from drplan.documents.journal_file import read_journal
from drplan.documents.report_file import read_report
from tests.acceptance.applying import DEMO, OPEN, TROUBLE, Operator, accepted_twice, opened, sent
from tests.acceptance.command import run
from tests.acceptance.served import Sites, served


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """The demo after the disaster. Tests share it, and take different VMs."""
    with served(DEMO, tmp_path_factory.mktemp("lost"), "--down", "primary") as sites:
        yield sites


@pytest.fixture
def operator(lost: Sites, tmp_path: Path) -> Operator:
    """Somebody before the shared Engines, in a folder of their own."""
    return Operator(lost, tmp_path)


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Operator]:
    """Somebody before Engines that nobody else uses."""
    with served(DEMO, tmp_path, "--down", "primary") as sites:
        yield Operator(sites, tmp_path)


def target(name: str) -> tuple[str, ...]:
    """A small plan: one VM and what it needs."""
    return ("--target", f"vm.{name}")


# --- the whole failover -------------------------------------------------------------------


def test_a_whole_failover_over_https_ends_well_and_leaves_its_evidence(alone: Operator) -> None:
    """Exit 0; a private folder with journal, report, cassette; planned again: nothing to do."""
    plan = alone.plan()
    digest = json.loads(plan.read_bytes())["digest"].removeprefix("sha256:")

    done = alone.apply(plan, "--approve", digest[:12], *OPEN)

    assert done.returncode == 0, done.stdout + done.stderr
    folder = alone.run_folder()
    assert {path.name for path in folder.iterdir()} == {
        *("plan.json", "run.json", "journal.jsonl", "debug.log"),
        *("cassette.json.gz", "report.json", "report.html"),
    }
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    report = read_report(folder / "report.json")
    assert report.success
    assert report.record is not None
    assert [it.how for it in report.record.approvals] == ["digest"]
    assert accepted_twice(alone.writes()) == []
    again = run(
        *("plan", "failover", "--mapping", alone.sites.mapping, "--cassettes", DEMO),
        *("--passwords-file", alone.sites.passwords, "--detailed-exitcode"),
    )
    assert again.returncode == 0
    before = len(alone.writes())
    used = alone.apply(plan, "--auto-approve", *OPEN)
    assert used.returncode == 4
    assert "used already" in used.stderr
    assert len(alone.writes()) == before
    assert "COMPLETE" in alone.tell("status").stdout
    assert "complete" in alone.tell("runs").stdout
    assert "approved by" in alone.tell("report", "--format", "md").stdout


def test_a_killed_run_goes_on_where_it_was_and_sends_nothing_twice(alone: Operator) -> None:
    """SIGKILL in the middle of registering and starting, twice; resume brings it to its end."""
    plan = alone.plan()
    words = ("apply", plan, *opened(plan), "--passwords-file", alone.sites.passwords)
    with alone.applying(*words) as process:
        alone.wait_for(lambda journal: sent(journal) >= 20)
        process.kill()
    assert "INTERRUPTED" in alone.tell("status").stdout
    with alone.applying("resume") as process:
        alone.wait_for(lambda journal: sent(journal) >= 60)
        process.kill()

    done = alone.tell("resume")

    assert done.returncode == 0, done.stdout + done.stderr
    assert accepted_twice(alone.writes()) == []
    report = read_report(alone.run_folder() / "report.json")
    assert report.success
    assert len({outcome.action for outcome in report.outcomes}) == len(report.outcomes) == 80
    read_journal(alone.run_folder() / "journal.jsonl")  # its chain holds across all three processes


# --- stopping -----------------------------------------------------------------------------


def test_the_first_interrupt_lets_what_is_in_flight_finish(alone: Operator) -> None:
    """Exit 8, nothing in doubt, the rest not started; the one next command is to resume."""
    plan = alone.plan()
    words = ("apply", plan, *opened(plan), "--passwords-file", alone.sites.passwords)
    with alone.applying(*words) as process:
        alone.wait_for(lambda journal: sent(journal) >= 8)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert process.returncode == 8, out + err
    assert "No new action will start" in out
    status = json.loads(alone.tell("status", "--json").stdout)
    assert status["state"] == "incomplete"
    assert status["in_flight"] == []
    assert status["total"] > sum(status["counts"].values())
    assert "not started" in out
    assert "Next: drplan resume" in out


@pytest.mark.parametrize(
    ("second", "code", "vm"),
    [(signal.SIGINT, 130, "legacy-fax"), (signal.SIGTERM, 143, "pxe-boot")],
    ids=["SIGINT", "SIGTERM"],
)
def test_the_second_signal_leaves_at_once_and_the_run_can_be_resumed(
    operator: Operator, second: signal.Signals, code: int, vm: str
) -> None:
    """While a VM starts, two signals end the process; resume finds the VM up."""
    plan = operator.plan(*target(vm))
    words = ("apply", plan, *opened(plan), "--passwords-file", operator.sites.passwords)
    with operator.applying(*words) as process:
        operator.wait_for(lambda journal: any(_is_start(it, "sent") for it in journal))
        process.send_signal(signal.SIGTERM)
        while "Interrupt received" not in process.stdout.readline():  # type: ignore[union-attr]
            pass
        process.send_signal(second)
        out, err = process.communicate(timeout=30)

    assert process.returncode == code, out + err
    assert "Next: drplan resume" in err
    done = operator.tell("resume")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_lost_terminal_does_not_stop_a_run(operator: Operator) -> None:
    """SIGHUP, and nobody reads the output any more: the run completes."""
    plan = operator.plan(*target("reporting"))
    words = ("apply", plan, *opened(plan), "--passwords-file", operator.sites.passwords)
    with operator.applying(*words) as process:
        operator.wait_for(lambda journal: sent(journal) >= 1)
        assert process.stdout is not None
        process.stdout.close()
        process.send_signal(signal.SIGHUP)
        process.wait(timeout=60)

    assert json.loads(operator.tell("status", "--json").stdout)["state"] == "complete"


# --- approval and gates -------------------------------------------------------------------


def test_a_gate_waits_for_another_terminal(alone: Operator) -> None:
    """status names the gate and the command that answers it; who answered is in the report."""
    plan = alone.plan(*target("signage"))
    digest = json.loads(plan.read_bytes())["digest"]
    words = ("apply", plan, "--approve", digest, "--passwords-file", alone.sites.passwords)
    with alone.applying(*words) as process:
        alone.wait_for(lambda journal: any(it["type"] == "gate_wait" for it in journal))
        status = json.loads(alone.tell("status", "--json").stdout)
        assert (status["state"], status["waiting"]) == ("running", ["storage-promoted"])
        assert sent(alone.journal()) == 0
        run_id = alone.run_folder().name
        answered = alone.tell("gate", run_id, "storage-promoted", "yes")
        assert answered.returncode == 0, answered.stderr
        out, err = process.communicate(timeout=60)

    assert process.returncode == 0, out + err
    record = read_report(alone.run_folder() / "report.json").record
    assert record is not None
    assert [(it.gate, it.opened, it.answer) for it in record.gates] == [
        ("gate.storage-promoted", True, "yes")
    ]
    late = alone.tell("gate", run_id, "storage-promoted", "yes")
    assert late.returncode == 4


def test_a_gate_that_is_not_opened_ends_the_run_before_the_first_write(alone: Operator) -> None:
    """Exit 6; nothing was sent, and the plan is not used up."""
    plan = alone.plan(*target("signage"))
    alone_there = alone.apply(plan, "--auto-approve")
    assert alone_there.returncode == 5
    assert "gate storage-promoted needs a person" in alone_there.stderr

    done = alone.apply(plan, "--auto-approve", "--gate", "storage-promoted=no")

    assert done.returncode == 6, done.stdout + done.stderr
    assert alone.writes() == []
    assert alone.apply(plan, "--auto-approve", *OPEN).returncode == 0


@pytest.mark.parametrize(
    ("typed", "code"), [("south", 0), ("yes", 6)], ids=["the name of the target", "another word"]
)
def test_on_a_terminal_the_name_of_the_target_is_asked(
    operator: Operator, typed: str, code: int
) -> None:
    """Nothing but the site's name approves; then the gate is asked too."""
    plan = operator.plan(*target("proxy" if code == 0 else "crm"))
    command = [
        *(sys.executable, "-m", "drplan", "apply", str(plan), "--no-color"),
        *("--passwords-file", str(operator.sites.passwords)),
    ]

    text, ended = _at_a_terminal(
        command, {"Enter a value: ": f"{typed}\n", "(yes/no) ": "yes\n"}, operator.home
    )

    assert ended == code, text
    assert "failover from" in text
    assert '"south"' in text
    assert (operator.home / "runs").exists() == (code == 0)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ([], 6, "nobody is there to approve"),
        (["--approve", "0123456789ab"], 4, "not that of this plan"),
        (["--approve", "sha256:12"], 4, "not that of this plan"),
        (["--auto-approve", "--gate", "storage-moved=yes"], 4, "no gate storage-moved"),
        (["--auto-approve", "--override", "x"], 64, "--override needs --reason"),
        (["--auto-approve", "--target", "vm.crm"], 64, "what a plan does is in the plan"),
    ],
)
def test_what_is_not_approved_is_not_begun(
    operator: Operator, options: list[str], code: int, words: str
) -> None:
    """Nothing is sent and no folder is made."""
    plan = operator.plan(*target("crm"))
    before = len(operator.writes())

    done = operator.apply(plan, *options)

    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stderr
    assert len(operator.writes()) == before
    assert not (operator.home / "runs").exists()


def test_a_plan_that_was_altered_or_has_expired_is_refused(operator: Operator) -> None:
    """One byte is enough; so is a second."""
    plan = operator.plan(*target("crm"))
    altered = operator.home / "altered.json"
    altered.write_bytes(plan.read_bytes().replace(b'"lease_wait_s"', b'"lease_wait_S"', 1))
    short = operator.plan(*target("crm"), "--expires", "0m", name="short.json")

    assert operator.apply(altered, *opened(plan)).returncode == 4
    expired = operator.apply(short, *opened(short))

    assert (expired.returncode, "was valid until" in expired.stderr) == (4, True)


# --- guards -------------------------------------------------------------------------------


def test_a_source_that_answers_is_not_failed_over(tmp_path: Path) -> None:
    """Exit 5 before anything is written; the check is overruled neither by approval nor by chance."""
    with served(DEMO, tmp_path) as sites:
        operator = Operator(sites, tmp_path)
        plan = operator.plan(*target("signage"))

        done = operator.apply(plan, *opened(plan))

        assert done.returncode == 5, done.stdout + done.stderr
        assert "is alive" in done.stderr
        assert "--source-fenced REASON" in done.stderr
        assert operator.writes() == []
        assert not (tmp_path / "runs").exists()


def test_two_applies_at_once_are_kept_apart(alone: Operator) -> None:
    """The second one is refused and names the first; nothing of it is sent."""
    plan, other = alone.plan(*target("signage")), alone.plan(*target("crm"), name="other.json")
    digest = json.loads(plan.read_bytes())["digest"]
    words = ("apply", plan, "--approve", digest, "--passwords-file", alone.sites.passwords)
    with alone.applying(*words):
        alone.wait_for(lambda journal: any(it["type"] == "gate_wait" for it in journal))
        first = alone.run_folder().name

        done = alone.apply(other, *opened(other))

        assert done.returncode == 7, done.stdout + done.stderr
        assert first in done.stderr
        assert alone.writes() == []


# --- faults -------------------------------------------------------------------------------


def test_a_lost_answer_is_settled_by_looking(operator: Operator) -> None:
    """The Engine registered and started the VM, and its answers were lost: neither goes out again."""
    plan = operator.plan(*target("batch"))
    operator.order(
        {
            "request": "POST /storagedomains/*/vms/*/register",
            "answer": "reset",
            "took_effect": True,
        },
        {"request": "POST /vms/*/start", "answer": "500", "took_effect": True},
    )

    done = operator.apply(plan, *opened(plan))

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("it has happened meanwhile") == 2
    attempts = [it["action"]["address"] for it in operator.journal() if it["type"] == "sent"]
    assert attempts.count("vm.batch") == 2


def test_a_write_that_met_an_expired_session_is_a_new_attempt(operator: Operator) -> None:
    """401 had no effect: the write goes out again under a name of its own, and is journalled."""
    plan = operator.plan(*target("build-runner"))
    operator.order({"request": "POST /storagedomains/*/vms/*/register", "answer": "401"})

    done = operator.apply(plan, *opened(plan))

    assert done.returncode == 0, done.stdout + done.stderr
    register = [
        it
        for it in operator.journal()
        if it["type"] == "sent" and it["action"]["operation"] == "register"
    ]
    assert [it["attempt"] for it in register] == [1, 2]
    assert len({it["correlation_id"] for it in register}) == 2


def test_failures_leave_the_rest_of_the_run_and_are_tried_again(tmp_path: Path) -> None:
    """A failed check is overruled on record; exit 3; resume tries again what failed, save what is
    left out.
    """
    with served(TROUBLE, tmp_path, "--down", "primary") as sites:
        operator = Operator(sites, tmp_path, TROUBLE)
        plan = operator.plan(code=5)
        refused = operator.apply(plan, *opened(plan))
        assert (refused.returncode, "domain-ids" in refused.stderr) == (5, True)

        done = operator.apply(
            plan, *opened(plan), "--override", "domain-ids", "--reason", "as was agreed"
        )

        assert done.returncode == 3, done.stdout + done.stderr
        assert "OVERRULED check domain-ids: as was agreed" in done.stdout
        assert "Next: mend what failed at " in done.stdout
        first = read_report(operator.run_folder() / "report.json")
        again = operator.tell("resume", "--skip", "vm.split")
        assert again.returncode == 3, again.stdout + again.stderr
        second = read_report(operator.run_folder() / "report.json")
        assert "left out on request" in again.stdout
    assert {(it.action, it.status) for it in first.outcomes if it.address != "vm.split"} == {
        (it.action, it.status) for it in second.outcomes if it.address != "vm.split"
    }
    attempts = [it["attempt"] for it in operator.journal() if _is_register(it, "vm.monitor")]
    assert attempts == [1, 2]


# --- commands of the operator's -----------------------------------------------------------


def test_the_stream_of_a_run_ends_with_its_summary(operator: Operator) -> None:
    """--json: one event a line, the journal's among them, and run_summary last."""
    plan = operator.plan(*target("crm"))

    done = operator.apply(plan, *opened(plan), "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [it["seq"] for it in events] == list(range(1, len(events) + 1))
    assert events[-1]["type"] == "run_summary"
    assert events[-1]["success"] is True
    assert {"version", "approval", "intent", "sent", "accepted", "outcome"} <= {
        it["type"] for it in events
    }


def test_gate_commands_run_once_and_people_are_notified(tmp_path: Path) -> None:
    """A command answers the gate, with the run's facts and no password; the end is told."""
    notes = tmp_path / "notes"
    script = tmp_path / "note.py"
    script.write_text(
        "import json, os, sys\n"
        f"open({str(notes)!r}, 'a').write(json.dumps([sys.argv[1:], dict(os.environ)]) + '\\n')\n"
    )
    extra = (
        "\ndrplan:\n"
        "  lease_wait: 1\n"
        "  gates:\n"
        f"    - {{name: array, before: storage, command: [{sys.executable}, {script}, array]}}\n"
        "  notify:\n"
        f"    end: [{sys.executable}, {script}, end]\n"
    )
    with served(DEMO, tmp_path, "--down", "primary") as sites:
        text = sites.mapping.read_text(encoding="utf-8")
        own = [line for line in text.splitlines() if not line.startswith("drplan:")]
        assert text.count("\ndrplan:") == 1, "the fixture has a section of its own"
        sites.mapping.write_text("\n".join(own[: _section(text)]) + extra, encoding="utf-8")
        operator = Operator(sites, tmp_path)
        plan = operator.plan(*target("signage"))

        done = operator.apply(
            plan,
            *("--auto-approve", *OPEN),
            environment={"DRPLAN_SECONDARY_PASSWORD": sites.password("secondary")},
        )

    assert done.returncode == 0, done.stdout + done.stderr
    called = [json.loads(line) for line in notes.read_text().splitlines()]
    assert [words for words, _ in called] == [["array"], ["end"]]
    facts = called[0][1]
    assert facts["DRPLAN_GATE"] == "array"
    assert facts["DRPLAN_TARGET"] == "secondary"
    assert "DRPLAN_SECONDARY_PASSWORD" not in facts


def _section(text: str) -> int:
    """The line where the mapping's own section begins; it is the last one."""
    return text[: text.index("\ndrplan:") + 1].count("\n")


def _is_register(event: dict[str, Any], address: str) -> bool:
    return event["type"] == "sent" and event["action"]["address"] == address


def _is_start(event: dict[str, Any], kind: str) -> bool:
    return event["type"] == kind and event["action"]["operation"] == "start"


def _at_a_terminal(command: list[str], answers: dict[str, str], home: Path) -> tuple[str, int]:
    """Run a command at a pseudo-terminal; type each answer once its prompt has come."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(home)
        os.environ["PYTHONPATH"] = str(Path(drplan.__file__).parents[1])
        os.environ["TERM"] = "xterm"
        os.execv(command[0], command)
    text, left = "", dict(answers)
    end = time.monotonic() + 90
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 1.0)[0]:
            continue
        try:
            read = os.read(terminal, 65536)
        except OSError:
            break
        if not read:
            break
        text += read.decode(errors="replace")
        for prompt, answer in list(left.items()):
            if prompt in text:
                os.write(terminal, answer.encode())
                del left[prompt]
    os.close(terminal)
    return text, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
