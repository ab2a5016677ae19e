"""Recording sites over HTTPS: what is kept, what stays, and what is said."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drplan.clock import fixed_clock
from drplan.engine.retrying import Patience
from drplan.errors import RunFailed
from drplan.model.mapping import SiteRole
from drplan.wire.request import Request
from drplan.wire.response import Response
from drplan.workflows.credentials import CredentialSources
from drplan.workflows.live_site import LiveOptions
from drplan.workflows.record import Recorded, RecordRequest, SiteRecord, record_sites
from drplan.workflows.sites import find_recorded_site, read_recorded_inventory
from tests.unit.engine.https_engine import HTML, PASSWORD, Answer
from tests.unit.workflows.served_sites import FIXTURE, Served, served_sites

NIGHT = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
ENVIRON = {"DRPLAN_PRIMARY_PASSWORD": PASSWORD, "DRPLAN_SECONDARY_PASSWORD": PASSWORD}


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[Served]:
    """Both sites, alive."""
    with served_sites(tmp_path) as served:
        yield served


def record(served: Served, out: Path, *, night: int = 0, **options: Any) -> Recorded:
    """Record on the given night."""
    environ = options.pop("environ", ENVIRON)
    request = RecordRequest(
        mapping=served.mapping,
        out=out,
        sources=CredentialSources(environ=environ),
        live=LiveOptions(patience=Patience(total=0.2, first=0.1)),
        **options,
    )
    return record_sites(request, fixed_clock(NIGHT + timedelta(days=night)))


def files(folder: Path) -> list[str]:
    """The recordings in a folder."""
    return sorted(
        str(path.relative_to(folder))
        for path in folder.rglob("*.*")
        if path.is_file() and not path.name.startswith(".")
    )


def stopped_vms(request: Request, response: Response) -> Answer:
    """No VM runs any more."""
    if not request.path.endswith("/vms"):
        return response
    body = response.body.replace(b"<status>up</status>", b"<status>down</status>")
    return Response(response.status, response.reason, response.headers, body)


def broken(_: Request, response: Response) -> Answer:
    """A web server whose Engine does not run."""
    return Response(503, "Service Unavailable", HTML, b"<html/>")


def outcomes(recorded: Recorded) -> dict[SiteRole, str]:
    """What came of each site."""
    return {site.role: site.outcome for site in recorded.sites}


def test_both_sites_are_recorded_as_they_are(sites: Served, tmp_path: Path) -> None:
    """The recordings tell exactly what was read, with time and version, and log out afterwards."""
    out = tmp_path / "recordings"

    recorded = record(sites, out)

    assert files(out) == [
        "generations/primary-20261125T020000Z.yaml",
        "generations/secondary-20261125T020000Z.yaml",
        "primary.yaml",
        "secondary.yaml",
    ]
    primary, secondary = recorded.sites
    assert primary == SiteRecord(
        role="primary",
        name="north",
        outcome="recorded",
        file=str(out / "primary.yaml"),
        taken="2026-11-25T02:00:00Z",
        engine_version="4.5.6-1.el9",
        vms=28,
        running=26,
        requests=primary.requests,
    )
    assert (secondary.name, secondary.outcome, secondary.vms) == ("south", "recorded", 1)
    for role in ("primary", "secondary"):
        told = read_recorded_inventory(find_recorded_site(out, role))
        expected = read_recorded_inventory(find_recorded_site(FIXTURE, role))
        assert told.vms == expected.vms
        assert told.storage_domains == expected.storage_domains
        assert told.gaps == ()
        assert told.taken == "2026-11-25T02:00:00Z"
    for engine in sites.engines.values():
        assert engine.revoked == ["token-1"]
        assert {it.method for _, it in engine.requests} == {"GET"}


def test_no_secret_is_in_a_recording(sites: Served, tmp_path: Path) -> None:
    """Neither password nor token, in no file."""
    record(sites, tmp_path / "recordings")

    for path in (tmp_path / "recordings").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert PASSWORD not in text
            assert "token-" not in text


def test_a_dead_site_does_not_keep_the_other_from_being_recorded(tmp_path: Path) -> None:
    """What was recorded of the dead one stays, and it is said of when it is."""
    out = tmp_path / "recordings"
    with served_sites(tmp_path) as alive:
        record(alive, out)
    before = (out / "primary.yaml").read_bytes()

    with served_sites(tmp_path, roles=("secondary",)) as served:
        recorded = record(served, out, night=1)

    primary, secondary = recorded.sites
    assert outcomes(recorded) == {"primary": "failed", "secondary": "recorded"}
    assert primary.reasons == ("the Engine cannot be reached: the connection was refused",)
    assert (primary.stays, primary.exit_code) == ("2026-11-25T02:00:00Z", 69)
    assert (out / "primary.yaml").read_bytes() == before
    assert secondary.taken == "2026-11-26T02:00:00Z"


def test_an_engine_that_does_not_run_is_dead_too(sites: Served, tmp_path: Path) -> None:
    """Its web server's 503 is no inventory without VMs."""
    sites.changes["primary"] = broken

    recorded = record(sites, tmp_path / "recordings")

    assert outcomes(recorded) == {"primary": "failed", "secondary": "recorded"}
    assert recorded.sites[0].reasons == (
        "the web server answers, but the Engine does not (HTTP 503)",
    )
    assert not (tmp_path / "recordings" / "primary.yaml").exists()


