"""A node of the graph where a person or a command must say yes."""

from __future__ import annotations

import msgspec


class Gate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A gate. Actions list its ``id`` in ``depends_on``.

    ``command`` is an argument list, run without a shell, that must end with 0 within ``timeout``
    seconds; without one a person is asked ``text``. ``depends_on`` must have succeeded before the
    gate is asked, ``after`` must merely have ended.
    """

    id: str
    name: str
    text: str
    before: str
    command: tuple[str, ...] = ()
    timeout: int | None = None
    depends_on: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
