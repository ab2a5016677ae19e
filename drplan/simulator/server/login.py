"""The Engine's SSO: tokens for passwords, and logout.

The requests are forms, the answers JSON, also those that refuse (engine-storage.md 1.1; the
servlets ``OAuthTokenServlet``, ``OAuthRevokeServlet`` and ``SsoLogoutServlet``).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

import msgspec

from drplan.simulator.answers import page
from drplan.simulator.handling import Answer
from drplan.simulator.server.sessions import Sessions
from drplan.wire.request import Request

JSON: Final = "application/json"
SCOPE: Final = "ovirt-app-api"
_BY_PASSWORD: Final = "password"  # noqa: S105 - the name of a grant
_BY_HEADERS: Final = "urn:ovirt:params:oauth:grant-type:http"
_FOREVER: Final = "9223372036854775807"
_REFUSED: Final = "Invalid credentials."
_NO_PROFILE: Final = "No valid profile found in credentials."


@dataclass(frozen=True)
class _Error(Exception):
    code: str
    text: str


def give_token(request: Request, sessions: Sessions, now: float) -> Answer:
    """``/sso/oauth/token``: a token for a name and a password, from a form or a Basic header."""
    form = form_of(request)
    try:
        grant = _needed(form, "grant_type")
        if request.header("Accept") != JSON:
            raise _missing("Accept Header")
        if grant == _BY_PASSWORD:
            _check(sessions, _needed(form, "username"), _needed(form, "password"))
        elif grant == _BY_HEADERS:
            return _by_headers(request, form, sessions, now)
        else:
            raise _Error(
                "unsupported_grant_type",
                "The authorization grant type is not supported by the authorization server.",
            )
    except _Error as error:
        return refused(error.code, error.text)
    return _token(form, sessions, now)


def refuse_kerberos() -> Answer:
    """``/sso/oauth/token-http-auth``: the proxy asks for a ticket that nobody can give here."""
    return page(401, "Unauthorized", headers={"WWW-Authenticate": "Negotiate"})


def revoke(request: Request, sessions: Sessions) -> Answer:
    """``/services/sso-logout`` and ``/sso/oauth/revoke``: the token's session ends."""
    sessions.close(form_of(request).get("token", ""))
    return json_answer({})


def authenticated(request: Request, sessions: Sessions, now: float) -> bool:
    """Whether an API request comes from the user: by token, or by name and password."""
    scheme, _, credentials = (request.header("Authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        return sessions.use(credentials.strip(), now)
    if scheme.lower() == "basic":
        user, password = basic(credentials)
        return sessions.accepts(user, password)
    return False


def bearer_token(request: Request) -> str:
    """The token that a request carries; empty where it carries none."""
    scheme, _, token = (request.header("Authorization") or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def basic(credentials: str) -> tuple[str, str]:
    """Name and password of a Basic header; both empty where it is damaged."""
    try:
        text = base64.b64decode(credentials.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    user, _, password = text.partition(":")
    return user, password


def form_of(request: Request) -> dict[str, str]:
    """The parameters of a form, from the body and from the address, as a servlet sees them."""
    body = parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    form: dict[str, str] = {}
    for name, value in (*request.query, *body):
        form.setdefault(name, value)
    return form


def refused(code: str, text: str) -> Answer:
    """The SSO's refusal: 400, with the members that its REST scope has."""
    return json_answer({"error_code": code, "error": text}, status=400)


def json_answer(value: object, *, status: int = 200) -> Answer:
    """A value as JSON."""
    return Answer(status, msgspec.json.encode(value), JSON)


def _by_headers(
    request: Request, form: Mapping[str, str], sessions: Sessions, now: float
) -> Answer:
    """The grant for browsers: a Basic header; without one the client is asked for it."""
    scheme, _, credentials = (request.header("Authorization") or "").partition(" ")
    user, password = basic(credentials) if scheme.lower() == "basic" else ("", "")
    if not sessions.accepts(user, password):
        return page(401, "Unauthorized", headers={"WWW-Authenticate": 'Basic realm="RESTAPI"'})
    return _token(form, sessions, now)


def _token(form: Mapping[str, str], sessions: Sessions, now: float) -> Answer:
    return json_answer(
        {
            "access_token": sessions.open(now),
            "scope": form.get("scope", ""),
            "exp": _FOREVER,
            "token_type": "bearer",
        }
    )


def _check(sessions: Sessions, user: str, password: str) -> None:
    if sessions.accepts(user, password):
        return
    name, _, profile = user.rpartition("@")
    if not name or profile != sessions.user.rpartition("@")[2]:
        reason, shown = _NO_PROFILE, f"{user}@N/A"
    else:
        reason, shown = _REFUSED, user
    raise _Error("access_denied", f"Cannot authenticate user '{shown}': {reason}.")


def _needed(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise _missing(name)
    return form[name]


def _missing(name: str) -> _Error:
    return _Error("invalid_request", f"Missing parameter: '{name}'")
