"""What the documents say is compared with what is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from drplan.cli import exit_codes
from drplan.cli.commands import COMMANDS
from drplan.cli.help import help_text

PROJECT = Path(__file__).parents[2]
PAGES = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")])
CODES = {value for value in vars(exit_codes).values() if isinstance(value, int)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A link to a file of the project names a file that exists."""
    targets = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))

    for target in targets:
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_readme_lists_every_exit_code() -> None:
    """The table of exit codes is complete and holds no other."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")

    assert {int(code) for code in re.findall(r"^\| (\d+) \|", readme, re.MULTILINE)} == CODES


def test_the_help_lists_every_exit_code_that_a_command_gives() -> None:
    """The help has the codes too, except the one of a closed pipe, which no script asks for."""
    table = help_text().split("Exit codes:")[1]

    expected = CODES - {exit_codes.PIPE_CLOSED}
    assert {int(code) for code in re.findall(r"\b\d+\b", table)} == expected


@pytest.mark.parametrize("name", ["README.md", "docs/architecture.md", "CONTRIBUTING.md"])
def test_documents_name_commands_that_exist(name: str) -> None:
    """Each ``drplan WORD`` that a page shows at the start of a line is a command."""
    text = (PROJECT / name).read_text(encoding="utf-8")
    shown = re.findall(r"^ {4}(?:\.venv/bin/)?drplan ([a-z]+)", text, re.MULTILINE)

    assert set(shown) <= {command.name for command in COMMANDS}


def test_the_architecture_draws_the_layers_that_are_checked() -> None:
    """The rooms in the page are those of the contract, in its order."""
    config = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["id"] == "layers"]
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")

    drawing = page.split("```")[1]
    drawn = [line.strip() for line in drawing.splitlines() if line.strip()]
    assert [line.split("  ")[0].strip() for line in drawn if line != "text"] == layers


def test_the_architecture_names_files_that_exist() -> None:
    """Each path in the page that starts with a room is in the package."""
    page = (PROJECT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`([a-z_]+(?:/[a-z_]+)*(?:/|\.py|/[a-z*_]+\.py))`", page)

    rooms = [path for path in named if (PROJECT / "drplan" / path.split("/")[0]).is_dir()]
    assert len(rooms) > 20
    for path in rooms:
        assert list((PROJECT / "drplan").glob(path)), path
