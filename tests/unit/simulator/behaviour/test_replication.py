from __future__ import annotations

from pathlib import Path

import pytest

from drplan.simulator import definitions
from drplan.simulator.array import Array, LunPath
from drplan.simulator.loading import load
from drplan.simulator.ovf import OvfRecord
from drplan.simulator.replication import (
    LunPlacement,
    Placement,
    derived_lun,
    lay_out,
    place_luns,
    recall,
    replicate,
)
from drplan.simulator.store import Store
from drplan.wire.cassette import read_cassette
from tests.unit.simulator.behaviour.sites import Site, tree, uid
from tests.unit.simulator.behaviour.worlds import World, import_body

REAL = (
    Path(__file__).parents[4].parent
    / "shared/real-traffic/ovirt_sdk_refresh_graph_target_vm_removal.yaml"
)
VM = uid("vm", 1)


def record_of(store: Store, key: str = VM) -> OvfRecord:
    """The definition of one entity."""
    return next(r for r in definitions.definitions(store) if r.id == key)


@pytest.fixture
def source(world: World) -> Site:
    """A source with one VM on one domain."""
    site = world.plain_source()
    site.vm(1, disks=(site.disk(1),), status="up")
    return site


class TestDefinitions:
    """What an OVF holds of an entity (entities sheet 1.4, storage sheet 8.2)."""

    def test_it_names_cluster_networks_and_profiles(self, source: Site) -> None:
        """Names, not ids: they are looked up again at the target."""
        source.nic(VM, 1, mac="56:6f:00:00:00:01", profile=uid("prof", 1))
        source.nic(VM, 2)

        record = record_of(source.store)
        assert record.cluster == "cl-prod"
        assert [(n.network, n.profile, n.mac) for n in record.nics] == [
            ("vlan10", "prod", "56:6f:00:00:00:01"),
            ("", "", None),
        ]

    def test_it_has_the_status_at_the_last_write(self, source: Site) -> None:
        """8.3: only those that were not down are recorded."""
        assert record_of(source.store).status == "up"

    def test_groups_and_labels_are_known_from_both_sides(self, source: Site) -> None:
        """Membership is inline in groups, and members of labels."""
        source.group(1, "ag", VM, uid("vm", 2))
        source.label(1, "lbl", VM)

        record = record_of(source.store)
        assert (record.affinity_groups, record.affinity_labels) == (("ag",), ("lbl",))

    def test_roles_are_kept_by_login(self, source: Site) -> None:
        """1.4: the same login in two domains shares one set of roles."""
        for number, (domain, role) in enumerate((("x", "A"), ("y", "B")), start=1):
            user = source.user(number, "ann", domain)
            source.permission(VM, number, user, source.role(number, role))

        permissions = record_of(source.store).permissions
        assert [(p.login, p.domain) for p in permissions] == [("ann", "x"), ("ann", "y")]
        assert {p.roles for p in permissions} == {("A", "B")}

    def test_permissions_of_groups_and_inherited_ones_are_not_in_it(self, source: Site) -> None:
        """1.4: direct permissions of users only."""
        role = source.role(1, "A")
        user = source.user(1, "ann")
        path = f"/vms/{VM}/permissions"
        source.put(
            f"{path}/{uid('perm', 1)}",
            f"<permission><role id='{role}'/><group id='g'/><vm id='{VM}'/></permission>",
        )
        source.put(
            f"{path}/{uid('perm', 2)}",
            f"<permission><role id='{role}'/><user id='{user}'/><vm id='other'/></permission>",
        )
        source.put(
            f"{path}/{uid('perm', 3)}",
            f"<permission><role id='{role}'/><user id='{user}'/></permission>",
        )

        assert record_of(source.store).permissions == ()

    def test_memory_volumes_are_found_by_description_or_alias(self, source: Site) -> None:
        """MemoryUtils: the description names the VM's id, the alias its name."""
        about = f"<description>Memory snapshot disk for snapshot 's' of VM 'vm1' (VM ID: '{VM}')</description>"
        source.disk(5, alias="x", content="memory_dump_volume", extra=about)
        source.disk(6, alias="vm1_snapshot_metadata", content="memory_metadata_volume")
        source.disk(7, alias="vm10_snapshot_memory", content="memory_dump_volume")

        (memory,) = record_of(source.store).memories
        assert memory.storage_domain == uid("sd", 1)
        assert memory.disk_ids == (uid("disk", 5), uid("disk", 6))

    def test_blank_has_no_definition(self, source: Site) -> None:
        """Blank is on every Engine."""
        source.put(
            "/templates/00000000-0000-0000-0000-000000000000",
            "<template><name>Blank</name></template>",
        )

        assert [r.kind for r in definitions.definitions(source.store)] == ["vm"]

    def test_without_images_it_is_on_every_data_domain_of_the_data_center(
        self, source: Site
    ) -> None:
        """1.8: diskless, LUN only, or shared images only."""
        source.domain(3, kind="iso")
        source.vm(2, disks=(source.lun_disk(1, "3600a"), source.disk(8, shareable=True)))

        store = source.store
        both = (uid("sd", 1), uid("sd", 2))
        assert definitions.holders(store, record_of(store, uid("vm", 2))) == both
        assert definitions.holders(store, record_of(store)) == (uid("sd", 1),)


