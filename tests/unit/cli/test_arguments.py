"""What is done to arguments before a command sees them."""

from __future__ import annotations

import pytest

from drplan.cli.arguments import read_arguments


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("-out=plan.json", "--out=plan.json"),
        ("-target=vm.db01", "--target=vm.db01"),
        ("-auto-approve", "--auto-approve"),
        ("-json", "--json"),
        ("-out=two\nlines", "--out=two\nlines"),
        ("--out=plan.json", "--out=plan.json"),
        ("-h", "-h"),
        ("-5", "-5"),
        ("-", "-"),
        ("vm.db-01", "vm.db-01"),
        ("", ""),
    ],
)
def test_long_options_may_have_one_dash(given: str, expected: str) -> None:
    """The habits of Terraform work; short options, numbers and words stay as they are."""
    assert read_arguments(["plan", given]).words == ["plan", expected]


def test_nothing_after_two_dashes_is_touched() -> None:
    """After ``--`` everything is a word, also what looks like an option of the program."""
    arguments = read_arguments(["show", "--", "-json", "--no-color"])

    assert arguments.words == ["show", "--", "-json", "--no-color"]
    assert not arguments.as_json
    assert not arguments.no_color


def test_options_of_the_program_are_seen_anywhere() -> None:
    """``--no-color`` is taken out; ``--json`` is left to the command, which must know it."""
    arguments = read_arguments(["-no-color", "plan", "-json"])

    assert arguments == (["plan", "--json"], True, True)
