"""``drplan simulator serve`` as a process, and clients that nobody here wrote."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import ovirtsdk4
import pytest
import trio
from lxml import etree
from ovirtsdk4 import types

from drplan.cli.main import main
from drplan.documents.mapping_file import load_mapping
from drplan.documents.mapping_secrets import read_secret
from drplan.model.mapping import SecretRef
from drplan.resources import fixture_folder
from drplan.simulator.server.serve import API_PREFIX

PROJECT = Path(__file__).parents[2]
DEMO = fixture_folder("two-site")
FREE = "127.0.0.1:0,127.0.0.1:0"


@dataclass(frozen=True)
class Running:
    """A simulation that is served, and how to reach its secondary."""

    process: subprocess.Popen[str]
    facts: dict[str, Any]
    mapping: Path

    @property
    def ca_file(self) -> str:
        """The certificate authority that clients need."""
        return str(self.facts["ca_file"])

    @property
    def user(self) -> tuple[str, str]:
        """Name and password at the secondary."""
        site = self.facts["sites"]["secondary"]
        return site["user"], site["password"]

    def url(self, target: str = "", role: str = "secondary") -> str:
        """An address of a site's API."""
        return str(self.facts["sites"][role]["url"]) + target

    def base(self, role: str = "secondary") -> str:
        """The root of a site's machine."""
        return self.url(role=role).removesuffix(API_PREFIX)

    def client(self, **options: Any) -> httpx.Client:
        """A client that trusts the authority; it is not logged in."""
        return httpx.Client(verify=trusting(self.ca_file), timeout=30, **options)

    def steer(self, method: str, target: str, content: str = "") -> Any:
        """A request to the control API."""
        with self.client() as client:
            address = f"{self.base()}/drplan-simulator{target}"
            return client.request(method, address, content=content).raise_for_status().json()

    def sdk(self, password: str | None = None, role: str = "secondary") -> ovirtsdk4.Connection:
        """The SDK, as its users write it."""
        user, right = self.user
        return ovirtsdk4.Connection(
            url=self.url(role=role),
            username=user,
            password=password or right,
            ca_file=self.ca_file,
        )


def trusting(ca_file: str) -> ssl.SSLContext:
    """TLS that trusts that authority alone."""
    return ssl.create_default_context(cafile=ca_file)


def command(*options: str | Path) -> list[str]:
    """The command line for the demo's sites."""
    fixed = ("--cassettes", DEMO, "--mapping", DEMO / "mapping.yml")
    return [sys.executable, "-m", "drplan", "simulator", "serve", *map(str, (*fixed, *options))]


