"""The folder of a run, the mark of a used plan, and what is written beside the journal."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from drplan.documents.journal_file import JournalWriter
from drplan.errors import InvalidInput, Refused, RunFailed
from drplan.model.event import Event
from drplan.wire.cassette import read_cassette
from drplan.wire.recording import Exchange
from drplan.wire.request import Request
from drplan.wire.response import Response
from drplan.workflows.run_folder import find_run, lay_folder, mark_used, refuse_used, run_folders
from drplan.workflows.run_log import DebugLog, Relay, RunCassette

URL = "https://engine-south.example.org/ovirt-engine/api"


def a_run(runs: Path, name: str, *, age: int) -> Path:
    """A run with a journal, made so many seconds ago."""
    folder = lay_folder(runs / name, b"{}")
    JournalWriter(folder.journal, run_id=name).close()
    os.utime(folder.plan, (1_000_000 - age, 1_000_000 - age))
    return folder.path


def exchange(path: str, body: bytes) -> Exchange:
    """A question and its answer."""
    answer = Response(200, "OK", (("Content-Type", "application/xml"),), body)
    return Exchange(Request("GET", f"/ovirt-engine/api/{path}"), answer)


def test_a_folder_is_its_owners_alone_and_never_written_over(tmp_path: Path) -> None:
    """Modes 0700 and 0600; what is not empty is refused."""
    folder = lay_folder(tmp_path / "runs" / "r-1", b"{}", b"{}")
    assert {folder.path.stat().st_mode & 0o777, folder.path.parent.stat().st_mode & 0o777} == {
        0o700
    }
    assert {path.stat().st_mode & 0o777 for path in folder.path.iterdir()} == {0o600}
    with pytest.raises(RunFailed):
        lay_folder(folder.path, b"{}")


def test_a_run_is_found_by_name_by_folder_or_as_the_newest(tmp_path: Path) -> None:
    """What has no journal is no run."""
    runs = tmp_path / "runs"
    old, new = a_run(runs, "r-old", age=100), a_run(runs, "r-new", age=1)
    lay_folder(runs / "r-none", b"{}")
    assert [it.path for it in run_folders(runs)] == [old, new]
    assert find_run(None, runs).path == new
    assert find_run("r-old", runs).path == old
    assert find_run(str(old), tmp_path / "elsewhere").path == old
    for name in ("r-none", "../r-old", "r"):
        with pytest.raises(InvalidInput):
            find_run(name, runs)


def test_a_plan_is_used_once(tmp_path: Path) -> None:
    """The mark names the run; another plan under the same name is not meant by it."""
    plan = tmp_path / "plan.json"
    refuse_used(plan, "p-1")
    mark_used(plan, plan_id="p-1", run_id="r-1", folder=tmp_path / "runs" / "r-1", at="now")
    with pytest.raises(Refused) as caught:
        refuse_used(plan, "p-1")
    assert "r-1" in str(caught.value.next_step)
    refuse_used(plan, "p-2")


def test_the_cassette_of_a_run_survives_a_crash_and_holds_no_secret(tmp_path: Path) -> None:
    """What a crash left is made a cassette by the next part, which gets one of its own."""
    first = RunCassette(tmp_path, url=URL, site="south")
    first.keep(exchange("vms", b"<vms/>"))
    first.open()
    first.keep(exchange("hosts", b"<host><root_password>planted</root_password></host>"))
    with (tmp_path / "cassette.part").open("ab") as file:
        file.write(b'{"request":{"meth')

    second = RunCassette(tmp_path, url=URL, site="south")
    second.open()
    second.keep(exchange("disks", b"<disks/>"))
    second.close()

    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "cassette-2.json.gz",
        "cassette.json.gz",
    ]
    before = read_cassette(tmp_path / "cassette.json.gz").exchanges
    assert [it.request.path.rpartition("/")[2] for it in before] == ["vms", "hosts"]
    assert b"planted" not in b"".join(it.response.body for it in before)
    assert len(read_cassette(tmp_path / "cassette-2.json.gz").exchanges) == 1


def test_a_listener_that_comes_late_hears_everything_and_a_dropped_one_nothing(
    tmp_path: Path,
) -> None:
    """The log begins before there is a folder to keep it in."""
    relay = Relay()
    events = [
        Event(message=str(seq), timestamp="", type="log", seq=seq, run_id="r") for seq in (1, 2, 3)
    ]
    relay.notice(events[0])
    log = DebugLog(tmp_path / "debug.log")
    relay.tell_all(log)
    relay.notice(events[1])
    relay.drop(log)
    relay.notice(events[2])
    log.close()
    assert (tmp_path / "debug.log").read_bytes().count(b"\n") == 2
