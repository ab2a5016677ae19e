"""The login of a served Engine: forms in, JSON out."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlencode

import pytest

from drplan.simulator.handling import Answer
from drplan.simulator.server import login
from drplan.simulator.server.sessions import IDLE, Sessions
from drplan.wire.request import Request

USER, PASSWORD = "admin@internal", "sécret"
JSON = (("Accept", "application/json"),)


@pytest.fixture
def sessions() -> Sessions:
    """An Engine's sessions, with nobody logged in."""
    return Sessions(USER, PASSWORD)


def ask(sessions: Sessions, *, headers: tuple[tuple[str, str], ...] = JSON, **form: str) -> Answer:
    """Ask for a token."""
    body = urlencode(form).encode()
    request = Request("POST", "/ovirt-engine/sso/oauth/token", (), headers, body)
    return login.give_token(request, sessions, 0.0)


def by_password(**changes: str) -> dict[str, str]:
    """The form that the SDK sends."""
    return {
        "grant_type": "password",
        "scope": "ovirt-app-api",
        "username": USER,
        "password": PASSWORD,
    } | changes


def basic(user: str, password: str) -> tuple[tuple[str, str], ...]:
    """The header of name and password."""
    return (("Authorization", f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}"),)


def test_a_password_gives_a_token_that_opens_the_api(sessions: Sessions) -> None:
    """The answer has the four members of a real one; exp is a text."""
    answer = ask(sessions, **by_password())

    found = json.loads(answer.body)
    assert (answer.status, answer.media_type) == (200, "application/json")
    assert (found["scope"], found["token_type"]) == ("ovirt-app-api", "bearer")
    assert isinstance(found["exp"], str)
    request = Request("GET", "/", (), (("Authorization", f"Bearer {found['access_token']}"),))
    assert login.authenticated(request, sessions, 1.0)


@pytest.mark.parametrize(
    ("form", "code", "text"),
    [
        (
            by_password(password="x"),
            "access_denied",
            "Cannot authenticate user 'admin@internal': Invalid credentials..",
        ),
        (
            by_password(username="other@internal"),
            "access_denied",
            "Cannot authenticate user 'other@internal': Invalid credentials..",
        ),
        (
            by_password(username="admin"),
            "access_denied",
            "Cannot authenticate user 'admin@N/A': No valid profile found in credentials..",
        ),
        ({"scope": "x"}, "invalid_request", "Missing parameter: 'grant_type'"),
        ({"grant_type": "password"}, "invalid_request", "Missing parameter: 'username'"),
        (
            {"grant_type": "magic"},
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server.",
        ),
    ],
)
def test_refusals_are_json_with_400(
    sessions: Sessions, form: dict[str, str], code: str, text: str
) -> None:
    """Error and code, as the REST scope has them; nobody is logged in then."""
    answer = ask(sessions, **form)

    assert answer.status == 400
    assert json.loads(answer.body) == {"error_code": code, "error": text}
    assert len(sessions) == 0


def test_clients_have_to_accept_json(sessions: Sessions) -> None:
    """Anything else than exactly application/json is refused."""
    answer = ask(sessions, headers=(("Accept", "*/*"),), **by_password())

    assert json.loads(answer.body)["error"] == "Missing parameter: 'Accept Header'"


def test_the_grant_of_browsers_takes_a_basic_header(sessions: Sessions) -> None:
    """Without one the browser is asked for it."""
    grant = {"grant_type": "urn:ovirt:params:oauth:grant-type:http", "scope": "ovirt-app-api"}

    given = ask(sessions, headers=(*JSON, *basic(USER, PASSWORD)), **grant)
    asked = ask(sessions, **grant)

    assert "access_token" in json.loads(given.body)
    assert (asked.status, asked.media_type) == (401, "text/html")
    assert dict(asked.headers)["WWW-Authenticate"].startswith("Basic")


def test_kerberos_is_refused_by_asking_for_it() -> None:
    """The answer of a proxy to a client without a ticket."""
    answer = login.refuse_kerberos()

    assert (answer.status, dict(answer.headers)) == (401, {"WWW-Authenticate": "Negotiate"})


def test_a_session_ends_after_half_an_hour_without_requests(sessions: Sessions) -> None:
    """Each request keeps it for as long again."""
    token = sessions.open(0.0)

    assert sessions.use(token, IDLE)
    assert sessions.use(token, 2 * IDLE)
    assert not sessions.use(token, 3 * IDLE + 0.1)
    assert not sessions.use(token, 3 * IDLE + 0.2)


def test_a_logout_ends_that_session_alone(sessions: Sessions) -> None:
    """The answer is an empty object, also for a token that nobody has."""
    first, second = sessions.open(0.0), sessions.open(0.0)

    for token in (first, "unknown"):
        request = Request("POST", "/x", (("token", token),), JSON)
        assert json.loads(login.revoke(request, sessions).body) == {}
    assert not sessions.use(first, 0.0)
    assert sessions.use(second, 0.0)


@pytest.mark.parametrize(
    ("headers", "valid"),
    [
        (basic(USER, PASSWORD), True),
        (basic(USER, "x"), False),
        ((("Authorization", "Basic ???"),), False),
        ((("Authorization", "Basic //79"),), False),
        ((("Authorization", "Negotiate YII"),), False),
        ((("authorization", "Bearer unknown"),), False),
        ((), False),
    ],
)
def test_the_api_takes_name_and_password_too(
    sessions: Sessions, headers: tuple[tuple[str, str], ...], *, valid: bool
) -> None:
    """A damaged or another header opens nothing."""
    assert login.authenticated(Request("GET", "/", (), headers), sessions, 0.0) is valid
