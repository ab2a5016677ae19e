"""A failover of five storage types, request by request: the same over HTTPS as in process.

The script below is a client of its own: it knows the API and nothing of drplan's. Time is moved on
in whole seconds on both ways, so that everything happens in the same order. Only dates differ.
"""

from __future__ import annotations

import json
import os
import re
import ssl
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import trio
from lxml import etree

from drplan.documents.mapping_file import load_mapping
from drplan.model.mapping import Mapping, StorageMapping
from drplan.resources import fixture_folder
from drplan.simulator.core import Engine
from drplan.wire.request import API_PREFIX, Request
from drplan.workflows.simulated_sites import simulate_sites
from drplan.workflows.sites import find_recorded_site

DEMO = fixture_folder("two-site")
VERSIONS = ("4.4.10", "4.5.7")
DATE = re.compile(rb"\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d")
SLOWEST = 900
"""Simulated seconds after which an answer counts as missing."""

Send = Callable[[Request, int], Awaitable[tuple[int, bytes]]]
"""Sends a request after so many simulated seconds; gives status and body."""


@dataclass
class Script:
    """The client, with what it was answered: method and address, status, body without dates."""

    send: Send
    mapping: Mapping
    answers: list[tuple[str, int, bytes]]

    async def ask(self, method: str, target: str, body: str = "", *, after: int = 0) -> Any:
        """One request; the answer's root element, ``None`` where there is no XML."""
        headers = (("Content-Type", "application/xml"), ("Accept", "application/xml"))
        request = Request.of(method, API_PREFIX + target, headers=headers, body=body.encode())
        status, answer = await self.send(request, after)
        self.answers.append((f"{method} {target}", status, DATE.sub(b"DATE", answer)))
        return etree.fromstring(answer) if answer.startswith(b"<?xml") else None

    async def run(self) -> None:
        """Recover everything that the mapping names, and look at all of it."""
        centers = {
            it.findtext("name"): it.get("id") for it in await self.ask("GET", "/datacenters")
        }
        for storage in sorted(self.mapping.storages, key=lambda it: not it.secondary.master):
            await self.recover(storage, centers[storage.secondary.data_center])
        for vm in await self.ask("GET", "/vms"):
            await self.ask("POST", f"/vms/{vm.get('id')}/start", "<action/>")
        for target in ("/vms?follow=nics,diskattachments", "/storagedomains", "/jobs", "/events"):
            await self.ask("GET", target, after=300)
        for center in centers.values():
            await self.ask("GET", f"/datacenters/{center}/storagedomains")

    async def recover(self, storage: StorageMapping, center: str | None) -> None:
        """Import one domain, attach it, and register what lies on it."""
        name = storage.secondary.data_center
        hosts = await self.ask("GET", f"/hosts?search=status%3Dup+and+datacenter%3D{name}")
        domain = await self.imported(storage, hosts[0].get("id"))
        attached = f"/datacenters/{center}/storagedomains"
        await self.ask("POST", attached, f'<storage_domain id="{domain}"/>')
        for _ in range(10):
            found = await self.ask("GET", f"{attached}/{domain}", after=30)
            if found is not None and found.findtext("status") == "active":
                break
        clusters = "".join(
            f"<registration_cluster_mapping><from><name>{it.primary}</name></from>"
            f"<to><name>{it.secondary}</name></to></registration_cluster_mapping>"
            for it in self.mapping.clusters
        )
        body = (
            "<action><allow_partial_import>true</allow_partial_import><registration_configuration>"
            f"<cluster_mappings>{clusters}</cluster_mappings></registration_configuration></action>"
        )
        for kind in ("templates", "vms"):
            waiting = f"/storagedomains/{domain}/{kind}"
            for entity in await self.ask("GET", f"{waiting}?unregistered=true"):
                await self.ask("POST", f"{waiting}/{entity.get('id')}/register", body, after=10)

    async def imported(self, storage: StorageMapping, host: str) -> str:
        """The id of the domain that was imported."""
        side, kind = storage.secondary, storage.storage_type
        where = f"<type>{kind}</type>"
        named = ""
        if kind == "iscsi":
            await self.logged_in(storage, host)
        if kind in {"iscsi", "fcp"}:
            body = f"<action>{self.portal(storage) if kind == 'iscsi' else ''}</action>"
            found = await self.ask(
                "POST", f"/hosts/{host}/unregisteredstoragedomainsdiscover", body
            )
            seen = {it.get("id") for it in found.iter("storage_domain")}
            assert storage.domain_id in seen
            named = f' id="{storage.domain_id}"'
        else:
            where += f"<address>{side.address}</address><path>{side.path}</path>"
            file_system = side.vfs_type or ("glusterfs" if kind == "glusterfs" else None)
            where += f"<vfs_type>{file_system}</vfs_type>" if file_system else ""
        imported = await self.ask(
            "POST",
            "/storagedomains",
            f"<storage_domain{named}><import>true</import><name>{side.name}</name>"
            f'<type>data</type><host id="{host}"/><storage>{where}</storage></storage_domain>',
        )
        assert imported.tag == "storage_domain", etree.tostring(imported)
        return imported.get("id") or ""

    async def logged_in(self, storage: StorageMapping, host: str) -> None:
        """Log one host in to the first target."""
        body = f"<action>{self.portal(storage, login=True)}</action>"
        await self.ask("POST", f"/hosts/{host}/iscsilogin", body)

    def portal(self, storage: StorageMapping, *, login: bool = False) -> str:
        """The first portal, and its target: to log in to, or to look behind."""
        side = storage.secondary
        target = f"<target>{side.targets[0]}</target>" if login else ""
        behind = (
            ""
            if login
            else f"<iscsi_targets><iscsi_target>{side.targets[0]}</iscsi_target></iscsi_targets>"
        )
        return f"<iscsi><address>{side.address}</address><port>{side.port}</port>{target}</iscsi>{behind}"


