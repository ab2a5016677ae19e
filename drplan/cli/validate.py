"""``drplan validate``: check a mapping file, offline."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from drplan.cli import exit_codes, terminal
from drplan.cli.app import command_app

if TYPE_CHECKING:
    from drplan.model.diagnostic import Diagnostic
    from drplan.workflows.validate import MappingCounts, Validation

app = command_app()


@app.command()
def validate(
    mapping: Annotated[
        Path, typer.Option("--mapping", metavar="FILE", help="The mapping file to check.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> int:
    """Check a mapping, offline: no Engine is asked.

    Every finding is told at once, with file, line and column. Errors keep the mapping from being
    used (exit code 65). Warnings do not: they tell what may not be meant, and what the Ansible
    role would do otherwise.

    For example:

      drplan validate --mapping disaster_recovery_vars.yml
    """
    import msgspec

    from drplan.workflows.validate import ValidateRequest
    from drplan.workflows.validate import validate as check

    validation = check(ValidateRequest(mapping=mapping))
    if as_json:
        terminal.write_json(msgspec.json.encode(validation))
    else:
        for finding in validation.diagnostics:
            _show(finding)
        terminal.write(_summary(validation))
    return exit_codes.DONE if validation.valid else exit_codes.INVALID


def _show(finding: Diagnostic) -> None:
    """Write one finding: what editors can jump to first, then what it means, then the remedy."""
    from drplan.documents.mapping_file import headline

    place = f"{finding.range}: " if finding.range else ""
    lines = [f"{place}{finding.severity}: {headline(finding)}"]
    lines += [f"    {text}" for text in (finding.detail, finding.next_step) if text]
    if not terminal.colour_wanted(sys.stdout):
        terminal.write("\n".join(lines))
        return
    style = "red" if finding.severity == "error" else "yellow"
    console = terminal.rich_console()
    console.print(terminal.harmless(lines[0]), style=style, soft_wrap=True)
    for line in lines[1:]:
        console.print(terminal.harmless(line), soft_wrap=True)


def _summary(validation: Validation) -> str:
    found = ", ".join(
        text
        for text in (
            _number(validation.error_count, "error"),
            _number(validation.warning_count, "warning"),
        )
        if text
    )
    if validation.counts is None:
        return f"{validation.file} cannot be used: {found}."
    return f"{validation.file} is valid: {_contents(validation.counts)}; {found or 'no findings'}."


def _contents(counts: MappingCounts) -> str:
    parts = (
        _number(counts.storage_domains, "storage domain"),
        _number(counts.clusters, "cluster"),
        _number(counts.affinity_groups, "affinity group"),
        _number(counts.affinity_labels, "affinity label"),
        _number(counts.domains, "AAA domain"),
        _number(counts.roles, "role"),
        _number(counts.networks, "vNIC profile"),
        _number(counts.luns, "direct LUN"),
    )
    return ", ".join(part for part in parts if part) or "nothing mapped"


def _number(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}" if count else ""
