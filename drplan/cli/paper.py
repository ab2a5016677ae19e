"""Printing a rendered plan or run: the text as it is, coloured by line where colour is welcome.

Colour only repeats what the symbol at the beginning of a line says (Terraform's colours).
"""

from __future__ import annotations

import re
import shutil
import sys

from drplan.cli import terminal

_STYLES = (
    (re.compile(r"^  \+\??\s"), "green"),
    (re.compile(r"^  -\s"), "red"),
    (re.compile(r"^\s+~\s"), "yellow"),
    (re.compile(r"^  >\??\s"), "cyan"),
    (re.compile(r"^  !\s"), "magenta"),
    (re.compile(r"^Warning "), "yellow"),
    (re.compile(r"EXPECTED TO |NOT REGISTERED|FAILED|^  BLOCKS|MISSED"), "red"),
    (re.compile(r"^(drplan |Plan: |  Wave |Rehearsal |Apply )"), "bold"),
)


def width() -> int:
    """Columns of the terminal; 80 where there is none. ``COLUMNS`` decides where it is set."""
    return shutil.get_terminal_size((80, 24)).columns


def show(text: str) -> None:
    """Write a rendered text to stdout."""
    if not terminal.colour_wanted(sys.stdout):
        terminal.write(text)
        return
    console = terminal.rich_console()
    for line in text.splitlines():
        console.print(terminal.harmless(line), style=_style(line), soft_wrap=True)


def _style(line: str) -> str | None:
    return next((style for pattern, style in _STYLES if pattern.search(line)), None)
