from __future__ import annotations

import pytest

from drplan.simulator import elements, storage_views
from drplan.wire.response import Response
from tests.unit.simulator.behaviour.sites import Site, fault, tree, uid
from tests.unit.simulator.behaviour.worlds import World, mapping, recovered

TEMPLATE = uid("tpl", 1)
PARTIAL = "<allow_partial_import>true</allow_partial_import>"


def register(
    target: Site, *, domain: int = 1, key: str = TEMPLATE, body: str = "", cluster: str = "cl-dr"
) -> Response:
    """Register a template from a domain."""
    given = f"<cluster><name>{cluster}</name></cluster>" if cluster else ""
    path = f"/storagedomains/{uid('sd', domain)}/templates/{key}/register"
    return target.ask("POST", path, f"<action>{given}{body}</action>")


def source_with_template(world: World, domains: tuple[int, ...] = (1,)) -> Site:
    """A template with one disk."""
    source = world.plain_source()
    source.template(1, disks=(source.disk(10, domains),))
    return source


def test_a_registered_template_is_ok_and_off_the_list(world: World) -> None:
    """1.9: synchronous, event 180."""
    source_with_template(world)
    target = recovered(world)

    answer = register(target)

    assert answer.status == 200
    assert tree(target.ask("GET", f"/templates/{TEMPLATE}")).findtext("status") == "ok"
    assert (
        tree(target.ask("GET", f"/storagedomains/{uid('sd', 1)}/templates?unregistered"))
        is not None
    )
    assert not target.store.exists(
        f"/storagedomains/{uid('sd', 1)}/templates;unregistered/{TEMPLATE}"
    )
    assert len(target.events(180)) == 1


def test_copies_count_only_on_domains_that_are_there_now(world: World) -> None:
    """1.9: domains that are active and have a row at register time."""
    source_with_template(world, (1, 2))
    target = recovered(world, 1, 2)

    register(target)

    disk = target.store.element(f"/disks/{uid('disk', 10)}")
    holders = [e.get("id") for e in disk.findall("storage_domains/storage_domain")]
    assert holders == [uid("sd", 1), uid("sd", 2)]


def test_a_copy_on_a_domain_attached_later_is_lost(world: World) -> None:
    """1.9: then thin VMs on the late domain hit row 13."""
    source = source_with_template(world, (1, 2))
    source.vm(1, disks=(source.disk(1, (2,)),), template=TEMPLATE)
    world.plain_target()
    target = world.open(1, 2)
    world.recover(1)
    register(target)
    world.recover(2)

    answer = world.register(uid("vm", 1), domain=2)

    assert "does not contain the VM Template" in fault(answer)[1]


def test_the_cluster_is_mapped(world: World) -> None:
    """1.4: templates honour cluster, role, domain and vNIC mappings."""
    source_with_template(world)
    target = recovered(world)

    answer = register(target, cluster="", body=mapping("cluster", ("cl-prod", "cl-dr")))

    assert answer.status == 200
    assert target.store.reference(f"/templates/{TEMPLATE}", "cluster") == uid("cl", 1)


@pytest.mark.parametrize(
    ("change", "status", "text"),
    [
        ("no cluster", 400, "[Cannot import Template. The relevant Cluster doesn't exist.]"),
        ("unknown", 400, "[Cannot import Template. VM is not found.]"),
        ("again", 400, "[Cannot import Template. Storage Domain doesn't exist.]"),
        (
            "inactive",
            409,
            "[Cannot import Template. The relevant Storage Domain's status is Maintenance.]",
        ),
        (
            "name",
            409,
            "[Import Template failed - Template Name already exists in the system. Please rename the Template in the system first]",
        ),
        (
            "architecture",
            400,
            "[Cannot import Template. The selected cluster doesn't support Template's architecture]",
        ),
    ],
)
def test_refusals_of_a_template(world: World, change: str, status: int, text: str) -> None:
    """1.9: the table of refusals."""
    source_with_template(world)
    target = recovered(world)
    key, cluster = TEMPLATE, "cl-dr"
    if change == "no cluster":
        cluster = ""
    elif change == "unknown":
        key = uid("tpl", 99)
    elif change == "again":
        register(target)
    elif change == "inactive":
        storage_views.set_status(target.store, uid("sd", 1), "maintenance")
    elif change == "name":
        target.template(5)
        target.store.set_value(f"/templates/{uid('tpl', 5)}", "name", "tpl1")
    else:
        with target.store.edit(f"/clusters/{uid('cl', 1)}") as element:
            elements.set_text(element, "cpu/architecture", "ppc64")

    assert fault(register(target, key=key, cluster=cluster)) == (status, text)


