"""Who is logged in to a simulated Engine.

A session ends after 30 minutes without a request, and on logout; there is no other limit
(engine-storage.md 1.1). All times are seconds of the simulation.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Final

IDLE: Final = 30 * 60.0
"""Seconds without a request after which a session ends (``UserSessionTimeOutInterval``)."""


class Sessions:
    """The tokens of one Engine, which has one user, ``name@profile``."""

    def __init__(self, user: str, password: str) -> None:
        self.user = user
        self._password = password
        self._used: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._used)

    def accepts(self, user: str, password: str) -> bool:
        """Whether these are the user's name and password."""
        is_user = hmac.compare_digest(user.encode(), self.user.encode())
        return hmac.compare_digest(password.encode(), self._password.encode()) and is_user

    def open(self, now: float) -> str:
        """Begin a session; gives its token."""
        token = secrets.token_urlsafe(64)
        self._used[token] = now
        return token

    def use(self, token: str, now: float) -> bool:
        """Whether the token's session is alive; it is then used anew."""
        used = self._used.get(token)
        if used is None:
            return False
        if now - used > IDLE:
            del self._used[token]
            return False
        self._used[token] = now
        return True

    def close(self, token: str) -> None:
        """End a session; an unknown token is none."""
        self._used.pop(token, None)

    def close_all(self) -> None:
        """End every session, as a restart of the Engine does."""
        self._used.clear()
