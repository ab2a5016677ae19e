from __future__ import annotations

from tests.unit.simulator.behaviour.living_sites import LivingSite
from tests.unit.simulator.behaviour.sites import fault, tree, uid

HOST = uid("host", 1)


def detached(site: LivingSite) -> LivingSite:
    """Domain 2 is detached."""
    site.put_into_maintenance(2)
    site.detach(2)
    site.settle(60)
    return site


class TestRemove:
    """7.2: remove from the Engine, data kept."""

    def test_the_row_goes_and_the_data_stays(self, alive: LivingSite) -> None:
        """``format`` is false by default: volumes and definitions remain on storage."""
        copy = detached(alive).copy(2)

        answer = alive.remove(2, f"host={HOST}")

        assert answer.status == 200
        assert tree(answer).findtext("status") == "complete"
        assert not alive.has("sd", 2)
        assert set(copy.volumes) >= {uid("disk", 2), uid("disk", 3)}
        assert len(alive.events(960)) == 1

    def test_the_host_may_be_named(self, alive: LivingSite) -> None:
        """``host`` is a name or an id."""
        assert detached(alive).remove(2, "host=h1-a").status == 200

    def test_rows_of_the_unregistered_go_with_it(self, alive: LivingSite) -> None:
        """7.1: the foreign key takes them away when the domain's row is removed."""
        detached(alive)
        row = f"/storagedomains/{uid('sd', 2)}/vms;unregistered/{uid('vm', 9)}"
        alive.put(row, "<vm><name>lost</name></vm>")

        alive.remove(2)

        assert not alive.store.exists(row)

    def test_its_connection_goes_with_it(self, alive: LivingSite) -> None:
        """3.4: removing a file domain deletes its connection row."""
        detached(alive)
        alive.put(
            f"/storageconnections/{uid('conn', 2)}",
            "<storage_connection><address>nas-a</address><path>/exp/d2</path><type>nfs</type>"
            "</storage_connection>",
        )

        alive.remove(2)

        assert alive.store.members("/storageconnections") == ()

    def test_without_a_host_it_is_refused_without_detail(self, alive: LivingSite) -> None:
        """400, reason ``host parameter is missing``, no detail."""
        answer = detached(alive).ask("DELETE", f"/storagedomains/{uid('sd', 2)}")

        assert answer.status == 400
        assert tree(answer).findtext("reason") == "host parameter is missing"
        assert not tree(answer).findtext("detail")

    def test_an_unknown_host(self, alive: LivingSite) -> None:
        """By name 404 with a fault; by id 400."""
        detached(alive)

        assert fault(alive.remove(2, "host=nobody")) == (404, "Entity not found: nobody")
        assert fault(alive.remove(2, f"host={uid('host', 9)}")) == (
            400,
            "[Can not Remove Storage Domain - the underlying Host ID is invalid.]",
        )

    def test_a_host_that_is_not_up(self, alive: LivingSite) -> None:
        """409 with the host's name."""
        detached(alive).store.set_value(f"/hosts/{HOST}", "status", "maintenance")

        assert fault(alive.remove(2)) == (409, "[Cannot remove Storage. Host h1-a is not up.]")

    def test_a_domain_that_is_still_attached(self, alive: LivingSite) -> None:
        """409 with the text about inaccessible storage."""
        status, detail = fault(alive.remove(2))

        assert status == 409
        assert detail.startswith("[Cannot remove Storage. The relevant Storage Domain is inacc")

    def test_formatting_what_says_it_is_attached(self, alive: LivingSite) -> None:
        """409: the metadata names a data center."""
        detached(alive).copy(2).pool = uid("dc", 5)

        status, detail = fault(alive.remove(2, f"host={HOST}&format=true"))

        assert status == 409
        assert "metadata indicates it is already attached to a Data Center" in detail

    def test_formatting_loses_the_data(self, alive: LivingSite) -> None:
        """``format=true`` leaves nothing at the place."""
        detached(alive)

        assert alive.remove(2, f"host={HOST}&format=true").status == 200
        assert alive.array.export("nas-a", "/exp/d2").domains == []

    def test_an_unknown_domain(self, alive: LivingSite) -> None:
        """404, empty: the second call of a removal."""
        assert (alive.remove(7).status, alive.remove(7).body) == (404, b"")


