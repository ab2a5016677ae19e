from __future__ import annotations

from collections.abc import Callable

import pytest

from drplan.simulator import storage_views
from drplan.wire.response import Response
from tests.unit.simulator.behaviour.sites import Site, fault, tree, uid
from tests.unit.simulator.behaviour.worlds import (
    World,
    import_body,
)


@pytest.fixture
def target(world: World) -> Site:
    """A target that has imported the first domain; two VMs lived on the source."""
    source = world.plain_source()
    source.vm(1, disks=(source.disk(1),), status="up")
    source.vm(2)
    world.plain_target()
    site = world.open(1, 2)
    site.ask("POST", "/storagedomains", import_body(1))
    return site


def status(target: Site, number: int = 1) -> str | None:
    """The real status of a domain."""
    return storage_views.status(target.store, uid("sd", number))


class TestActivate:
    """6.1: activate."""

    @pytest.fixture
    def act(self, target: Site) -> Callable[..., Response]:
        """Activate a domain."""

        def run(number: int = 1, center: int = 1) -> Response:
            path = f"/datacenters/{uid('dc', center)}/storagedomains/{uid('sd', number)}/activate"
            return target.ask("POST", path, "<action/>")

        return run

    def test_a_domain_in_maintenance_becomes_active(
        self, world: World, target: Site, act: Callable[..., Response]
    ) -> None:
        """6.1: 200 with job and the domain's reference."""
        world.attach(1)
        storage_views.set_status(target.store, uid("sd", 1), "maintenance")

        answer = act()

        assert answer.status == 200
        assert tree(answer).findtext("status") == "complete"
        assert tree(answer).find("job").get("id")
        assert status(target) == "active"

    def test_it_is_not_idempotent(self, world: World, act: Callable[..., Response]) -> None:
        """6.1 STATUS_ILLEGAL2, in an action."""
        world.attach(1)

        detail = "[Cannot activate Storage. The relevant Storage Domain's status is Active.]"
        assert fault(act()) == (409, detail)

    @pytest.mark.parametrize("now", ["locked", "detaching", "activating"])
    def test_a_domain_in_process_is_busy(
        self, world: World, target: Site, act: Callable[..., Response], now: str
    ) -> None:
        """6.1 OBJECT_LOCKED."""
        world.attach(1)
        storage_views.set_status(target.store, uid("sd", 1), now)

        assert fault(act())[0] == 409
        assert "Related operation is currently in progress" in fault(act())[1]

    def test_the_master_comes_first(
        self, world: World, target: Site, act: Callable[..., Response]
    ) -> None:
        """6.1: a non-master needs an active master."""
        world.attach(1)
        for number in (1, 9):
            storage_views.set_status(target.store, uid("sd", number), "maintenance")

        assert "activate the master Storage Domain first" in fault(act())[1]

    def test_a_failure_restores_the_status(
        self, world: World, target: Site, act: Callable[..., Response]
    ) -> None:
        """6.1: every host failed to connect."""
        world.attach(1)
        storage_views.set_status(target.store, uid("sd", 1), "inactive")
        world.array.export("nas-b", "/exp/r1").mount = "refuses"

        assert fault(act()) == (400, "[]")
        assert status(target) == "inactive"

    def test_unknown_things_are_400(self, act: Callable[..., Response]) -> None:
        """1.5: the command validates, there is no 404."""
        assert fault(act(7)) == (400, "[Cannot activate Storage. Storage Domain doesn't exist.]")
        assert fault(act(1, 5)) == (400, "[Data Center doesn't exist.]")

    def test_an_unattached_domain_fails_in_execution(self, act: Callable[..., Response]) -> None:
        """1.5: it counts as Unknown, and fails with the Engine's own error."""
        assert fault(act(1)) == (400, "[Internal Engine Error]")