class TestPlacements:
    """Where the replicas lie."""

    def test_an_unknown_domain_is_an_error(self, source: Site) -> None:
        """A placement names a domain of the source."""
        with pytest.raises(KeyError):
            replicate(source.store, Array(), [Placement(domain="nix", storage_type="nfs")])

    def test_a_replica_is_independent_of_the_original(self, source: Site) -> None:
        """What happens at one site does not reach the other's copy."""
        array = Array()
        lay_out(source.store, array)
        replicate(
            source.store,
            array,
            [Placement(domain=uid("sd", 1), storage_type="nfs", address="b", path="/r")],
        )

        replica = next(iter(array.ensure_export("b", "/r").domains))
        replica.volumes.clear()
        replica.ovf_store.records.clear()
        original = next(iter(array.ensure_export("nas-a", "/exp/d1").domains))
        assert original.id == replica.id
        assert len(original.volumes) == 3
        assert list(original.ovf_store.records) == [VM]

    @pytest.mark.parametrize(
        ("address", "path"), [("gl", "/vol"), (None, "gl:/vol"), ("gl", "/vol/"), (None, "gl:vol")]
    )
    def test_an_export_is_found_however_it_is_written(self, address: str | None, path: str) -> None:
        """3.1: ``address:path`` or the path alone is one connection string."""
        array = Array()
        made = array.ensure_export("gl", "/vol")

        assert array.export(address, path) is made

    def test_the_replicas_luns_have_ids_of_their_own(self, source: Site) -> None:
        """A replicated LUN is another LUN; its id does not change from run to run."""
        source.domain(
            3,
            storage="<storage><type>fcp</type><volume_group id='v'><logical_units>"
            "<logical_unit id='3600a'/></logical_units></volume_group></storage>",
        )
        array = Array()
        replicate(source.store, array, [Placement(domain=uid("sd", 3), storage_type="fcp")])

        assert list(array.luns) == [derived_lun("3600a")]
        assert derived_lun("3600a") != "3600a"

    def test_hosts_can_be_kept_from_seeing(self) -> None:
        """``hosts`` limits exports and LUNs."""
        array = Array()
        paths = (LunPath("192.0.2.1", 3260, "iqn.x"),)
        only = frozenset({"h1"})
        place_luns(array, [LunPlacement(lun_id="36", size=1, targets=paths, hosts=only)])
        array.ensure_export("b", "/r").hosts = only

        assert [array.knows_target(h, "192.0.2.1", 3260, "iqn.x") for h in ("h1", "h2")] == [
            True,
            False,
        ]
        assert array.mountable("h1", "b", "/r") is not None
        assert array.mountable("h2", "b", "/r") is None

    def test_what_was_unregistered_at_the_source_is_carried_over(self, world: World) -> None:
        """8.2: with its recorded status; only what the list shows is known of it."""
        source = world.plain_source()
        source.put(
            f"/storagedomains/{uid('sd', 1)}/vms;unregistered/{VM}",
            "<vm><name>old</name><status>up</status></vm>",
        )
        world.plain_target()
        target = world.open(1)
        world.recover(1)

        listed = tree(target.ask("GET", f"/storagedomains/{uid('sd', 1)}/vms?unregistered"))
        assert [(vm.findtext("name"), vm.findtext("status")) for vm in listed] == [("old", "up")]
        assert world.register(VM).status == 200

    def test_a_recorded_row_is_registered_with_what_the_domain_holds(self, world: World) -> None:
        """A recording shows rows without their OVFs: the domain's own OVF_STORE has them."""
        source = world.plain_source()
        source.vm(1, disks=(source.disk(1),))
        world.plain_target()
        target = world.open(1)
        world.recover(1)
        assert target.engine is not None
        target.engine.definitions.clear()

        world.register(VM)

        assert target.store.members(f"/vms/{VM}/diskattachments") != ()


