from __future__ import annotations

from collections.abc import Callable

import pytest

from drplan.simulator.array import LunPath
from drplan.simulator.replication import LunPlacement, place_luns
from drplan.wire.response import Response
from tests.unit.simulator.behaviour.sites import Site, fault, tree, uid
from tests.unit.simulator.behaviour.worlds import World

TARGET = "iqn.2026-01.example:dr"
PATHS = (LunPath("192.0.2.50", 3260, TARGET), LunPath("192.0.2.51", 3260, TARGET))


def vg(*luns: str) -> str:
    """The storage of an iSCSI domain whose LUNs have two paths each."""
    units = "".join(
        f"<logical_unit id='{lun}'><address>192.0.2.{n}</address><port>3260</port>"
        f"<target>iqn.2026-01.example:prod</target><size>107374182400</size></logical_unit>"
        for lun in luns
        for n in (20, 21)
    )
    return (
        f"<storage><type>iscsi</type><volume_group id='vg-1'><logical_units>{units}"
        "</logical_units></volume_group></storage>"
    )


@pytest.fixture
def target(world: World) -> Site:
    """A target that can reach the replica of an iSCSI domain, and has not logged in."""
    source = world.plain_source()
    source.domain(3, storage=vg("3600a1", "3600a2"))
    world.plain_target()
    return world.open(3, storage_type="iscsi", targets=PATHS)


@pytest.fixture
def act(target: Site) -> Callable[..., Response]:
    """An action of the first host."""

    def run(verb: str, body: str) -> Response:
        return target.ask("POST", f"/hosts/{uid('host', 1)}/{verb}", f"<action>{body}</action>")

    return run


def portal(target: str = "", address: str = "192.0.2.50") -> str:
    """The ``<iscsi>`` of an action."""
    inside = f"<target>{target}</target>" if target else ""
    return f"<iscsi><address>{address}</address>{inside}</iscsi>"


def block_body(*, name: str = "", number: int = 3) -> str:
    """The body that imports a block domain by its id."""
    named = f"<name>{name}</name>" if name else ""
    return (
        f"<storage_domain id='{uid('sd', number)}'>{named}<import>true</import><type>data</type>"
        f"<host id='{uid('host', 1)}'/><storage><type>iscsi</type></storage></storage_domain>"
    )


@pytest.mark.parametrize("verb", ["discoveriscsi", "iscsidiscover"])
def test_discovery_lists_every_portal_of_the_targets_behind_one(
    act: Callable[..., Response], verb: str
) -> None:
    """2.2: details with portal, and the IQNs for the old form."""
    answer = act(verb, portal())

    found = tree(answer)
    details = found.findall("discovered_targets/iscsi_details")
    assert answer.status == 200
    assert [d.findtext("portal") for d in details] == ["192.0.2.50:3260,1", "192.0.2.51:3260,1"]
    assert {e.text for e in found.findall("iscsi_targets/iscsi_target")} == {TARGET}


def test_failed_discovery_is_a_raw_fault_without_brackets(act: Callable[..., Response]) -> None:
    """2.2: discovery is a query."""
    answer = act("discoveriscsi", portal(address="192.0.2.99"))

    assert tree(answer).tag == "fault"
    assert fault(answer) == (400, "failed discovery of iscsi targets")


def test_discovery_needs_an_address_and_login_a_target(act: Callable[..., Response]) -> None:
    """2.2: the mandatory elements."""
    assert "iscsi.address" in fault(act("discoveriscsi", ""))[1]
    assert "iscsi.target" in fault(act("iscsilogin", portal()))[1]


def test_login_makes_the_luns_visible(act: Callable[..., Response], target: Site) -> None:
    """2.2 and entities 6: a LUN is listed once, with its first path, and its domain's id."""
    before = tree(target.ask("GET", f"/hosts/{uid('host', 1)}/storage"))
    answer = act("iscsilogin", portal(TARGET))
    after = tree(target.ask("GET", f"/hosts/{uid('host', 1)}/storage?report_status=false"))

    units = after.findall("host_storage/logical_units/logical_unit")
    assert answer.status == 200
    assert len(before) == 0
    assert len(units) == 2
    assert {u.findtext("storage_domain_id") for u in units} == {uid("sd", 3)}
    assert {u.findtext("target") for u in units} == {TARGET}
    assert units[0].findtext("status") == "used"


def test_one_visible_lun_has_an_address_of_its_own(
    act: Callable[..., Response], target: Site
) -> None:
    """Entities 6: the LUN by its id, or 404."""
    act("iscsilogin", portal(TARGET))
    path = f"/hosts/{uid('host', 1)}/storage"
    lun = tree(target.ask("GET", path))[0].get("id")

    assert tree(target.ask("GET", f"{path}/{lun}")).get("id") == lun
    assert target.ask("GET", f"{path}/nothing").status == 404


def test_a_refused_login_is_an_action_fault_in_lower_case(act: Callable[..., Response]) -> None:
    """2.2: the text is translated twice."""
    answer = act("iscsilogin", portal("iqn.wrong"))

    assert tree(answer).tag == "action"
    assert fault(answer) == (400, "[failed to login to iscsi node]")


def test_unknown_hosts_are_404(target: Site) -> None:
    """1.5: GET of what does not exist, and the look-up inside the action."""
    path = f"/hosts/{uid('host', 9)}"

    assert target.ask("GET", f"{path}/storage").status == 404
    assert (
        target.ask("POST", f"{path}/unregisteredstoragedomainsdiscover", "<action/>").status == 404
    )


def test_the_storage_of_a_host_that_is_not_up_cannot_be_fetched(target: Site) -> None:
    """2.2: the query validates the host's status."""
    target.store.set_value(f"/hosts/{uid('host', 1)}", "status", "non_responsive")

    answer = target.ask("GET", f"/hosts/{uid('host', 1)}/storage")

    assert fault(answer) == (400, "Cannot fetch storage devices, host 192.0.2.1 is not UP.")


