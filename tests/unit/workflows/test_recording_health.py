"""When a recording may take the place of the one before."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from drplan.model.entities import Cluster, DataCenter, Host, StorageDomain, Vm
from drplan.model.inventory import EngineIdentity, Gap, Inventory
from drplan.workflows.recording_health import degradations, running

HEALTHY = Inventory(
    site="north",
    engine=EngineIdentity(instance_id="one"),
    data_centers=(
        DataCenter(id="dc", name="production", status="up"),
        DataCenter(id="spare", name="spare", status="uninitialized"),
    ),
    clusters=(Cluster(id="cl", name="main"),),
    hosts=(
        Host(id="h1", name="h1", status="up", cluster_id="cl"),
        Host(id="h2", name="h2", status="up", cluster_id="cl"),
    ),
    storage_domains=(
        StorageDomain(id="sd1", name="gold", type="data", status="active"),
        StorageDomain(id="sd2", name="old", type="data", status="maintenance"),
    ),
    vms=tuple(Vm(id=f"vm{number}", name=f"vm{number}", status="up") for number in range(20)),
)


def changed(**fields: object) -> Inventory:
    """The healthy site with other fields."""
    return msgspec.structs.replace(HEALTHY, **fields)


def with_vms(up: int, down: int = 0, *, status: str = "down") -> Inventory:
    """The healthy site with other VMs: some as they were, some with another status, the rest gone."""
    kept = [msgspec.structs.replace(vm, status="up") for vm in HEALTHY.vms[:up]]
    stopped = [msgspec.structs.replace(vm, status=status) for vm in HEALTHY.vms[up : up + down]]
    return changed(vms=(*kept, *stopped))


def first(field: str, **changes: object) -> Callable[[], Inventory]:
    """The healthy site with another first entry of a collection."""

    def build() -> Inventory:
        entry, *rest = getattr(HEALTHY, field)
        return changed(**{field: (msgspec.structs.replace(entry, **changes), *rest)})

    return build


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (
            lambda: changed(engine=EngineIdentity(instance_id="two")),
            "another Engine answers at this address than the one that was recorded before",
        ),
        (
            first("data_centers", status="problematic"),
            "the data center production was up and is problematic",
        ),
        (lambda: changed(data_centers=()), "the data center production is gone"),
        (
            first("storage_domains", status="inactive"),
            "the storage domain gold was active and is inactive",
        ),
        (
            first("storage_domains", status="unattached"),
            "the storage domain gold was active and is unattached",
        ),
        (lambda: changed(storage_domains=()), "the storage domain gold is gone"),
        (
            lambda: changed(
                hosts=tuple(
                    msgspec.structs.replace(host, status="non_responsive") for host in HEALTHY.hosts
                )
            ),
            "no host of the cluster main is up any more",
        ),
        (lambda: with_vms(16, 4), "4 of 20 VMs that ran do not run any more"),
        (
            lambda: changed(vms=(), gaps=(Gap(collection="vms", reason="HTTP 500"),)),
            "vms could not be read: HTTP 500",
        ),
        (
            lambda: changed(gaps=(Gap(collection="roles", reason="HTTP 403"),)),
            "roles could not be read: HTTP 403",
        ),
    ],
)
def test_what_worked_and_does_not_degrades(now: Callable[[], Inventory], expected: str) -> None:
    """Each thing that was well in the healthy recording and is not now is a reason, and the only."""
    assert degradations(now(), HEALTHY) == (expected,)


def test_vms_that_are_gone_are_told_apart_from_stopped_ones() -> None:
    """Both are said where both are so."""
    assert degradations(with_vms(10), HEALTHY) == (
        "10 of 20 VMs that ran do not run any more",
        "10 of 20 VMs are gone",
    )


@pytest.mark.parametrize(
    "now",
    [
        lambda: HEALTHY,
        lambda: with_vms(17, 3),
        lambda: with_vms(17),
        lambda: with_vms(0, 20, status="unknown"),
        lambda: with_vms(0, 20, status="not_responding"),
        first("hosts", status="non_responsive"),
        lambda: changed(data_centers=(HEALTHY.data_centers[0],)),
    ],
)
def test_the_days_work_does_not_degrade(now: Callable[[], Inventory]) -> None:
    """A few VMs stopped or removed, one host down; VMs whose host is silent still count as running."""
    assert degradations(now(), HEALTHY) == ()


def test_in_a_large_site_a_tenth_may_stop() -> None:
    """Three of a thousand would be asking every night."""
    before = changed(vms=tuple(Vm(id=str(it), name=str(it), status="up") for it in range(1000)))
    after = changed(vms=before.vms[:900])
    fewer = changed(vms=before.vms[:899])

    assert degradations(after, before) == ()
    assert degradations(fewer, before) != ()


def test_the_last_running_vm_is_always_missed() -> None:
    """A small site whose VMs all stopped is in trouble, however few they were."""
    small = changed(vms=HEALTHY.vms[:2])
    stopped = changed(vms=tuple(msgspec.structs.replace(vm, status="down") for vm in small.vms))

    assert degradations(stopped, small) == ("2 of 2 VMs that ran do not run any more",)


def test_what_was_broken_before_is_no_news() -> None:
    """Otherwise a site with an old scar would never be recorded again."""
    scarred = first("data_centers", status="problematic")()

    assert degradations(scarred, scarred) == ()


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (first("data_centers", status="problematic"), "the data center production is problematic"),
        (first("storage_domains", status="inactive"), "the storage domain gold is inactive"),
        (first("storage_domains", status="unknown"), "the storage domain gold is unknown"),
        (
            lambda: changed(
                hosts=tuple(
                    msgspec.structs.replace(host, status="maintenance") for host in HEALTHY.hosts
                )
            ),
            "no host is up",
        ),
        (
            lambda: changed(gaps=(Gap(collection="vms", reason="HTTP 500"),)),
            "vms could not be read: HTTP 500",
        ),
    ],
)
def test_a_first_recording_is_judged_by_itself(now: Callable[[], Inventory], expected: str) -> None:
    """There is nothing to compare it with, so only what is plainly broken counts."""
    assert degradations(now(), None) == (expected,)


def test_a_first_recording_of_a_standby_site_is_healthy() -> None:
    """Data centers without storage and no VMs are how a standby site looks."""
    standby = changed(
        data_centers=(HEALTHY.data_centers[1],),
        storage_domains=(),
        vms=(),
        gaps=(Gap(collection="roles", reason="HTTP 403"),),
    )

    assert degradations(standby, None) == ()


def test_what_may_have_run_counts_as_running() -> None:
    """The statuses of the design's decision 27."""
    statuses = ("up", "paused", "unknown", "down", "suspended", "migrating")
    vms = tuple(Vm(id=it, name=it, status=it) for it in statuses)

    assert running(changed(vms=vms)) == {"up", "paused", "unknown", "migrating"}
