from __future__ import annotations

import pytest

from drplan.simulator.array import LunPath
from drplan.simulator.replication import LunPlacement, place_luns
from tests.unit.simulator.behaviour.sites import GIB, Site, fault, tree, uid
from tests.unit.simulator.behaviour.worlds import World, recovered

VM = uid("vm", 1)
OLD, NEW = "36001405old", "36001405new"
DR = "iqn.2026-01.example:dr"
PROD = "<address>192.0.2.20</address><port>3260</port><target>iqn.2026-01.example:prod</target>"
PARTIAL = "<allow_partial_import>true</allow_partial_import>"


def lun_mapping(
    *, kind: str = "iscsi", target: str = DR, address: str = "192.0.2.50", port: str = ""
) -> str:
    """The mapping of the old LUN to the new one."""
    connection = f"<address>{address}</address>" if address else ""
    connection += f"<target>{target}</target>" if target else ""
    connection += f"<port>{port}</port>" if port else ""
    storage_type = f"<type>{kind}</type>" if kind else ""
    return (
        "<registration_configuration><lun_mappings><registration_lun_mapping><from><lun_storage>"
        f"<logical_units><logical_unit id='{OLD}'/></logical_units></lun_storage></from><to>"
        f"<lun_storage><logical_units><logical_unit id='{NEW}'>{connection}</logical_unit>"
        f"</logical_units>{storage_type}</lun_storage></to></registration_lun_mapping>"
        "</lun_mappings></registration_configuration>"
    )


@pytest.fixture
def target(world: World) -> Site:
    """A VM with one direct LUN, whose replica the target can reach through iSCSI."""
    source = world.plain_source()
    source.vm(1, disks=(source.lun_disk(1, OLD, path=PROD),))
    site = recovered(world)
    paths = (LunPath("192.0.2.50", 3260, DR),)
    place_luns(world.array, [LunPlacement(lun_id=NEW, size=10 * GIB, targets=paths)])
    return site


def test_a_mapped_lun_has_the_new_id_and_connection(world: World, target: Site) -> None:
    """1.4 row lun: id and alias of the disk stay, the LUN and its one connection are mapped."""
    answer = world.register(VM, body=lun_mapping())

    disk = tree(target.ask("GET", f"/disks/{uid('lund', 1)}"))
    unit = disk.find("lun_storage/logical_units/logical_unit")
    assert answer.status == 200
    assert unit is not None
    assert (unit.get("id"), unit.findtext("target"), unit.findtext("port")) == (NEW, DR, "3260")
    assert disk.findtext("alias") == "lun1"


def test_an_unmapped_lun_keeps_the_sources_and_is_not_visible(world: World, target: Site) -> None:
    """1.7 row 15."""
    assert fault(world.register(VM)) == (
        400,
        "[Cannot import VM. The provided LUN is not visible by the specified host, please check"
        " storage server connectivity.]",
    )


def test_a_lun_that_a_disk_uses_is_row_16(world: World, target: Site) -> None:
    """1.7 row 16: checked before the visibility."""
    target.lun_disk(9, NEW)

    answer = world.register(VM, body=lun_mapping(address="192.0.2.99"))

    assert fault(answer) == (409, "[Cannot import VM. The provided lun is used by another disk.]")


@pytest.mark.parametrize("mapping", [lun_mapping(target=""), lun_mapping(address="")])
def test_an_iscsi_lun_without_connection_is_row_17(
    world: World, target: Site, mapping: str
) -> None:
    """1.7 row 17: checked before row 16."""
    target.lun_disk(9, NEW)

    status, detail = fault(world.register(VM, body=mapping))
    assert status == 409
    assert "missing at least one connection parameter (address/port/iqn)." in detail


def test_partial_import_drops_the_lun_disk(world: World, target: Site) -> None:
    """1.7 row 18: it is named among the disks of event 1188."""
    answer = world.register(VM, body=PARTIAL)

    assert answer.status == 200
    assert target.store.members(f"/vms/{VM}/diskattachments") == ()
    assert "'Disks: lun1 '" in target.events(1188)[0]


def test_a_mapping_without_type_is_not_visible(world: World, target: Site) -> None:
    """1.12: the LUN's type is unknown then."""
    assert fault(world.register(VM, body=lun_mapping(kind="")))[0] == 400


def test_a_mapping_to_what_is_no_lun_is_a_500(world: World, target: Site) -> None:
    """1.12: the class cast fails while the command is built."""
    body = (
        "<registration_configuration><lun_mappings><m><from><lun_storage><logical_units>"
        f"<logical_unit id='{OLD}'/></logical_units></lun_storage></from><to/></m></lun_mappings>"
        "</registration_configuration>"
    )

    answer = world.register(VM, body=body)

    assert (answer.status, tree(answer).tag) == (500, "action")


def test_two_mappings_without_lun_id_collide(world: World, target: Site) -> None:
    """1.4 row lun: both have the nil id as key, HTTP 500."""
    entry = "<m><from/><to><lun_storage/></to></m>"
    body = (
        f"<registration_configuration><lun_mappings>{entry * 2}</lun_mappings>"
        "</registration_configuration>"
    )

    assert world.register(VM, body=body).status == 500


def test_the_second_vm_that_shares_a_lun_is_refused(world: World) -> None:
    """1.7 row 16: even the same shareable disk registered with another VM."""
    source = world.plain_source()
    shared = source.lun_disk(1, OLD, path=PROD)
    for number in (1, 2):
        source.vm(number, disks=(shared,))
    recovered(world)
    paths = (LunPath("192.0.2.50", 3260, DR),)
    place_luns(world.array, [LunPlacement(lun_id=NEW, size=GIB, targets=paths)])

    answers = [world.register(uid("vm", n), body=lun_mapping()) for n in (1, 2)]

    assert [a.status for a in answers] == [200, 409]
