"""The options that carrying out a plan has, for ``apply`` and ``resume`` alike."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from drplan.model.plan import Author
    from drplan.workflows.consent import Consent
    from drplan.workflows.gatekeeper import Person

Gates = Annotated[
    list[str] | None,
    typer.Option("--gate", metavar="NAME=yes", help="Answer a gate beforehand. Repeatable."),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--override",
        metavar="CHECK",
        help="Break glass: go on although this check failed. Needs --reason. Repeatable.",
    ),
]
Reason = Annotated[
    str | None,
    typer.Option("--reason", metavar="TEXT", help="Why a check is overruled; it is recorded."),
]
OnError = Annotated[
    Literal["continue", "stop", "ask"],
    typer.Option(
        "--on-error",
        help="After a failure that the plan did not foresee: go on with the rest or not.",
    ),
]
OnConflict = Annotated[
    Literal["refuse", "skip"],
    typer.Option(
        "--on-conflict",
        help="Where the target has changed: refuse the plan, or skip the actions that do not fit.",
    ),
]
Input = Annotated[
    str,
    typer.Option(
        "--input", metavar="BOOL", help="false: ask nobody, and refuse what needs asking."
    ),
]
LockTimeout = Annotated[
    float,
    typer.Option(
        "--lock-timeout", min=0, metavar="SECONDS", help="How long to wait for another's lock."
    ),
]
SourceFenced = Annotated[
    str | None,
    typer.Option(
        "--source-fenced",
        metavar="REASON",
        help="The source is known to be cut off from its storage, though it answers. Recorded.",
    ),
]
IncidentStart = Annotated[
    str | None,
    typer.Option("--incident-start", metavar="TIME", help="When it happened, in ISO 8601."),
]
Mapping = Annotated[
    Path | None,
    typer.Option("--mapping", metavar="FILE", help="The plan's mapping, if it lies elsewhere now."),
]


def author() -> Author:
    """Who runs the program, and where."""
    import getpass
    import socket

    from drplan.model.plan import Author

    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container may run under a number that has no name
        user = "unknown"
    return Author(user=user, host=socket.gethostname())


def may_ask(value: str) -> bool:
    """What ``--input`` and ``DRPLAN_INPUT`` say."""
    if value.lower() not in {"true", "false", "1", "0"}:
        raise typer.BadParameter("--input is true or false")
    return value.lower() in {"true", "1"} and os.environ.get("DRPLAN_INPUT", "") not in {
        "0",
        "false",
    }


def consent_of(
    *,
    gates: Sequence[str] | None,
    overrides: Sequence[str] | None,
    reason: str | None,
    asking: bool,
    person: Person | None,
    digest: str | None = None,
    auto: bool = False,
) -> Consent:
    """What was said on the command line about approval."""
    from drplan.workflows.consent import Consent

    if overrides and not (reason or "").strip():
        raise typer.BadParameter("--override needs --reason TEXT")
    if digest is not None and auto:
        raise typer.BadParameter("--approve and --auto-approve exclude each other")
    who = author()
    return Consent(
        who=f"{who.user}@{who.host}",
        digest=digest,
        auto=auto,
        gates=_answers(gates or ()),
        overrides=frozenset(overrides or ()),
        reason=reason or "",
        person=person,
        wait_for_gates=asking,
    )


def incident_of(text: str | None) -> datetime | None:
    """The time that ``--incident-start`` gives; one without a zone is local."""
    if text is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise typer.BadParameter(
            f"--incident-start: {text!r} is no time; write 2026-03-14T02:00:00Z"
        ) from error


def _answers(gates: Sequence[str]) -> dict[str, bool]:
    answers: dict[str, bool] = {}
    for text in gates:
        name, equals, word = text.partition("=")
        if not equals or word not in {"yes", "no"}:
            raise typer.BadParameter(f"--gate {text}: write NAME=yes or NAME=no")
        answers[name.removeprefix("gate.")] = word == "yes"
    return answers
