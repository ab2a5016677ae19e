"""The table of commands: enough to list them and to find one, without importing any."""

from typing import NamedTuple


class Command(NamedTuple):
    """One command: the word that people type, and where it is found."""

    name: str
    module: str
    summary: str
    group: str


COMMANDS = (
    Command("validate", "drplan.cli.validate", "Check a mapping, offline", "Prepare"),
    Command("record", "drplan.cli.record", "Record both sites, every night", "Prepare"),
    Command("inventory", "drplan.cli.inventory", "Show what a site holds", "Prepare"),
    Command("plan", "drplan.cli.plan", "Work out what a failover would do, and save it", "Plan"),
    Command("show", "drplan.cli.show", "Render a saved plan, for people or programs", "Plan"),
    Command("rehearse", "drplan.cli.rehearse", "Run a plan on simulated Engines", "Plan"),
    Command("simulator", "drplan.cli.simulator", "Make simulated sites, and serve them", "Tools"),
    Command("schema", "drplan.cli.schema", "Print the JSON Schema of a document", "Tools"),
    Command("version", "drplan.cli.version", "Print the version", "Tools"),
)


def find_command(name: str) -> Command | None:
    """The command called ``name``, if there is one."""
    return next((command for command in COMMANDS if command.name == name), None)
