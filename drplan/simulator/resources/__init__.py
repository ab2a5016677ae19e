"""The rules of each collection: what a write does, in the Engine's own terms.

One file per collection. Each has a tuple ``ROUTES``; a new file is named in ``all_routes``.
"""

from __future__ import annotations

from drplan.simulator import reading
from drplan.simulator.handling import Route


def all_routes() -> tuple[Route, ...]:
    """Every route of the simulated API."""
    return reading.ROUTES
