"""Reading and writing files."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from drplan import files
from drplan.errors import InvalidInput, RunFailed


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    """A text survives the way through a file."""
    path = tmp_path / "plan.json"

    files.write_atomic(path, "name: Zürich\n")

    assert files.read_text(path) == "name: Zürich\n"
    assert files.read_bytes(path) == "name: Zürich\n".encode()


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_mode_is_the_one_asked_for(tmp_path: Path, mode: int) -> None:
    """The mode does not depend on the umask, nor on the file that was there."""
    path = tmp_path / "plan.json"
    path.touch(0o666)

    files.write_atomic(path, b"{}", mode=mode)

    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_an_interrupted_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever reads sees the old file, whole, when the disk fills up in the middle."""
    path = tmp_path / "plan.json"
    path.write_text("old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunFailed, match="disk is full") as caught:
        files.write_atomic(path, "new")

    assert caught.value.where == str(path)
    assert caught.value.next_step
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["plan.json"]


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    """The error names the file and what to look at."""
    path = tmp_path / "nowhere" / "plan.json"

    with pytest.raises(RunFailed, match="No such file or directory") as caught:
        files.write_atomic(path, b"")

    assert caught.value.where == str(path)


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    """Writing where a folder stands is refused."""
    with pytest.raises(RunFailed, match="Is a directory"):
        files.write_atomic(tmp_path, b"")


def test_a_device_is_not_replaced() -> None:
    """Renaming over /dev/null would break the machine: it is refused."""
    with pytest.raises(RunFailed, match="not a regular file"):
        files.write_atomic(Path("/dev/null"), b"")


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """The target of a symbolic link is replaced, not the link."""
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)

    files.write_atomic(link, "new")

    assert link.is_symlink()
    assert target.read_text() == "new"


def test_a_missing_file_cannot_be_read(tmp_path: Path) -> None:
    """Reading what is not there is invalid input, with the path."""
    path = tmp_path / "mapping.yml"

    with pytest.raises(InvalidInput, match="No such file") as caught:
        files.read_text(path)

    assert caught.value.where == str(path)


def test_what_is_not_text_is_refused_with_its_line(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are reported with the line that holds them."""
    path = tmp_path / "mapping.yml"
    path.write_bytes(b"one\ntwo \xff\n")

    with pytest.raises(InvalidInput, match="UTF-8") as caught:
        files.read_text(path)

    assert caught.value.where == f"{path}:2"


def test_a_byte_order_mark_is_not_content(tmp_path: Path) -> None:
    """Files saved by Windows editors read like any other."""
    path = tmp_path / "mapping.yml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")

    assert files.read_text(path) == "a: 1\n"


def test_the_order_of_keys_does_not_change_the_canonical_form() -> None:
    """Equal values have equal bytes, so that they have equal digests."""
    one = files.canonical_json({"b": [1, None, True], "a": "é"})
    other = files.canonical_json({"a": "é", "b": [1, None, True]})

    assert one == other == '{"a":"é","b":[1,null,true]}'.encode()


def test_what_json_cannot_say_is_refused() -> None:
    """A float that is not a number has no canonical form."""
    with pytest.raises(ValueError, match="JSON"):
        files.canonical_json({"a": float("nan")})


def test_a_digest_names_its_algorithm() -> None:
    """The digest of nothing is the well-known one, with its prefix."""
    expected = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    assert files.digest(b"") == files.digest("") == expected
