"""How many actions of a class run at once (design decision 21)."""

from __future__ import annotations

from collections.abc import Mapping

from drplan.model.plan import Limits


def limit_table(limits: Limits) -> Mapping[str, int]:
    """The limits by class. A limit below one would stop the run for ever, and counts as one."""
    return {
        name: max(1, value)
        for name, value in (
            ("connect", limits.connect),
            ("import", limits.import_),
            ("attach", limits.attach),
            ("sweep", limits.sweep),
            ("register", limits.register),
            ("start", limits.start),
        )
    }
