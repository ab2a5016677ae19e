"""``drplan record`` against Engines in another process, over HTTPS."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import drplan
from drplan.resources import fixture_folder
from tests.acceptance.command import DRPLAN, run
from tests.acceptance.served import Sites, served

DEMO = fixture_folder("two-site")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    """Both sites of the demo, alive."""
    with served(DEMO, tmp_path_factory.mktemp("served")) as running:
        yield running


def typed(prompts: dict[str, str], *words: str | Path) -> tuple[int, str]:
    """Run the program on a terminal and answer its prompts. Gives exit code and all that was shown."""
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [*DRPLAN, *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(Path(drplan.__file__).parents[1])},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    shown, pending = b"", dict(prompts)
    while select.select([controller], [], [], 60)[0]:
        try:
            part = os.read(controller, 65536)
        except OSError:
            break
        shown += part
        for prompt, answer in list(pending.items()):
            if prompt.encode() in shown:
                del pending[prompt]
                os.write(controller, answer.encode() + b"\n")
    os.close(controller)
    return process.wait(30), shown.decode()


def test_a_recording_can_be_planned_from(sites: Sites, tmp_path: Path) -> None:
    """Record both sites, and the plan made from that is the one made from the fixture."""
    out = tmp_path / "recordings"

    recorded = run(
        "record", "--mapping", sites.mapping, "--out", out, "--passwords-file", sites.passwords
    )
    planned = run(*("plan", "--mapping", sites.mapping, "--cassettes", out, "--offline", "--json"))

    assert (recorded.returncode, recorded.stderr) == (0, "")
    assert "north (primary): recorded in" in recorded.stdout
    assert "28 VMs, 26 of them running; Engine 4.5.6-1.el9" in recorded.stdout
    assert planned.returncode == 0, planned.stderr
    summary = json.loads(planned.stdout.splitlines()[-1])
    assert "34 to add" in summary["@message"]


def test_one_json_document_tells_what_came_of_each_site(sites: Sites, tmp_path: Path) -> None:
    """With only one site asked for, only that one is read."""
    done = run(
        *("record", "--mapping", sites.mapping, "--out", tmp_path / "out", "--site", "secondary"),
        *("--passwords-file", sites.passwords, "--json"),
    )

    (site,) = json.loads(done.stdout)["sites"]
    assert done.returncode == 0
    assert (site["role"], site["outcome"], site["vms"]) == ("secondary", "recorded", 1)
    assert site["file"] == str(tmp_path / "out" / "secondary.yaml")


def test_a_lost_site_is_told_and_the_other_recorded(tmp_path: Path) -> None:
    """The night of the disaster: exit code 3, and what was recorded before stays."""
    out = tmp_path / "recordings"
    out.mkdir()
    (out / "primary.yaml").write_bytes((DEMO / "primary.yaml").read_bytes())
    before = (out / "primary.yaml").read_bytes()

    with served(DEMO, tmp_path, "--down", "primary") as sites:
        done = run(
            *("record", "--mapping", sites.mapping, "--out", out, "--wait", "1"),
            *("--passwords-file", sites.passwords),
        )

    assert done.returncode == 3, done.stderr
    assert "north (primary): NOT RECORDED" in done.stdout
    assert "The healthy recording of" in done.stdout
    assert "south (secondary): recorded in" in done.stdout
    assert (out / "primary.yaml").read_bytes() == before


def test_passwords_are_typed_without_echo(sites: Sites, tmp_path: Path) -> None:
    """On a terminal, where no other source has them; what is typed is not shown."""
    password = sites.password("secondary")

    code, shown = typed(
        {"(south): ": password},
        *("record", "--mapping", sites.mapping, "--out", tmp_path / "out", "--site", "secondary"),
    )

    assert code == 0, shown
    assert "Password of admin@internal at 127.0.0.1 (south): " in shown
    assert "south (secondary): recorded in" in shown
    assert password not in shown


def test_without_a_terminal_nobody_is_asked(sites: Sites, tmp_path: Path) -> None:
    """A nightly job that lacks its passwords ends with 77 and says what to set."""
    done = run("record", "--mapping", sites.mapping, "--out", tmp_path / "out")

    assert done.returncode == 77
    assert "there is no password for admin@internal" in done.stdout
    assert "DRPLAN_PRIMARY_PASSWORD" in done.stdout


def test_an_unknown_certificate_ends_it_before_the_password_is_sent(
    sites: Sites, tmp_path: Path
) -> None:
    """Unless --insecure is given, which says loudly what that means."""
    text = sites.mapping.read_text(encoding="utf-8")
    mapping = tmp_path / "mapping.yml"
    lines = [line for line in text.splitlines() if "_ca_file" not in line]
    mapping.write_text("\n".join(lines), encoding="utf-8")
    words = ("record", "--mapping", mapping, "--passwords-file", sites.passwords)

    refused = run(*words, "--out", tmp_path / "one")
    insecure = run(*words, "--out", tmp_path / "two", "--insecure")

    assert refused.returncode == 69
    assert "the certificate of 127.0.0.1 is not trusted" in refused.stdout
    assert insecure.returncode == 0
    assert "WARNING: --insecure is on." in insecure.stderr


def test_secrets_are_in_no_file_and_no_output(sites: Sites, tmp_path: Path) -> None:
    """Neither in recordings nor in what is printed, however much is logged."""
    done = run(
        *("record", "--mapping", sites.mapping, "--out", tmp_path / "out"),
        *("--passwords-file", sites.passwords),
        environment={"DRPLAN_LOG": "debug", "DRPLAN_LOG_PATH": str(tmp_path / "out" / "log")},
    )

    written = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    everything = b"".join([*written, done.stdout.encode(), done.stderr.encode()])
    assert done.returncode == 0
    for role in ("primary", "secondary"):
        assert sites.password(role).encode() not in everything
    assert b"Bearer" not in everything


def test_both_ways_to_the_vault_password_are_refused_together(tmp_path: Path) -> None:
    """A mistake of the command line, exit code 64."""
    done = run(
        *("record", "--mapping", DEMO / "mapping.yml", "--out", tmp_path),
        *("--vault-password-file", "x", "--ask-vault-pass"),
    )

    assert done.returncode == 64
    assert "exclude each other" in done.stderr
