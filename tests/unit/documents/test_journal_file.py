"""The journal on the disk."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from drplan.documents.journal_file import JournalWriter, read_journal
from drplan.errors import InvalidInput, RunFailed
from drplan.model.event import Event, EventType


def event(seq: int, kind: EventType = "intent") -> Event:
    """An event of the run ``r-1``."""
    return Event(
        message=f"event {seq}",
        timestamp="2026-03-01T00:00:00.000Z",
        type=kind,
        seq=seq,
        run_id="r-1",
    )


def write(path: Path, *events: Event) -> None:
    """A journal that holds what of the events belongs there."""
    with JournalWriter(path, run_id="r-1") as journal:
        for item in events:
            journal.notice(item)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    """Events come back as they were, in order."""
    path = tmp_path / "journal.jsonl"
    events = (event(1), event(2, "sent"), event(3, "outcome"))
    write(path, *events)
    journal = read_journal(path)
    assert journal.events == events
    assert not journal.torn


def test_only_the_chain_of_the_run_is_kept(tmp_path: Path) -> None:
    """Progress is for eyes, not for the record."""
    path = tmp_path / "journal.jsonl"
    write(path, event(1), event(2, "apply_progress"), event(3, "retry"))
    assert [item.seq for item in read_journal(path).events] == [1]


def test_every_line_is_there_before_the_next_thing_happens(tmp_path: Path) -> None:
    """The file can be read while the run goes on."""
    path = tmp_path / "journal.jsonl"
    with JournalWriter(path, run_id="r-1") as journal:
        journal.notice(event(1))
        assert len(read_journal(path).events) == 1


def test_a_torn_last_line_is_left_out_and_told(tmp_path: Path) -> None:
    """A crash in the middle of a line costs that line alone."""
    path = tmp_path / "journal.jsonl"
    write(path, event(1), event(2))
    path.write_bytes(path.read_bytes()[:-20])
    journal = read_journal(path)
    assert [item.seq for item in journal.events] == [1]
    assert journal.torn


@pytest.mark.parametrize("change", ["edit", "drop", "swap"])
def test_an_altered_journal_is_refused(tmp_path: Path, change: str) -> None:
    """Changing, dropping or moving a line breaks the chain, and the place is named."""
    path = tmp_path / "journal.jsonl"
    write(path, event(1), event(2), event(3))
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    if change == "edit":
        lines[1] = lines[1].replace("event 2", "event 9")
    elif change == "drop":
        del lines[1]
    else:
        lines[0], lines[1] = lines[1], lines[0]
    path.write_text("".join(lines), encoding="utf-8")
    with pytest.raises(InvalidInput, match="chain") as raised:
        read_journal(path)
    assert raised.value.where in {f"{path}:1", f"{path}:2"}


def test_a_line_that_is_no_event_is_refused(tmp_path: Path) -> None:
    """Something else in the file is named with its line."""
    path = tmp_path / "journal.jsonl"
    path.write_text("hello\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="no event") as raised:
        read_journal(path)
    assert raised.value.where == f"{path}:1"


def test_a_journal_is_never_written_over(tmp_path: Path) -> None:
    """A run has one journal; another run must take another folder."""
    path = tmp_path / "journal.jsonl"
    write(path, event(1))
    with pytest.raises(RunFailed):
        JournalWriter(path, run_id="r-2")


def test_a_journal_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Nobody else may read what was done."""
    path = tmp_path / "journal.jsonl"
    write(path, event(1))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_journal_in_a_missing_folder_says_so(tmp_path: Path) -> None:
    """The error is the operator's, with the path."""
    with pytest.raises(RunFailed, match="cannot be written"):
        JournalWriter(tmp_path / "none" / "journal.jsonl", run_id="r-1")
