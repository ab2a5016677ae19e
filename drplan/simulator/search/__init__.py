"""The Engine's search language: parsing, fields, relations between objects, evaluation."""

from __future__ import annotations

from drplan.simulator.search.evaluate import SearchFailed, search
from drplan.simulator.search.fields import UnknownToSimulator

__all__ = ["SearchFailed", "UnknownToSimulator", "search"]
