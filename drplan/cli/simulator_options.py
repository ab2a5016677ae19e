"""What the options of ``drplan simulator serve`` mean, or why they mean nothing."""

from __future__ import annotations

import math

import typer

from drplan.model.mapping import SITE_ROLES, SiteRole


def addresses(text: str) -> tuple[tuple[str, int], tuple[str, int]]:
    """Host and port of the primary and of the secondary, from ``HOST:PORT,HOST:PORT``."""
    parts = text.split(",")
    if len(parts) != 2:
        raise typer.BadParameter("give two addresses, HOST:PORT,HOST:PORT", param_hint="--listen")
    return _address(parts[0]), _address(parts[1])


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.strip().rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise typer.BadParameter(f"{text!r} is not HOST:PORT", param_hint="--listen")
    return host, int(port)


def role_of(text: str | None) -> SiteRole | None:
    """The role of a site that is named."""
    for role in SITE_ROLES:
        if text == role:
            return role
    if text is None:
        return None
    raise typer.BadParameter(f"{text!r} is neither primary nor secondary", param_hint="--down")


def positive(number: float, option: str) -> float:
    """A factor that is greater than nothing."""
    if not math.isfinite(number) or number <= 0:
        raise typer.BadParameter("give a number greater than 0", param_hint=option)
    return number
