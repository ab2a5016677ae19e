"""Faults to order: which request to a simulated Engine fails, and how.

::

    - request: POST /vms/*/start      # method and address; * stands for one part, ** for the rest
      nth: 2                          # the second such request; also [1, 2], or every
      answer: reset                   # 401, 409, 500, 503, reset, timeout, slow
      took_effect: true               # the Engine did it, and only the answer is another
    - request: GET /vms
      site: secondary                 # without it: of any Engine
      answer: slow
      seconds: 30

Addresses are those of the API without its prefix; one that begins with ``/ovirt-engine`` is taken
as it is, so that the login can fail as well. What an order does not say happens as always.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Final, Literal

import msgspec

from drplan.errors import InvalidInput
from drplan.simulator import answers
from drplan.simulator.faults import OBJECT_LOCKED, refuse
from drplan.simulator.handling import Answer, Call
from drplan.wire.request import API_PREFIX

Kind = Literal["401", "409", "500", "503", "reset", "timeout", "slow"]
Cut = Literal["reset", "timeout"]
"""How the client is left without an answer: the connection breaks, or stays silent."""

_ROOT: Final = "/ovirt-engine"


class FaultOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind of request that fails, the first time unless ``nth`` says otherwise.

    ``seconds`` (of the simulation) is how much later a slow answer comes.
    """

    request: str
    answer: Kind
    nth: int | tuple[int, ...] | Literal["every"] = 1
    site: str | None = None
    took_effect: bool = False
    seconds: float = 30.0

    @property
    def cut(self) -> Cut | None:
        """How the client is left without an answer, if it is."""
        return self.answer if self.answer in {"reset", "timeout"} else None

    @property
    def is_carried_out(self) -> bool:
        """Whether the Engine does what was asked."""
        return self.took_effect or self.answer == "slow"

    def fits(self, site: str, method: str, path: str) -> bool:
        """Whether the request is of that kind."""
        if self.site not in {None, site}:
            return False
        wanted, _, pattern = self.request.partition(" ")
        return wanted in {"*", method} and fits_path(pattern.strip(), path)

    def strikes(self, count: int) -> bool:
        """Whether the ``count``-th request of the kind fails."""
        if self.nth == "every":
            return True
        return count in ((self.nth,) if isinstance(self.nth, int) else self.nth)


class OrderedFaults:
    """The orders of a world, and how many requests of each kind came."""

    def __init__(self, orders: Iterable[FaultOrder] = ()) -> None:
        self._counts: list[tuple[FaultOrder, list[int]]] = [(order, [0]) for order in orders]

    def add(self, orders: Iterable[FaultOrder]) -> None:
        """Further orders; they count from now on."""
        self._counts += [(order, [0]) for order in orders]

    def clear(self) -> None:
        """Take all orders back."""
        self._counts.clear()

    def __iter__(self) -> Iterator[tuple[FaultOrder, int]]:
        """Each order with the number of requests of its kind so far."""
        return ((order, count[0]) for order, count in self._counts)

    def take(self, site: str, method: str, path: str) -> FaultOrder | None:
        """The order that a request falls under, if any; it is counted by all that it fits."""
        found: FaultOrder | None = None
        for order, count in self._counts:
            if order.fits(site, method, path):
                count[0] += 1
                if found is None and order.strikes(count[0]):
                    found = order
        return found


def fits_path(pattern: str, path: str) -> bool:
    """Whether an address is meant by a pattern: ``*`` is one part, ``**`` any rest."""
    if not pattern.startswith(_ROOT) and path.startswith(API_PREFIX):
        path = path[len(API_PREFIX) :]
    wanted, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    if wanted[-1] == "**":
        wanted, given = wanted[:-1], given[: len(wanted) - 1]
    return len(wanted) == len(given) and all(map(fnmatchcase, given, wanted))


def ordered_answer(order: FaultOrder, call: Call) -> Answer:
    """What the client is told instead of what happened."""
    match order.answer:
        case "401":
            return answers.unauthorised()
        case "409":
            busy = refuse(OBJECT_LOCKED, action=_verb(call), type="Object")
            return answers.refusal(call, busy)
        case "503":
            return answers.page(503, "Service Unavailable")
        case _:
            return answers.page(500, "Internal Server Error")


def check_request(pattern: str, where: str) -> None:
    """Raises ``InvalidInput`` for what is not a method and an address."""
    method, _, path = pattern.partition(" ")
    if (method == "*" or method.isupper()) and path.strip().startswith("/"):
        return
    raise InvalidInput(
        f"{pattern!r} is not a method and an address",
        where=where,
        next_step="write for example: request: POST /vms/*/start",
    )


def _verb(call: Call) -> str:
    return call.path.rpartition("/")[2] if call.is_action else "change"