def test_importable_domains_need_the_iscsi_targets_element(act: Callable[..., Response]) -> None:
    """2.2 pitfall: ``iscsi.target`` is ignored; only ``iscsi_targets`` counts."""
    wrong = act("unregisteredstoragedomainsdiscover", portal(TARGET))
    right = act(
        "unregisteredstoragedomainsdiscover",
        f"{portal()}<iscsi_targets><iscsi_target>{TARGET}</iscsi_target></iscsi_targets>",
    )

    found = tree(right).findall("storage_domains/storage_domain")
    assert fault(wrong) == (400, "couldn't connect to the specified targets")
    assert [(d.get("id"), d.findtext("name")) for d in found] == [(uid("sd", 3), "d3")]


def test_known_domains_are_not_importable(act: Callable[..., Response], target: Site) -> None:
    """2.2 pitfall: what the Engine knows is filtered out."""
    act("iscsilogin", portal(TARGET))
    target.ask("POST", "/storagedomains", block_body())

    answer = act(
        "unregisteredstoragedomainsdiscover",
        f"{portal()}<iscsi_targets><iscsi_target>{TARGET}</iscsi_target></iscsi_targets>",
    )

    assert tree(answer).findall("storage_domains/storage_domain") == []


def test_a_block_domain_is_imported_by_its_id(act: Callable[..., Response], target: Site) -> None:
    """3.2: LUNs come from what the host sees; each path of each LUN is shown."""
    act("iscsilogin", portal(TARGET))
    answer = target.ask("POST", "/storagedomains", block_body())

    made = tree(answer)
    units = made.findall("storage/volume_group/logical_units/logical_unit")
    assert answer.status == 201
    assert (made.get("id"), made.findtext("status")) == (uid("sd", 3), "unknown")
    assert len(units) == 4
    assert len({u.get("id") for u in units}) == 2


def test_an_import_without_session_is_a_raw_fault(target: Site) -> None:
    """3.2: iSCSI with no connected session."""
    answer = target.ask("POST", "/storagedomains", block_body())

    assert fault(answer) == (400, "couldn't connect to the specified targets")


def test_an_unknown_id_is_a_conflict_with_a_name_and_a_bad_name_without(
    act: Callable[..., Response], target: Site
) -> None:
    """3.2: the null check never fires; without a name the name check comes first."""
    act("iscsilogin", portal(TARGET))

    named = target.ask("POST", "/storagedomains", block_body(number=8, name="x"))
    nameless = target.ask("POST", "/storagedomains", block_body(number=8))

    assert fault(named) == (
        409,
        "[Cannot add Storage. Failed to get data for Import operation.\n"
        "- Check connectivity to the Storage Domain.]",
    )
    assert fault(nameless)[0] == 400


def test_a_known_block_domain_already_exists(act: Callable[..., Response], target: Site) -> None:
    """3.2: an id that is in the Engine, name sent."""
    act("iscsilogin", portal(TARGET))
    target.ask("POST", "/storagedomains", block_body())

    answer = target.ask("POST", "/storagedomains", block_body(name="other"))

    detail = "[Cannot add Storage. The Storage Domain already exists.]"
    assert fault(answer) == (409, detail)


def test_a_domain_on_a_lun_that_a_disk_uses_is_like_an_unknown_one(
    act: Callable[..., Response], target: Site
) -> None:
    """3.2: one LUN known to the Engine drops the domain from the match."""
    act("iscsilogin", portal(TARGET))
    listed = tree(target.ask("GET", f"/hosts/{uid('host', 1)}/storage"))
    target.lun_disk(1, listed[0].get("id"))

    answer = target.ask("POST", "/storagedomains", block_body(name="d3"))

    assert fault(answer)[0] == 409
    assert "Failed to get data for Import operation" in fault(answer)[1]


def test_an_unknown_host_of_a_block_import_is_404(target: Site) -> None:
    """3.2: ``Entity not found: Host: id=``."""
    body = block_body().replace(uid("host", 1), uid("host", 7))

    answer = target.ask("POST", "/storagedomains", body)

    assert fault(answer) == (404, f"Entity not found: Host: id={uid('host', 7)}")


def test_attaching_a_block_domain_logs_every_host_in(
    world: World, act: Callable[..., Response], target: Site
) -> None:
    """5: the storage is connected on all Up hosts."""
    act("iscsilogin", portal(TARGET))
    target.ask("POST", "/storagedomains", block_body())

    answer = world.attach(3)

    assert answer.status == 201
    assert (uid("host", 2), TARGET) in world.array.sessions


def test_fibre_channel_needs_no_login(world: World) -> None:
    """2.2: without ``iscsi/address`` the discovery is for Fibre Channel."""
    source = world.plain_source()
    source.domain(3, storage=vg("3600a1"))
    world.plain_target()
    target = world.open(3, storage_type="fcp")
    place_luns(world.array, [LunPlacement(lun_id="3600b9", size=1024**3)])
    path = f"/hosts/{uid('host', 1)}"

    found = tree(target.ask("POST", f"{path}/unregisteredstoragedomainsdiscover", "<action/>"))
    listed = tree(target.ask("GET", f"{path}/storage"))
    body = block_body().replace("iscsi", "fcp")
    made = target.ask("POST", "/storagedomains", body)

    assert [d.get("id") for d in found.findall("storage_domains/storage_domain")] == [uid("sd", 3)]
    assert {e.findtext("type") for e in listed} == {"fcp"}
    assert len(listed) == 2
    assert made.status == 201
    assert tree(made).find("storage/volume_group/logical_units/logical_unit/address") is None