def test_an_id_in_use_while_the_row_is_there(world: World) -> None:
    """1.9 VMT_CANNOT_IMPORT_TEMPLATE_EXISTS: a domain attached later."""
    world.plain_source().template(1)
    world.plain_target()
    target = world.open(1, 2)
    world.recover(1)
    register(target)
    world.recover(2)

    status, detail = fault(register(target, domain=2))
    assert status == 409
    assert "Please remove the Template or VM (tpl1) from the system first" in detail


def test_a_version_needs_its_base(world: World) -> None:
    """1.9 VMT_CANNOT_IMPORT_TEMPLATE_VERSION_MISSING_BASE; names repeat among versions."""
    source = world.plain_source()
    source.template(1)
    source.template(2, base=1)
    target = recovered(world)

    refused = register(target, key=uid("tpl", 2))
    base = register(target)
    version = register(target, key=uid("tpl", 2))

    assert fault(refused)[0] == 400
    assert fault(refused)[1].startswith("[Cannot import Template Version, Base Template")
    assert [base.status, version.status] == [200, 200]


def test_an_image_on_no_active_domain(world: World) -> None:
    """1.9 ACTION_TYPE_FAILED_CANNOT_FIND_DISK_IMAGE_IN_ACTIVE_DOMAINS, and with partial."""
    source = world.plain_source()
    source.template(1, disks=(source.disk(10, (1,)), source.disk(11, (2,))))
    target = recovered(world, 1)

    refused = register(target)
    partial = register(target, body=PARTIAL)

    image = f"{uid('disk', 11)}/{uid('imag', 11)}"
    assert fault(refused) == (
        409,
        f"[Cannot import Template. The image {image} does not exist on any active storage domain.]",
    )
    assert partial.status == 200
    assert "'Disks: disk11 '" in target.events(1197)[0]


def test_an_image_that_is_not_on_storage(world: World) -> None:
    """1.9 TEMPLATE_IMAGE_NOT_EXIST."""
    source_with_template(world)
    world.plain_target()
    target = world.open(1, missing_volumes=frozenset({uid("disk", 10)}))
    world.recover(1)

    detail = "[Cannot import Template. Template's image doesn't exist.]"
    assert fault(register(target)) == (400, detail)


def test_a_disk_in_the_database(world: World) -> None:
    """1.9: as row 10 with type Template."""
    source_with_template(world)
    target = recovered(world)
    target.disk(10, (9,))

    status, detail = fault(register(target))
    assert status == 409
    assert detail.startswith("[Cannot import Template. The following disks already exist: disk10.")


def test_a_template_has_its_nics_mapped(world: World) -> None:
    """1.4: vNIC mappings count for templates too, by fall-back to the same name here."""
    source = source_with_template(world)
    source.nic(TEMPLATE, 1, profile=uid("prof", 1))
    world.plain_target()
    same = world.target.network(3, "vlan10", profile="prod")
    target = world.open(1)
    world.recover(1)

    register(target)

    nic = f"/templates/{TEMPLATE}/nics/{uid('nic', 1)}"
    assert target.store.reference(nic, "vnic_profile") == same