def test_a_domain_that_is_recovered_already_still_holds_what_the_source_knew(
    world: World,
) -> None:
    """A target recorded in the middle of a failover: rows without OVFs are registered whole."""
    source = world.plain_source()
    source.vm(1, disks=(source.disk(1),))
    source.nic(VM, 1, mac="56:6f:00:00:00:01", profile=uid("prof", 1))
    target = world.plain_target()
    target.domain(1)
    target.put(
        f"/storagedomains/{uid('sd', 1)}/vms;unregistered/{VM}",
        "<vm><name>vm1</name><status>up</status></vm>",
    )
    lay_out(target.store, world.array)
    recall(source.store, world.array)
    world.engines.append(target.open(world.array))

    answer = world.register(VM)

    assert answer.status == 200
    assert len(target.store.members(f"/vms/{VM}/diskattachments")) == 1
    assert len(target.store.members(f"/vms/{VM}/nics")) == 1


@pytest.mark.skipif(not REAL.exists(), reason="the recordings of real Engines are not here")
def test_a_recorded_vm_fails_over_in_the_form_that_real_engines_send(world: World) -> None:
    """Wire 2 and 5: a thin VM of a real Engine with its template, NIC and disk."""
    world.source.store = load(read_cassette(REAL).exchanges).store
    domain = "723b4112-1502-4b01-83a7-2ba87d1bbb35"
    vm, template = "a1293e54-dae8-496f-baa4-27719592113e", "5037cc2a-0268-4412-a591-ee7da56efe53"
    world.plain_target()
    lay_out(world.target.store, world.array)
    place = Placement(domain=domain, storage_type="nfs", address="nas-b", path="/exp/r1")
    replicate(world.source.store, world.array, [place])
    target = world.target
    world.engines.append(target.open(world.array))
    body = import_body(1).replace(uid("sd", 1), domain)
    action = "<action><cluster><name>cl-dr</name></cluster></action>"
    requests = (
        ("/storagedomains", body),
        (f"/datacenters/{uid('dc', 1)}/storagedomains", f"<storage_domain id='{domain}'/>"),
        (f"/storagedomains/{domain}/templates/{template}/register", action),
        (f"/storagedomains/{domain}/vms/{vm}/register", action),
        (f"/vms/{vm}/start", "<action/>"),
    )

    statuses = [target.ask("POST", path, sent).status for path, sent in requests]
    target.settle(120)

    made = tree(target.ask("GET", f"/vms/{vm}"))
    was = world.source.store.element(f"/vms/{vm}")
    assert statuses == [201, 201, 200, 200, 200]
    assert made.findtext("status") == "up"
    assert {e.tag for e in made} >= {e.tag for e in was} - {
        "fqdn",
        "guest_operating_system",
        "guest_time_zone",
        "quota",
        "cpu_profile",
    }
