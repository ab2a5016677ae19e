"""No secret stays in what is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from drplan.wire.cassette import read_cassette, write_cassette
from drplan.wire.recording import Exchange, Origin, Recording
from drplan.wire.request import API_PREFIX, Request
from drplan.wire.response import Response
from drplan.wire.scrubbing import SCRUBBED, scrub, scrub_body

PLANTED = "Xq7-planted-Zk9"

BODIES = {
    "a host's root password": f"<host><root_password>{PLANTED}</root_password></host>",
    "a user's password": f"<user><password>{PLANTED}</password></user>",
    "CHAP of a LUN": f"<logical_unit id='1'><password>{PLANTED}</password></logical_unit>",
    "CHAP of a login": f"<action><iscsi><password>{PLANTED}</password></iscsi></action>",
    "CHAP of a connection": f"<storage_connection><password>{PLANTED}</password></storage_connection>",
    "a password in CDATA": f"<host><password><![CDATA[<{PLANTED}>]]></password></host>",
    "an element with attributes": f"<password type='x'>\n  {PLANTED}\n</password>",
    "mount options": f"<storage><mount_options>rw,username=u,password={PLANTED},vers=3"
    "</mount_options></storage>",
    "power management": f"<agent><password>{PLANTED}</password></agent>",
    "an option of power management": "<option><name>ipmi_passwd</name>"
    f"<value>{PLANTED}</value></option>",
    "cloud-init": f"<initialization><custom_script>chpasswd: {{list: 'root:{PLANTED}'}}"
    "</custom_script></initialization>",
    "old cloud-init": "<initialization><cloud_init><users><user>"
    f"<password>{PLANTED}</password></user></users></cloud_init></initialization>",
    "a payload": f"<payloads><payload><files><file><content>{PLANTED}</content></file></files>"
    "</payload></payloads>",
    "a console ticket": f"<action><ticket><value>{PLANTED}</value></ticket></action>",
    "a transfer's ticket": f"<image_transfer><signed_ticket>{PLANTED}</signed_ticket></image_transfer>",
    "an OVF": "<configuration><data>&lt;VmInit RootPassword=&quot;"
    f"{PLANTED}&quot; User=&quot;u&quot;/&gt;</data></configuration>",
    "an element in an OVF": f"<data>&lt;RootPassword&gt;{PLANTED}&lt;/RootPassword&gt;</data>",
    "an attribute": f"<provider password='{PLANTED}'/>",
    "a form": f"grant_type=password&username=admin&password={PLANTED}&scope=x",
    "a token request": f"token={PLANTED}==&scope=ovirt-app-api",
    "a token": f'{{"access_token": "{PLANTED}\\"{PLANTED}", "exp": "1"}}',
    "a number as token": f'{{"token": 12345{PLANTED}}}',
    "a console file": f"[virt-viewer]\npassword={PLANTED}\nhost=10.0.0.1\n",
    "a private key": f"<ssh><private_key>{PLANTED}</private_key></ssh>",
    "not UTF-8": f"<password>{PLANTED}\xff</password>",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_planted_secrets_are_gone(body: str) -> None:
    """Wherever an Engine or a client puts a secret, it is not kept."""
    encoding = "latin-1" if "\xff" in body else "utf-8"

    scrubbed = scrub_body(body.encode(encoding))

    assert PLANTED.encode() not in scrubbed
    assert SCRUBBED.encode() in scrubbed
    assert scrub_body(scrubbed) == scrubbed


def test_json_stays_json() -> None:
    """A token that is a number is replaced by a text, not by a bare word."""
    scrubbed = scrub_body(b'{"refresh_token": 12345, "exp": 99, "token": null}')

    assert json.loads(scrubbed) == {"refresh_token": SCRUBBED, "exp": 99, "token": SCRUBBED}


@pytest.mark.parametrize(
    "header",
    ["Authorization", "authorization", "Cookie", "Set-Cookie", "JSESSIONID", "X-Auth-Token"],
)
def test_headers_that_log_in_are_emptied(header: str) -> None:
    """A header keeps its name, so that one sees that it was sent."""
    exchange = Exchange(
        Request.of("GET", "/x", headers=((header, f"Bearer {PLANTED}"),)),
        Response(200, headers=((header, PLANTED), ("Date", "today"))),
    )

    kept = scrub(exchange)

    assert kept.request.headers == ((header, SCRUBBED),)
    assert kept.response.headers == ((header, SCRUBBED), ("Date", "today"))


def test_parameters_are_scrubbed() -> None:
    """A token in an address is a token; a location may hold one too."""
    exchange = Exchange(
        Request.of("GET", f"{API_PREFIX}/vms?max=1&token={PLANTED}"),
        Response(302, headers=(("Location", f"https://x/?token={PLANTED}&a=1"),)),
    )

    kept = scrub(exchange)

    assert kept.request.query == (("max", "1"), ("token", SCRUBBED))
    assert kept.response.headers == (("Location", f"https://x/?token={SCRUBBED}&a=1"),)


@pytest.mark.parametrize(
    "body",
    [
        b'<vm><actions><link href="/vms/1/ticket" rel="ticket"/></actions><name>a</name></vm>',
        b"<user><password></password><root_password/></user>",
        b"<display><certificate><content>-----BEGIN CERTIFICATE-----\nMIIC\n</content></certificate></display>",
        b"<logical_unit><username>chap-user</username></logical_unit>",
        b"<initialization><custom_script></custom_script></initialization>",
        b"<sso><methods><method id='guest_agent'/></methods></sso>",
        b"<authentication_method>password</authentication_method>",
        b"\xff\xfe no such word",
    ],
)
def test_what_is_not_secret_stays_as_it_was(body: bytes) -> None:
    """Names of actions, empty elements, certificates and user names are left alone."""
    assert scrub_body(body) == body


def test_a_written_cassette_holds_no_planted_secret(tmp_path: Path) -> None:
    """The last thing that sees a recording before the disk scrubs it, whoever made it."""
    login = (("Authorization", f"Bearer {PLANTED}"), ("Cookie", f"JSESSIONID={PLANTED}"))
    exchanges = tuple(
        Exchange(
            Request.of(
                "POST", f"{API_PREFIX}/x?token={PLANTED}", headers=login, body=body.encode()
            ),
            Response(200, "OK", (("Set-Cookie", PLANTED),), body.encode()),
        )
        for body in BODIES.values()
    )
    recording = Recording(exchanges, "https://e.example.com/ovirt-engine/api", Origin())
    for name in ("all.yaml", "all.json"):
        write_cassette(tmp_path / name, recording)

        assert PLANTED not in (tmp_path / name).read_text()
        assert len(read_cassette(tmp_path / name).exchanges) == len(BODIES)
