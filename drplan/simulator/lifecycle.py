"""Locks and fair queues of one Engine: who may touch an entity now, and who is next.

Locks are in memory and fail fast: a command that meets one is refused with the message that the
*holder* registered (engine-storage.md 1.5 point 7 and section 11). Queues wait: the SPM of a data
center serves one call after the other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from drplan.simulator.faults import OBJECT_LOCKED, Message, refuse

LockName = tuple[str, str]
"""Group and id: ``("STORAGE", sd_id)``, ``("VM_NAME", name)``, ``("POOL", dc_id)``."""


@dataclass(frozen=True, slots=True)
class _Held:
    owner: Hashable
    message: Message
    shared: bool


class LockTable:
    """Exclusive and shared locks by group and id."""

    def __init__(self) -> None:
        self._held: dict[LockName, list[_Held]] = {}

    def acquire(
        self,
        owner: Hashable,
        *,
        exclusive: Iterable[LockName] = (),
        shared: Iterable[LockName] = (),
        busy: Message = OBJECT_LOCKED,
        **values: str,
    ) -> None:
        """Take all of the locks or none; raises ``Refusal`` with the holder's message.

        ``busy`` is what others are told while this owner holds. ``values`` fill the message that
        *this* command is refused with (``action="attach"``, ``type="Storage"``). An owner never
        stands in its own way.
        """
        wanted = [(name, False) for name in exclusive] + [(name, True) for name in shared]
        for name, is_shared in wanted:
            for held in self._held.get(name, ()):
                if held.owner != owner and not (is_shared and held.shared):
                    raise refuse(held.message, **values)
        for name, is_shared in wanted:
            self._held.setdefault(name, []).append(_Held(owner, busy, is_shared))

    def release(self, owner: Hashable, *names: LockName) -> None:
        """Give back the named locks of ``owner``, or all of them where none is named."""
        for name in names or tuple(self._held):
            kept = [held for held in self._held.get(name, ()) if held.owner != owner]
            if kept:
                self._held[name] = kept
            else:
                self._held.pop(name, None)

    def clear(self) -> None:
        """Forget all locks, as an Engine that restarts does."""
        self._held.clear()

    def is_held(self, name: LockName) -> bool:
        """Whether anybody holds the lock, shared or not."""
        return name in self._held


class Turns:
    """Fair queues by name: first come, first served, one at a time."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[Callable[[], None]]] = {}

    def ask(self, name: str, go_on: Callable[[], None]) -> None:
        """Call ``go_on`` when it is this one's turn: at once where nobody is before it."""
        queue = self._waiting.setdefault(name, deque())
        queue.append(go_on)
        if len(queue) == 1:
            go_on()

    def release(self, name: str) -> None:
        """End the current turn; the next in the queue goes on."""
        queue = self._waiting[name]
        queue.popleft()
        if queue:
            queue[0]()
        else:
            del self._waiting[name]

    def length(self, name: str) -> int:
        """How many hold or wait for that turn."""
        return len(self._waiting.get(name, ()))