def in_process(version: str) -> list[tuple[str, int, bytes]]:
    """The answers of the secondary without a network."""
    mapping, _ = load_mapping(DEMO / "mapping.yml")
    engines = simulate_sites(
        mapping,
        {role: find_recorded_site(DEMO, role) for role in ("primary", "secondary")},
        folder=DEMO,
        start=datetime(2026, 3, 1, tzinfo=UTC),
        down="primary",
        version=version,
    )
    script = Script(directly(engines["secondary"]), mapping, [])
    trio.run(script.run)
    assert engines["secondary"].unimplemented == []
    return script.answers


def directly(engine: Engine) -> Send:
    """Sends by calling the core."""

    async def send(request: Request, after: int) -> tuple[int, bytes]:
        await trio.lowlevel.checkpoint()
        engine.advance(engine.now + after)
        ticket = engine.submit(engine.now, request)
        for _ in range(SLOWEST):
            if ticket.response is not None:
                return ticket.response.status, ticket.response.body
            engine.advance(engine.now + 1)
        raise AssertionError(f"no answer to {request.target()}")

    return send


def over_https(version: str) -> list[tuple[str, int, bytes]]:
    """The answers of the secondary as a process, whose own time nearly stands still."""
    mapping, _ = load_mapping(DEMO / "mapping.yml")
    answers: list[tuple[str, int, bytes]] = []

    async def run(facts: dict[str, Any]) -> None:
        site = facts["sites"]["secondary"]
        async with httpx.AsyncClient(
            verify=ssl.create_default_context(cafile=facts["ca_file"]),
            timeout=60,
            auth=(site["user"], site["password"]),
            base_url=site["url"].removesuffix(API_PREFIX),
        ) as client:
            await Script(Wire(client).send, mapping, answers).run()

    with serving(version) as facts:
        trio.run(run, facts)
    return answers


@contextmanager
def serving(version: str) -> Iterator[dict[str, Any]]:
    """A process that serves the demo, with the primary lost."""
    options = [
        "--cassettes",
        DEMO,
        "--mapping",
        DEMO / "mapping.yml",
        "--down",
        "primary",
        "--json",
    ]
    options += ["--listen", "127.0.0.1:0,127.0.0.1:0", "--speed", "0.0001"]
    options += ["--engine-version", version]
    command = [sys.executable, "-m", "drplan", "simulator", "serve", *map(str, options)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


@dataclass
class Wire:
    """Sends over HTTPS, and lets time pass through the control API until the answer is there."""

    client: httpx.AsyncClient

    async def send(self, request: Request, after: int) -> tuple[int, bytes]:
        """See ``Send``."""
        await self.skip(after)
        given: list[httpx.Response] = []
        there = trio.Event()

        async def exchange() -> None:
            headers = dict(request.headers)
            given.append(
                await self.client.request(
                    request.method, request.target(), content=request.body, headers=headers
                )
            )
            there.set()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(exchange)
            # Before the request has reached the Engine no time may pass for it.
            while not there.is_set() and not await self.is_busy():
                await trio.lowlevel.checkpoint()
            while not there.is_set():
                await self.skip(1)
                while not there.is_set() and not await self.is_busy():
                    await trio.lowlevel.checkpoint()
        return given[0].status_code, given[0].content

    async def is_busy(self) -> bool:
        """Whether the Engine works on a request."""
        state = (await self.client.get("/drplan-simulator/state")).json()
        return bool(state["sites"][1]["open_requests"])

    async def skip(self, seconds: int) -> None:
        """Let simulated time pass."""
        if seconds:
            await self.client.post(f"/drplan-simulator/time/skip?seconds={seconds}")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_failover_of_five_storage_types_is_the_same_over_https(version: str) -> None:
    """Every status and every body, up to dates; and it is a failover indeed."""
    expected = in_process(version)
    given = over_https(version)

    for one, other in zip(expected, given, strict=True):
        assert other == one

    def worked(ending: str) -> int:
        return sum(1 for what, status, _ in expected if what.endswith(ending) and status < 300)

    assert {status for _, status, _ in expected} <= {200, 201, 202, 400, 409}
    assert worked("POST /storagedomains") == len(load_mapping(DEMO / "mapping.yml")[0].storages)
    assert worked("/register") > 20
    assert worked("/start") > 20