def test_a_site_in_trouble_is_recorded_aside(sites: Served, tmp_path: Path) -> None:
    """The night after a disaster does not erase what ran before."""
    out = tmp_path / "recordings"
    record(sites, out)
    before = (out / "primary.yaml").read_bytes()
    sites.changes["primary"] = stopped_vms

    recorded = record(sites, out, night=1)

    primary = recorded.sites[0]
    assert outcomes(recorded) == {"primary": "degraded", "secondary": "recorded"}
    assert primary.file == str(out / "degraded" / "primary-20261126T020000Z.yaml")
    assert primary.reasons == ("24 of 26 VMs that ran do not run any more",)
    assert primary.stays == "2026-11-25T02:00:00Z"
    assert (out / "primary.yaml").read_bytes() == before


def test_somebody_who_has_looked_can_accept_it(sites: Served, tmp_path: Path) -> None:
    """A site that is meant to be so becomes the healthy recording, and the next night is quiet."""
    out = tmp_path / "recordings"
    record(sites, out)
    sites.changes["primary"] = stopped_vms

    accepted = record(sites, out, night=1, accept=True)
    after = record(sites, out, night=2)

    assert outcomes(accepted) == {"primary": "recorded", "secondary": "recorded"}
    assert accepted.sites[0].accepted
    assert accepted.sites[0].reasons == ("24 of 26 VMs that ran do not run any more",)
    assert (after.sites[0].outcome, after.sites[0].reasons) == ("recorded", ())


def test_generations_are_kept_and_no_more(sites: Served, tmp_path: Path) -> None:
    """The newest, of each site; healthy and degraded ones apart."""
    out = tmp_path / "recordings"
    for night in range(4):
        record(sites, out, night=night, keep=2, roles=("primary",))
    sites.changes["primary"] = stopped_vms
    for night in range(4, 7):
        record(sites, out, night=night, keep=2, roles=("primary",))

    assert files(out) == [
        "degraded/primary-20261130T020000Z.yaml",
        "degraded/primary-20261201T020000Z.yaml",
        "generations/primary-20261127T020000Z.yaml",
        "generations/primary-20261128T020000Z.yaml",
        "primary.yaml",
    ]


def test_a_recording_that_was_there_before_becomes_a_generation(
    sites: Served, tmp_path: Path
) -> None:
    """Put there by hand, and in another form: nothing is lost, and one healthy file is left."""
    out = tmp_path / "recordings"
    out.mkdir()
    found = (FIXTURE / "primary.yaml").read_bytes()
    (out / "primary.yml").write_bytes(found)

    record(sites, out, night=30, roles=("primary",))

    kept = [path for path in files(out) if "generations" in path]
    assert len(kept) == 2
    assert found in [(out / path).read_bytes() for path in kept]
    assert [path for path in files(out) if "/" not in path] == ["primary.yaml"]


def test_a_damaged_recording_is_replaced(sites: Served, tmp_path: Path) -> None:
    """It is of no use to anybody; the newest generation that can be read is what counts."""
    out = tmp_path / "recordings"
    record(sites, out)
    content = (out / "primary.yaml").read_text(encoding="utf-8")
    (out / "primary.yaml").write_text(content[: len(content) // 2], encoding="utf-8")
    sites.changes["primary"] = stopped_vms

    degraded = record(sites, out, night=1)
    del sites.changes["primary"]
    healthy = record(sites, out, night=2)

    assert outcomes(degraded)["primary"] == "degraded"
    assert outcomes(healthy)["primary"] == "recorded"
    find_recorded_site(out, "primary")


def test_a_site_without_password_does_not_keep_the_other_one_back(
    sites: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is missing is said, for that site alone."""
    monkeypatch.setattr("drplan.workflows.credentials._keyring", lambda _: None)

    recorded = record(
        sites, tmp_path / "recordings", environ={"DRPLAN_SECONDARY_PASSWORD": PASSWORD}
    )

    assert outcomes(recorded) == {"primary": "failed", "secondary": "recorded"}
    assert recorded.sites[0].exit_code == 77
    assert sites.engines["primary"].logins == []


def test_a_wrong_password_is_tried_once(sites: Served, tmp_path: Path) -> None:
    """Not once for each of many requests."""
    recorded = record(
        sites, tmp_path / "recordings", environ={**ENVIRON, "DRPLAN_PRIMARY_PASSWORD": "wrong"}
    )

    assert outcomes(recorded) == {"primary": "failed", "secondary": "recorded"}
    assert recorded.sites[0].exit_code == 77
    assert len(sites.engines["primary"].logins) == 1


def test_two_recordings_at_once_are_kept_apart(sites: Served, tmp_path: Path) -> None:
    """The second one ends before it reads anything."""
    out = tmp_path / "recordings"
    out.mkdir()

    with (out / ".record.lock").open("w", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(RunFailed, match="another drplan record"):
            record(sites, out)

    assert sites.engines["primary"].logins == []


def test_a_token_that_expires_on_the_way_is_renewed(sites: Served, tmp_path: Path) -> None:
    """The recording holds no trace of it."""
    engine = sites.engines["primary"]
    seen = 0

    def expire(_: Request, response: Response) -> Answer:
        nonlocal seen
        seen += 1
        if seen == 20:
            engine.expired.add("token-1")
        return response

    sites.changes["primary"] = expire

    recorded = record(sites, tmp_path / "recordings", roles=("primary",))

    assert outcomes(recorded) == {"primary": "recorded"}
    assert len(engine.logins) == 2
    assert engine.revoked == ["token-2"]
    assert " 401" not in (tmp_path / "recordings" / "primary.yaml").read_text(encoding="utf-8")
