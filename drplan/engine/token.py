"""The token that every call carries: asked for once, renewed when it has expired, given back.

Wire facts section 1, storage sheet 1.1. It lives below the transports' seam: no recording holds it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import trio

from drplan.engine.http_client import HttpClient
from drplan.errors import AnswerLost, DrplanError, EngineUnreachable, LoginFailed
from drplan.wire.response import Response

TOKEN_PATH = "/ovirt-engine/sso/oauth/token"  # noqa: S105 - a path
REVOKE_PATH = "/ovirt-engine/services/sso-logout"
SCOPE = "ovirt-app-api"
REVOKE_PATIENCE = 5.0
"""Seconds that giving back the token may take: nothing depends on it."""

_HEADERS = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in: ``username`` as ``USER@PROFILE``."""

    username: str
    password: str = field(repr=False)


class Session:
    """One user's session with one Engine, for all calls at once.

    ``token`` is the current one; ``generation`` counts how many there were.
    """

    def __init__(self, client: HttpClient, login: Login) -> None:
        self.token: str | None = None
        self.generation = 0
        self._client = client
        self._login = login
        self._refusal: LoginFailed | None = None
        self._turn = trio.Lock()

    async def begin(self) -> None:
        """Log in, unless that was done. Raises as ``renew`` does."""
        if self.token is None:
            await self.renew(used=self.generation)

    async def renew(self, *, used: int) -> None:
        """Take a new token, unless somebody took one after the generation ``used``.

        Raises ``LoginFailed`` where the Engine refuses, from then on without asking again: many
        wrong passwords lock an account. Raises ``EngineUnreachable`` where there was no answer,
        never ``AnswerLost``: a login that was lost has changed nothing.
        """
        async with self._turn:
            if self.generation > used:
                return
            if self._refusal is not None:
                raise self._again(self._refusal)
            self.token = None
            try:
                self.token = await self._ask()
            except LoginFailed as refusal:
                self._refusal = refusal
                raise
            self.generation += 1

    async def end(self) -> None:
        """Give the token back, as far as that is possible in a few seconds."""
        token, self.token = self.token, None
        if token is None:
            return
        with trio.CancelScope(shield=True, deadline=trio.current_time() + REVOKE_PATIENCE):
            try:
                await self._post(REVOKE_PATH, {"scope": SCOPE, "token": token})
            except EngineUnreachable:
                # The Engine drops it after 30 idle minutes.
                return

    @staticmethod
    def _again(refusal: LoginFailed) -> LoginFailed:
        return LoginFailed(refusal.summary, where=refusal.where, next_step=refusal.next_step)

    async def _ask(self) -> str:
        form = {
            "grant_type": "password",
            "scope": SCOPE,
            "username": self._login.username,
            "password": self._login.password,
        }
        try:
            response = await self._post(TOKEN_PATH, form)
        except AnswerLost as lost:
            raise EngineUnreachable(lost.summary, where=lost.where, next_step="try again") from None
        return self._token_in(response)

    async def _post(self, path: str, form: dict[str, str]) -> Response:
        return await self._client.send(
            "POST",
            path,
            headers=_HEADERS,
            body=urlencode(form).encode(),
            timeout=self._client.timeouts.login,
        )

    def _token_in(self, response: Response) -> str:
        answer = _json_object(response.body)
        if answer is None or response.status >= 500:
            raise self._no_login_service(response)
        token = answer.get("access_token")
        if isinstance(token, str) and token and response.status < 400:
            return token
        text = ": ".join(
            str(answer[key]).strip().rstrip(".")
            for key in ("error_code", "error", "error_description")
            if answer.get(key)
        )
        said = text.replace(self._login.password, "***") if self._login.password else text
        return self._refused(said or f"HTTP {response.status}")

    def _refused(self, said: str) -> str:
        raise LoginFailed(
            f"the Engine refused the login of {self._login.username}: {said}",
            where=self._client.site,
            next_step="check the user, its profile and the password; with Keycloak the "
            "administrator is admin@ovirt@internalsso",
        )

    def _no_login_service(self, response: Response) -> DrplanError:
        if response.status == 401:
            return LoginFailed(
                f"the web server before the Engine refused the login of {self._login.username}",
                where=self._client.site,
                next_step="check the user, its profile and the password",
            )
        redirected = response.header("Location") if 300 <= response.status < 400 else None
        kind = response.media_type or "no content type"
        return EngineUnreachable(
            f"{self._client.origin} answers, but not as an Engine's login does "
            f"(HTTP {response.status}, {kind}"
            + (f", redirected to {redirected})" if redirected else ")"),
            where=self._client.site,
            next_step="check the URL in the mapping, and whether the Engine has started",
        )


def _json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object that was sent, which some Engines put into a list of one."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value if isinstance(value, dict) else None
