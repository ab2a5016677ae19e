"""How a command becomes a typer application.

Help is plain text: it can be piped, grepped and pasted, and it costs no import of rich.
"""

from __future__ import annotations

import typer


def command_app() -> typer.Typer:
    """An application for one command, or for a group of commands, with the house's settings."""
    return typer.Typer(
        add_completion=False,
        no_args_is_help=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
