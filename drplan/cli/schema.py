"""``drplan schema``: the JSON Schema of each document that drplan reads or writes."""

from __future__ import annotations

from typing import Annotated

import typer

from drplan.cli import exit_codes
from drplan.cli.app import command_app
from drplan.cli.terminal import write, write_json

app = command_app()


@app.command()
def schema(
    name: Annotated[
        str | None,
        typer.Argument(help="The document, for example plan or mapping.", metavar="NAME"),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the list of names as JSON.")
    ] = False,
) -> int:
    """Print the JSON Schema of a document; without a name, list the documents.

    An editor that is given the schema of the mapping completes and explains its keys. Schemas
    are JSON Schema 2020-12.
    """
    import json

    from drplan.resources import schema_names, schema_text

    names = schema_names()
    if name is None:
        if as_json:
            write_json(json.dumps({"schemas": names}))
        else:
            write("\n".join(names))
    elif name in names:
        write_json(schema_text(name))
    else:
        raise typer.BadParameter(f"there is no schema {name}; there are {', '.join(names)}")
    return exit_codes.DONE
