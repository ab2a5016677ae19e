from __future__ import annotations

import pytest

from drplan.simulator import host_ids, mirroring
from drplan.simulator.array import Array, DomainCopy
from drplan.simulator.replication import Placement, lay_out, replicate
from drplan.simulator.timeline import Timeline
from tests.unit.simulator.behaviour.living_sites import DC, LivingSite
from tests.unit.simulator.behaviour.sites import fault, uid
from tests.unit.simulator.behaviour.worlds import World, import_body

HELD = (400, "[Cannot acquire host id]")


class Pair:
    """A living source, a target, and domain 2 mirrored from one to the other."""

    def __init__(self, world: World, *, broken: bool = False) -> None:
        self.array: Array = world.array
        timeline = Timeline()
        self.source = LivingSite("a", self.array).plain().begin(timeline=timeline)
        world.plain_target()
        self.target = world.target
        lay_out(self.target.store, self.array)
        replicate(
            self.source.store,
            self.array,
            [
                Placement(
                    domain=uid("sd", 2),
                    storage_type="nfs",
                    address="nas-b",
                    path="/exp/r2",
                    broken=broken,
                )
            ],
        )
        self.target.open(self.array, timeline=timeline)
        answer = self.target.ask("POST", "/storagedomains", import_body(2))
        assert answer.status == 201, answer.body

    @property
    def replica(self) -> DomainCopy:
        """The target's copy of domain 2."""
        export = self.array.export("nas-b", "/exp/r2")
        assert export is not None
        return export.domains[0]

    def attach(self) -> tuple[int, str]:
        """Attach the replica at the target; status and detail, empty where it went well."""
        answer = self.target.ask(
            "POST",
            f"/datacenters/{DC}/storagedomains",
            f"<storage_domain id='{uid('sd', 2)}'/>",
        )
        return (201, "") if answer.status == 201 else fault(answer)


def test_a_living_source_keeps_its_host_ids(world: World) -> None:
    """12: while the other site renews its leases, attach fails."""
    assert Pair(world).attach() == HELD


def test_after_a_disaster_the_leases_expire(world: World) -> None:
    """12: 140 s after the last renewal, not before."""
    pair = Pair(world)
    pair.source.go_down()
    assert pair.attach() == HELD

    pair.target.settle(141)
    assert pair.attach() == (201, "")


def test_a_site_that_returns_renews_again(world: World) -> None:
    """12: a source that is back holds its host ids."""
    pair = Pair(world)
    pair.source.go_down()
    pair.target.settle(200)
    assert pair.source.engine is not None
    host_ids.site_comes_up(pair.source.engine)

    assert pair.attach() == HELD


def test_a_clean_deactivation_gives_the_ids_back_at_once(world: World) -> None:
    """12: in a planned failover nobody waits."""
    pair = Pair(world)
    pair.source.put_into_maintenance(2)

    assert pair.attach() == (201, "")


def test_a_broken_mirror_allows_a_premature_failover(world: World) -> None:
    """12: a promoted replica shows no renewals: both sites have the domain now."""
    pair = Pair(world, broken=True)

    assert pair.attach() == (201, "")
    assert pair.source.status(2) == "active"


def test_what_the_source_writes_reaches_the_replica(world: World) -> None:
    """8: the definitions on the replica are as old as the last OVF update."""
    pair = Pair(world)
    pair.source.vm_status(3, "up")
    pair.source.engine.ovfs.outdated.add(uid("sd", 2))
    pair.source.ask("POST", f"/storagedomains/{uid('sd', 2)}/updateovfstore", "<action/>")
    pair.source.settle(30)

    assert pair.replica.ovf_store.records[uid("vm", 3)].status == "up"


@pytest.mark.parametrize("broken", [True, False])
def test_a_detach_reaches_the_replica_unless_the_link_is_broken(world: World, broken: bool) -> None:
    """7.1: the metadata of the replica names no pool either."""
    pair = Pair(world, broken=broken)
    pair.source.put_into_maintenance(2)
    pair.source.detach(2)

    assert (pair.replica.pool is None) is not broken


def test_a_failback_finds_what_the_target_wrote(world: World) -> None:
    """8.2: turned round, the mirror carries the target's definitions home."""
    pair = Pair(world, broken=True)
    pair.source.go_down()
    assert pair.attach() == (201, "")
    pair.target.ask("POST", f"/storagedomains/{uid('sd', 2)}/updateovfstore", "<action/>")
    pair.target.settle(30)
    pair.replica.name = "written-at-b"

    assert mirroring.reverse(pair.array, uid("sd", 2)) == 1

    assert pair.source.copy(2).name == "written-at-b"
    assert pair.source.copy(2).pool == pair.replica.pool
    assert pair.source.copy(2).state == "read_only"


class TestSetMaster:
    """6.3: setmaster."""

    def ask(self, site: LivingSite, number: int) -> tuple[int, str]:
        """Switch the master; status and detail."""
        answer = site.ask(
            "POST",
            f"/datacenters/{DC}/setmaster",
            f"<action><storage_domain id='{uid('sd', number)}'/></action>",
        )
        return (200, "") if answer.status == 200 else fault(answer)

    def test_both_are_locked_until_the_task_ends(self, alive: LivingSite) -> None:
        """6.3: 200 at once; then both active, the role passed on."""
        assert self.ask(alive, 2) == (200, "")
        assert [alive.status(1), alive.status(2)] == ["locked", "locked"]
        status, detail = self.ask(alive, 3)
        assert status == 409
        assert "The master role is being switched from storage domain" in detail

        alive.settle(60)
        assert [alive.status(1), alive.status(2)] == ["active", "active"]
        assert alive.master() == [2]

    def test_refusals(self, alive: LivingSite) -> None:
        """6.3: already master, not active, not data, running tasks."""
        assert "already the master storage domain" in self.ask(alive, 1)[1]
        alive.set_status(2, "maintenance")
        assert "Storage domain d2 must be active." in self.ask(alive, 2)[1]