class TestDestroy:
    """7.3: forget it."""

    def test_it_works_on_a_domain_whose_storage_is_gone(self, alive: LivingSite) -> None:
        """Any status but Active; no host needed; VMs vanish as in a detach."""
        alive.set_status(2, "inactive")
        alive.array.export("nas-a", "/exp/d2").mount = "refuses"

        assert alive.remove(2, "destroy=true").status == 200

        assert not alive.has("sd", 2)
        assert not alive.has("vm", 2)
        assert alive.copy(2).pool == uid("dc", 1)
        assert len(alive.events(981)) == 1

    def test_no_ovf_update_happens(self, alive: LivingSite) -> None:
        """7.3: none happens, none is triggered."""
        alive.engine.ovfs.outdated.update({uid("sd", 2), uid("sd", 3)})
        alive.set_status(2, "inactive")

        alive.remove(2, "destroy=true")
        alive.settle(60)

        assert alive.events(199) == []

    def test_reachable_storage_is_detached_by_force(self, alive: LivingSite) -> None:
        """7.3: best effort, where a host is up and it is not the last domain."""
        alive.set_status(2, "inactive")

        alive.remove(2, "destroy=true")

        assert alive.copy(2).pool is None

    def test_an_unattached_domain_can_be_destroyed(self, site: LivingSite) -> None:
        """7.3: attached or not."""
        site.domain(5, center=None)
        site.begin()

        assert site.remove(5, "destroy=true").status == 200
        assert not site.has("sd", 5)

    def test_an_active_domain_is_refused(self, alive: LivingSite) -> None:
        """409, bare fault."""
        assert fault(alive.remove(2, "destroy=true")) == (
            409,
            "[Cannot destroy Storage. The relevant Storage Domain's status is Active.]",
        )

    def test_a_master_that_nobody_can_follow(self, alive: LivingSite) -> None:
        """ERROR_CANNOT_DESTROY_LAST_STORAGE_DOMAIN."""
        for number in (1, 2, 3):
            alive.set_status(number, "inactive")

        status, detail = fault(alive.remove(1, "destroy=true"))
        assert status == 409
        assert detail.startswith("[Cannot destroy the master Storage Domain from the Data Center")

    def test_a_master_without_a_host_to_elect_with(self, alive: LivingSite) -> None:
        """Two messages, the one about hosts first."""
        for number in (1, 2):
            alive.store.set_value(f"/hosts/{uid('host', number)}", "status", "non_responsive")
        for number in (1, 2, 3):
            alive.set_status(number, "unknown")

        _, detail = fault(alive.remove(1, "destroy=true"))
        assert detail.startswith("[Cannot destroy Storage. There is no active Host in the Data")
        assert "a new master Storage Domain needs to be elected" in detail

    def test_a_destroyed_master_is_followed(self, alive: LivingSite) -> None:
        """7.3: the master is reconstructed on another domain."""
        alive.set_status(1, "inactive")

        alive.remove(1, "destroy=true")

        assert alive.master() == [2]
        assert alive.status(2) == "active"

    def test_the_last_master_uninitialises_the_data_center(self, alive: LivingSite) -> None:
        """7.3: without any host call."""
        for number in (2, 3, 1):
            alive.set_status(number, "unknown")
        for number in (1, 2):
            alive.store.set_value(f"/hosts/{uid('host', number)}", "status", "non_responsive")

        answers = [alive.remove(number, "destroy=true").status for number in (2, 3, 1)]

        assert answers == [200, 200, 200]
        assert alive.center_status() == "uninitialized"


class TestIsAttached:
    """7.4: what the storage itself says."""

    def ask(self, site: LivingSite, number: int) -> str | None:
        """The answer's ``is_attached``."""
        answer = site.ask(
            "POST",
            f"/storagedomains/{uid('sd', number)}/isattached",
            f"<action><host id='{HOST}'/></action>",
        )
        assert answer.status == 200
        return tree(answer).findtext("is_attached")

    def test_it_reads_the_metadata(self, alive: LivingSite) -> None:
        """True while a pool is named there, false after a detach."""
        assert self.ask(alive, 2) == "true"
        assert self.ask(detached(alive), 2) == "false"

    def test_any_failure_answers_false(self, alive: LivingSite) -> None:
        """7.4: so ``false`` proves nothing."""
        alive.array.export("nas-a", "/exp/d2").mount = "refuses"

        assert self.ask(alive, 2) == "false"

    def test_an_unknown_domain_is_404_with_a_fault(self, alive: LivingSite) -> None:
        """7.4: a lookup, not the address."""
        answer = alive.ask(
            "POST",
            f"/storagedomains/{uid('sd', 7)}/isattached",
            f"<action><host id='{HOST}'/></action>",
        )

        assert fault(answer)[0] == 404
