"""Reads orders: which requests shall fail, and what shall happen to hosts, domains and Engines.

One YAML list holds both. An entry with ``request`` is a fault (see ``ordered_faults``), one with
``event`` is something that happens (see ``happenings``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from drplan.errors import InvalidInput
from drplan.files import read_text
from drplan.simulator.happenings import Happening
from drplan.simulator.ordered_faults import FaultOrder, check_request

_Order = TypeVar("_Order", FaultOrder, Happening)


@dataclass(frozen=True)
class Orders:
    """What was ordered, in the order of the file."""

    faults: tuple[FaultOrder, ...] = ()
    happenings: tuple[Happening, ...] = ()


def read_orders(path: Path) -> Orders:
    """The orders in a file. Raises ``InvalidInput`` where it cannot be read or understood."""
    return parse_orders(read_text(path), str(path))


def parse_orders(text: str, where: str) -> Orders:
    """The orders in a YAML (or JSON) text: a list of them, or a single one."""
    try:
        data = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        reason = str(error).splitlines()[0]
        raise InvalidInput(f"not YAML: {reason}", where=where) from error
    items = data if isinstance(data, list) else [] if data is None else [data]
    faults: list[FaultOrder] = []
    happenings: list[Happening] = []
    for number, item in enumerate(items, start=1):
        place = f"{where}: order {number}"
        if isinstance(item, dict) and "event" in item:
            happenings.append(_happening(item, place))
        elif isinstance(item, dict) and "request" in item:
            faults.append(_fault(item, place))
        else:
            raise InvalidInput(
                "an order has either request or event",
                where=place,
                next_step="see docs/simulator.md, Faults to order",
            )
    return Orders(tuple(faults), tuple(happenings))


def _fault(item: dict[str, Any], where: str) -> FaultOrder:
    # People write statuses as numbers.
    order = _converted(item | {"answer": str(item.get("answer"))}, FaultOrder, where)
    check_request(order.request, where)
    return order


def _happening(item: dict[str, Any], where: str) -> Happening:
    happening = _converted(item, Happening, where)
    if happening.after is not None:
        check_request(happening.after, where)
    return happening


def _converted(item: dict[str, Any], kind: type[_Order], where: str) -> _Order:
    try:
        return msgspec.convert(item, kind)
    except (msgspec.ValidationError, ValueError) as error:
        raise InvalidInput(str(error), where=where) from error
