"""``drplan inventory`` as people and scripts use it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from drplan.resources import fixture_folder
from drplan.wire.cassette import read_cassette, write_cassette

REAL_TRAFFIC = Path(__file__).parents[2].parent / "shared" / "real-traffic"
FIXTURE = fixture_folder("two-site")

Drplan = Callable[..., subprocess.CompletedProcess[str]]

needs_real_traffic = pytest.mark.skipif(
    not REAL_TRAFFIC.is_dir(), reason="the recordings of real Engines are not beside the project"
)


@pytest.fixture
def drplan() -> Drplan:
    """Run ``drplan inventory`` in a process of its own, its output piped."""

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "drplan", "inventory", *map(str, words)],
            env=os.environ,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    return run


def test_json_has_the_collections_at_the_top(drplan: Drplan) -> None:
    """A script finds vms, clusters, hosts and storage domains without looking deeper."""
    result = drplan("--cassettes", FIXTURE, "--from", "primary", "--json")

    document = json.loads(result.stdout)
    assert (result.returncode, result.stderr) == (0, "")
    assert {"vms", "clusters", "hosts", "storage_domains", "templates"} <= document.keys()
    assert {"id", "name", "status", "cluster_id"} <= document["vms"][0].keys()
    assert document["gaps"] == []


def test_tables_are_plain_where_nobody_looks(drplan: Drplan) -> None:
    """Into a pipe go aligned columns, whole names and not one escape byte."""
    result = drplan("--cassettes", FIXTURE, "--from", "primary")

    assert result.returncode == 0
    assert "\x1b" not in result.stdout
    assert "\nStorage domains\n" in result.stdout
    assert "nas-north.example.org:/exports/engine-vault" in result.stdout


def test_a_terminal_gets_tables() -> None:
    """Where somebody looks, rich draws them; a name cannot move the cursor."""
    main, side = pty.openpty()
    command = [sys.executable, "-m", "drplan", "inventory", "--cassettes", str(FIXTURE)]
    with subprocess.Popen(
        command,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "150"},
        stdin=side,
        stdout=side,
        stderr=side,
    ):
        os.close(side)
        received = b""
        # Linux ends a terminal whose last writer has gone with EIO.
        try:
            while chunk := os.read(main, 4096):
                received += chunk
        except OSError:
            pass
    os.close(main)

    assert "┃" in received.decode()
    assert b"\x1b[1m" in received


def test_both_roles_are_different_sites(drplan: Drplan) -> None:
    """The site's own name comes from its recording, unless another is given."""
    first = drplan("--cassettes", FIXTURE, "--from", "primary").stdout.splitlines()[0]
    second = drplan("--cassettes", FIXTURE, "--from", "secondary").stdout.splitlines()[0]
    renamed = drplan("--cassettes", FIXTURE, "--site", "Brno").stdout.splitlines()[0]

    assert first != second
    assert renamed.startswith("Site Brno: ")


@needs_real_traffic
def test_a_real_recording_of_another_client_is_read(drplan: Drplan) -> None:
    """What it lacks is listed as not known."""
    path = REAL_TRAFFIC / "refresher_network_recording.yaml"

    document = json.loads(drplan("--cassette", path, "--json").stdout)
    text = drplan("--cassette", path).stdout

    counts = [len(document[it]) for it in ("vms", "hosts", "storage_domains", "data_centers")]
    assert counts == [1, 2, 3, 1]
    assert "Not known" in text
    assert "mac_pools" in text


@needs_real_traffic
def test_several_recordings_of_one_engine_are_merged(drplan: Drplan) -> None:
    """The entities of all of them are there; which was recorded first does not matter here."""
    files = [
        REAL_TRAFFIC / "refresher_target_host.yaml",
        REAL_TRAFFIC / "refresher_network_recording.yaml",
    ]

    document = json.loads(drplan("--cassette", files[0], "--cassette", files[1], "--json").stdout)

    assert (len(document["clusters"]), len(document["vnic_profiles"])) == (2, 6)


@needs_real_traffic
def test_version_3_is_refused(drplan: Drplan) -> None:
    """The reason is told, and nothing else is printed."""
    result = drplan("--cassette", REAL_TRAFFIC / "refresher_after_migration.yaml")

    assert (result.returncode, result.stdout) == (65, "")
    assert "API version 3" in result.stderr
    assert "Traceback" not in result.stderr


def test_two_engines_are_not_merged(drplan: Drplan) -> None:
    """Ids repeat from Engine to Engine, so the result would be nonsense."""
    result = drplan(
        "--cassette", FIXTURE / "primary.yaml", "--cassette", FIXTURE / "secondary.yaml"
    )

    assert result.returncode == 65
    assert "two Engines" in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "empty"), (b"name: value\n", "not a cassette"), (b"{", "not valid JSON")],
)
def test_foreign_files_are_refused(
    drplan: Drplan, tmp_path: Path, content: bytes, message: str
) -> None:
    """One clear message with the file's name, exit code 65, no traceback."""
    path = tmp_path / "something.yaml"
    path.write_bytes(content)

    result = drplan("--cassette", path)

    assert (result.returncode, result.stdout) == (65, "")
    assert message in result.stderr
    assert path.name in result.stderr
    assert "Traceback" not in result.stderr


def test_a_truncated_cassette_is_refused(drplan: Drplan, tmp_path: Path) -> None:
    """Also in a machine's form: the diagnostic is one JSON line on stdout."""
    path = tmp_path / "primary.yaml"
    write_cassette(path, read_cassette(FIXTURE / "secondary.yaml"))
    path.write_bytes(path.read_bytes()[:-400])

    result = drplan("--cassette", path, "--json")

    assert result.returncode == 65
    assert json.loads(result.stdout.splitlines()[-1])
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "words",
    [(), ("--cassette", "a.yaml", "--cassettes", "."), ("--cassettes", ".", "--from", "tertiary")],
)
def test_wrong_options_are_usage_errors(drplan: Drplan, words: tuple[str, ...]) -> None:
    """Usage errors are 64, never 2."""
    assert drplan(*words).returncode == 64


def test_a_folder_without_the_site_says_what_was_expected(drplan: Drplan, tmp_path: Path) -> None:
    """The names that would have been taken are told."""
    result = drplan("--cassettes", tmp_path, "--from", "secondary")

    assert result.returncode == 65
    assert "no cassette of secondary" in result.stderr
    assert "secondary.yaml" in result.stderr