@contextmanager
def serving(folder: Path, *options: str | Path) -> Iterator[Running]:
    """A process that serves, from its being ready to its end."""
    out = folder / "simulated.yml"
    options = ("--listen", FREE, "--json", "--write-mapping", out, *options)
    environment = os.environ | {"TMPDIR": str(folder)}
    with subprocess.Popen(
        command(*options),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            yield Running(process, json.loads(line), out)
        finally:
            process.kill()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One simulation for all tests that leave it usable: the primary is lost."""
    folder = tmp_path_factory.mktemp("served")
    with serving(folder, "--down", "primary", "--speed", "200") as running:
        yield running
        state = running.steer("GET", "/state")
        assert state["crashes"] == []


def test_the_sdk_recovers_a_vm(served: Running) -> None:
    """Log in, list, import a domain, attach it, register a VM, start it, log out."""
    connection = served.sdk()
    system = connection.system_service()
    assert system.get().product_info.version.full_version == "4.5.6-1.el9"
    hosts = system.hosts_service().list(search="status=up and datacenter=dr-production")
    center = system.data_centers_service().list(search="name=dr-production")[0]

    domains = system.storage_domains_service()
    storage = types.HostStorage(
        type=types.StorageType.NFS, address="nas-south.example.org", path="/replica/prod-nfs"
    )
    domain = domains.add(
        types.StorageDomain(
            name="prod-nfs",
            type=types.StorageDomainType.DATA,
            host=types.Host(name=hosts[0].name),
            storage=storage,
        )
    )
    attached = (
        system.data_centers_service().data_center_service(center.id).storage_domains_service()
    )
    attached.add(types.StorageDomain(id=domain.id))
    for _ in range(20):
        if attached.list()[0].status == types.StorageDomainStatus.ACTIVE:
            break
        served.steer("POST", "/time/skip?seconds=10")
    assert attached.list()[0].status == types.StorageDomainStatus.ACTIVE

    clusters = system.clusters_service().list(follow="networks")
    cluster = next(it for it in clusters if it.data_center and it.data_center.id == center.id)
    waiting = domains.storage_domain_service(domain.id).vms_service()
    vm = next(it for it in waiting.list(unregistered=True) if it.name == "wiki")
    waiting.vm_service(vm.id).register(
        allow_partial_import=True, cluster=types.Cluster(id=cluster.id)
    )
    service = system.vms_service().vm_service(vm.id)
    assert service.get().status == types.VmStatus.DOWN
    service.start()
    served.steer("POST", "/time/skip?seconds=120")
    assert service.get().status == types.VmStatus.UP

    token = connection.authenticate()
    connection.close()
    with served.client(headers={"Authorization": f"Bearer {token}"}) as client:
        assert client.get(served.url("/vms")).status_code == 401


def test_a_wrong_password_is_an_error_of_the_login(served: Running) -> None:
    """The SDK shows the Engine's own words."""
    with (
        pytest.raises(ovirtsdk4.AuthError, match="access_denied : Cannot authenticate user"),
        served.sdk("wrong") as connection,
    ):
        connection.authenticate()


def test_the_sdk_logs_in_again_when_its_session_has_ended(served: Running) -> None:
    """401 in between is not seen by its user."""
    with served.sdk() as connection:
        hosts = connection.system_service().hosts_service()
        assert len(hosts.list()) == 6
        first = connection.authenticate()
        served.steer("POST", "/sessions/expire")
        assert len(hosts.list()) == 6
        assert connection.authenticate() != first


def test_the_lines_of_the_readme_work(served: Running, tmp_path: Path) -> None:
    """They fetch the authority, list with curl, list and change with the SDK."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    lines = readme.partition("<!-- clients -->\n\n")[2].partition("\n\n[docs/")[0]
    script = textwrap.dedent(lines).replace("https://127.0.0.1:8444", served.base())
    script = script.replace("python -", f"{sys.executable} -")
    environment = os.environ | {"DRPLAN_SIMULATOR_PASSWORD": served.user[1]}

    done = subprocess.run(
        ["sh", "-e"],
        input=script,
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=environment,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "<name>dr-production</name>" in done.stdout
    assert "south-h1 " in done.stdout
    with served.client(auth=served.user) as client:
        assert b"<name>drill</name>" in client.get(served.url("/tags")).content


def test_curl_logs_in_lists_and_logs_out(served: Running) -> None:
    """By token and by password it gets the same."""
    if shutil.which("curl") is None:
        pytest.skip("there is no curl here")
    user, password = served.user

    def curl(*arguments: str) -> str:
        fixed = ("curl", "--silent", "--show-error", "--fail", "--cacert", served.ca_file)
        return subprocess.run(
            [*fixed, *arguments], capture_output=True, text=True, check=True
        ).stdout

    form = {
        "grant_type": "password",
        "scope": "ovirt-app-api",
        "username": user,
        "password": password,
    }
    fields = [part for key in form for part in ("--data-urlencode", f"{key}={form[key]}")]
    login = f"{served.base()}/ovirt-engine/sso/oauth/token"
    token = json.loads(curl("-H", "Accept: application/json", *fields, login))["access_token"]
    by_token = curl("-H", f"Authorization: Bearer {token}", "--compressed", served.url("/clusters"))
    by_password = curl("-u", f"{user}:{password}", served.url("/clusters"))

    assert by_token == by_password
    assert etree.fromstring(by_token.encode()).tag == "clusters"
    ended = ("--data-urlencode", f"token={token}", "-d", "scope=ovirt-app-api")
    assert curl(*ended, f"{served.base()}/ovirt-engine/services/sso-logout") == "{}"


def test_a_site_that_is_down_refuses_and_can_return(served: Running) -> None:
    """Its port stays the same."""
    place = httpx.URL(served.url(role="primary"))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((place.host, place.port or 0))
    with pytest.raises(ovirtsdk4.ConnectionError):
        served.sdk(role="primary").authenticate()

    served.steer("POST", "/sites/primary/up")
    with served.client() as client:
        assert client.get(served.url(role="primary")).status_code == 401
    served.steer("POST", "/sites/primary/down")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((place.host, place.port or 0))


@pytest.mark.parametrize(
    ("method", "target", "content", "status"),
    [
        ("POST", "/storagedomains", b"<storage_domain", 400),
        ("POST", "/storagedomains", b"", 400),
        ("POST", "/storagedomains", b"\xff\xfe\x00", 400),
        ("POST", "/storagedomains", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 400),
        ("POST", "/vms/00000000-0000-4000-8000-000000000000/start", b"<action/>", 400),
        ("GET", "/vms/00000000-0000-4000-8000-000000000000", b"", 404),
        ("GET", "/nonsense", b"", 501),
        ("GET", "/vms/%00%ff/nics", b"", 404),
        ("DELETE", "/vms", b"", 405),
        ("PATCH", "/vms", b"", 405),
        ("GET", "/vms?search=%28%28&follow=%2e%2e&max=x", b"", 200),
    ],
)
def test_bad_input_is_answered(
    served: Running, method: str, target: str, content: bytes, status: int
) -> None:
    """As an Engine would, or with a clear refusal; the simulation goes on."""
    with served.client(auth=served.user) as client:
        headers = {"Content-Type": "application/xml"}
        given = client.request(method, served.url(target), content=content, headers=headers)
        assert given.status_code == status, given.text
        assert client.get(served.url("/vms")).status_code == 200


def test_what_is_no_http_ends_the_connection_alone(served: Running) -> None:
    """Neither bytes without TLS nor bytes without sense disturb the others."""
    place = httpx.URL(served.url())
    address = (place.host, place.port or 0)
    with socket.create_connection(address) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
        plain.settimeout(10)
        assert not plain.recv(1) or plain.recv(100) is not None
    with (
        socket.create_connection(address) as raw,
        trusting(served.ca_file).wrap_socket(raw, server_hostname=place.host) as secure,
    ):
        secure.sendall(b"\x00\x01\x02 nonsense\r\n\r\n")
        assert b"400" in secure.recv(100)
    assert served.steer("GET", "/state")["crashes"] == []


def test_fifty_clients_at_once_are_served(served: Running) -> None:
    """Each logs in, reads, changes and logs out; nobody sees anybody else's answer."""
    user, password = served.user
    tls = trusting(served.ca_file)
    finished: list[str] = []

    async def one(number: int) -> None:
        async with httpx.AsyncClient(verify=tls, timeout=60, base_url=served.base()) as client:
            form = {"grant_type": "password", "username": user, "password": password}
            form["scope"] = "ovirt-app-api"
            answer = await client.post(
                "/ovirt-engine/sso/oauth/token", data=form, headers={"Accept": "application/json"}
            )
            token = answer.json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            mine = {"Correlation-Id": f"client-{number}"}
            tag = f"<tag><name>tag-{number}</name></tag>".encode()
            made = await client.post(f"{API_PREFIX}/tags", content=tag, headers=mine)
            assert made.status_code == 201, made.text
            assert made.headers["Correlation-Id"] == f"client-{number}"
            assert f"tag-{number}<".encode() in made.content
            listed = await client.get(f"{API_PREFIX}/vms?follow=nics")
            assert listed.status_code == 200
            ended = {"token": token, "scope": "ovirt-app-api"}
            await client.post("/ovirt-engine/services/sso-logout", data=ended)
            assert (await client.get(f"{API_PREFIX}/vms")).status_code == 401
            finished.append(f"tag-{number}")

    async def all_of_them() -> None:
        async with trio.open_nursery() as nursery:
            for number in range(50):
                nursery.start_soon(one, number)

    trio.run(all_of_them)
    assert len(finished) == 50
    with served.client(auth=served.user) as client:
        tags = etree.fromstring(client.get(served.url("/tags")).content)
    assert set(finished) <= {tag.findtext("name") for tag in tags}


def test_ordered_faults_reach_clients(served: Running) -> None:
    """A broken connection, silence, and the proxy's page; and all is well again."""
    orders = [
        {"request": "GET /users", "answer": "reset"},
        {"request": "GET /users", "answer": "timeout", "nth": 2},
        {"request": "GET /users", "answer": "503", "nth": 3},
        {"request": "POST /tags", "answer": "reset", "took_effect": True},
    ]
    served.steer("POST", "/faults", json.dumps(orders))
    with served.client(auth=served.user) as client:
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            client.get(served.url("/users"))
        with pytest.raises(httpx.ReadTimeout):
            client.get(served.url("/users"), timeout=0.3)
        assert client.get(served.url("/users")).status_code == 503
        assert client.get(served.url("/users")).status_code == 200
        with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
            client.post(served.url("/tags"), content=b"<tag><name>lost</name></tag>")
        assert b"<name>lost</name>" in client.get(served.url("/tags")).content
    served.steer("DELETE", "/faults")


def test_the_written_mapping_is_ready_for_use(served: Running) -> None:
    """It points here, waits less by the factor, and the passwords lie beside it; both are private."""
    passwords = served.mapping.with_name("simulated.passwords.yml")

    mapping, _ = load_mapping(served.mapping)

    assert mapping.secondary.url == served.url()
    assert mapping.primary.url == served.url(role="primary")
    assert mapping.secondary.ca_file == served.ca_file
    assert mapping.drplan.lease_wait == 1
    secret = SecretRef(ref="mapping:/dr_sites_secondary_password")
    assert read_secret(secret, passwords, {}) == served.user[1]
    assert {path.stat().st_mode & 0o777 for path in (served.mapping, passwords)} == {0o600}


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_nothing_is_left(tmp_path: Path, sent: signal.Signals) -> None:
    """Exit code 0, no temporary file, also while a client waits for an answer."""
    faults = tmp_path / "faults.yml"
    faults.write_text("request: GET /vms\nanswer: timeout\n")
    with serving(tmp_path, "--faults", faults, "--engine-version", "4.4.10") as running:
        with running.client(auth=running.user) as client:
            root = etree.fromstring(client.get(running.url()).content)
            with pytest.raises(httpx.ReadTimeout):
                client.get(running.url("/vms"), timeout=0.2)
            place = httpx.URL(running.url())
            with socket.create_connection((place.host, place.port or 0)):
                running.process.send_signal(sent)
                _, errors = running.process.communicate(timeout=20)
        assert root.findtext("product_info/version/full_version") == "4.4.10"
        assert (running.process.returncode, errors) == (0, "")
        assert not Path(running.ca_file).parent.exists()
        assert list(tmp_path.glob("drplan-simulator-*")) == []
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((place.host, place.port or 0))


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--listen", "127.0.0.1"), 64, "two addresses"),
        (("--listen", "127.0.0.1:x,127.0.0.1:0"), 64, "not HOST:PORT"),
        (("--down", "north"), 64, "neither primary nor secondary"),
        (("--speed", "0"), 64, "greater than 0"),
        (("--listen", "192.0.2.1:0,127.0.0.1:0"), 1, "not possible to listen"),
        (("--engine-version", "newest"), 65, "not the version"),
        (("--write-mapping", str(DEMO / "mapping.yml")), 65, "would replace the mapping itself"),
        (("--write-mapping", "/no/such/folder/mapping.yml"), 1, "cannot be written"),
        (("--faults", str(DEMO / "scenario.yml")), 65, "either request or event"),
    ],
)
def test_what_cannot_be_served_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    """With the reason, and without leaving a file behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    fixed = () if "--listen" in options else ("--listen", FREE)

    ended = main(command(*fixed, *options)[3:])

    told = capsys.readouterr()
    assert (ended, told.out) == (code, ""), told.err
    assert words in told.err
    assert list(tmp_path.iterdir()) == []
